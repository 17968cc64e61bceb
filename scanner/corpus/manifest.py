"""The manifest of upstreams in, checked entries out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from ..errors import CorpusError
from .pack import Project


@dataclass(frozen=True, slots=True)
class Upstream:
    """A project to index: its releases at the package registry, and which of their paths."""

    name: str
    package: str
    licence: str
    homepage: str
    source: str
    releases: tuple[str, ...]
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()

    @property
    def project(self) -> Project:
        """What the corpus says of the project."""
        return Project(self.name, self.licence, self.homepage, self.source)


def read_manifest(path: Path) -> list[Upstream]:
    """The upstreams a manifest lists. Raises CorpusError naming the entry and key that is wrong."""
    try:
        loaded = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    entries = loaded.get("upstreams") if isinstance(loaded, dict) else None
    if not isinstance(entries, list) or not entries:
        raise CorpusError(f"{path}: has no list `upstreams`")
    return [_upstream(path, place, entry) for place, entry in enumerate(entries, 1)]


def _upstream(path: Path, place: int, entry: Any) -> Upstream:
    if not isinstance(entry, dict):
        raise CorpusError(f"{path}: entry {place} of upstreams is not a mapping")
    known = {field.name for field in fields(Upstream)}
    where = f"{path}: entry {place} ({entry.get('name', 'no name')})"
    if unknown := sorted(set(map(str, entry)) - known):
        raise CorpusError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")
    if missing := sorted(known - {"exclude"} - set(entry)):
        raise CorpusError(f"{where}: key {missing[0]!r} is missing")
    return Upstream(**{key: _value(where, key, value) for key, value in entry.items()})


def _value(where: str, key: str, value: Any) -> Any:
    wants_list = key in ("releases", "include", "exclude")
    items = value if wants_list and isinstance(value, list) else [value]
    if wants_list != isinstance(value, list) or not all(isinstance(item, str) for item in items):
        raise CorpusError(f"{where}: {key!r} must be {'a list of strings' if wants_list else 'a string'}; quote versions")
    return tuple(value) if wants_list else value
