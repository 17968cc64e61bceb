"""Which findings are reported, and at which level, where the person who runs the scan says so by rule.

What that hides or lowers is counted in the report. Edit this when a finding can be chosen by something else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from ..errors import ConfigurationError
from ..results import Finding, LeftOut, Level
from .waivers import check_rule

_LEVELS = {level.value: level for level in Level}
_ORDER = tuple(Level)


def check_choice(select: Iterable[str], ignore: Iterable[str], levels: Iterable[str]) -> None:
    """Raise ConfigurationError for a rule that there is not, with the nearest one, or a level that is none."""
    for key, rules in (("select", select), ("ignore", ignore)):
        for rule in rules:
            check_rule(rule, key, ConfigurationError)
    for each in levels:
        rule, equals, level = each.partition("=")
        if not equals:
            raise ConfigurationError(f"level: {each!r} names no level: write it as changes-not-stated=warning")
        check_level(rule, level, "level")


def check_level(rule: str, level: object, where: str) -> None:
    """Raise ConfigurationError for a rule or a level that there is not; ``where`` names the place."""
    check_rule(rule, where, ConfigurationError)
    if level not in _LEVELS:
        raise ConfigurationError(f"{where}: {level!r} is no level for {rule}: choose from {', '.join(_LEVELS)}")


def chosen(
    findings: Sequence[Finding],
    select: Sequence[str],
    ignore: Sequence[str],
    levels: Sequence[str],
    said_by: Callable[[str], str],
) -> tuple[tuple[Finding, ...], tuple[LeftOut, ...]]:
    """The findings that are left, at the levels that were asked for; and how many are hidden, and are lower now.

    ``levels`` are ``RULE=LEVEL``: the last for a rule counts. ``said_by`` names who gave an option, by its key.
    """
    wanted = {rule: _LEVELS[level] for rule, _, level in (each.partition("=") for each in levels)}
    counts: Counter[str] = Counter()
    kept = []
    for finding in findings:
        level = wanted.get(finding.rule, finding.level)
        if select and finding.rule not in select:
            counts["select"] += 1
        elif finding.rule in ignore:
            counts["ignore"] += 1
        else:
            counts["level"] += _ORDER.index(level) > _ORDER.index(finding.level)
            kept.append(finding if level is finding.level else replace(finding, level=level))
    return tuple(kept), tuple(LeftOut(what, said_by(key), counts[key]) for key, what in _HIDDEN if counts[key])


_HIDDEN = (("select", "findings not selected"), ("ignore", "findings ignored"), ("level", "findings at a lower level"))
