"""Who was first: whether each file that a scanned one is alike with is older, younger, or neither can be told.

Dates decide where there are any, by the interval in which the upstream's path appeared; what the scanned source itself
says is a claim, and yields to what cannot be forged: what the file holds of the upstream's later additions. Edit this
when another ground should count, or another one should win.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ..corpus.intervals import day_number
from ..corpus.model import Project
from ..dating.not_before import NotBefore
from ..notices.model import Notice
from ..results import Direction, FileDate, Ground, Innovations
from .candidates import HistoryKey
from .comparison import MODIFIED_SHARE, Comparison
from .gained import tell_of_descent
from .innovations import innovations_of
from .named_first import Named, named_first
from .ranking import ADDED_SHARE, ALIKE_PART, ranked_by_closeness


class Credited(Struct, frozen=True):
    """Whether an upstream file's own header names the scanned side as its source."""

    by_holder: bool = False
    """It names a holder whom the file's own header has, and no other holder has a line in it."""
    by_name: bool = False
    """It names the project that the scanned source says it is: a claim."""


class Facts(Struct, frozen=True):
    """What is known of a scanned file beside its code."""

    dated: FileDate = FileDate()
    not_before: Callable[[], NotBefore] = NotBefore
    """What its own text shows of how old it is at most."""
    credited: Callable[[Notice], Credited] = lambda _: Credited()
    """Whether the sources that an upstream file names in its header are the scanned side."""
    shares_source: Callable[[Notice, Project], bool] = lambda _notice, _project: False
    """Whether both name a third as their source, and the file names its holder: then neither need be from the other."""
    owns: Callable[[Project], bool] = lambda _: False
    """Whether a project is the one that is scanned, as far as its name says."""
    named: Named = lambda _: (0, 0)
    """How the file's own header names an upstream file."""
    since: int = 0
    """The day (20240131) since which its project, released at a registry, may have had its code; 0: not known."""

    @property
    def day(self) -> int:
        """The day of the file (20240131); 0 where none is known."""
        return day_number(self.dated.date)


class Standing(Struct, frozen=True):
    """How a file and one upstream path stand to each other in time."""

    direction: Direction
    by: Ground = Ground.NONE
    claim: bool = False
    innovations: Innovations | None = None


class Placed(Struct, frozen=True):
    """What is left of the upstreams once time is asked, and what is known of it."""

    kept: list[Comparison]
    """The upstreams, closest first."""
    later: list[Comparison]
    """What holds the same code and is younger."""
    facts: Facts
    """What decided: with a date that does not count left out."""
    dated: FileDate
    """The date of the file, whether it counts or not."""
    standings: dict[HistoryKey, Standing]
    """How each path history stands to the file; ask ``standing``."""
    notes: tuple[str, ...] = ()

    def standing(self, comparison: Comparison) -> Standing:
        """How the file and the upstream of ``comparison`` stand to each other in time."""
        key = comparison.candidate.key
        if key not in self.standings:
            self.standings[key] = _standing(comparison, self.facts, innovations_of(comparison))
        return self.standings[key]

    def is_later(self, comparison: Comparison) -> bool:
        """Whether the other one is younger than the file."""
        return self.standing(comparison).direction is Direction.LATER


Rematch = Callable[[str, Collection[HistoryKey]], list[Comparison]]
"""Matches the file again with what is no younger than an ISO date (any, when empty), less some path histories."""


def placed(kept: list[Comparison], facts: Facts, rematch: Rematch, named: bool) -> Placed:
    """Leave out of ``kept`` what is younger than the file. ``named``: the user named the original."""
    if named:
        standings = {each.candidate.key: Standing(Direction.IN_ORDER) for each in kept}
        return Placed(kept, [], facts, facts.dated, standings)
    # Of two contents of one path, the closer one tells.
    closest = {each.candidate.key: each for each in reversed(kept)}
    found = {key: innovations_of(each) for key, each in closest.items()}
    dated, notes = _counting(kept, facts, found)
    counting = replace(facts, dated=dated, since=_since(kept, replace(facts, dated=dated)))
    standings = {key: _standing(each, counting, found[key]) for key, each in closest.items()}
    standings |= _moved(closest, standings)
    seen = Placed(kept, [], counting, facts.dated, standings, notes)
    later = [each for each in kept if seen.is_later(each)]
    if not later and not any(_is_younger(each, counting) for each in kept):
        return replace(seen, kept=_certain_first(kept, seen))
    again = rematch(dated.date, {each.candidate.key for each in later})
    left = [each for each in _then(kept, again, seen) if not seen.is_later(each)]
    return replace(seen, kept=_certain_first(left, seen), later=later)


