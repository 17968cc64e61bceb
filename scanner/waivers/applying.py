"""Findings and waivers in, the findings out: those waived say by what, and what waives nothing is one more finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from ..baseline import marked
from ..findings import Finding, Suppression
from ..globs import matcher
from ..regions import Cells, Region, place_words
from .model import BadWaiver, Waiver

UNUSED, BAD = "unused-waiver", "bad-waiver"

_Fit = Callable[[Finding], bool]


def settled(
    findings: Iterable[Finding],
    waivers: Sequence[Waiver],
    known: frozenset[str],
    partial: bool = False,
    bad: Iterable[BadWaiver] = (),
    cells: Mapping[str, Cells] = {},
) -> tuple[Finding, ...]:
    """As `apply_waivers`; then those whose fingerprints a baseline has, ``known``, are marked. Raises RuleError."""
    return tuple(marked(apply_waivers(findings, waivers, partial, bad, cells), known))


def apply_waivers(
    findings: Iterable[Finding],
    waivers: Sequence[Waiver],
    partial: bool = False,
    bad: Iterable[BadWaiver] = (),
    cells: Mapping[str, Cells] = {},
) -> list[Finding]:
    """``findings`` in their order, each waived one with its suppression; then one for each waiver that fits none.

    A waiver in the source itself counts before one in a configuration. ``partial`` says that not all files were looked
    at: then a waiver of a configuration that fits nothing is none too many. ``bad`` are findings as well. ``cells``
    says of notebooks, by path, where their lines stand. Raises RuleError.
    """
    findings = [*findings, *(_told(BAD, each, each.reason, cells) for each in bad)]
    by_rule: dict[str, list[tuple[Waiver, _Fit]]] = {}
    for waiver in sorted(waivers, key=lambda each: not each.in_source):
        fits = _fit(waiver)
        for rule in waiver.rules:
            by_rule.setdefault(rule, []).append((waiver, fits))
    used: set[tuple[Waiver, str]] = set()
    judged = [_waived(finding, by_rule, used) for finding in findings]
    told = [each for each in waivers if each.in_source or not partial]
    unused = [(each, rule) for each in told for rule in each.rules if (each, rule) not in used]
    judged += [_waived(_told(UNUSED, each, rule, cells), by_rule, used) for each, rule in unused if rule != UNUSED]
    unused = [(each, rule) for each, rule in unused if rule == UNUSED and (each, rule) not in used]
    return judged + [_told(UNUSED, each, rule, cells) for each, rule in unused]


def _waived(finding: Finding, by_rule: dict[str, list[tuple[Waiver, _Fit]]], used: set[tuple[Waiver, str]]) -> Finding:
    fitting = [waiver for waiver, fits in by_rule.get(finding.rule, ()) if fits(finding)]
    if not fitting:
        return finding
    used.update((waiver, finding.rule) for waiver in fitting)
    first = fitting[0]
    return replace(finding, suppression=Suppression(first.path, first.line, first.reason, first.in_source))


def _told(rule: str, waiver: Waiver | BadWaiver, value: str, cells: Mapping[str, Cells]) -> Finding:
    from ..rulebook import finding_rule

    told = finding_rule(rule)
    assert told is not None, f"the rule {rule} is shipped"
    path, line = waiver.path, waiver.line
    message = told.message.format(path=place_words(cells.get(path, ()), path, line), value=value)
    return Finding(rule, told.level, Region(path, line, line), message, "", told.remedy)


def _fit(waiver: Waiver) -> _Fit:
    if not waiver.in_source:
        matches = matcher((waiver.glob,))
        return lambda finding: matches(finding.region.path)
    return lambda finding: (
        finding.region.path == waiver.path
        and (
            finding.region.first_line <= waiver.line <= finding.region.last_line
            or (waiver.in_header and finding.region.first_line <= 1)
        )
    )
