"""The date of each scanned file: `dates_of` chooses what can tell it, best first, and asks only when it is asked.

Edit this when a kind of source can date its files in one more way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from ..errors import SourceError
from ..results import FileDate, Ground
from ..sources.checkout import Checkout

# Nothing in Python is older: what says so is wrong.
EARLIEST = "1991-01-01"

DateOf = Callable[[str], FileDate]
"""Says when the file at a path, as the checkout lists it, first appeared."""


class SourceFacts(Struct, frozen=True):
    """What a source tells beside its code, to say who was first."""

    date_of: DateOf = lambda _: FileDate()
    """Says when the file at a path first appeared; asked only for files that are alike with an upstream."""
    names: tuple[str, ...] = ()
    """What the source calls itself, in its metadata or its address."""


def dates_of(checkout: Checkout) -> DateOf:
    """The dates of the files of ``checkout``, asked for lazily: nothing is read or fetched before the first one.

    Whatever fails, the next best tells the date, or there is none and ``FileDate.says`` has the reason.
    """
    ways: list[DateOf] = []

    def date(path: str) -> FileDate:
        if not ways:
            ways.extend(_ways(checkout))
        return _first(ways, path)

    return date


def _first(ways: Sequence[DateOf], path: str) -> FileDate:
    """The date by the first of ``ways`` that knows one; else what the first of them says that says anything.

    Where that is a commit, an older release still wins: a repository may have begun with a release unpacked.
    """
    unknown = FileDate()
    for number, way in enumerate(ways):
        found = way(path)
        if found.date >= EARLIEST:
            return _older(found, ways[number + 1 :], path) if found.by is Ground.COMMIT else found
        unknown = unknown if unknown.says else found
    return unknown


def _older(found: FileDate, further: Sequence[DateOf], path: str) -> FileDate:
    """The date of the release that a checkout says that it is, where that is certain, and no younger than its commits.

    Of one day, the one that is no claim.
    """
    dates = (each for way in further if (each := way(path)).by is Ground.RELEASE and not each.at_latest)
    return min((found, *dates), key=lambda each: (each.date, each.claim))


def _ways(checkout: Checkout) -> list[DateOf]:
    """What can date the files, best first. Each is imported where it is needed: most runs date nothing."""
    ways: list[DateOf] = []
    if checkout.folder is not None:
        ways.append(_committed(checkout.folder))
    if checkout.fetched is not None and checkout.history is not None:
        from .git_dates import FetchedDates

        ways.append(FetchedDates(checkout.fetched, checkout.commit, checkout.history))
    if checkout.folder is not None or checkout.archive is not None:
        ways += _released(checkout)
    if checkout.repository:
        from .hub_dates import HubDates

        ways.append(HubDates(checkout.repository, checkout.commit))
    if checkout.released and checkout.archive is not None:
        itself = f"{checkout.project} {checkout.release} itself"
        project = checkout.project
        ways.append(_always(FileDate(checkout.released, Ground.RELEASE, at_latest=True, says=itself, project=project)))
    if checkout.newest:
        newest = "the newest time in the archive"
        ways.append(_always(FileDate(checkout.newest, Ground.ARCHIVE, True, True, newest, checkout.newest)))
    return ways


def _committed(folder: Path) -> DateOf:
    """By the commits of the git checkouts that its files are in, where there are any."""
    from .git_tops import GitTops

    tops = GitTops(folder)
    asked: list[DateOf] = []

    def date(path: str) -> FileDate:
        if not tops.place(path)[0]:
            return FileDate()
        if not asked:
            from .git_dates import GitDates  # takes as long as a small file

            asked.append(GitDates(folder))
        return asked[0](path)

    return date


def _released(checkout: Checkout) -> list[DateOf]:
    """By the releases up to that which the source says that it is, if it says so."""
    from .release_identity import identity_of

    try:
        identity = identity_of(checkout)
    except SourceError:
        return []
    if identity is None:
        return []
    from .release_dates import ReleaseDates  # takes as long as two small files

    return [ReleaseDates(checkout, identity)]


def _always(date: FileDate) -> DateOf:
    return lambda _: date
