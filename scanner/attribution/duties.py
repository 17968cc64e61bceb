"""The check of each duty: is this obligation of the upstream's licence met, and if not, what is to be reported?

Edit this when a kind of duty comes to be checked in another way, or when a new one gets a check (`CHECKS`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from ..licences.expressions import is_covered, licences_stated
from ..notices.holders import holders, holders_missing, squeezed
from ..notices.model import Strength
from ..results import DutyState, Level, LicenceForm, Region, State, Verdict
from ..results.cells import line_words
from ..rulebook.model import Duty, Family, LicenceRule, Obligation, Scope
from ..support.lazy import lazy_pattern
from .findings import FindingDraft, quoted
from .model import Derivation
from .naming import credits_any
from .repository_view import RepositoryView

# The finding for words that a licence gives.
EXACT_RULES = {
    Duty.EXACT_NOTICE: "exact-notice-missing",
    Duty.DISPLAY: "display-text-missing",
    Duty.NAME_PREFIX: "name-prefix-missing",
}
# Who drops a notice drops it whole; who keeps a part of the holders probably has an older form of it.
_OLDER_FORM = "It names other holders of that header: the copy may be from before these were added."
_OLDER_TEXT = "The other lines of its LICENSE are here: the text may be from before this one was added."
_YEAR = lazy_pattern(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NO_WORD = lazy_pattern(r"[^\w@.+]+")


class Owed(Struct, frozen=True):
    """One obligation of one licence that a copy must meet."""

    derivation: Derivation
    rule: LicenceRule
    obligation: Obligation


class Outcome(Struct, frozen=True):
    """What a check found out."""

    state: State
    where: str
    """What meets the obligation, or what is missing."""
    draft: FindingDraft | None = None
    """What is to be reported, if anything."""


def met(where: str) -> Outcome:
    """The obligation is met, by what ``where`` names."""
    return Outcome(State.MET, where)


def not_checked(why: str) -> Outcome:
    """The files do not show whether the obligation is met."""
    return Outcome(State.NOT_JUDGED, why)


def duty_state(owed: Owed, outcome: Outcome) -> DutyState:
    """The outcome as reports show it."""
    return DutyState(owed.rule.id, owed.obligation.clause, owed.obligation.asks, outcome.state, outcome.where)


def header_region(derivation: Derivation) -> Region:
    """The header of the copy: where its notices stand, or would; of a work in a longer file, the work."""
    return derivation.copy.place or Region(derivation.path, 1, max(derivation.copy.notice.last_line, 1))


def upstream_header(derivation: Derivation) -> Region | None:
    """The upstream's lines that its notices stand on; where it has none, those that the copy stands in."""
    last = derivation.upstream.header_last_line
    return Region(derivation.upstream.path, 1, last) if last else upstream_region(derivation)


def upstream_region(derivation: Derivation) -> Region | None:
    """The span of the upstream's lines that the copy's definitions stand in; its header where they are another's."""
    places = [each.upstream for each in derivation.copy.verdict.definitions if each.upstream]
    places = [each for each in places if each.path == derivation.upstream.path]
    if not places:
        return (
            Region(derivation.upstream.path, 1, derivation.upstream.header_last_line)
            if derivation.upstream.header_last_line
            else None
        )
    return Region(
        derivation.upstream.path, min(each.first_line for each in places), max(each.last_line for each in places)
    )


def keep_notices(owed: Owed, repository: RepositoryView) -> Outcome:
    """The copyright lines of the upstream file; those of the scanned project's own holders are its own to drop."""
    derivation = owed.derivation
    if not derivation.lines:
        return met("the upstream file has no copyright line")
    lost = derivation.missing
    missing = holders_missing(lost, repository.own_lines(derivation.upstream)) if lost else ()
    if not missing:
        return met("the copyright lines stand in the file" if not lost else "the holder is the repository's own")
    elsewhere = not holders_missing(missing, repository.copyrights)
    if elsewhere and not in_file(owed.rule):
        return met("the copyright lines stand in the repository's legal files")
    others = holders_missing(derivation.copyrights, derivation.upstream.copyrights)
    sure = tuple(line for line in missing if line not in derivation.upstream.recent_lines)
    draft = FindingDraft(
        rule="holder-replaced" if others and not derivation.names_a_holder else "holder-removed",
        region=header_region(derivation),
        facts={"missing": quoted(sure or missing), "holders": quoted(sure or missing), "found": quoted(others)},
        upstream=derivation.upstream,
        upstream_region=upstream_header(derivation),
        licence=owed.rule.id,
        obligation=owed.obligation,
        about=holders_in(sure or missing),
    )
    if derivation.names_a_holder:
        draft = draft.lowered(Level.NOTE if _is_from_before(derivation) else Level.WARNING, _OLDER_FORM)
    if elsewhere:
        draft = draft.lowered(Level.WARNING, "The lines stand in the repository, though not with this file.")
    if not sure:
        return Outcome(State.NOT_JUDGED, "older releases of the upstream file lack the lines", as_recent(draft))
    return Outcome(State.MISSED, f"missing: {quoted(sure)}", draft)


