"""The manifest: a YAML file that lists the upstreams of a corpus, read with care; `building` builds from it.

Edit this when an entry gets a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct
from msgspec.structs import fields

from ..errors import ConfigurationError, CorpusError
from ..settings import checked_date
from ..support.globs import matcher
from ..support.nesting import MOST_DEPTH, NESTED_TOO_DEEPLY, passing_in_refused_yaml
from .model import Project


class Upstream(Struct, frozen=True):
    """A project to index: its releases at the package registry, and which of their paths."""

    name: str
    package: str
    licence: str
    homepage: str
    source: str
    releases: tuple[str, ...]
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    published: Mapping[str, str] = {}
    """The ISO dates on which the code of releases was first public, where that was before their upload."""
    begun: str = ""
    """The ISO date on which any of the code was first public, where that was before all the releases."""

    def project(self, published: str) -> Project:
        """What the corpus says of the project, whose code was first public on ``published``."""
        return Project(self.name, self.licence, self.homepage, self.source, self.package, published)


_KEYS = frozenset(field.name for field in fields(Upstream))
_LISTS = frozenset(("releases", "include", "exclude"))
_DATES = frozenset(("published", "begun"))
_REQUIRED = _KEYS - _DATES - {"exclude"}


def read_manifest(path: Path) -> list[Upstream]:
    """The upstreams a manifest lists. Raises CorpusError naming the entry and key that is wrong."""
    loaded = _load(path)
    if not isinstance(loaded, dict) or not isinstance(loaded.get("upstreams"), list) or not loaded["upstreams"]:
        raise CorpusError(f"{path}: has no list `upstreams`")
    return [_upstream(f"{path}: entry {place}", entry) for place, entry in enumerate(loaded["upstreams"], 1)]


def _load(path: Path) -> Any:
    text = ""
    try:
        text = path.read_text("utf-8")
        return yaml.safe_load(text)
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from None
    except RecursionError:
        raise CorpusError(f"{path}: not valid YAML: {NESTED_TOO_DEEPLY}") from None
    except (yaml.YAMLError, ValueError) as error:  # ValueError: not UTF-8, the 32nd of a month, 5,000 digits
        mark = getattr(error, "problem_mark", None)
        is_deep = mark and passing_in_refused_yaml(text, mark, MOST_DEPTH)
        reason = NESTED_TOO_DEEPLY if is_deep else " ".join(str(error).split())
        raise CorpusError(f"{path}: not valid YAML: {reason}") from None


def _upstream(where: str, entry: Any) -> Upstream:
    if not isinstance(entry, dict):
        raise CorpusError(f"{where} of upstreams is not a mapping")
    if isinstance(entry.get("name"), str):
        where += f" ({entry['name']})"
    entry = _in_british(where, entry)
    if unknown := [key for key in entry if key not in _KEYS]:
        raise CorpusError(f"{where}: unknown key {_shown(unknown[0])}; known are {', '.join(sorted(_KEYS))}")
    if missing := sorted(_REQUIRED - entry.keys()):
        raise CorpusError(f"{where}: key {missing[0]!r} is missing")
    values = {key: _value(where, key, value) for key, value in entry.items() if key not in _DATES}
    upstream = Upstream(**values, **_dates(where, entry, values["releases"]))
    try:
        matcher((*upstream.include, *upstream.exclude))
    except ConfigurationError as error:
        raise CorpusError(f"{where}: {error}") from None
    if repeated := [release for release in upstream.releases if upstream.releases.count(release) > 1]:
        raise CorpusError(f"{where}: release {repeated[0]} is listed twice")
    return upstream


def _in_british(where: str, entry: dict[Any, Any]) -> dict[Any, Any]:
    if "license" not in entry:
        return entry
    if "licence" in entry:
        raise CorpusError(f"{where}: 'licence' and 'license' are one key; give it once")
    return {("licence" if key == "license" else key): value for key, value in entry.items()}


def _shown(key: object) -> str:
    """A key that may be anything YAML can express, even a structure without end."""
    return repr(key) if isinstance(key, str | int | float) else f"of type {type(key).__name__}"


def _dates(where: str, entry: dict[Any, Any], releases: tuple[str, ...]) -> dict[str, Any]:
    """The dates of an entry; one that is `published` without a release is that of the first."""
    dates: dict[str, Any] = {}
    if "begun" in entry:
        dates["begun"] = _day(where, "'begun'", entry["begun"])
    if "published" in entry:
        given = entry["published"]
        given = given if isinstance(given, dict) else {releases[0]: given}
        if unknown := [release for release in given if release not in releases]:
            raise CorpusError(f"{where}: 'published' has a date of {_shown(unknown[0])}, which is none of 'releases'")
        dates["published"] = {release: _day(where, "'published'", day) for release, day in given.items()}
    return dates


def _day(where: str, key: str, value: object) -> str:
    """``value``, text or a date as YAML reads one."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    if not isinstance(value, str):
        raise CorpusError(f"{where}: {key} must be a date, as in 2021-01-06")
    try:
        return checked_date(value)
    except ConfigurationError as error:
        raise CorpusError(f"{where}: {key}: {error}") from None


def _value(where: str, key: str, value: Any) -> Any:
    if key not in _LISTS:
        if not isinstance(value, str):
            raise CorpusError(f"{where}: {key!r} must be a string")
        return value
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise CorpusError(f"{where}: {key!r} must be a list of strings; quote versions")
    if not value and key != "exclude":
        raise CorpusError(f"{where}: {key!r} is empty")
    return tuple(value)
