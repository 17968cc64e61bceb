"""A survey and what is known of its contents in, the repository's record out. A task for a worker."""

from __future__ import annotations

import time
from heapq import merge

from msgspec import Struct

from ..attribution.check import check
from ..files import Skipped
from ..omissions import asked_in_vain
from ..sources.checkout import sort_key
from ..waivers import settled
from .options import Setup
from .records import Place, RepositoryRecord, encode, lone_content
from .stages import is_in_code, known, placed, waivers_beside_code
from .survey import Survey
from .tree import Repository


class Conclusion(Struct, frozen=True):
    """A repository's line for the journal, and how many findings are in it.

    ``is_of_all_alike`` says that all repositories of its likeness have the same, but for name and root.
    """

    line: bytes
    findings: int
    is_of_all_alike: bool


def conclude(
    repository: Repository,
    survey: Survey,
    places: tuple[Place, ...],
    copies: tuple[tuple[str, bytes], ...],
    skipped: tuple[Skipped, ...],
    setup: Setup,
) -> Conclusion:
    """A repository's record. ``copies`` are its files that stand on an upstream, each its path and its content's line;
    ``skipped`` are those that were found but not judged. Raises RuleError.
    """
    began = time.perf_counter()
    examined = (placed(content.examined, path) for path, line in copies if (content := lone_content(line)).examined)
    stands = [each.copy for each in examined if each.copy]
    judged = check(stands, survey.statements, survey.project, survey.whole)
    # Waivers of the settings are for all repositories: none is too many in one.
    findings = settled(judged.findings, setup.scan.waivers, known(setup.scan.baseline), partial=True)
    # As a scan, which reads a file and examines it before the next, tells of them.
    left = merge(survey.skipped, sorted(skipped, key=_order), key=_order)
    waivers = survey.waivers + waivers_beside_code(judged.findings, repository.source)
    record = RepositoryRecord(
        name=repository.name,
        root=survey.root,
        until=survey.until,
        places=places,
        findings=findings,
        attributions=judged.attributions,
        skipped=tuple(dict.fromkeys((*left, *survey.statements.skipped))),
        not_obeyed=asked_in_vain(survey.not_obeyed, waivers, survey.ignore_rules),
        seconds=round(survey.seconds + time.perf_counter() - began, 6),
    )
    return Conclusion(
        encode(record),
        sum(finding.counts for finding in findings),
        not skipped and all(map(is_in_code, judged.findings)),
    )


def _order(skipped: Skipped) -> list[str]:
    return sort_key(skipped.path)
