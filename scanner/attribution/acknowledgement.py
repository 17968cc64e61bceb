"""How well a copy says where it is from: a grade for it, and findings on credits that are wrong, bare or all there is.

Edit this when one more way to name a source is to count, or when a right credit is reported.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from ..matching.comparison import MODULE
from ..notices.holders import holders_missing, squeezed
from ..notices.model import Credit, Strength
from ..results import Grade, Level, LicenceForm, Region, UpstreamMatch, Verdict
from .copies import Copy
from .duties import header_region, upstream_region
from .findings import FindingDraft, quoted, shortened
from .model import Derivation, credits_above
from .naming import credits_any, credits_it, is_for_code, names_in_words, source_of
from .repository_view import RepositoryView

_ORDER = tuple(Grade)
# More definitions than these are counted, not named: a message is a sentence.
_MOST_NAMED = 4
# Less of a file may be what everybody writes who solves the same.
_MUCH = 0.2


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
        doubt = "Little else is missing: the project that is named may have passed the code on."
        yield draft if is_error else draft.lowered(Level.NOTE, doubt)
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
        about=(squeezed(source_of(credit)),) if rule == "credit-names-another" else (derivation.upstream.project,),
        upstream=derivation.upstream,
        upstream_region=upstream_region(derivation),
    )


def part_drafts(copy: Copy, derivations: Sequence[Derivation], repository: RepositoryView) -> Iterator[FindingDraft]:
    """One for each upstream that nobody names and that has whole definitions of the file.

    The upstreams of ``derivations`` are checked apart.
    """
    answered = {derivation.upstream.project for derivation in derivations}
    for upstream in copy.verdict.upstreams:
        if upstream.parts and upstream.project not in answered and not _is_named(upstream, copy, repository):
            answered.add(upstream.project)
            yield _unnamed_parts(upstream, copy)


def _is_named(upstream: UpstreamMatch, copy: Copy, repository: RepositoryView) -> bool:
    """Whether file, sidecar, README or NOTICE says whose the definitions are, or they are the project's own."""
    if _is_home(copy, upstream, repository):
        return True
    given = repository.copyrights_of(copy)
    if any(not holders_missing((line,), given) for line in (*upstream.copyrights, *upstream.licence_copyrights)):
        return True
    credited = any(credits_it(each, upstream) for each in repository.credits_of(copy))
    return credited or repository.entry_for(upstream) is not None


def _unnamed_parts(upstream: UpstreamMatch, copy: Copy) -> FindingDraft:
    path, lines = copy.verdict.path, upstream.copyrights or upstream.licence_copyrights
    more = len(upstream.parts) - _MOST_NAMED
    named = ", ".join(upstream.parts[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    held = [each for each in copy.verdict.definitions if each.qualname in upstream.parts]
    # The module spans the whole file: a definition in it says more of where to look.
    first = min(held, key=lambda each: (each.qualname == MODULE, each.first_line), default=None)
    return FindingDraft(
        rule="part-unacknowledged",
        region=Region(path, first.first_line, first.last_line) if first else Region(path, 1, 1),
        facts={"definitions": named, "share": f"{100 * upstream.share:.0f} %", "missing": quoted(lines) or "none"},
        upstream=upstream,
    )


def adapted_drafts(copy: Copy, answered: Container[str], repository: RepositoryView) -> Iterator[FindingDraft]:
    """One for each upstream project that the header credits and whose notice did not come along.

    The projects of ``answered`` are checked apart.
    """
    told: set[str] = set()
    for upstream in (*copy.verdict.upstreams, *copy.verdict.alike):
        if upstream.verdict is not Verdict.FRAGMENTS or upstream.project in answered or upstream.project in told:
            continue
        credit = next((each for each in credits_above(copy) if credits_it(each, upstream)), None)
        if credit is None or repository.is_own(credit) or _is_home(copy, upstream, repository):
            continue
        if missing := _notice_missing(copy, upstream, repository):
            told.add(upstream.project)
            yield _adapted_draft(copy, upstream, credit, missing)


def _is_home(copy: Copy, upstream: UpstreamMatch, repository: RepositoryView) -> bool:
    return repository.is_at_home(copy, upstream) or repository.is_nearly_at_home(copy, upstream)


def _notice_missing(copy: Copy, upstream: UpstreamMatch, repository: RepositoryView) -> str:
    """What of the upstream's notice neither the file nor a legal file here has; empty where none is missing."""
    lines = [line for line in upstream.copyrights if line not in upstream.recent_lines] or upstream.licence_copyrights
    given = (*repository.copyrights_of(copy), *repository.copyrights, *repository.own_lines(upstream))
    if lines:
        return quoted(holders_missing(lines, given))
    stated = copy.notice.form is not LicenceForm.NONE or any(
        each.licence for each in repository.sidecars(copy.verdict.path)
    )
    if upstream.licence_form is LicenceForm.NONE or stated or repository.text_of(upstream.licence):
        return ""
    return f"a statement that it is under {upstream.licence}" if upstream.licence else ""


def _adapted_draft(copy: Copy, upstream: UpstreamMatch, credit: Credit, missing: str) -> FindingDraft:
    share = f"{100 * upstream.share:.0f} %"
    draft = FindingDraft(
        rule="adapted-notice-missing",
        region=Region(copy.verdict.path, credit.first_line, credit.last_line),
        facts={"credited": shortened(source_of(credit)), "share": share, "missing": missing},
        upstream=upstream,
        upstream_region=Region(upstream.path, 1, upstream.header_last_line) if upstream.header_last_line else None,
        about=(squeezed(missing),),
    )
    return draft if upstream.share >= _MUCH else draft.lowered(Level.NOTE, f"Little of the file stands there: {share}.")
