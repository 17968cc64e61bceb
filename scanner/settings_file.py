"""Reads and checks the settings in a folder's modelkin.toml or pyproject.toml, or in a file that the user names.

Edit this when a setting takes a new kind of value, or when one more file may have settings. `settings` lists them all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from .attribution.chosen_rules import check_level
from .attribution.waivers import MOST_WAIVERS, Waiver, check_rule, check_unrepeated
from .errors import ConfigurationError
from .results import Region
from .settings import (
    FORMATS,
    IN_FILE,
    MOST_JOBS,
    MOST_SETTINGS_BYTES,
    OWN_FILE,
    SHARED_FILE,
    SHARED_TABLE,
    THRESHOLDS,
    ValueKind,
)
from .sources.pasted import as_source
from .sources.specs import REMOTE_PREFIXES, split_name
from .support.globs import checked_glob

_WAIVER_KEYS = ("path", "rule", "reason")
_LONGEST_GLOB = 300


class SettingsFile(Struct, frozen=True):
    """The settings that one file has; ``file[key]`` is the value of one."""

    path: str = ""
    """The file's name in its folder; empty where there is no such file."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What it sets, by the key."""
    origins: Mapping[str, Region] = field(default_factory=dict)
    """Where in the file each key stands."""
    left_out: tuple[str, ...] = ()
    """The keys in it that do not count."""

    def __getitem__(self, key: str) -> Any:
        """The value of the setting ``key``; empty or None where it is not set, as on the command line."""
        return self.values.get(key, IN_FILE[key].empty)

    def counting(self, keys: Collection[str]) -> SettingsFile:
        """The same with only ``keys`` in it; all others are ``left_out``."""
        kept = {key: place for key, place in self.origins.items() if key in keys}
        left_out = tuple(key for key in self.origins if key not in kept)
        return SettingsFile(self.path, {key: self.values[key] for key in kept}, kept, left_out)


class _TomlTable(Struct, frozen=True):
    """modelkin's table in a TOML file, with what is needed to say where a key stands."""

    folder: Path
    name: str
    """The file's name in the folder."""
    prefix: str
    """The table's name in the file; empty where the whole file is modelkin's."""
    text: str
    """The whole file."""
    values: dict[str, Any]

    def line_of(self, key: str) -> int:
        """The line (1-based) of a key."""
        from .support.toml import line_of

        return line_of(self.text, self.prefix, key)

    def line_of_entry(self, key: str, occurrence: int) -> int:
        """The line of the ``occurrence``-th (from 1) table of the array ``key``, else of the array."""
        from .support.toml import line_of

        inner = f"{self.prefix}.{key}" if self.prefix else key
        line = line_of(self.text, inner, "", occurrence)
        return line if line > 1 or self.text.startswith("[[") else self.line_of(key)

    def where(self, key: str) -> str:
        """How an error names a key: file, line, key."""
        return f"{self.folder / self.name}:{self.line_of(key)}: {key}"


def find_settings(folder: Path) -> SettingsFile:
    """The settings at the root of ``folder``: in its modelkin.toml, or under ``[tool.modelkin]`` in pyproject.toml.

    Which of them count is decided in `trust`. Raises ConfigurationError, whose one line names the file and the key.
    """
    found = (_table(folder, OWN_FILE, ""), _table(folder, SHARED_FILE, SHARED_TABLE))
    tables = [table for table in found if table is not None]
    if not tables:
        return SettingsFile()
    if len(tables) > 1:
        raise ConfigurationError(f"{folder}: settings stand in both {OWN_FILE} and {SHARED_FILE}; keep one of them")
    return _checked(tables[0])


def read_settings(path: Path) -> SettingsFile:
    """The settings in a file that the user names: all of them count. Raises ConfigurationError, also for a file that
    holds none.
    """
    table = _table(path.parent, path.name, SHARED_TABLE if path.name == SHARED_FILE else "")
    if table is not None:
        return _checked(table)
    if path.is_file():
        raise ConfigurationError(f"{path}: holds no [{SHARED_TABLE}]: name a file that does")
    raise ConfigurationError(f"{path}: no such file of settings")


def _checked(table: _TomlTable) -> SettingsFile:
    origins, values = {}, {}
    for key, value in table.values.items():
        if key not in IN_FILE:
            place = f"{table.folder / table.name}:{table.line_of(key)}"
            raise ConfigurationError(f"{place}: there is no setting {key!r}{_nearest(key, IN_FILE)}")
        values[key] = _READERS[IN_FILE[key].kind](table, key, value)
        origins[key] = Region(table.name, table.line_of(key), table.line_of(key))
    return SettingsFile(table.name, values, origins)


# The file: its bytes, its text, and modelkin's table in it.


def _table(folder: Path, name: str, prefix: str) -> _TomlTable | None:
    """None where the file is not there, or has no such table. A file that does not name modelkin may be broken."""
    stored = _stored(folder / name, folder)
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
    return _TomlTable(folder, name, prefix, text, values) if values or not prefix else None


