"""Renames in, tables out: names of the whole file one per row, locals one function per row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..clones import Kind, Rename
from .phrases import and_more, counted, name, percent
from .printing import bare_table

_MOST_FUNCTIONS = 12
_MOST_LOCALS = 6


def rename_tables(renames: Sequence[Rename]) -> Iterator[RenderableType]:
    """First what is renamed throughout the file, then the locals of each function; nothing when nothing is renamed."""
    throughout = [rename for rename in renames if not rename.scope]
    if throughout:
        yield _throughout(throughout)
    scopes = list(dict.fromkeys(rename.scope for rename in renames if rename.scope))
    if scopes:
        yield _locals(scopes, renames)


def _throughout(renames: Sequence[Rename]) -> Table:
    table = bare_table("renamed", "original", "copy", "uses", "consistent")
    for kind in Kind:
        for rename in renames:
            if rename.kind is kind:
                table.add_row(*_cells(rename))
    return table


def _cells(rename: Rename) -> Iterable[Text]:
    yield Text(rename.kind.value, "dim")
    yield Text(name(rename.original))
    yield Text(name(rename.copy), "bold")
    yield Text(str(rename.count))
    yield Text(percent(rename.consistency))


def _locals(scopes: Sequence[str], renames: Sequence[Rename]) -> Table:
    table = bare_table(f"locals renamed in {counted(len(scopes), 'function')}", "original → copy")
    for scope in scopes[:_MOST_FUNCTIONS]:
        table.add_row(Text(name(scope)), _pairs([rename for rename in renames if rename.scope == scope]))
    if len(scopes) > _MOST_FUNCTIONS:
        table.add_row(Text(and_more(len(scopes), _MOST_FUNCTIONS), "dim"))
    return table


def _pairs(renames: Sequence[Rename]) -> Text:
    pairs = [f"{name(rename.original)} → {name(rename.copy)}" for rename in renames[:_MOST_LOCALS]]
    more = and_more(len(renames), _MOST_LOCALS)
    return Text(", ".join([*pairs, more] if more else pairs))
