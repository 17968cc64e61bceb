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
    yield Text.assemble(
        (escape(file.path), "bold"), f" after undoing {counted(file.renames, 'rename')}: {_amount(file)}"
    )
    # Not splitlines: a form feed inside a line of code ends no line.
    for line in file.difference.unified.removesuffix("\n").split("\n") if file.difference.lines else ():
        yield Text(_shown(line), _STYLES.get(line[:1], ""))


def _amount(file: Restoration) -> str:
    difference = file.difference
    if not difference.lines:
        return f"the same text as {escape(file.original_path)}"
    differing = f"{counted(difference.lines, 'line')} differ from {escape(file.original_path)}"
    if not difference.substantive:
        return f"{differing}, all of them comments, docstrings, imports or layout"
    return f"{differing} (code alone: {difference.substantive_lines})"


def _shown(line: str) -> str:
    """Tabs are common in code and harmless; everything else is escaped."""
    return escape(line.expandtabs(4))
