"""``modelkin rules`` lists what is reported, and the licences that are known. Edit this for what is listed of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from ..support.escaping import encodable, escape
from .output import standard_page, write_standard_output

if TYPE_CHECKING:
    from ..reports.blocks import Block
    from ..rulebook.model import FindingRule, LicenceRule


SCHEMA = "modelkin.rules/1"

_EPILOG = """\b
Examples:
  modelkin rules
  modelkin rules --licences
  modelkin rules --format json
"""


@click.command(name="rules", epilog=_EPILOG)
@click.option("--findings", "only", flag_value="findings", help="List only what can be reported.")
@click.option("--licences", "--licenses", "only", flag_value="licences", help="List only the licences that are known.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def command(only: str | None, form: str) -> int:
    """List what modelkin reports, and the licences it knows.

    `modelkin explain ID` prints one of them in full.
    """
    from ..rulebook.loader import finding_rules, licence_rules

    findings = finding_rules() if only != "licences" else None
    licences = licence_rules() if only != "findings" else None
    write_standard_output(_as_json(findings, licences) if form == "json" else _as_tables(findings, licences))
    return 0


def _as_json(findings: Iterable[FindingRule] | None, licences: Iterable[LicenceRule] | None) -> str:
    """Everything a rule says but a finding's examples, which are for its test."""
    import json

    import msgspec

    data: dict[str, object] = {"schema": SCHEMA}
    if findings is not None:
        data["findings"] = [_without_examples(msgspec.to_builtins(rule)) for rule in findings]
    if licences is not None:
        data["licences"] = [msgspec.to_builtins(rule) for rule in licences]
    return encodable(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def _without_examples(rule: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in rule.items() if key not in ("reported", "passed")}


def _as_tables(findings: Iterable[FindingRule] | None, licences: Iterable[LicenceRule] | None) -> str:
    from ..reports.console import printed

    return printed(_tables(findings, licences), standard_page())


def _tables(findings: Iterable[FindingRule] | None, licences: Iterable[LicenceRule] | None) -> Iterator[Block]:
    if findings is not None:
        yield _table(("finding", "level", "title"), ((rule.id, rule.level.value, rule.title) for rule in findings))
    if findings is not None and licences is not None:
        yield ""
    if licences is not None:
        rows = ((rule.id, rule.family.value, rule.scope.value, rule.title) for rule in licences)
        yield _table(("licence", "family", "reaches", "title"), rows)


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Block:
    from ..reports.console import bare_table

    table = bare_table(*headings)
    for row in rows:
        table.add_row(*map(escape, row))
    return table
