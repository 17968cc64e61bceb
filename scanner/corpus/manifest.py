"""The manifest: a YAML file that lists the upstreams of a corpus, read with care, and the corpus that is built from it.

Edit this when an entry gets a key.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct
from msgspec.structs import fields

from ..errors import ConfigurationError, CorpusError
from ..sources import open_source, registry
from ..sources.files import Selection
from ..sources.specs import parse_requirement
from ..support.globs import matcher
from ..support.nesting import MOST_DEPTH, NESTED_TOO_DEEPLY, passing_in_refused_yaml
from .builder import CorpusBuilder
from .indexing import add_checkout
from .library import CorpusFacts, Progress, facts
from .model import Project, check_writable


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

    @property
    def project(self) -> Project:
        """What the corpus says of the project."""
        return Project(self.name, self.licence, self.homepage, self.source, self.package)


# Seconds for one file: what is in a corpus is not for the machine it is built on to decide.
_LONGEST = 3_600.0
_KEYS = frozenset(field.name for field in fields(Upstream))
_LISTS = frozenset(("releases", "include", "exclude"))


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
    if missing := sorted(_KEYS - {"exclude"} - entry.keys()):
        raise CorpusError(f"{where}: key {missing[0]!r} is missing")
    upstream = Upstream(**{key: _value(where, key, value) for key, value in entry.items()})
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


def build(manifest: Path, output: Path, progress: Progress | None = None) -> CorpusFacts:
    """Build what ``manifest`` lists into ``output``; the same manifest gives the same bytes.

    Raises ModelkinError.
    """
    upstreams = read_manifest(manifest)
    check_writable(output)
    wanted = [
        (upstream, parse_requirement(f"pypi:{upstream.package}=={version}"))
        for upstream in upstreams
        for version in upstream.releases
    ]
    builder = CorpusBuilder()
    newest = ""
    for done, (upstream, release) in enumerate(wanted):
        spec = f"pypi:{release.name}=={release.version}"
        if progress:
            progress(done, len(wanted), spec)
        _, file = registry.fetch(release.name, release.version)
        selection = Selection(upstream.include, upstream.exclude, timeout=_LONGEST)
        with open_source(spec) as checkout:
            newest = max(newest, checkout.released)
            if not add_checkout(builder, checkout, upstream.project, release.version, file.sha256, selection):
                raise CorpusError(f"{manifest}: the globs of {upstream.name} match no Python file in {spec}")
    builder.finish(output.stem, newest.replace("-", ".")).save(output)
    return facts(output)
