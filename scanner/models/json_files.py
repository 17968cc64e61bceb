"""Reads one JSON file of a model within bounds, once. Edit this when a kind of file is larger than it may be here."""

from __future__ import annotations

import codecs
from typing import Any

from ..results import Skipped
from ..sources.checkout import Entry
from ..support.json_text import MOST_VALUES as MOST_TOKENIZER_VALUES
from ..support.json_text import BrokenJsonError, JsonBounds, parse_json

MEGABYTE = 1024**2
# Configuration is a few kB; that of a tokenizer with its template and tokens up to 2 MB.
MOST_BYTES = 8 * MEGABYTE
# The largest known tokenizer, of 262,144 tokens, takes 33 MB.
MOST_TOKENIZER_BYTES = 48 * MEGABYTE
# Values of any other file: 128,000 tokens of three values each would be more than any tokenizer_config.json has.
MOST_VALUES = 400_000
_LARGE = frozenset(("tokenizer.json", "vocab.json"))
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


def base_name(path: str) -> str:
    """The name of the file at ``path``."""
    return path.rpartition("/")[2]


def read_object(entry: Entry) -> dict[str, Any] | Skipped:
    """The object in the JSON file ``entry``; Skipped, in one line, where it is none or over a bound."""
    stored = read_bytes(entry)
    return stored if isinstance(stored, Skipped) else parse_object(entry.path, stored)


def read_bytes(entry: Entry) -> bytes | Skipped:
    """The bytes of a file of a model that is no weights; Skipped where there are too many, or it cannot be read."""
    most = MOST_TOKENIZER_BYTES if base_name(entry.path) in _LARGE else MOST_BYTES
    if entry.size > most:
        return _too_big(entry.path, entry.size, most)
    stored = entry.read()
    if isinstance(stored, Skipped):
        return Skipped(entry.path, stored.reason)
    return _too_big(entry.path, len(stored), most) if len(stored) > most else stored


def parse_object(path: str, stored: bytes) -> dict[str, Any] | Skipped:
    """The object that ``stored`` is, in UTF-8; Skipped where it is none."""
    if stored.startswith(_LFS_POINTER):
        return Skipped(path, "a pointer of Git LFS, not the file itself: fetch it with `git lfs pull`")
    try:
        most = MOST_TOKENIZER_VALUES if base_name(path) in _LARGE else MOST_VALUES
        loaded = parse_json(stored.removeprefix(codecs.BOM_UTF8).decode(), JsonBounds(most))
    except UnicodeDecodeError as error:
        return Skipped(path, f"not valid JSON: not UTF-8 at byte {error.start}")
    except BrokenJsonError as error:
        return Skipped(path, str(error))
    return loaded if isinstance(loaded, dict) else Skipped(path, "not a JSON object")


def _too_big(path: str, size: int, most: int) -> Skipped:
    return Skipped(path, f"{size / MEGABYTE:.1f} MB is over the limit of {most // MEGABYTE} MB for such a file")
