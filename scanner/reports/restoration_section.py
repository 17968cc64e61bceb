"""What remains after the renames are undone in, text out: a line per file, and the unified diff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from ..restoration import Restoration, Skipped
from .escaping import escape
from .page import PLAIN, Page
from .phrases import counted
from .printing import printed

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def render_restorations(differences: Sequence[Restoration | Skipped], page: Page = PLAIN) -> str:
    """One block per file: how much differs, and the unified diff line by line."""
    return printed((block for difference in differences for block in _blocks(difference)), page)


def _blocks(file: Restoration | Skipped) -> Iterator[RenderableType]:
    yield Text()
    if isinstance(file, Skipped):
        yield Text.assemble((escape(file.path), "bold"), f": renames not undone, {escape(file.reason)}")
        return
    difference = file.difference
    undone = f" after undoing {counted(file.renames, 'rename')}: "
    yield Text.assemble((escape(file.path), "bold"), undone, _amount(file))
    yield from _diff(difference.unified)
    if 0 < difference.substantive_lines < difference.lines:
        differing = counted(difference.substantive_lines, "differing line")
        yield Text(f"of code alone, a statement per line: {differing}", "bold")
        yield from _diff(difference.substantive)


def _diff(unified: str) -> Iterator[Text]:
    # Not splitlines: a form feed inside a line of code ends no line.
    for line in unified.removesuffix("\n").split("\n") if unified else ():
        yield Text(_shown(line), _STYLES.get(line[:1], ""))


def _amount(file: Restoration) -> str:
    difference = file.difference
    if not difference.lines:
        return f"the same text as {escape(file.original_path)}"
    differing = f"{counted(difference.lines, 'differing line')} against {escape(file.original_path)}"
    if not difference.substantive:
        return f"{differing}, all of them comments, docstrings, imports or layout"
    return differing


def _shown(line: str) -> str:
    """Tabs are common in code and harmless; everything else is escaped."""
    return escape(line.expandtabs(4))
