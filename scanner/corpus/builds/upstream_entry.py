"""What an entry of a manifest is: releases of a project from one package, git repository or Hub repository.

Several entries of one name are one project. Edit this when an entry should say, or be checked for, something more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from packaging.version import InvalidVersion, Version

from ...errors import ConfigurationError, CorpusError, SourceError
from ...sources.index import canonical_name
from ...sources.specs import GIT_PREFIX, HUB_PREFIX, REGISTRY_PREFIX, parse_git_address, parse_requirement
from ...support.globs import matcher
from ..model import Project, is_commit

# The keys that say where the releases of an entry are; it has one of them.
PLACES = ("package", "git", "hf")
_ON_THE_HUB = "https://huggingface.co/{}/blob/{{release}}/{{path}}"
_HOSTS = re.compile(r"https://(?:github|gitlab)\.com/[\w.-]+/[\w.-]+")
_HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)
# What no glob but one of wildcards matches, to try globs with.
_ANY, _SUFFIX = "q7x", ".py"
_WILDCARDS = re.compile(r"\*\*|\*|\?|\[[^]]*\]")


class Upstream(Struct, frozen=True):
    """Releases to index, and which of their paths."""

    name: str
    homepage: str
    source: str
    releases: tuple[str, ...]
    """Versions of a package; full hashes of commits of a git repository, or of the Hub's."""
    include: tuple[str, ...]
    licences: tuple[str, ...]
    """What each release is under, as SPDX expressions."""
    package: str = ""
    git: str = ""
    hf: str = ""
    exclude: tuple[str, ...] = ()
    native: tuple[str, ...] = ()
    """Globs of native files besides those at and below the paths that are included."""
    published: Mapping[str, str] = {}
    """The ISO dates on which the code of releases was first public, where that was before their upload."""
    begun: str = ""
    """The ISO date on which any of the code was first public, where that was before all the releases."""

    @property
    def origin(self) -> str:
        """Where its releases are, as the name of a source begins."""
        if self.package:
            return package_origin(self.package)
        return GIT_PREFIX + self.git if self.git else HUB_PREFIX + self.hf

    def spec(self, release: str) -> str:
        """The source that a release is, as a user would name it."""
        if self.package:
            return f"{REGISTRY_PREFIX}{self.package}=={release}"
        return f"{self.origin}@{release}"

    def licence(self, release: str) -> str:
        """What a release is under."""
        return self.licences[self.releases.index(release)]


def package_origin(package: str) -> str:
    """Where the releases of a package are, as the name of a source begins."""
    return REGISTRY_PREFIX + canonical_name(package)


def project_of(upstreams: Sequence[Upstream], published: str) -> Project:
    """What the corpus says of a project, by its entries; its code was first public on ``published``."""
    first = upstreams[0]
    packages = {canonical_name(each.package): each.package for each in reversed(upstreams) if each.package}
    named = list(dict.fromkeys(packages[canonical_name(each.package)] for each in upstreams if each.package))
    return Project(
        first.name, first.licences[0], first.homepage, first.source, "".join(named[:1]), published, tuple(named[1:])
    )


def default_source(entry: Mapping[str, Any]) -> str:
    """Where a file of a git or Hub repository can be read, where that goes without saying; else empty."""
    git, hf = entry.get("git"), entry.get("hf")
    if isinstance(hf, str):
        return _ON_THE_HUB.format(hf)
    address = _same_place(git) if isinstance(git, str) else ""
    return address + "/blob/{release}/{path}" if _HOSTS.fullmatch(address) else ""


def check_places(where: str, upstream: Upstream) -> None:
    """Raise CorpusError when an entry does not say where its releases are, to the last digit."""
    if upstream.git.startswith(GIT_PREFIX):
        raise CorpusError(f"{where}: 'git' is an address without {GIT_PREFIX}: https://HOST/PATH")
    if upstream.hf and not _HUB_NAME.fullmatch(upstream.hf):
        raise CorpusError(f"{where}: 'hf' must be ORG/NAME, as in openbmb/MiniCPM-V-2")
    if not upstream.package and (inexact := [each for each in upstream.releases if not is_commit(each)]):
        told = (
            f"`git ls-remote {upstream.git} {inexact[0]}` shows those of a tag or branch"
            if upstream.git
            else f"https://huggingface.co/{upstream.hf}/commits/main lists them"
        )
        raise CorpusError(f"{where}: release {inexact[0]!r} is no full hash: write the 40 digits of its commit; {told}")
    try:
        for release in upstream.releases:
            if upstream.package:
                parse_requirement(upstream.spec(release))
                Version(release)
            elif upstream.git:
                parse_git_address(upstream.spec(release))
    except InvalidVersion:
        raise CorpusError(f"{where}: release {release!r} is not a version: write it as the registry does") from None
    except SourceError as error:
        raise CorpusError(f"{where}: {error}") from None


def check_globs(where: str, upstream: Upstream) -> None:
    """Raise CorpusError when the globs of an entry cannot be read, or leave nothing of any release."""
    try:
        matcher((*upstream.include, *upstream.exclude, *upstream.native))
        excluded = matcher(upstream.exclude)
    except ConfigurationError as error:
        raise CorpusError(f"{where}: {error}") from None
    chosen = [glob for glob in upstream.include if not glob.startswith("!")]
    if chosen and all(all(map(excluded, _like(glob))) for glob in chosen):
        raise CorpusError(f"{where}: 'exclude' leaves nothing of what 'include' names")


def _like(glob: str) -> list[str]:
    """Paths that ``glob`` matches, and beside it hardly any but one of wildcards."""
    shallow = _WILDCARDS.sub(lambda found: _fill(found[0], deep=False), glob)
    deep = _WILDCARDS.sub(lambda found: _fill(found[0], deep=True), glob)
    return [path if path.endswith(_SUFFIX) else f"{path.rstrip('/')}/{_ANY}{_SUFFIX}" for path in (shallow, deep)]


def _fill(wildcard: str, deep: bool) -> str:
    if wildcard.startswith("["):
        return wildcard[1]
    return f"{_ANY}/{_ANY}" if wildcard == "**" and deep else _ANY


def check_projects(manifest: str, upstreams: Sequence[Upstream]) -> None:
    """Raise CorpusError when entries of one project contradict each other, or list the same release."""
    first: dict[str, tuple[int, Upstream]] = {}
    listed: dict[tuple[str, str, str], int] = {}
    for place, upstream in enumerate(upstreams, 1):
        where = f"{manifest}: entry {place} ({upstream.name})"
        number, other = first.setdefault(upstream.name, (place, upstream))
        if upstream.homepage != other.homepage:
            raise CorpusError(f"{where}: 'homepage' is not that of entry {number}, which is the same project")
        begun = {each.begun for each in upstreams if each.name == upstream.name and each.begun}
        if len(begun) > 1:
            raise CorpusError(f"{where}: 'begun' is given as {' and '.join(sorted(begun))}: give a project one date")
        for release in upstream.releases:
            key = upstream.name, _same_place(upstream.origin), release
            if listed.setdefault(key, place) != place:
                raise CorpusError(f"{where}: release {release} is that of entry {listed[key]}: list it once")


def _same_place(origin: str) -> str:
    return origin.rstrip("/").removesuffix(".git")
