"""A survey and what is known of its contents in, the repository's record out. A task for a worker."""

from __future__ import annotations

import time

from msgspec import Struct

from ..errors import WaiverError
from ..files import Skipped
from .options import Setup
from .records import Place, RepositoryRecord, encode, lone_content
from .stages import held_to_terms, is_in_code, placed, waived
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
    judged = held_to_terms(stands, survey.statements, survey.project, survey.whole)
    try:
        findings = waived(judged.findings, survey.waivers, repository.source, setup)
    except WaiverError as error:
        return Conclusion(encode(RepositoryRecord(repository.name, survey.root, failed=str(error))), 0, False)
    record = RepositoryRecord(
        name=repository.name,
        root=survey.root,
        until=survey.until,
        places=places,
        findings=findings,
        attributions=judged.attributions,
        skipped=(*survey.skipped, *skipped),
        seconds=round(survey.seconds + time.perf_counter() - began, 6),
    )
    return Conclusion(
        encode(record),
        sum(finding.counts for finding in findings),
        not skipped and all(map(is_in_code, judged.findings)),
    )
