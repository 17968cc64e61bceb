"""Credits against the upstreams a copy stands on: a wrong name, a bare link, no name at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..findings import Level
from ..notices import Credit
from ..regions import Region
from . import naming
from .case import Case
from .drafts import Draft, shortened
from .grading import right_credits
from .model import Grade
from .outcomes import header_region, upstream_region
from .repository import Repository


def credit_drafts(case: Case, grade: Grade, is_error: bool, repository: Repository) -> Iterator[Draft]:
    """What the copy's own credits leave to be said; ``is_error`` says that what else it misses is an error.

    A wrong credit is reported beside what is missing, and answers for none of it. Where little else is missing, the
    project it names may lie between the two. Credits of single functions may have come along with the code.
    """
    if case.inner:
        return
    right = right_credits(case, repository)
    wrong = [each for each in case.header_credits if each not in right and not repository.is_own(each)]
    if grade is Grade.LINK_ONLY:
        yield _draft("credit-link-only", case, next(each for each in right if each.url))
    if grade is Grade.NONE and wrong:
        draft = _draft("credit-names-another", case, wrong[0])
        yield draft if is_error else draft._replace(at_most=Level.NOTE)
    elif grade is Grade.NONE and case.is_headless:
        yield Draft(
            rule="source-unnamed",
            region=header_region(case),
            upstream=case.upstream,
            upstream_region=upstream_region(case),
        )


def card_credit_drafts(cases: Sequence[Case], repository: Repository) -> Iterator[Draft]:
    """What READMEs credit, where ``cases`` are copies whose terms are not met and whose source nothing names.

    A file's own credit says more of it than a README does, so files with one are left to ``credit_drafts``.
    """
    silent = [case for case in cases if not case.inner and not case.copy.credits]
    for path, credit in repository.card_credits if silent else ():
        if naming.is_for_code(credit) and not repository.is_own(credit):
            yield Draft(
                rule="credit-names-another",
                region=Region(path, credit.first_line, credit.last_line),
                facts={"credited": shortened(naming.source_of(credit)), "path": path},
                upstream=silent[0].upstream,
                upstream_region=upstream_region(silent[0]),
                group=path,
            )


def _draft(rule: str, case: Case, credit: Credit) -> Draft:
    return Draft(
        rule=rule,
        region=Region(case.path, credit.first_line, credit.last_line),
        facts={"credited": shortened(naming.source_of(credit)), "found": shortened(credit.words)},
        upstream=case.upstream,
        upstream_region=upstream_region(case),
    )