def _counting(
    kept: Sequence[Comparison], facts: Facts, found: dict[HistoryKey, Innovations | None]
) -> tuple[FileDate, tuple[str, ...]]:
    """The date that counts, and a note where the one that the source claims is contradicted, and does not."""
    dated = facts.dated
    if not dated.claim or not dated.date:
        return dated, ()
    why = _contradiction(kept, facts, found)
    if not why:
        return dated, ()
    return FileDate(), (f"{dated.date} ({dated.says or dated.by.value}) is the source's own word, but {why}",)


def _since(kept: Sequence[Comparison], facts: Facts) -> int:
    """The day on which the file's own project may have had its code at the earliest; 0 where no registry knows it.

    It is that of the project's own paths that hold nearly as much of the file as the closest upstream does.
    """
    if not kept or facts.dated.claim or facts.dated.by is not Ground.RELEASE:
        return 0
    least = ALIKE_PART * max(each.similarity for each in kept)
    own = (each for each in kept if facts.owns(_project(each)) and each.similarity >= least)
    return min(map(_after, own), default=0)


def _contradiction(kept: Sequence[Comparison], facts: Facts, found: dict[HistoryKey, Innovations | None]) -> str:
    """What speaks against the date that the source claims; empty where nothing does."""
    for each in kept:
        additions = found[each.candidate.key]
        # A project that goes on holds what it added itself; not where its last change, too, is older than that.
        day = facts.dated.newest if facts.owns(_project(each)) else facts.dated.date
        if additions and tell_of_descent(additions) and 0 < day_number(day) < _after(each):
            held = f"the file holds {additions.held} of {additions.added} statements"
            return f"{held} that {_project(each).name} added between {additions.since} and {additions.until}"
    shown = facts.not_before()
    return shown.why if shown.day and facts.dated.newest and shown.day > facts.dated.newest else ""


def _standing(comparison: Comparison, facts: Facts, additions: Innovations | None) -> Standing:
    if facts.owns(_project(comparison)):
        return Standing(Direction.IN_ORDER, innovations=additions)
    dated, day = facts.dated, facts.day
    after, by = _after(comparison), _by(comparison)
    if day and day < after and not dated.claim:
        # The path is that old, by a registry; what stands there now may have come later.
        is_open = tell_of_descent(additions) and dated.by is not Ground.AS_OF
        return Standing(Direction.OPEN if is_open else Direction.LATER, dated.by, innovations=additions)
    if tell_of_descent(additions):
        ordered = day and day >= by and not dated.at_latest
        if 0 < day < by and not (dated.claim or dated.at_latest):
            return Standing(Direction.OPEN, dated.by, innovations=additions)
        return Standing(Direction.IN_ORDER, dated.by if ordered else Ground.INNOVATIONS, innovations=additions)
    credited = facts.credited(_notice(comparison))
    if credited.by_holder or credited.by_name:
        return Standing(Direction.LATER, Ground.CREDIT, not credited.by_holder, additions)
    if day and day < after:
        return Standing(Direction.LATER, dated.by, dated.claim, additions)
    if not by:  # the user's own, without a date: vouched for, unless both are from a third
        are_siblings = facts.shares_source(_notice(comparison), _project(comparison))
        return Standing(Direction.UNKNOWN if are_siblings else Direction.IN_ORDER, innovations=additions)
    if not day or dated.at_latest:
        return Standing(Direction.UNKNOWN, innovations=additions)
    # A project that began before its first release may have had the code before the upstream.
    may_be_older = 0 < facts.since < by
    direction = Direction.IN_ORDER if day >= by and not may_be_older else Direction.OPEN
    return Standing(direction, dated.by, dated.claim, additions)


