"""A case in, how each of its obligations came out: one check for each kind of duty."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..rulebook import Duty, LicenceRule, Scope
from .carrying import carry_licence, carry_notice_file, carry_words
from .case import Case
from .keeping import cannot_tell, keep_licence_header, keep_notices, state_changes
from .outcomes import Outcome, Owed
from .repository import Repository

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
