"""Matched definitions in, one table out: a row per verdict, alike ones together."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from ..clones import DefinitionMatch, Verdict
from .phrases import VERDICT_STYLES, and_more, lines, name
from .printing import bare_table

_LABELS = {
    Verdict.IDENTICAL: "identical",
    Verdict.RENAMED: "renamed",
    Verdict.MODIFIED: "modified",
    Verdict.FRAGMENTS: "fragments",
    Verdict.INDEPENDENT: "no counterpart",
}
# These differ each in its own way, so each gets its own line and its figures.
_ONE_BY_ONE = frozenset({Verdict.MODIFIED, Verdict.FRAGMENTS})
_MOST = 20


def definition_table(definitions: Sequence[DefinitionMatch]) -> Table:
    """Closest verdict first; the longest lists are cut, JSON has all."""
    table = bare_table("definitions", "", "")
    for verdict in Verdict:
        group = [definition for definition in definitions if definition.verdict is verdict]
        if group:
            table.add_row(
                Text(_LABELS[verdict], VERDICT_STYLES[verdict]), Text(str(len(group))), _group(group, verdict)
            )
    return table


def _group(group: Sequence[DefinitionMatch], verdict: Verdict) -> Text:
    describe, separator = (_measured, "\n") if verdict in _ONE_BY_ONE else (_named, ", ")
    entries = [describe(definition) for definition in group[:_MOST]]
    more = and_more(len(group), _MOST)
    return Text(separator.join([*entries, more] if more else entries))


def _named(definition: DefinitionMatch) -> str:
    """Of a method of a renamed class only its own name counts: the class has an entry itself."""
    own_names = {qualname.rpartition(".")[2] for qualname in (definition.qualname, definition.upstream_qualname)}
    if definition.upstream is None or len(own_names) == 1:
        return name(definition.qualname)
    return f"{name(definition.qualname)} ← {name(definition.upstream_qualname)}"


def _measured(definition: DefinitionMatch) -> str:
    place = lines(definition.first_line, definition.last_line)
    if definition.upstream is not None:
        place += f" ← {lines(definition.upstream.first_line, definition.upstream.last_line)}"
    same = f"{definition.matched_statements} of {definition.statements} statements"
    return f"{_named(definition)} ({same}, {place})"
