"""Commits of git and of the Hub as releases of an upstream: their files, and when each path and content came.

The registry's releases are `past`'s. Edit this when a corpus is built from one more kind of repository, or when a
repository should tell more of its past.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from msgspec.structs import replace

from ...dating.path_commits import FirstCommits, Known, first_commits
from ...errors import SourceError
from ...repository.layout import legal_place
from ...sources.checkout import Checkout, Entry
from ...sources.specs import HUB_PREFIX

HISTORY_SECONDS = 300.0


class Appearance(NamedTuple):
    """When a path of an upstream came."""

    first: Known
    """The first commit that has it, under an earlier name too."""
    before: Known | None
    """The last before its day, which lacks it; None where it came with the first commit of all."""


class OpenReleases(NamedTuple):
    """Releases of an upstream, open to be read."""

    checkouts: Mapping[str, Checkout]
    """By release, in the order asked for; `Checkout.released` is the day of the commit, empty where it tells none."""
    appeared: Mapping[str, Appearance]
    """By path. Without those that no history tells of."""
    holders: Mapping[tuple[str, str], Known]
    """By release and path: the first commit in which the path has the content that it has in that release."""
    begun: str
    """The day of the first commit of all; empty where none is known."""


Takes = Callable[[str], bool]


@contextmanager
def open_git_releases(
    url: str, releases: Sequence[str], takes: Takes, unlisted: list[str], native: Takes = lambda _: False
) -> Iterator[OpenReleases]:
    """Open ``releases``, full hashes of commits, of the git repository at ``url``: files whose path it ``takes``, those
    that are ``native``, which nothing dates, and legal texts at the top.

    A history that cannot be had dates nothing, and is named in ``unlisted``. Raises SourceError.
    """
    from ...sources.partial.commits import open_commits

    with open_commits(url, releases, lambda path: takes(path) or native(path) or _is_legal(path)) as opened:
        contents = {release: _taken(opened.contents[release], takes) for release in releases}
        try:
            first = first_commits(opened.history(HISTORY_SECONDS), HISTORY_SECONDS)
        except SourceError as error:
            unlisted.append(f"paths are dated by the releases alone: {error}")
            first = FirstCommits({}, {}, ())
        yield _opened({release: opened.checkouts[release] for release in releases}, contents, first)


@contextmanager
def open_hub_releases(
    repository: str, releases: Sequence[str], takes: Takes, unlisted: list[str], _native: Takes = lambda _: False
) -> Iterator[OpenReleases]:
    """Open ``releases``, full revisions, of ``repository``, ORG/NAME on the Hub, as `open_git_releases` does.

    What is native is there where the Hub's code was fetched with it.

    Where the Hub cannot be asked, what its cache holds is read, and dates nothing.
    """
    from ...dating.hub_commits import HubHistory, hub_history
    from ...sources import hub

    checkouts = {release: hub.open_repository(f"{HUB_PREFIX}{repository}@{release}") for release in releases}
    paths = {path for checkout in checkouts.values() for path in map(_path, checkout.entries()) if takes(path)}
    try:
        known = hub_history(repository, releases, paths)
    except SourceError as error:
        unlisted.append(f"paths are dated by the releases alone: {error}")
        known = HubHistory(FirstCommits({}, {}, ()), {}, {})
    dated = {
        release: replace(checkout, released=known.days.get(release) or checkout.released)
        for release, checkout in checkouts.items()
    }
    contents = {release: _taken(known.contents.get(release) or dict.fromkeys(paths, ""), takes) for release in releases}
    yield _opened(dated, contents, known.first)


def _opened(
    checkouts: Mapping[str, Checkout], contents: Mapping[str, Mapping[str, str]], first: FirstCommits
) -> OpenReleases:
    paths = {path for each in contents.values() for path in each}
    appeared = {path: Appearance(born, first.before(born.day)) for path in paths if (born := first.paths.get(path))}
    holders = {
        (release, path): holder
        for release, each in contents.items()
        for path, content in each.items()
        if content and (holder := first.contents.get((path, content)))
    }
    return OpenReleases(checkouts, appeared, holders, first.commits[0].day if first.commits else "")


def _taken(contents: Mapping[str, str], takes: Takes) -> dict[str, str]:
    return {path: content for path, content in contents.items() if takes(path)}


def _is_legal(path: str) -> bool:
    """Whether a file says under what terms all of a repository is."""
    return "/" not in path and legal_place(path) is not None


def _path(entry: object) -> str:
    return entry.path if isinstance(entry, Entry) else ""