def _stored(path: Path, folder: Path) -> bytes | None:
    """None where there is no such file in the folder itself: a link could lead anywhere, and a pipe never ends."""
    try:
        if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
            return None
        with path.open("rb") as file:
            return file.read(MOST_SETTINGS_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None


def _text(stored: bytes) -> str:
    if len(stored) > MOST_SETTINGS_BYTES:
        raise ConfigurationError(f"over the limit of {MOST_SETTINGS_BYTES // 1024} KB for settings")
    try:
        return stored.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ConfigurationError("not UTF-8, which TOML is") from None


def _parsed(text: str) -> dict[str, Any]:
    from .support.toml import BrokenTomlError, parse_toml

    try:
        return parse_toml(text)
    except BrokenTomlError as error:
        raise ConfigurationError(str(error)) from None


# The values: one reader for each kind.


def _texts(table: _TomlTable, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise ConfigurationError(f"{table.where(key)} must be a list of texts")
    return tuple(value)


def _globs(table: _TomlTable, key: str, value: Any) -> tuple[str, ...]:
    globs = _texts(table, key, value)
    for each in globs:
        checked_glob(each, f"{table.where(key)}: ")
    return globs


def _sources(table: _TomlTable, key: str, value: Any) -> tuple[str, ...]:
    return tuple(_source(table.folder, each) for each in _texts(table, key, value))


def _source(folder: Path, spec: str) -> str:
    name, source = split_name(spec)
    named = as_source(source)
    placed = named if named.startswith(REMOTE_PREFIXES) else str(folder / source)
    return f"{name}={placed}" if name else placed


def _paths(table: _TomlTable, key: str, value: Any) -> tuple[Path, ...]:
    return tuple(table.folder / each for each in _texts(table, key, value))


def _path(table: _TomlTable, key: str, value: Any) -> Path:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{table.where(key)} must be a path, as a text")
    return table.folder / value


def _thresholds(table: _TomlTable, key: str, value: Any) -> tuple[str, ...]:
    given = value if isinstance(value, list) else [value]
    if not given or not all(isinstance(each, str) and each in THRESHOLDS for each in given):
        raise ConfigurationError(f"{table.where(key)} must be one of {', '.join(THRESHOLDS)}, or a list of them")
    return tuple(given)


def _rules(table: _TomlTable, key: str, value: Any) -> tuple[str, ...]:
    rules = _texts(table, key, value)
    for rule in rules:
        check_rule(rule, table.where(key), ConfigurationError)
    return rules


def _levels(table: _TomlTable, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, dict):
        raise ConfigurationError(f'{table.where(key)} must be a table, as {{ changes-not-stated = "warning" }}')
    for rule, level in value.items():
        check_level(rule, level, table.where(key))
    return tuple(f"{rule}={level}" for rule, level in value.items())


def _formats(table: _TomlTable, key: str, value: Any) -> tuple[str, ...]:
    given = _texts(table, key, [value] if isinstance(value, str) else value)
    return tuple(_format(table, key, *each.partition("=")) for each in given)


def _format(table: _TomlTable, key: str, name: str, equals: str, file: str) -> str:
    if name not in FORMATS:
        raise ConfigurationError(f"{table.where(key)}: there is no format {name!r}{_nearest(name, FORMATS)}")
    if equals and not file:
        raise ConfigurationError(f"{table.where(key)}: {name}= names no file after the equals sign")
    return f"{name}={table.folder / file}" if file else name


def _share(table: _TomlTable, key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ConfigurationError(f"{table.where(key)} must be a number from 0 to 1")
    return float(value)


def _count(table: _TomlTable, key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_JOBS:
        raise ConfigurationError(f"{table.where(key)} must be a number from 1 to {MOST_JOBS:,}")
    return value


def _waivers(table: _TomlTable, key: str, value: Any) -> tuple[Waiver, ...]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ConfigurationError(f"{table.where(key)} must be tables, each of path, rule and reason")
    if len(value) > MOST_WAIVERS:
        raise ConfigurationError(f"{table.where(key)} are more than {MOST_WAIVERS:,}: name folders rather than files")
    waivers = tuple(_waiver(table, key, number, each) for number, each in enumerate(value, 1))
    file = table.folder / table.name
    places = ((each.glob, rule, f"{file}:{each.line}") for each in waivers for rule in each.rules)
    check_unrepeated(places, ConfigurationError)
    return waivers


def _waiver(table: _TomlTable, key: str, number: int, entry: dict[str, Any]) -> Waiver:
    line = table.line_of_entry(key, number)
    where = f"{table.folder / table.name}:{line}: {key}"
    for name in entry:
        if name not in _WAIVER_KEYS:
            raise ConfigurationError(f"{where}: there is no key {name!r}{_nearest(name, _WAIVER_KEYS)}")
    for name in _WAIVER_KEYS:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise ConfigurationError(f"{where}: a waiver needs its {name}, a text")
    glob = entry["path"].strip()
    if len(glob) > _LONGEST_GLOB or ".." in glob.split("/"):
        raise ConfigurationError(f"{where}: path must be a glob from the root, of at most {_LONGEST_GLOB} characters")
    checked_glob(glob, f"{where}: ")
    check_rule(entry["rule"].strip(), where, ConfigurationError)
    return Waiver(table.name, line, (entry["rule"].strip(),), " ".join(entry["reason"].split()), glob)


def _nearest(word: str, known: Collection[str]) -> str:
    from rapidfuzz import process

    nearest = process.extractOne(word, list(known), score_cutoff=60)
    return f"; did you mean {nearest[0]!r}?" if nearest else f"; known are {', '.join(known)}"


_READERS: dict[ValueKind, Callable[[_TomlTable, str, Any], Any]] = {
    ValueKind.GLOBS: _globs,
    ValueKind.SOURCES: _sources,
    ValueKind.PATHS: _paths,
    ValueKind.PATH: _path,
    ValueKind.THRESHOLDS: _thresholds,
    ValueKind.SHARE: _share,
    ValueKind.COUNT: _count,
    ValueKind.WAIVERS: _waivers,
    ValueKind.RULES: _rules,
    ValueKind.LEVELS: _levels,
    ValueKind.FORMATS: _formats,
}
