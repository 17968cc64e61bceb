"""Obligations on what goes along with the files: the licence text, the upstream's NOTICE, exact words."""

from __future__ import annotations

from ..findings import Level
from ..licences.expressions import is_covered, licences_stated
from ..notices import LicenceForm, holders_missing
from ..patterns import lazy_pattern
from ..rulebook import Duty
from .drafts import Draft, quoted
from .keeping import in_file
from .model import State
from .outcomes import Outcome, Owed, header_region, met, not_judged, upstream_region
from .repository import Repository

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
    texts += [(card.path, card.text) for card in repository.statements.model_cards]
    sought = [_words(each) for each in wanted]
    return next((path for path, text in texts if any(each in _words(text) for each in sought)), "")


def _words(text: str) -> str:
    return f" {_NO_WORD.sub(' ', text).strip().casefold().rstrip('.')} "
