"""A folder or a file in, its checked settings out.

Edit this when there is one more setting, or a rule for its value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError
from ..regions import Region
from ..sources.specs import REMOTE_PREFIXES
from ..statements.brought import OWN_FILE, SHARED_FILE
from ..waivers.model import MOST_WAIVERS, Waiver, check_rule, check_unrepeated
from .files import Table, read_table, read_tables
from .model import FIELDS, Configuration

# As the command line has them; written out, since it stands below in the order of the rooms. A test compares them.
THRESHOLDS = ("error", "warning", "note", "identical", "renamed", "modified", "fragments", "skipped", "never")
_WAIVER_KEYS = ("path", "rule", "reason")
_LONGEST = 300


def read_configuration(folder: Path) -> Configuration:
    """The settings at the root of ``folder``: ``[tool.modelkin]`` of its pyproject.toml, or its modelkin.toml.

    Which of them count is for `trust` to say. Raises ConfigurationError in one line that names the file and the key.
    """
    tables = read_tables(folder)
    if not tables:
        return Configuration()
    if len(tables) > 1:
        raise ConfigurationError(f"{folder}: settings stand in both {OWN_FILE} and {SHARED_FILE}; keep one of them")
    return _checked(tables[0])


def read_settings(path: Path) -> Configuration:
    """The settings in the file that the user names, all of which count. Raises ConfigurationError."""
    return _checked(read_table(path))


def _checked(table: Table) -> Configuration:
    origins = {}
    settings: dict[str, Any] = {}
    for key, value in table.values.items():
        if key not in _READERS:
            place = f"{table.folder / table.name}:{table.line_of(key)}"
            raise ConfigurationError(f"{place}: there is no setting {key!r}{_nearest(key, _READERS)}")
        settings[FIELDS[key]] = _READERS[key](table, key, value)
        origins[key] = Region(table.name, table.line_of(key), table.line_of(key))
    return Configuration(table.name, origins=origins, **settings)


def _texts(table: Table, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise ConfigurationError(f"{table.where(key)} must be a list of texts")
    return tuple(value)


def _sources(table: Table, key: str, value: Any) -> tuple[str, ...]:
    return tuple(
        each if each.startswith(REMOTE_PREFIXES) else str(table.folder / each) for each in _texts(table, key, value)
    )


def _paths(table: Table, key: str, value: Any) -> tuple[Path, ...]:
    return tuple(table.folder / each for each in _texts(table, key, value))


def _path(table: Table, key: str, value: Any) -> Path:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{table.where(key)} must be a path, as a text")
    return table.folder / value


def _thresholds(table: Table, key: str, value: Any) -> tuple[str, ...]:
    given = value if isinstance(value, list) else [value]
    if not given or not all(isinstance(each, str) and each in THRESHOLDS for each in given):
        raise ConfigurationError(f"{table.where(key)} must be one of {', '.join(THRESHOLDS)}, or a list of them")
    return tuple(given)


def _share(table: Table, key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ConfigurationError(f"{table.where(key)} must be a number from 0 to 1")
    return float(value)


def _waivers(table: Table, key: str, value: Any) -> tuple[Waiver, ...]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ConfigurationError(f"{table.where(key)} must be tables, each of path, rule and reason")
    if len(value) > MOST_WAIVERS:
        raise ConfigurationError(f"{table.where(key)} are more than {MOST_WAIVERS:,}: name folders rather than files")
    waivers = tuple(_waiver(table, key, number, each) for number, each in enumerate(value, 1))
    file = table.folder / table.name
    places = ((each.glob, rule, f"{file}:{each.line}") for each in waivers for rule in each.rules)
    check_unrepeated(places, ConfigurationError)
    return waivers


def _waiver(table: Table, key: str, number: int, entry: dict[str, Any]) -> Waiver:
    line = table.line_of_entry(key, number)
    where = f"{table.folder / table.name}:{line}: {key}"
    for name in entry:
        if name not in _WAIVER_KEYS:
            raise ConfigurationError(f"{where}: there is no key {name!r}{_nearest(name, _WAIVER_KEYS)}")
    for name in _WAIVER_KEYS:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise ConfigurationError(f"{where}: a waiver needs its {name}, a text")
    glob = entry["path"].strip()
    if len(glob) > _LONGEST or ".." in glob.split("/"):
        raise ConfigurationError(f"{where}: path must be a glob from the root, of at most {_LONGEST} characters")
    check_rule(entry["rule"].strip(), where, ConfigurationError)
    return Waiver(table.name, line, (entry["rule"].strip(),), " ".join(entry["reason"].split()), glob)


def _nearest(word: str, known: Collection[str]) -> str:
    from rapidfuzz import process

    nearest = process.extractOne(word, list(known), score_cutoff=60)
    return f"; did you mean {nearest[0]!r}?" if nearest else f"; known are {', '.join(known)}"


_READERS: dict[str, Callable[[Table, str, Any], Any]] = {
    "include": _texts,
    "exclude": _texts,
    "exclude-upstream": _texts,
    "against": _sources,
    "corpus": _paths,
    "baseline": _path,
    "fail-on": _thresholds,
    "min-similarity": _share,
    "waivers": _waivers,
}
