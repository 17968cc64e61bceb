"""How well a copy says where it is from: a grade for it, and findings on credits that are wrong, bare or missing.

Edit this when one more way to name a source is to count, or when a right credit is reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..notices.holders import holders_missing
from ..notices.model import Credit, Strength
from ..results import Grade, Level, LicenceForm, Region
from .duties import header_region, upstream_region
from .findings import FindingDraft, shortened
from .model import Derivation
from .naming import credits_any, is_for_code, names_in_words, source_of
from .repository_view import RepositoryView

_ORDER = tuple(Grade)


def grade(derivation: Derivation, repository: RepositoryView) -> Grade:
    """The best that the file, a sidecar, the READMEs and the NOTICE of its repository come to."""
    return min(_grades(derivation, repository), key=_ORDER.index, default=Grade.NONE)


def _grades(derivation: Derivation, repository: RepositoryView) -> Iterator[Grade]:
    if _is_full_notice(derivation, repository):
        yield Grade.FULL_NOTICE
    kept_a_line = any(not holders_missing((line,), derivation.copyrights) for line in derivation.lines)
    # The path of a file at its own place in a package says the package's name.
    if kept_a_line or derivation.copy.verdict.own_release:
        yield Grade.NAMED
    for credit in right_credits(derivation, repository):
        yield _credit_grade(credit, derivation)
    if entry := repository.entry_for(derivation.upstream):
        yield Grade.NAMED_WITH_LINK if "://" in entry.text else Grade.NAMED


def _is_full_notice(derivation: Derivation, repository: RepositoryView) -> bool:
    """All that the upstream file says of itself is kept; where it says nothing, its project's notice is."""
    if derivation.is_headless:
        lines = derivation.upstream.licence_copyrights
        kept = bool(lines) and not holders_missing(lines, (*derivation.copyrights, *repository.copyrights))
        return kept and (
            repository.entry_for(derivation.upstream) is not None or bool(right_credits(derivation, repository))
        )
    return not derivation.missing and (
        derivation.upstream.licence_form is LicenceForm.NONE or derivation.states_licence
    )


def right_credits(derivation: Derivation, repository: RepositoryView) -> list[Credit]:
    """The credits, in the file and in READMEs, that name one of the upstreams the copy stands on."""
    said = [credit for credit in repository.credits_of(derivation.copy) if credit.strength is not Strength.IDEA]
    return [credit for credit in said if credits_any(credit, derivation.listed)]


def _credit_grade(credit: Credit, derivation: Derivation) -> Grade:
    in_words = names_in_words(credit, derivation.listed)
    if credit.url:
        return Grade.NAMED_WITH_LINK if in_words else Grade.LINK_ONLY
    return Grade.NAMED


def credit_drafts(
    derivation: Derivation, grade: Grade, is_error: bool, repository: RepositoryView
) -> Iterator[FindingDraft]:
    """Findings on the copy's own credits; ``is_error`` says that what else is missing is an error.

    A wrong credit is reported beside what is missing, and makes up for none of it. Where little else is missing, the
    project it names may have passed the code on. Credits of single functions may have come along with the code.
    """
    if derivation.inner or derivation.passed_on:
        return
    right = right_credits(derivation, repository)
    wrong = [each for each in derivation.header_credits if each not in right and not repository.is_own(each)]
    if grade is Grade.LINK_ONLY:
        yield _credit_draft("credit-link-only", derivation, next(each for each in right if each.url))
    if grade is Grade.NONE and wrong:
        draft = _credit_draft("credit-names-another", derivation, wrong[0])
        yield draft if is_error else draft._replace(at_most=Level.NOTE)
    elif grade is Grade.NONE and derivation.is_headless:
        yield FindingDraft(
            rule="source-unnamed",
            region=header_region(derivation),
            upstream=derivation.upstream,
            upstream_region=upstream_region(derivation),
        )


def card_credit_drafts(derivations: Sequence[Derivation], repository: RepositoryView) -> Iterator[FindingDraft]:
    """Findings on the credits of READMEs; of ``derivations`` no terms are met, and nothing names the source.

    A file's own credit says more of it than a README does, so files with one are left to ``credit_drafts``.
    """
    silent = [derivation for derivation in derivations if not derivation.inner and not derivation.copy.credits]
    for path, credit in repository.card_credits if silent else ():
        if is_for_code(credit) and not repository.is_own(credit):
            yield FindingDraft(
                rule="credit-names-another",
                region=Region(path, credit.first_line, credit.last_line),
                facts={"credited": shortened(source_of(credit)), "path": path},
                upstream=silent[0].upstream,
                upstream_region=upstream_region(silent[0]),
                group=path,
            )


def _credit_draft(rule: str, derivation: Derivation, credit: Credit) -> FindingDraft:
    return FindingDraft(
        rule=rule,
        region=Region(derivation.path, credit.first_line, credit.last_line),
        facts={"credited": shortened(source_of(credit)), "found": shortened(credit.words)},
        upstream=derivation.upstream,
        upstream_region=upstream_region(derivation),
    )
