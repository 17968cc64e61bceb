"""One file's verdict in, the section that explains it out."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..clones import Verdict
from ..verdict import FileVerdict, UpstreamMatch
from .definition_table import definition_table
from .escaping import escape
from .page import Page
from .phrases import VERDICT_STYLES, bar, percent, upstream_file
from .printing import bare_table
from .rename_table import rename_tables

_HEADINGS = {
    Verdict.IDENTICAL: "identical copy",
    Verdict.RENAMED: "renamed copy",
    Verdict.MODIFIED: "modified copy",
    Verdict.FRAGMENTS: "shares fragments",
    Verdict.INDEPENDENT: "independent",
}


def file_section(file: FileVerdict, page: Page) -> Iterator[RenderableType]:
    """A heading, the facts, the renames and the definitions of a file that stands on an upstream."""
    yield _heading(file)
    yield Padding.indent(_facts(file, page), 2)
    tables = [*rename_tables(file.renames), *([definition_table(file.definitions)] if file.definitions else [])]
    for table in tables:
        yield Text()
        yield Padding.indent(table, 2)


def own_file(file: FileVerdict) -> Text:
    """The one line for a file that is a known upstream's own."""
    return Text.assemble(escape(file.path), (f"  {escape(file.own_release)}", "dim"))


def _heading(file: FileVerdict) -> Text:
    heading = Text.assemble((escape(file.path), "bold"), ": ", (_HEADINGS[file.verdict], VERDICT_STYLES[file.verdict]))
    if file.own_release:
        heading.append(f", released as {escape(file.own_release)}'s own file")
    return heading


def _facts(file: FileVerdict, page: Page) -> Table:
    closest, *others = file.upstreams
    table = bare_table("", "")
    table.add_row(Text("upstream", "dim"), upstream_file(closest))
    table.add_row(Text("share", "dim"), _share(file.similarity, page))
    if file.origin is not None:
        table.add_row(Text("origin", "dim"), _origin(file.origin, closest))
    table.add_row(Text("licence", "dim"), _licences(file, closest))
    for label, entries in (("copyright", closest.copyrights), ("note", file.notes)):
        for entry in entries:
            table.add_row(Text(label, "dim"), Text(escape(entry)))
    for other in others:
        table.add_row(Text("also", "dim"), Text.assemble(f"{percent(other.share)} ", upstream_file(other)))
    return table


def _share(share: float, page: Page) -> Text:
    words = f"{percent(share)} of the file's tokens"
    return Text.assemble(bar(share), " ", words) if page.bars else Text(words)


def _origin(origin: UpstreamMatch, closest: UpstreamMatch) -> Text:
    released = f"first released {escape(origin.released)}" if origin.released else "of unknown date"
    if (origin.project, origin.path) == (closest.project, closest.path):
        return Text(f"that upstream, {released}")
    return Text.assemble(upstream_file(origin), f", {released}")


def _licences(file: FileVerdict, closest: UpstreamMatch) -> Text:
    here = escape(file.licence) or "none stated"
    return Text(f"{here}, upstream {escape(closest.licence) or 'none stated'}")
