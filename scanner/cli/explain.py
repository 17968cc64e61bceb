"""``modelkin explain`` prints one finding or licence in full. Edit this for what is printed of a rule, and how."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from ..support.escaping import escape
from .output import standard_page, write_standard_output

if TYPE_CHECKING:
    from ..reports.blocks import Block
    from ..rulebook.model import FindingRule, LicenceRule, Obligation


_EPILOG = """\b
Examples:
  modelkin explain Apache-2.0
  modelkin explain llama3.1
  modelkin explain holder-removed
"""
_INDENT = 2
_MOST_SUGGESTIONS = 3
_MOST_SHOWN = 80
# Of 100: below it two words have little more in common than their letters, as "nope" and "open" have.
_LEAST_ALIKE = 76


@click.command(name="explain", epilog=_EPILOG)
@click.argument("identifier", metavar="ID")
def command(identifier: str) -> int:
    """Print one finding or licence in full.

    ID is a finding or a licence as `modelkin rules` lists them, or a usual
    name of a licence. Upper and lower case are the same.
    """
    from ..reports.console import printed
    from ..rulebook.model import FindingRule

    rule = _known(identifier)
    blocks = _finding(rule) if isinstance(rule, FindingRule) else _licence(rule)
    write_standard_output(printed(blocks, standard_page()))
    return 0


def _known(identifier: str) -> FindingRule | LicenceRule:
    """The rule of that id or name. Raises UsageError with the ids that are alike."""
    from ..rulebook.loader import finding_rules, licence_rules

    rules: dict[str, FindingRule | LicenceRule] = {}
    for licence in licence_rules():
        rules |= dict.fromkeys((licence.id.lower(), *licence.names), licence)
    rules |= {finding.id.lower(): finding for finding in finding_rules()}
    rule = rules.get(" ".join(identifier.lower().split()))
    if rule is None:
        shown = identifier[:_MOST_SHOWN]
        raise UsageError(f"no finding or licence is called {shown!r}; {_advice(shown, rules)}")
    return rule


def _advice(identifier: str, rules: dict[str, FindingRule | LicenceRule]) -> str:
    wanted = identifier.lower()
    alike = sorted((-_likeness(wanted, name), name) for name in rules)
    names = list(dict.fromkeys(rules[name].id for likeness, name in alike if -likeness >= _LEAST_ALIKE))
    return f"did you mean {' or '.join(names[:_MOST_SUGGESTIONS])}?" if names else "`modelkin rules` lists them"


def _likeness(wanted: str, name: str) -> float:
    """Of the whole name or, of one word, of a word in it: "llama" is said for many."""
    from rapidfuzz import fuzz

    parts = () if re.search(r"[\W_]", wanted) else re.split(r"[\W_]+", name)
    return max(fuzz.ratio(wanted, each) for each in (name, *parts))


def _finding(rule: FindingRule) -> Iterator[Block]:
    yield from _heading(rule.id, rule.title)
    yield _facts((("level", rule.level.value), ("message", rule.message), ("remedy", rule.remedy)))
    yield from _paragraph(rule.help)
    yield from _listed("reported where", (example.says for example in rule.reported))
    yield from _listed("not reported where", (example.says for example in rule.passed))


def _licence(rule: LicenceRule) -> Iterator[Block]:
    yield from _heading(rule.id, rule.title)
    facts = (("family", rule.family.value), ("reaches", _reach(rule.scope.value)), ("text", rule.url))
    yield _facts((*facts, ("names", ", ".join(rule.names))))
    for obligation in rule.obligations:
        yield from _obligation(obligation)
    if not rule.obligations:
        yield from _paragraph("It asks for nothing.")
    yield from _combination(rule)


def _obligation(obligation: Obligation) -> Iterator[Block]:
    from ..reports.blocks import Text

    yield Text()
    facts = (obligation.level.value, obligation.duty.value, _reach(obligation.scope.value))
    yield Text.assemble((escape(obligation.clause), "bold"), f"  {', '.join(facts)}")
    exact = (("exact words", f'"{words}"') for words in obligation.strings)
    yield _facts((("asks", obligation.asks), *exact, ("remedy", obligation.remedy)))


def _combination(rule: LicenceRule) -> Iterator[Block]:
    both = (("under", rule.combination.under), ("not under", rule.combination.not_under))
    facts = [(label, ", ".join(names)) for label, names in both if names]
    if facts:
        yield from _paragraph("May be passed on in a work:")
        yield _facts((*facts, ("because", rule.combination.reason)))


def _reach(scope: str) -> str:
    return "code and weights" if scope == "both" else scope


def _heading(identifier: str, title: str) -> Iterator[Block]:
    from ..reports.blocks import Text

    yield Text.assemble((escape(identifier), "bold"), f"  {escape(title)}")


def _paragraph(text: str) -> Iterator[Block]:
    from ..reports.blocks import Text

    yield Text()
    yield Text(escape(text))


def _listed(label: str, sentences: Iterable[str]) -> Iterator[Block]:
    yield from _paragraph(f"{label}:")
    yield _facts(("-", sentence) for sentence in sentences)


def _facts(facts: Iterable[tuple[str, str]]) -> Block:
    """A label and what it says per line; what says nothing is left out."""
    from ..reports.blocks import Text, indented
    from ..reports.console import bare_table

    table = bare_table("", "")
    for label, fact in facts:
        if fact:
            table.add_row(Text(label, "dim"), Text(escape(fact)))
    return indented(table, _INDENT)