def _is_from_before(derivation: Derivation) -> bool:
    """Whether the file credits another source, and a line that it kept of a holder is older than the upstream's."""
    if not any(not credits_any(each, derivation.listed) for each in derivation.header_credits):
        return False
    kept = [line for line in derivation.copyrights if not holders_missing((line,), derivation.lines)]
    ours, theirs = (_YEAR.findall(" ".join(lines)) for lines in (kept, derivation.lines))
    return bool(ours and theirs) and min(ours) < min(theirs)


def as_recent(draft: FindingDraft) -> FindingDraft:
    """A finding on lines that the copied release may never have had: a note."""
    doubt = "An older known release of that file lacks it: the copy may be from before it was added."
    return draft.lowered(Level.NOTE, doubt)


def holders_in(lines: Iterable[str]) -> tuple[str, ...]:
    """Whom the lines name, however they spell it."""
    return tuple(sorted({squeezed(name) for line in lines for name in holders(line)}))


def in_file(rule: LicenceRule) -> bool:
    """Whether notices must stay in the file itself.

    Apache §4(c) and the copyleft licences speak of the source form, so the file, or a sidecar for it, must carry them;
    MIT, BSD and CC-BY speak of copies of the work, any part of which may.
    """
    if rule.family in (Family.PERMISSIVE, Family.NON_COMMERCIAL, Family.PUBLIC_DOMAIN):
        return any(each.duty is Duty.CARRY_NOTICE_FILE for each in rule.obligations)
    return True


def keep_licence_header(owed: Owed, repository: RepositoryView) -> Outcome:
    """The statement of the licence that the upstream file has."""
    derivation = owed.derivation
    if derivation.upstream.licence_form is LicenceForm.NONE:
        return met("the upstream file states no licence")
    if derivation.states_licence:
        if derivation.licence and not is_covered(owed.rule.id, licences_stated(derivation.licence)):
            return Outcome(State.MISSED, f"the file states {derivation.licence}")
        return met("the file states a licence")
    kept_elsewhere = not holders_missing(derivation.missing, repository.copyrights) and repository.text_of(owed.rule.id)
    if kept_elsewhere and not in_file(owed.rule):
        return met("the licence text and the copyright lines stand in the repository's legal files")
    draft = FindingDraft(
        rule="licence-header-removed",
        region=header_region(derivation),
        upstream=derivation.upstream,
        upstream_region=upstream_header(derivation),
        licence=owed.rule.id,
        obligation=owed.obligation,
    )
    return Outcome(State.MISSED, "the file states no licence", draft)


def state_changes(owed: Owed, repository: RepositoryView) -> Outcome:
    """A line that says the file was changed, where it was."""
    copy = owed.derivation.copy
    if copy.verdict.verdict is Verdict.IDENTICAL:
        return met("the file is not changed")
    if copy.changes:
        return met(f"line: {copy.changes}")
    adapted = next((each for each in copy.credits if each.strength in (Strength.ADAPTED, Strength.BASED)), None)
    if adapted:
        return met(f"{line_words(copy.verdict.cells, adapted.first_line, adapted.first_line)}: {adapted.words}")
    if repository.changes_told(owed.derivation.upstream):
        return met("a NOTICE or third-party file says it is modified")
    draft = FindingDraft(
        rule="changes-not-stated",
        region=header_region(owed.derivation),
        upstream=owed.derivation.upstream,
        upstream_region=upstream_region(owed.derivation),
        licence=owed.rule.id,
        obligation=owed.obligation,
    )
    return Outcome(State.MISSED, "no line says that the file was changed", draft)


def cannot_tell(owed: Owed, repository: RepositoryView) -> Outcome:  # noqa: ARG001
    """What people do, which no file shows."""
    return not_checked("no reading of files tells")


def carry_licence(owed: Owed, repository: RepositoryView) -> Outcome:
    """A copy of the licence text; of a licence that is one with its copyright line, that line too."""
    derivation, licence = owed.derivation, owed.rule.id
    stands_here = is_covered(licence, licences_stated(derivation.licence))
    lines = () if in_file(owed.rule) else _lines_of_the_text(owed, repository)
    if stands_here and not lines and _is_whole_text(owed):
        return met("the licence text stands in the file")
    legal = repository.text_of(licence)
    if legal and not lines:
        return met(legal.path)
    if owed.obligation.by_address and (stands_here or repository.entry_for(derivation.upstream)):
        return met("the licence is named with the file")
    if not repository.whole:
        return not_checked("only a part of the repository was read")
    draft = FindingDraft(
        rule="licence-text-missing",
        region=header_region(derivation),
        facts={"missing": quoted(lines) if lines else f"the text of {licence}"},
        upstream=derivation.upstream,
        upstream_region=upstream_region(derivation),
        licence=licence,
        obligation=owed.obligation,
        group=f"{licence} {' '.join(lines)}",
    )
    if 0 < 2 * len(lines) < len(derivation.upstream.licence_copyrights):
        draft = draft.lowered(Level.NOTE if legal else Level.WARNING, _OLDER_TEXT)
    if stands_here:
        draft = draft.lowered(Level.WARNING, "The header of the file names the licence.")
    return Outcome(State.MISSED, f"missing: {quoted(lines)}" if lines else "no file carries the licence text", draft)


