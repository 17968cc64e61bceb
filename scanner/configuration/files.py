"""A folder or a file in, the text and our table of its modelkin.toml or pyproject.toml out.

TOML is parsed only where modelkin is named. Edit this when settings may stand in one more file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct

from ..errors import ConfigurationError
from ..statements.brought import OWN_FILE, SHARED_FILE

_SHARED_TABLE = "tool.modelkin"
_MOST_BYTES = 256 * 1024


class Table(Struct, frozen=True):
    """Our table in the file ``name`` of ``folder``: ``prefix`` is its name there, empty where all of it is ours."""

    folder: Path
    name: str
    prefix: str
    text: str
    values: dict[str, Any]

    def line_of(self, key: str) -> int:
        """The line (1-based) of a key."""
        from ..statements.toml import line_of

        return line_of(self.text, self.prefix, key)

    def line_of_entry(self, key: str, occurrence: int) -> int:
        """The line of the ``occurrence``-th (from 1) table of the array ``key``, else of the array."""
        from ..statements.toml import line_of

        inner = f"{self.prefix}.{key}" if self.prefix else key
        line = line_of(self.text, inner, "", occurrence)
        return line if line > 1 or self.text.startswith("[[") else self.line_of(key)

    def where(self, key: str) -> str:
        """How an error names a key: file, line, key."""
        return f"{self.folder / self.name}:{self.line_of(key)}: {key}"


def read_tables(folder: Path) -> list[Table]:
    """What of modelkin.toml and pyproject.toml at the root of ``folder`` is ours. Raises ConfigurationError."""
    found = (_table(folder, OWN_FILE, ""), _table(folder, SHARED_FILE, _SHARED_TABLE))
    return [table for table in found if table is not None]


def read_table(path: Path) -> Table:
    """Our table in the file that the user names. Raises ConfigurationError, also where the file holds none."""
    table = _table(path.parent, path.name, _SHARED_TABLE if path.name == SHARED_FILE else "")
    if table is not None:
        return table
    if path.is_file():
        raise ConfigurationError(f"{path}: holds no [{_SHARED_TABLE}]: name a file that does")
    raise ConfigurationError(f"{path}: no such file of settings")


def _table(folder: Path, name: str, prefix: str) -> Table | None:
    stored = _stored(folder / name, folder)
    # What modelkin is not named in is no concern of ours, broken or not.
    if stored is None or (prefix and b"modelkin" not in stored):
        return None
    is_ours = not prefix or f"[{prefix}".encode() in stored
    try:
        text = _text(stored)
        values = _parsed(text)
    except ConfigurationError as error:
        if is_ours:
            raise ConfigurationError(f"{folder / name}: {error}") from None
        return None
    for part in prefix.split(".") if prefix else ():
        values = values.get(part, {}) if isinstance(values, dict) else {}
    if not isinstance(values, dict):
        raise ConfigurationError(f"{folder / name}: {prefix} must be a table")
    return Table(folder, name, prefix, text, values) if values or not prefix else None


def _stored(path: Path, folder: Path) -> bytes | None:
    """None where there is no such file in the folder itself: a link may lead anywhere, and a pipe never ends."""
    try:
        if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
            return None
        with path.open("rb") as file:
            return file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None


def _text(stored: bytes) -> str:
    if len(stored) > _MOST_BYTES:
        raise ConfigurationError(f"over the limit of {_MOST_BYTES // 1024} KB for settings")
    try:
        return stored.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ConfigurationError("not UTF-8, which TOML is") from None


def _parsed(text: str) -> dict[str, Any]:
    from ..statements.toml import BrokenTomlError, parse_toml

    try:
        return parse_toml(text)
    except BrokenTomlError as error:
        raise ConfigurationError(str(error)) from None