def _moved(closest: dict[HistoryKey, Comparison], standings: dict[HistoryKey, Standing]) -> dict[HistoryKey, Standing]:
    """The standings of paths that a project moved into another package, where the path before is younger than the file.

    Of the first release of a package no earlier one tells that it lacked the path.
    """
    younger = [(each, standings[key]) for key, each in closest.items() if standings[key].direction is Direction.LATER]
    moved: dict[HistoryKey, Standing] = {}
    for key, each in closest.items() if younger else ():
        before = (standing for other, standing in younger if _is_moved(each, other))
        if standings[key].direction is Direction.OPEN and (standing := next(before, None)):
            moved[key] = standing
    return moved


def _is_moved(comparison: Comparison, before: Comparison) -> bool:
    """Whether a path is, but for its package, one that its project had earlier with as much of the file."""
    paths = [each.candidate.histories.path(each.candidate.history) for each in (comparison, before)]
    package, other = (path.partition(b"/")[0] for path in paths)
    is_same = package != other and paths[0].partition(b"/")[2] == paths[1].partition(b"/")[2]
    is_as_much = _project(comparison).name == _project(before).name and comparison.similarity <= before.similarity
    without = comparison.candidate.histories.interval(comparison.candidate.history)[0]
    return is_same and is_as_much and _by(before) < _by(comparison) and without is None


def _then(before: Sequence[Comparison], again: Sequence[Comparison], seen: Placed) -> list[Comparison]:
    """The upstreams as they were when the file appeared.

    A file that follows its upstream may be a copy of what that became, and no longer of what it was: then it is held
    against the former, and named after the latter. Where it has nothing of what the path was, the code there may be
    from the file: that is open, unless additions tell.
    """
    chosen = {each.candidate.key: each for each in reversed(again)}
    for each in before:
        older = chosen.get(each.candidate.key)
        follows = older is None or (each.similarity >= MODIFIED_SHARE and older.similarity < MODIFIED_SHARE)
        if not follows or seen.is_later(each):
            continue
        chosen[each.candidate.key] = each
        standing = seen.standing(each)
        if older is None and _is_younger(each, seen.facts) and not tell_of_descent(standing.innovations):
            seen.standings[each.candidate.key] = replace(standing, direction=Direction.OPEN)
    return ranked_by_closeness(list(chosen.values()))


def _certain_first(kept: list[Comparison], seen: Placed) -> list[Comparison]:
    """The same; of upstreams that hold nearly as much of the file, one that is certainly older comes first.

    What holds a twentieth of the file less, where the first holds all of it that an edit leaves, is not its source.
    """
    if not kept:
        return kept
    if seen.standing(kept[0]).direction is Direction.IN_ORDER:
        return _header_first(kept, seen)
    least = max(ALIKE_PART * kept[0].similarity, kept[0].similarity - ADDED_SHARE)
    near = (each for each in kept if each.similarity >= least)
    older = next((each for each in near if seen.standing(each).direction is Direction.IN_ORDER), kept[0])
    return _header_first([older, *(each for each in kept if each is not older)], seen)


def _header_first(kept: list[Comparison], seen: Placed) -> list[Comparison]:
    """The same; of those that hold nearly as much, and are as certain, the one that the file's own header names."""
    place = named_first(kept, lambda each: seen.standing(each).direction, seen.facts.named)
    return [kept[place], *kept[:place], *kept[place + 1 :]]


def _is_younger(comparison: Comparison, facts: Facts) -> bool:
    """Whether the content that the file is held against is younger than the file, and not of its own project."""
    return 0 < facts.day < comparison.candidate.day and not facts.owns(_project(comparison))


def _after(comparison: Comparison) -> int:
    return comparison.candidate.histories.after(comparison.candidate.history)


def _by(comparison: Comparison) -> int:
    return comparison.candidate.histories.by(comparison.candidate.history)


def _project(comparison: Comparison) -> Project:
    return comparison.candidate.histories.project(comparison.candidate.history)


def _notice(comparison: Comparison) -> Notice:
    """What the header of the upstream file says, in the first release with the content."""
    return comparison.candidate.histories.versions(comparison.candidate.file, comparison.candidate.history)[0].notice
