"""How one obligation of one case came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..licences.expressions import is_covered, licences_stated
from ..notices.holders import holders_missing
from ..notices.model import Strength
from ..results import DutyState, Level, LicenceForm, Region, State, Verdict
from ..rulebook.model import Duty, Family, LicenceRule, Obligation, Scope
from ..sources.cells import line_words
from ..support.lazy import lazy_pattern
from .derivation import Case
from .findings import Draft, quoted
from .repository_view import Repository


class Owed(NamedTuple):
    """One obligation of one licence that a case must meet."""

    case: Case
    rule: LicenceRule
    obligation: Obligation


class Outcome(NamedTuple):
    """``where`` says what meets the obligation, or what is missing; ``draft`` is what to report, if anything."""

    state: State
    where: str
    draft: Draft | None = None


def met(where: str) -> Outcome:
    """The obligation is met, by what ``where`` names."""
    return Outcome(State.MET, where)


def not_judged(why: str) -> Outcome:
    """No reading of files tells."""
    return Outcome(State.NOT_JUDGED, why)


def duty_state(owed: Owed, outcome: Outcome) -> DutyState:
    """The outcome as reports show it."""
    return DutyState(owed.rule.id, owed.obligation.clause, owed.obligation.asks, outcome.state, outcome.where)


def header_region(case: Case) -> Region:
    """The header of the copy: where its notices stand, or would."""
    return Region(case.path, 1, max(case.copy.notice.last_line, 1))


def upstream_header(case: Case) -> Region | None:
    """The upstream's lines that its notices stand on; where it has none, those that the copy stands in."""
    last = case.upstream.header_last_line
    return Region(case.upstream.path, 1, last) if last else upstream_region(case)


def upstream_region(case: Case) -> Region | None:
    """The span of the upstream's lines that the copy's definitions stand in; its header where they are another's."""
    places = [each.upstream for each in case.copy.verdict.definitions if each.upstream]
    places = [each for each in places if each.path == case.upstream.path]
    if not places:
        return Region(case.upstream.path, 1, case.upstream.header_last_line) if case.upstream.header_last_line else None
    return Region(case.upstream.path, min(each.first_line for each in places), max(each.last_line for each in places))


def keep_notices(owed: Owed, repository: Repository) -> Outcome:
    """The copyright lines of the upstream file; those of the scanned project's own holders are its own to drop."""
    case = owed.case
    if not case.lines:
        return met("the upstream file has no copyright line")
    lost = case.missing
    missing = holders_missing(lost, repository.own_lines(case.upstream)) if lost else ()
    if not missing:
        return met("the copyright lines stand in the file" if not lost else "the holder is the repository's own")
    elsewhere = not holders_missing(missing, repository.copyrights)
    if elsewhere and not in_file(owed.rule):
        return met("the copyright lines stand in the repository's legal files")
    others = holders_missing(case.copyrights, case.upstream.copyrights)
    draft = Draft(
        rule="holder-replaced" if others and not case.names_a_holder else "holder-removed",
        region=header_region(case),
        facts={"missing": quoted(missing), "holders": quoted(missing), "found": quoted(others)},
        upstream=case.upstream,
        upstream_region=upstream_header(case),
        licence=owed.rule.id,
        obligation=owed.obligation,
        at_most=Level.WARNING if elsewhere else Level.ERROR,
    )
    return Outcome(State.MISSED, f"missing: {quoted(missing)}", draft)


def in_file(rule: LicenceRule) -> bool:
    """Whether notices must stay in the file itself.

    Apache §4(c) and the copyleft licences speak of the source form, so the file, or a sidecar for it, must carry them;
    MIT, BSD and CC-BY speak of copies of the work, any part of which may.
    """
    if rule.family in (Family.PERMISSIVE, Family.NON_COMMERCIAL, Family.PUBLIC_DOMAIN):
        return any(each.duty is Duty.CARRY_NOTICE_FILE for each in rule.obligations)
    return True


