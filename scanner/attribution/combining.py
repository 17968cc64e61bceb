"""A case and the licence it is passed on under in, terms left behind and terms that do not go together out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..clones import Verdict
from ..findings import Level
from ..licences.expressions import is_covered, licences_stated
from ..notices import holders_missing
from ..rulebook import Duty, LicenceRule, Obligation, licence_rule
from .case import Case
from .drafts import Draft
from .outcomes import header_region, upstream_region
from .repository import Repository


def licence_drafts(case: Case, rules: Sequence[LicenceRule], repository: Repository) -> Iterator[Draft]:
    """What is wrong with the licence the copy now stands under."""
    for rule in rules:
        yield from _relicensed(case, rule, repository)
    refusing = [rule for rule in rules if _refuses(rule, repository.licences)]
    changed = case.copy.verdict.verdict is not Verdict.IDENTICAL
    refusing += [rule for rule in rules if changed and _duty(rule, Duty.NO_DERIVATIVES)]
    for rule in refusing[:1]:
        yield _combined(case, rule, repository)


def _relicensed(case: Case, rule: LicenceRule, repository: Repository) -> Iterator[Draft]:
    """The copy stands under another licence, and the upstream's terms do not go with it."""
    duty = _duty(rule, Duty.CARRY_LICENCE)
    now = licences_stated(case.licence) or repository.licences_of(case.path)
    if duty is None or not now or is_covered(rule.id, now) or _carries(case, rule, repository):
        return
    yield Draft(
        rule="relicensed",
        region=header_region(case),
        facts={"whole": ", ".join(now)},
        upstream=case.upstream,
        upstream_region=upstream_region(case),
        licence=rule.id,
        obligation=duty,
        # Where the upstream file itself never named its terms, somebody may have passed it on in good faith.
        at_most=Level.WARNING if case.is_headless else Level.ERROR,
    )


def _carries(case: Case, rule: LicenceRule, repository: Repository) -> bool:
    """Whether the licence's text is there, and something ties it to this file: a kept line, an entry that names it."""
    if not repository.whole:
        return not case.licence
    if repository.text_of(rule.id) is None:
        return False
    lines = case.lines or case.upstream.licence_copyrights
    if lines and not holders_missing(lines, (*case.copyrights, *repository.copyrights)):
        return True
    return repository.entry_for(case.upstream) is not None


def _combined(case: Case, rule: LicenceRule, repository: Repository) -> Draft:
    ground = _duty(rule, Duty.SAME_LICENCE, Duty.NON_COMMERCIAL, Duty.NO_DERIVATIVES)
    # What stands in a folder under its own licence may be a separate work that is only shipped along.
    apart = is_covered(rule.id, repository.licences_of(case.path))
    return Draft(
        rule="combination-not-allowed",
        region=header_region(case),
        facts={
            "whole": ", ".join(repository.licences),
            "reason": rule.combination.reason,
            "clause": f"{rule.id} {ground.clause}" if ground else rule.id,
        },
        upstream=case.upstream,
        upstream_region=upstream_region(case),
        licence=rule.id,
        at_most=Level.WARNING if apart else Level.ERROR,
    )


def _refuses(rule: LicenceRule, whole: Sequence[str]) -> bool:
    """Whether a work under every one of the licences of ``whole`` may not contain what is under ``rule``."""
    return bool(whole) and all(_refuses_one(rule, licence) for licence in whole)


def _refuses_one(rule: LicenceRule, licence: str) -> bool:
    if is_covered(rule.id, (licence,)):
        return False
    known = licence_rule(licence)
    names = {licence, known.family.value} if known else {licence}
    return not names.isdisjoint(rule.combination.not_under)


def _duty(rule: LicenceRule, *duties: Duty) -> Obligation | None:
    return next((each for each in rule.obligations if each.duty in duties), None)
