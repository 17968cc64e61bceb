"""A case in, how well the copy says where it is from out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..matching.comparison import MODULE
from ..notices.holders import holders_missing
from ..notices.model import Credit, Strength
from ..results import Grade, Level, LicenceForm, Region, UpstreamMatch
from . import naming
from .derivation import Case
from .duties import header_region, upstream_region
from .findings import Draft, quoted, shortened
from .model import Copy
from .repository_view import Repository

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


MOST_NAMED = 4


def part_drafts(copy: Copy, case: Case | None, repository: Repository) -> Iterator[Draft]:
    """For each upstream that nobody names and whose definitions stand whole in the file; ``case`` is judged apart."""
    answered = {case.upstream.project} if case else set()
    for upstream in copy.verdict.upstreams:
        if upstream.parts and upstream.project not in answered and not _named(upstream, copy, repository):
            answered.add(upstream.project)
            yield _part_draft(upstream, copy)


def _named(upstream: UpstreamMatch, copy: Copy, repository: Repository) -> bool:
    """Whether file, sidecar, README or NOTICE says whose the definitions are, or they are the project's own."""
    if repository.is_at_home(copy.verdict.path, upstream):
        return True
    given = repository.copyrights_of(copy)
    if any(not holders_missing((line,), given) for line in (*upstream.copyrights, *upstream.licence_copyrights)):
        return True
    credited = any(naming.credits_it(each, upstream) for each in repository.credits_of(copy))
    return credited or repository.entry_for(upstream) is not None


def _part_draft(upstream: UpstreamMatch, copy: Copy) -> Draft:
    path, lines = copy.verdict.path, upstream.copyrights or upstream.licence_copyrights
    more = len(upstream.parts) - MOST_NAMED
    named = ", ".join(upstream.parts[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    held = [each for each in copy.verdict.definitions if each.qualname in upstream.parts]
    # The module spans the whole file: a definition in it says more of where to look.
    first = min(held, key=lambda each: (each.qualname == MODULE, each.first_line), default=None)
    return Draft(
        rule="part-unacknowledged",
        region=Region(path, first.first_line, first.last_line) if first else Region(path, 1, 1),
        facts={"definitions": named, "share": f"{100 * upstream.share:.0f} %", "missing": quoted(lines) or "none"},
        upstream=upstream,
    )
