"""An upstream file as reports name it: project, releases, notices, and when its path appeared.

Edit this when a report is to say something more of an upstream.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from ..corpus.intervals import day_number
from ..corpus.model import Release, Version
from ..notices.holders import holders_missing
from ..results import Direction, Ground, UpstreamMatch
from .comparison import Comparison
from .direction import Placed, Standing
from .gained import LEAST_HELD
from .innovations import additions_held
from .ranking import VerdictOptions, verdict_on


def upstream_match(
    comparison: Comparison,
    seen: Placed,
    options: VerdictOptions,
    parts: tuple[str, ...] = (),
    part_evidence: float = 0.0,
) -> UpstreamMatch:
    """The upstream of ``comparison`` as the file of ``seen`` may have met it."""
    standing = seen.standing(comparison)
    versions = _met(comparison, seen, standing)
    first, last = versions[0], versions[-1]
    without, appeared = _interval(comparison, seen, standing, first.release)
    release = _named(first.release, appeared, seen, standing)
    return UpstreamMatch(
        project=first.project.name,
        path=first.path,
        first_release=release.version,
        last_release=last.release.version if release is first.release else release.version,
        released=release.released,
        share=comparison.similarity,
        licence=first.licence,
        copyrights=first.notice.copyrights,
        url=first.address(release.version),
        verdict=verdict_on(comparison, options),
        package=first.package,
        licence_form=first.notice.form,
        header_last_line=first.notice.last_line,
        licence_copyrights=first.release.copyrights,
        has_notice_file=first.release.has_notice_file,
        parts=parts,
        direction=standing.direction,
        without=without.version if without else "",
        appeared=appeared.version,
        appeared_on=appeared.released,
        recent_lines=_recent_lines(comparison, versions),
        sources=first.notice.sources,
        innovations=standing.innovations,
        contained=comparison.contained,
        part_evidence=part_evidence,
        homepage=first.project.homepage,
    )


def _interval(
    comparison: Comparison, seen: Placed, standing: Standing, named: Release
) -> tuple[Release | None, Release]:
    """The last known release without, and the first with the path; where the path is older than the file, and only its
    content is younger, with that content."""
    candidate, histories = comparison.candidate, comparison.candidate.histories
    without, found = histories.interval(candidate.history)
    appeared = found or named
    day, history = seen.facts.day, candidate.history
    if standing.direction is not Direction.OPEN or not 0 < day_number(appeared.released) <= day:
        return without, appeared
    older = histories.contents(history, day)
    return (histories.versions(older[-1], history)[-1].release if older else appeared), named


def _met(comparison: Comparison, seen: Placed, standing: Standing) -> list[Version]:
    """The releases with the content that the file is held against; of one that is younger than the file, those with
    the newest content of the path that is not."""
    candidate, histories = comparison.candidate, comparison.candidate.histories
    day, file = seen.facts.day, candidate.file
    if standing.by is not Ground.NONE and 0 < day < candidate.day and standing.direction is Direction.IN_ORDER:
        file = next(reversed(histories.contents(candidate.history, day)), file)
    return histories.versions(file, candidate.history)


def _named(first: Release, appeared: Release, seen: Placed, standing: Standing) -> Release:
    """The release to name: where all known contents are younger than the file, the one that the path appeared in."""
    is_young = 0 < seen.facts.day < day_number(first.released) and standing.direction is Direction.IN_ORDER
    return appeared if is_young and standing.by is not Ground.NONE else first


def _recent_lines(comparison: Comparison, versions: Sequence[Version]) -> tuple[str, ...]:
    """The copyright lines of the header that an older release of the path lacks, and the file may never have met.

    It met them where it is that content as a whole, or holds what the path gained after it had the line.
    """
    lines = versions[0].notice.copyrights
    if not lines or comparison.whole():
        return ()
    return tuple(line for line in lines if _is_recent(line, comparison))


def _is_recent(line: str, comparison: Comparison) -> bool:
    candidate, histories = comparison.candidate, comparison.candidate.histories
    older = [
        (each, any(not holders_missing((line,), version.notice.copyrights) for version in versions))
        for each in takewhile(lambda file: file != candidate.file, histories.contents(candidate.history))
        if (versions := histories.versions(each, candidate.history))
    ]
    if all(has_it for _, has_it in older):
        return False
    return not any(has_it and additions_held(comparison, file)[0] >= LEAST_HELD for file, has_it in older)
