"""A case in, how well the copy says where it is from out."""

from __future__ import annotations

from collections.abc import Iterator

from ..notices import Credit, LicenceForm, Strength, holders_missing
from . import naming
from .case import Case
from .model import Grade
from .repository import Repository

_ORDER = tuple(Grade)


def grade(case: Case, repository: Repository) -> Grade:
    """The best that the file, a sidecar, the READMEs and the NOTICE of its repository come to."""
    return min(_grades(case, repository), key=_ORDER.index, default=Grade.NONE)


def _grades(case: Case, repository: Repository) -> Iterator[Grade]:
    if _full(case, repository):
        yield Grade.FULL_NOTICE
    kept_a_line = any(not holders_missing((line,), case.copyrights) for line in case.lines)
    # The path of a file at its own place in a package says the package's name.
    if kept_a_line or case.copy.verdict.own_release:
        yield Grade.NAMED
    for credit in right_credits(case, repository):
        yield _credit_grade(credit, case)
    if entry := repository.entry_for(case.upstream):
        yield Grade.NAMED_WITH_LINK if "://" in entry.text else Grade.NAMED


def _full(case: Case, repository: Repository) -> bool:
    """All that the upstream file says of itself is kept; where it says nothing, its project's notice is."""
    if case.is_headless:
        lines = case.upstream.licence_copyrights
        kept = bool(lines) and not holders_missing(lines, (*case.copyrights, *repository.copyrights))
        return kept and (repository.entry_for(case.upstream) is not None or bool(right_credits(case, repository)))
    return not case.missing and (case.upstream.licence_form is LicenceForm.NONE or case.states_licence)


def right_credits(case: Case, repository: Repository) -> list[Credit]:
    """The credits, in the file and in READMEs, that name one of the upstreams the copy stands on."""
    said = [credit for credit in repository.credits_of(case.copy) if credit.strength is not Strength.IDEA]
    return [credit for credit in said if naming.credits_any(credit, case.listed)]


def _credit_grade(credit: Credit, case: Case) -> Grade:
    in_words = naming.names_in_words(credit, case.listed)
    if credit.url:
        return Grade.NAMED_WITH_LINK if in_words else Grade.LINK_ONLY
    return Grade.NAMED
