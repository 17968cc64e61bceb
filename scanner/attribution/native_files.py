"""Native files (C++, CUDA, Cython …) that an upstream holds as well: which of a source's are known, and what is said.

They are equal but for comments and white space; no more of them is known. Edit this when another upstream should be
named for one, or when more of a source's native files should be looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from ..corpus.intervals import day_number
from ..corpus.model import Corpus, Project, Release, Version
from ..corpus.native_table import NativeFile, hashed
from ..dating.dates import DateOf
from ..matching.verdict import stands_under
from ..notices.model import Notice
from ..repository.own_names import plain_name
from ..results import Direction, FileDate, KnownNative, Region, Unread, UnreadKind, UpstreamMatch, Verdict
from ..sources.checkout import Entry
from .findings import FindingDraft, a_few

# Of one source, in some two seconds; what comes after is listed as not read, and no more.
MOST_FILES, MOST_BYTES = 5_000, 32 * 1024**2
_NO_NOTICE = Notice("", ())


class Asked(NamedTuple):
    """How native files are asked for."""

    date_of: DateOf
    """When the file at a path first appeared; asked only for those that an upstream holds."""
    names: tuple[str, ...] = ()
    """What the source calls itself: what is its own, under its own path, is from no upstream."""
    named: bool = False
    """Whether the user named the original."""
    answers: Callable[[str], bool] = lambda _: True
    """Which upstream projects may be named."""


class _Held(NamedTuple):
    """A release that holds a native file under a path."""

    corpus: Corpus
    numbers: tuple[int, ...]
    """The releases of the corpus of which any native file is known."""
    release: Release
    path: int

    @property
    def project(self) -> Project:
        return self.corpus.projects[self.release.project]


def with_known(
    unread: Sequence[Unread], entries: Iterable[Entry], corpora: Sequence[Corpus], asked: Asked
) -> tuple[Unread, ...]:
    """``unread`` with what is known of its native files, the ``entries``, that an upstream holds.

    Of several upstreams the one that had it first is named, and none that is certainly younger than the file.
    """
    knowing = [corpus for corpus in corpora if len(corpus.native_hashes)]
    if not knowing:
        return tuple(unread)
    found = hashed(entries, MOST_FILES, MOST_BYTES)
    files = [each for each in found if isinstance(each, NativeFile)]
    known = tuple(_known(files, knowing, asked))
    return tuple(replace(each, known=known) if each.kind is UnreadKind.NATIVE else each for each in unread)


def _known(files: Sequence[NativeFile], corpora: Sequence[Corpus], asked: Asked) -> Iterator[KnownNative]:
    own = frozenset(plain_name(each.rpartition("/")[2]) for each in asked.names)
    for file, held in zip(files, _holders(files, corpora), strict=True):
        if any(_is_one_of(each.project, own) and stands_under(file.path, each.corpus.text(each.path)) for each in held):
            continue  # a file of the project's own release
        others = [each for each in held if asked.answers(each.project.name)]
        if not others:
            continue
        dated = FileDate() if asked.named else asked.date_of(file.path)
        for first in sorted(others, key=_age):
            match = _match(first, others, dated, asked.named or _is_one_of(first.project, own))
            if match.direction is not Direction.LATER:
                yield KnownNative(file.path, match)
                break


def _is_one_of(project: Project, names: frozenset[str]) -> bool:
    return not names.isdisjoint(map(plain_name, (project.name, *project.packages)))


def _holders(files: Sequence[NativeFile], corpora: Sequence[Corpus]) -> list[list[_Held]]:
    """For each file all that hold it."""
    wanted = np.array([file.hash for file in files], np.uint64)
    held: list[list[_Held]] = [[] for _ in files]
    for corpus in corpora:
        first = np.searchsorted(corpus.native_hashes, wanted).tolist()
        numbers = tuple(np.unique(corpus.native_releases).tolist())
        last = np.searchsorted(corpus.native_hashes, wanted, "right").tolist()
        for place, rows in enumerate(map(range, first, last)):
            for row in rows:
                release = corpus.releases[int(corpus.native_releases[row])]
                held[place].append(_Held(corpus, numbers, release, int(corpus.native_paths[row])))
    return held


def _age(held: _Held) -> tuple[str, str, str, str]:
    return held.release.day, held.project.name, held.release.version, held.corpus.text(held.path)


def _match(first: _Held, others: Sequence[_Held], dated: FileDate, named: bool) -> UpstreamMatch:
    """The upstream of a file that appeared on the day ``dated``, as reports name it."""
    version = Version(first.project, first.release, first.corpus.text(first.path), _NO_NOTICE)
    same = [each for each in others if (each.project, each.path) == (first.project, first.path)]
    without, appeared = _interval(first)
    return UpstreamMatch(
        project=version.project.name,
        path=version.path,
        first_release=first.release.version,
        last_release=max(same, key=_age).release.version,
        released=first.release.released,
        share=1.0,
        licence=version.licence,
        copyrights=(),
        url=version.address(first.release.version),
        verdict=Verdict.IDENTICAL,
        package=version.package,
        licence_copyrights=first.release.copyrights,
        has_notice_file=first.release.has_notice_file,
        direction=Direction.IN_ORDER if named else _direction(without, appeared, first.project, dated),
        without=without.version if without else "",
        appeared=appeared.version,
        appeared_on=appeared.released,
        contained=1.0,
        homepage=version.project.homepage,
    )


def _interval(held: _Held) -> tuple[Release | None, Release]:
    """The last release of its package in its corpus without the path, and the first with it.

    Only releases of which any native file is known lack one.
    """
    corpus, release = held.corpus, held.release
    having = set(corpus.native_releases[corpus.native_paths == held.path].tolist())
    places = (release.project, release.origin)
    of_package = {
        number: each for number in held.numbers if ((each := corpus.releases[number]).project, each.origin) == places
    }
    appeared = min((each for number, each in of_package.items() if number in having), key=_day)
    before = [each for number, each in of_package.items() if number not in having and each.day < appeared.day]
    return max(before, key=_day, default=None), appeared


def _day(release: Release) -> tuple[str, str]:
    return release.day, release.version


def _direction(without: Release | None, appeared: Release, project: Project, dated: FileDate) -> Direction:
    """Who was first: as for Python files, by the interval in which the path appeared."""
    by = day_number(appeared.released)
    if not by:  # the user's own, without a date: vouched for
        return Direction.IN_ORDER
    day = day_number(dated.date)
    after = min(day_number(without.released if without else project.published) or by, by)
    if not day or (dated.at_latest and day >= after):
        return Direction.UNKNOWN
    if day < after:
        return Direction.UNKNOWN if dated.claim else Direction.LATER
    return Direction.IN_ORDER if day >= by else Direction.OPEN


def native_drafts(unread: Iterable[Unread]) -> Iterator[FindingDraft]:
    """One for each release of an upstream whose native files stand in the source."""
    found: defaultdict[tuple[str, str, Direction], list[KnownNative]] = defaultdict(list)
    for each in unread:
        for known in each.known:
            upstream = known.upstream
            found[upstream.project, upstream.first_release, upstream.direction].append(known)
    for files in found.values():
        facts = {"found": a_few([file.path for file in files])}
        yield FindingDraft("native-file-known", Region(files[0].path, 1, 1), facts, files[0].upstream)
