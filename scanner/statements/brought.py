"""Files by which a folder speaks to modelkin itself: settings, a corpus, a baseline. What they are, not what they ask.

Edit this when modelkin reads one more file of its own from a scanned folder: what is listed here is counted and shown
in every report in which it is not obeyed (`trust` decides that).
"""

from __future__ import annotations

from msgspec import Struct

from ..settings import DEFAULT_BASELINE, MOST_BYTES, OWN_FILE, SETTINGS_FILES, SHARED_FILE, SHARED_TABLE
from ..sources import Entry, Skipped
from .texts import read_text

PROJECT_CORPUS = ".modelkin/corpus.safetensors"
BROUGHT_FILES = frozenset((*SETTINGS_FILES, PROJECT_CORPUS, DEFAULT_BASELINE))


class Brought(Struct, frozen=True):
    """One such file. ``keys`` are the settings in it; None where it holds none, as a corpus does, or is broken."""

    path: str
    keys: tuple[str, ...] | None = None

    @property
    def is_settings(self) -> bool:
        return self.path.rpartition("/")[2] in SETTINGS_FILES


def read_brought(entry: Entry, name: str) -> Brought | None:
    """What the file ``entry``, called ``name`` at the root, is to modelkin; None when it does not concern modelkin."""
    if name not in SETTINGS_FILES:
        return Brought(entry.path)
    text = read_text(entry, MOST_BYTES)
    if isinstance(text, Skipped) or (name == SHARED_FILE and f"[{SHARED_TABLE}" not in text):
        return Brought(entry.path) if name == OWN_FILE else None
    return Brought(entry.path, _keys(text, name))


def _keys(text: str, name: str) -> tuple[str, ...] | None:
    from .toml import BrokenTomlError, parse_toml

    try:
        values = parse_toml(text)
    except BrokenTomlError:
        return None
    if name == SHARED_FILE:
        tool = values.get("tool")
        ours = tool.get("modelkin") if isinstance(tool, dict) else None
        return tuple(ours) if isinstance(ours, dict) else None
    return tuple(values)