def keep_licence_header(owed: Owed, repository: Repository) -> Outcome:
    """The statement of the licence that the upstream file has."""
    case = owed.case
    if case.upstream.licence_form is LicenceForm.NONE:
        return met("the upstream file states no licence")
    if case.states_licence:
        if case.licence and not is_covered(owed.rule.id, licences_stated(case.licence)):
            return Outcome(State.MISSED, f"the file states {case.licence}")
        return met("the file states a licence")
    kept_elsewhere = not holders_missing(case.missing, repository.copyrights) and repository.text_of(owed.rule.id)
    if kept_elsewhere and not in_file(owed.rule):
        return met("the licence text and the copyright lines stand in the repository's legal files")
    draft = Draft(
        rule="licence-header-removed",
        region=header_region(case),
        upstream=case.upstream,
        upstream_region=upstream_header(case),
        licence=owed.rule.id,
        obligation=owed.obligation,
    )
    return Outcome(State.MISSED, "the file states no licence", draft)


def state_changes(owed: Owed, repository: Repository) -> Outcome:
    """A line that says the file was changed, where it was."""
    copy = owed.case.copy
    if copy.verdict.verdict is Verdict.IDENTICAL:
        return met("the file is not changed")
    if copy.changes:
        return met(f"line: {copy.changes}")
    adapted = next((each for each in copy.credits if each.strength in (Strength.ADAPTED, Strength.BASED)), None)
    if adapted:
        return met(f"{line_words(copy.verdict.cells, adapted.first_line, adapted.first_line)}: {adapted.words}")
    if repository.changes_told(owed.case.upstream):
        return met("a NOTICE or third-party file says it is modified")
    draft = Draft(
        rule="changes-not-stated",
        region=header_region(owed.case),
        upstream=owed.case.upstream,
        upstream_region=upstream_region(owed.case),
        licence=owed.rule.id,
        obligation=owed.obligation,
    )
    return Outcome(State.MISSED, "no line says that the file was changed", draft)


def cannot_tell(owed: Owed, repository: Repository) -> Outcome:  # noqa: ARG001
    """What is a matter of conduct, not of files."""
    return not_judged("the files do not show it")


EXACT_RULES = {
    Duty.EXACT_NOTICE: "exact-notice-missing",
    Duty.DISPLAY: "display-text-missing",
    Duty.NAME_PREFIX: "name-prefix-missing",
}
_NO_WORD = lazy_pattern(r"[^\w@.+]+")


def carry_licence(owed: Owed, repository: Repository) -> Outcome:
    """A copy of the licence text; of a licence that is one with its copyright line, that line too."""
    case, licence = owed.case, owed.rule.id
    stands_here = is_covered(licence, licences_stated(case.licence))
    lines = () if in_file(owed.rule) else _lines_of_the_text(owed, repository)
    if stands_here and not lines and _is_whole_text(owed):
        return met("the licence text stands in the file")
    legal = repository.text_of(licence)
    if legal and not lines:
        return met(legal.path)
    if owed.obligation.by_address and (stands_here or repository.entry_for(case.upstream)):
        return met("the licence is named with the file")
    if not repository.whole:
        return not_judged("only a part of the repository was read")
    draft = Draft(
        rule="licence-text-missing",
        region=header_region(case),
        facts={"missing": quoted(lines) if lines else f"the text of {licence}"},
        upstream=case.upstream,
        upstream_region=upstream_region(case),
        licence=licence,
        obligation=owed.obligation,
        # A header that is kept names the licence and where it is found; a file that never had one says less is owed.
        at_most=Level.WARNING if stands_here or case.is_headless else Level.ERROR,
        group=f"{licence} {' '.join(lines)}",
    )
    return Outcome(State.MISSED, f"missing: {quoted(lines)}" if lines else "no file carries the licence text", draft)


