"""Of upstreams that explain nearly the same of a copy, the one that is taken for its source.

What the file itself says decides: notices that it kept, credits, a line of one holder. Where it says nothing the older
upstream is the source, unless the younger one explains more: a few statements may be alike by chance. Edit this when
a copy is ascribed to a port, or to a sibling, of what it was taken from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..notices.holders import holders, holders_missing
from ..results import UpstreamMatch, Verdict
from ..support.lazy import lazy_pattern
from .home import stands_in_place
from .model import Derivation, credits_above, is_strict
from .naming import credits_it, names_its_holder

# What explains so much more of the file has something of its own in it.
_MORE = 0.05
# A path with fewer folders, "util/misc.py", may be any project's.
_LEAST_FOLDERS = 2
_YEAR = lazy_pattern(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_WHOLE = (Verdict.IDENTICAL, Verdict.RENAMED)

_Test = Callable[[Derivation], bool]


def first_seen(upstream: UpstreamMatch) -> str:
    """The ISO date by which to order upstreams by age: what has none comes last, and is nobody's source."""
    return upstream.appeared_on or upstream.released or "9999-12-31"


def is_dated(upstream: UpstreamMatch) -> bool:
    """Whether it is known when an upstream was first there; of one that the user names for a run it mostly is not."""
    return bool(upstream.appeared_on or upstream.released)


def is_older(one: UpstreamMatch, other: UpstreamMatch) -> bool:
    """Whether an upstream was there before another one, or as early.

    One that the user gave without a date is as old as the years of its own lines say, else as old as need be.
    """
    if is_dated(one) and is_dated(other):
        return first_seen(one) <= first_seen(other)
    return (_year(one) or "0000") <= (_year(other) or "9999")


def _year(upstream: UpstreamMatch) -> str:
    """The year in which an upstream is first seen; without a date, the first that its lines name; empty without one."""
    day = upstream.appeared_on or upstream.released
    lines = " ".join(upstream.copyrights or upstream.licence_copyrights)
    return day[:4] if day else min(_YEAR.findall(lines), default="")


def builds_on(one: UpstreamMatch, other: UpstreamMatch) -> bool:
    """Whether a header names all holders that the other one names, and more: lines are added, whatever dates say."""
    if not other.copyrights or holders_missing(other.copyrights, one.copyrights):
        return False
    return bool(holders_missing(one.copyrights, other.copyrights))


def source_among(near: Sequence[Derivation]) -> Derivation:
    """The source of a copy among ``near``, the closest first."""
    if len(near) == 1:
        return near[0]
    left = _narrowed(near, _is_kept)
    left = _narrowed(left, _is_credited)
    left = _narrowed(left, _is_by_whom_it_credits)
    left = _narrowed(left, _is_in_place)
    return _oldest(_narrowed(left, lambda each: _has_kept_a_line(each, left)))


def _narrowed(near: Sequence[Derivation], test: _Test) -> Sequence[Derivation]:
    return [each for each in near if test(each)] or near


def _is_kept(derivation: Derivation) -> bool:
    """Whether the copy carries the notices of the upstream: siblings often hold the same code of different holders."""
    return bool(derivation.lines) and not derivation.missing


def _is_credited(derivation: Derivation) -> bool:
    return any(credits_it(credit, derivation.upstream) for credit in derivation.copy.credits)


def _is_by_whom_it_credits(derivation: Derivation) -> bool:
    """Whether the header credits a repository, known or not, of who alone has the lines of the upstream."""
    named = [holder for line in derivation.upstream.copyrights for holder in holders(line)]
    above = credits_above(derivation.copy) if named else ()
    return any(all(names_its_holder(each, (holder,)) for holder in named) for each in above)


def _is_in_place(derivation: Derivation) -> bool:
    """Whether the file stands where the upstream has it: a tree was taken whole, package and all."""
    return derivation.upstream.path.count("/") >= _LEAST_FOLDERS and stands_in_place(
        derivation.path, derivation.upstream
    )


def _has_kept_a_line(derivation: Derivation, near: Sequence[Derivation]) -> bool:
    """Whether the copy names a holder of this upstream whom the others do not name."""
    others = [line for each in near if each is not derivation for line in each.upstream.copyrights]
    own = holders_missing(derivation.lines, others)
    return any(not holders_missing((line,), derivation.copyrights) for line in own)


def _oldest(near: Sequence[Derivation]) -> Derivation:
    """The oldest that explains as much as the closest, but for what may be chance; the closest of its own project."""
    closest = near[0]
    others = (each for each in near[1:] if each.upstream.project != closest.upstream.project)
    rivals = (each for each in others if not builds_on(each.upstream, closest.upstream))
    alike = [each for each in rivals if not _has_its_own(closest.upstream, each.upstream)]
    left = [each for each in (closest, *alike) if not any(builds_on(each.upstream, it.upstream) for it in alike)]
    return min(left or near, key=lambda each: first_seen(each.upstream))


def _has_its_own(closest: UpstreamMatch, older: UpstreamMatch) -> bool:
    """Whether the copy holds something of ``closest`` that ``older`` has not."""
    if closest.verdict in _WHOLE and older.verdict not in _WHOLE:
        return True
    return closest.share - older.share >= _MORE and not _is_under_its_header(closest, older)


def _is_under_its_header(closest: UpstreamMatch, older: UpstreamMatch) -> bool:
    """Whether ``closest`` names the holders of ``older`` and no other, and would ask far more than that one does.

    Whose header it is, is whose code: a little more that is alike makes it no work of who only passed it on.
    """
    if not older.copyrights or is_strict(older) or not is_strict(closest):
        return False
    return not holders_missing(older.copyrights, closest.copyrights) and not builds_on(closest, older)