def _lines_of_the_text(owed: Owed, repository: RepositoryView) -> tuple[str, ...]:
    """The copyright lines of the upstream's LICENSE that nothing carries, where the upstream file has none itself."""
    derivation = owed.derivation
    if derivation.upstream.copyrights:
        return ()
    return holders_missing(derivation.upstream.licence_copyrights, (*derivation.copyrights, *repository.copyrights))


def _is_whole_text(owed: Owed) -> bool:
    """Whether the file's header is the licence's whole text: short licences stand in headers, long ones are named."""
    copy = owed.derivation.copy
    texts = (each for each in (copy.notice, *copy.within) if each.form is LicenceForm.TEXT)
    return not in_file(owed.rule) and any(is_covered(owed.rule.id, licences_stated(each.licence)) for each in texts)


def carry_notice_file(owed: Owed, repository: RepositoryView) -> Outcome:
    """What the upstream's NOTICE says, where it has one."""
    derivation = owed.derivation
    if not derivation.upstream.has_notice_file:
        return met("the upstream has no NOTICE file")
    entry = repository.entry_for(derivation.upstream)
    if entry:
        return met(entry.path)
    if not repository.whole:
        return not_checked("only a part of the repository was read")
    draft = FindingDraft(
        rule="notice-file-missing",
        region=header_region(derivation),
        upstream=derivation.upstream,
        upstream_region=upstream_region(derivation),
        licence=owed.rule.id,
        obligation=owed.obligation,
        at_most=Level.WARNING,
        doubt="Which of the notices there are about this code, files do not tell.",
        group=derivation.upstream.project,
    )
    return Outcome(State.MISSED, f"no NOTICE file names {derivation.upstream.project}", draft)


def carry_words(owed: Owed, repository: RepositoryView) -> Outcome:
    """Exact words in a notice, or where people see them."""
    place = place_of(owed.obligation.strings, repository)
    if place:
        return met(place)
    if not repository.whole:
        return not_checked("only a part of the repository was read")
    derivation, wanted = owed.derivation, owed.obligation.strings
    draft = FindingDraft(
        rule=EXACT_RULES[owed.obligation.duty],
        region=header_region(derivation),
        facts={"missing": " or ".join(f'"{each}"' for each in wanted), "base_model": derivation.upstream.project},
        upstream=derivation.upstream,
        upstream_region=upstream_region(derivation),
        licence=owed.rule.id,
        obligation=owed.obligation,
        at_most=Level.WARNING,
        doubt="Where the words must stand, and whether they do in another place, files do not tell.",
        group=f"{owed.rule.id} {owed.obligation.clause}",
    )
    return Outcome(State.MISSED, f"missing: {quoted(wanted)}", draft)


def place_of(wanted: tuple[str, ...], repository: RepositoryView) -> str:
    """The path of the NOTICE or README that has one of the texts, whatever its quotes, letter case and line breaks.

    Not of a licence file: the agreement itself quotes what it asks for.
    """
    texts = [(each.path, each.text) for each in repository.entries]
    texts += [(card.path, card.text) for card in repository.declarations.model_cards]
    sought = [_words(each) for each in wanted]
    return next((path for path, text in texts if any(each in _words(text) for each in sought)), "")


def _words(text: str) -> str:
    return f" {_NO_WORD.sub(' ', text).strip().casefold().rstrip('.')} "


Check = Callable[[Owed, RepositoryView], Outcome]

# What a licence asks of the whole work, SAME_LICENCE and the like, repository_licence.py checks.
CHECKS: dict[Duty, Check] = {
    Duty.KEEP_NOTICES: keep_notices,
    Duty.KEEP_LICENCE_HEADER: keep_licence_header,
    Duty.CARRY_LICENCE: carry_licence,
    Duty.CARRY_NOTICE_FILE: carry_notice_file,
    Duty.STATE_CHANGES: state_changes,
    Duty.EXACT_NOTICE: carry_words,
    Duty.DISPLAY: carry_words,
}


# What is owed to whom the source of a copy has it from: that the source names them no more is no news of the copy.
_PASSED_ON = frozenset((Duty.KEEP_NOTICES, Duty.KEEP_LICENCE_HEADER, Duty.CARRY_LICENCE))


def outcomes(derivation: Derivation, rule: LicenceRule, repository: RepositoryView) -> Iterator[tuple[Owed, Outcome]]:
    """The check of each obligation that reaches code; of a file of the same project, only of others' notices."""
    for obligation in rule.obligations:
        if obligation.scope is Scope.WEIGHTS or not _is_asked(derivation, obligation.duty):
            continue
        owed = Owed(derivation, rule, obligation)
        yield owed, CHECKS.get(obligation.duty, cannot_tell)(owed, repository)


def _is_asked(derivation: Derivation, duty: Duty) -> bool:
    if derivation.inner:
        return duty is Duty.KEEP_NOTICES
    return duty in _PASSED_ON or not derivation.passed_on