def _lines_of_the_text(owed: Owed, repository: Repository) -> tuple[str, ...]:
    """The copyright lines of the upstream's LICENSE that nothing carries, where the upstream file has none itself."""
    case = owed.case
    if case.upstream.copyrights:
        return ()
    return holders_missing(case.upstream.licence_copyrights, (*case.copyrights, *repository.copyrights))


def _is_whole_text(owed: Owed) -> bool:
    """Whether the file's header is the licence's whole text: short licences stand in headers, long ones are named."""
    return owed.case.copy.notice.form is LicenceForm.TEXT and not in_file(owed.rule)


def carry_notice_file(owed: Owed, repository: Repository) -> Outcome:
    """What the upstream's NOTICE says, where it has one."""
    case = owed.case
    if not case.upstream.has_notice_file:
        return met("the upstream has no NOTICE file")
    entry = repository.entry_for(case.upstream)
    if entry:
        return met(entry.path)
    if not repository.whole:
        return not_judged("only a part of the repository was read")
    draft = Draft(
        rule="notice-file-missing",
        region=header_region(case),
        upstream=case.upstream,
        upstream_region=upstream_region(case),
        licence=owed.rule.id,
        obligation=owed.obligation,
        # Which of its notices pertain to this file a person must see.
        at_most=Level.WARNING,
        group=case.upstream.project,
    )
    return Outcome(State.MISSED, f"no NOTICE file names {case.upstream.project}", draft)


def carry_words(owed: Owed, repository: Repository) -> Outcome:
    """Exact words in a notice, or where people see them."""
    place = place_of(owed.obligation.strings, repository)
    if place:
        return met(place)
    if not repository.whole:
        return not_judged("only a part of the repository was read")
    case, wanted = owed.case, owed.obligation.strings
    draft = Draft(
        rule=EXACT_RULES[owed.obligation.duty],
        region=header_region(case),
        facts={"missing": " or ".join(f'"{each}"' for each in wanted), "base_model": case.upstream.project},
        upstream=case.upstream,
        upstream_region=upstream_region(case),
        licence=owed.rule.id,
        obligation=owed.obligation,
        at_most=Level.WARNING,
        group=f"{owed.rule.id} {owed.obligation.clause}",
    )
    return Outcome(State.MISSED, f"missing: {quoted(wanted)}", draft)


def place_of(wanted: tuple[str, ...], repository: Repository) -> str:
    """The path of the NOTICE or README that has one of the texts, whatever its quotes, case and line breaks.

    Not of a licence file: the agreement itself quotes what it asks for.
    """
    texts = [(each.path, each.text) for each in repository.entries]
    texts += [(card.path, card.text) for card in repository.declarations.model_cards]
    sought = [_words(each) for each in wanted]
    return next((path for path, text in texts if any(each in _words(text) for each in sought)), "")


def _words(text: str) -> str:
    return f" {_NO_WORD.sub(' ', text).strip().casefold().rstrip('.')} "


Check = Callable[[Owed, Repository], Outcome]

# What a licence asks of the whole work, SAME_LICENCE and the like, is judged in combining.py, against the whole's own.
CHECKS: dict[Duty, Check] = {
    Duty.KEEP_NOTICES: keep_notices,
    Duty.KEEP_LICENCE_HEADER: keep_licence_header,
    Duty.CARRY_LICENCE: carry_licence,
    Duty.CARRY_NOTICE_FILE: carry_notice_file,
    Duty.STATE_CHANGES: state_changes,
    Duty.EXACT_NOTICE: carry_words,
    Duty.DISPLAY: carry_words,
}


def outcomes(case: Case, rule: LicenceRule, repository: Repository) -> Iterator[tuple[Owed, Outcome]]:
    """Each obligation that reaches code; of a sibling in the same project, only the notices of others."""
    for obligation in rule.obligations:
        if obligation.scope is Scope.WEIGHTS or (case.inner and obligation.duty is not Duty.KEEP_NOTICES):
            continue
        owed = Owed(case, rule, obligation)
        yield owed, CHECKS.get(obligation.duty, cannot_tell)(owed, repository)
