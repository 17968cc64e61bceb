"""Findings taken apart again: one for each file, as figures of benchmarks count them."""

from __future__ import annotations

from collections.abc import Iterable

from modelkin.attribution.finding_groups import split
from modelkin.results import Finding, Level


def by_file(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding in each of its files; one fact of the whole once, in its first."""
    return tuple(part for finding in findings for _, part in split(finding, lambda place: place.region.path))


def files_with_errors(findings: Iterable[Finding]) -> set[str]:
    """The files that an error is about."""
    return {path for finding in findings if finding.level is Level.ERROR for path in finding.files}
