"""Matched definitions in, one table out: a row per verdict, alike ones together."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from ..clones import DefinitionMatch, Verdict
from ..regions import Cells, line_words
from .phrases import VERDICT_STYLES, and_more, name, upstream_lines
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


def definition_table(definitions: Sequence[DefinitionMatch], cells: Cells) -> Table:
    """Closest verdict first; the longest lists are cut, JSON has all."""
    table = bare_table("definitions", "", "")
    for verdict in Verdict:
        group = [definition for definition in definitions if definition.verdict is verdict]
        if group:
            table.add_row(
                Text(_LABELS[verdict], VERDICT_STYLES[verdict]), Text(str(len(group))), _group(group, verdict, cells)
            )
    return table


def _group(group: Sequence[DefinitionMatch], verdict: Verdict, cells: Cells) -> Text:
    one_by_one = verdict in _ONE_BY_ONE
    entries = [_measured(each, cells) if one_by_one else _named(each) for each in group[:_MOST]]
    more = and_more(len(group), _MOST)
    return Text(("\n" if one_by_one else ", ").join([*entries, more] if more else entries))


def _named(definition: DefinitionMatch) -> str:
    """Of a method of a renamed class only its own name counts: the class has an entry itself."""
    own_names = {qualname.rpartition(".")[2] for qualname in (definition.qualname, definition.upstream_qualname)}
    if definition.upstream is None or len(own_names) == 1:
        return name(definition.qualname)
    return f"{name(definition.qualname)} ← {name(definition.upstream_qualname)}"


def _measured(definition: DefinitionMatch, cells: Cells) -> str:
    place = line_words(cells, definition.first_line, definition.last_line)
    if definition.upstream is not None:
        place += f" ← {upstream_lines(definition.upstream)}"
    same = f"{definition.matched_statements} of {definition.statements} statements"
    return f"{_named(definition)} ({same}, {place})"
