"""The manifest: a YAML file that lists the upstreams of a corpus, read with care; `building` builds from it.

Edit this when an entry gets a key, and `upstream_entry` for what an entry means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from ...errors import ConfigurationError, CorpusError
from ...settings import checked_date
from ...support.nesting import MOST_DEPTH, NESTED_TOO_DEEPLY, passing_in_refused_yaml
from .upstream_entry import PLACES, Upstream, check_globs, check_places, check_projects, default_source

_LISTS = frozenset(("releases", "include", "exclude", "native"))
_MAY_BE_EMPTY = frozenset(("exclude", "native"))
_OTHERWISE_READ = frozenset(("published", "begun", "licence"))
_REQUIRED = frozenset(("name", "licence", "homepage", "source", "releases", "include"))
_KEYS = _REQUIRED | _LISTS | _OTHERWISE_READ | {*PLACES}


def read_manifest(path: Path) -> list[Upstream]:
    """The upstreams a manifest lists. Raises CorpusError naming the entry and key that is wrong."""
    loaded = _load(path)
    if not isinstance(loaded, dict) or not isinstance(loaded.get("upstreams"), list) or not loaded["upstreams"]:
        raise CorpusError(f"{path}: has no list `upstreams`")
    upstreams = [_upstream(f"{path}: entry {place}", entry) for place, entry in enumerate(loaded["upstreams"], 1)]
    check_projects(str(path), upstreams)
    return upstreams


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
    _check_keys(where, entry)
    values = {key: _value(where, key, value) for key, value in entry.items() if key not in _OTHERWISE_READ}
    values = {"source": default_source(values), **values}
    if repeated := [release for release in values["releases"] if values["releases"].count(release) > 1]:
        raise CorpusError(f"{where}: release {repeated[0]} is listed twice")
    licences = _licences(where, entry["licence"], values["releases"])
    upstream = Upstream(**values, licences=licences, **_dates(where, entry, values["releases"]))
    check_places(where, upstream)
    check_globs(where, upstream)
    return upstream


def _check_keys(where: str, entry: Mapping[str, Any]) -> None:
    places = [key for key in PLACES if key in entry]
    if len(places) > 1:
        raise CorpusError(f"{where}: {places[0]!r} and {places[1]!r} are two sources: give each an entry of that name")
    missing = _REQUIRED - entry.keys() - ({"source"} if default_source(entry) else set())
    if missing:
        raise CorpusError(f"{where}: key {min(missing)!r} is missing")
    if not places:
        raise CorpusError(f"{where}: none of the keys {', '.join(PLACES)} says where its releases are")


def _in_british(where: str, entry: dict[Any, Any]) -> dict[Any, Any]:
    if "license" not in entry:
        return entry
    if "licence" in entry:
        raise CorpusError(f"{where}: 'licence' and 'license' are one key; give it once")
    return {("licence" if key == "license" else key): value for key, value in entry.items()}


def _shown(key: object) -> str:
    """A key that may be anything YAML can express, even a structure without end."""
    return repr(key) if isinstance(key, str | int | float) else f"of type {type(key).__name__}"


def _licences(where: str, given: Any, releases: tuple[str, ...]) -> tuple[str, ...]:
    """The licence of each release: one for all, or from each release that is named on."""
    if isinstance(given, str):
        return (given,) * len(releases)
    if not isinstance(given, dict):
        raise CorpusError(f"{where}: 'licence' must be a string, or a mapping of releases to strings")
    _check_releases(where, "licence", given, releases)
    if wrong := [release for release, licence in given.items() if not isinstance(licence, str)]:
        raise CorpusError(f"{where}: 'licence' of {wrong[0]} must be a string")
    if releases[0] not in given:
        raise CorpusError(f"{where}: 'licence' must begin with {releases[0]}, the first of 'releases'")
    found: list[str] = []
    for release in releases:
        found.append(given[release] if release in given else found[-1])
    return tuple(found)


def _check_releases(where: str, key: str, given: Iterable[Any], releases: tuple[str, ...]) -> None:
    if unknown := [release for release in given if release not in releases]:
        what = {"licence": "a licence", "published": "a date"}[key]
        raise CorpusError(f"{where}: {key!r} has {what} of {_shown(unknown[0])}, which is none of 'releases'")


def _dates(where: str, entry: dict[Any, Any], releases: tuple[str, ...]) -> dict[str, Any]:
    """The dates of an entry; one that is `published` without a release is that of the first."""
    dates: dict[str, Any] = {}
    if "begun" in entry:
        dates["begun"] = _day(where, "'begun'", entry["begun"])
    if "published" in entry:
        given = entry["published"]
        given = given if isinstance(given, dict) else {releases[0]: given}
        _check_releases(where, "published", given, releases)
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
    if not value and key not in _MAY_BE_EMPTY:
        raise CorpusError(f"{where}: {key!r} is empty")
    return tuple(value)
