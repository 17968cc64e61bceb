"""Obligations on what stands in the file itself: copyright lines, the licence statement, a notice of changes."""

from __future__ import annotations

from ..clones import Verdict
from ..findings import Level
from ..licences.expressions import is_covered, licences_stated
from ..notices import LicenceForm, Strength, holders_missing
from ..regions import line_words
from ..rulebook import Duty, Family, LicenceRule
from .drafts import Draft, quoted
from .model import State
from .outcomes import Outcome, Owed, header_region, met, not_judged, upstream_header, upstream_region
from .repository import Repository


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
    return not_judged("no reading of files tells")
