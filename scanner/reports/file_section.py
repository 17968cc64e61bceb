"""One file's verdict in, the section that explains it out."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..attribution.model import Attribution, State
from ..clones import Verdict
from ..verdict import FileVerdict, UpstreamMatch
from .definition_table import definition_table
from .escaping import escape
from .page import Page
from .phrases import VERDICT_STYLES, bar, counted, percent, upstream_file
from .printing import bare_table
from .rename_table import rename_tables

_HEADINGS = {
    Verdict.IDENTICAL: "identical copy",
    Verdict.RENAMED: "renamed copy",
    Verdict.MODIFIED: "modified copy",
    Verdict.FRAGMENTS: "shares fragments",
    Verdict.INDEPENDENT: "independent",
}


def file_section(file: FileVerdict, attribution: Attribution | None, page: Page) -> Iterator[RenderableType]:
    """A heading, the facts, the renames and the definitions of a file that stands on an upstream."""
    yield _heading(file)
    yield Padding.indent(_facts(file, attribution, page), 2)
    tables = [
        *rename_tables(file.renames),
        *([definition_table(file.definitions, file.cells)] if file.definitions else []),
    ]
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


def _facts(file: FileVerdict, attribution: Attribution | None, page: Page) -> Table:
    closest, *others = file.upstreams
    rows = [
        ("upstream", upstream_file(closest)),
        *(("its notice", Text(escape(line))) for line in closest.copyrights),
        ("share", _share(file.similarity, page)),
        ("origin", _origin(file.origin, closest)),
        ("licence", _licences(file, closest)),
        ("credit", _credit(attribution)),
        *(("note", Text(escape(note))) for note in file.notes),
        *(("also", Text.assemble(f"{percent(other.share)} ", upstream_file(other))) for other in others),
    ]
    table = bare_table("", "")
    for label, fact in rows:
        if fact:
            table.add_row(Text(label, "dim"), fact)
    return table


def _share(share: float, page: Page) -> Text:
    words = f"{percent(share)} of the file's tokens"
    return Text.assemble(bar(share), " ", words) if page.bars else Text(words)


def _origin(origin: UpstreamMatch | None, closest: UpstreamMatch) -> Text:
    """Empty when nothing is known beyond the closest upstream."""
    if origin is None:
        return Text()
    released = f"first released {escape(origin.released)}" if origin.released else ""
    if (origin.project, origin.path) == (closest.project, closest.path):
        return Text(released and f"that upstream, {released}")
    return Text.assemble(upstream_file(origin), released and f", {released}")


def _credit(attribution: Attribution | None) -> Text:
    """How well the file says where it is from, and how many of the obligations that can be judged are met."""
    if attribution is None:
        return Text()
    judged = [duty.state for duty in attribution.duties if duty.state is not State.NOT_JUDGED]
    met = f", {judged.count(State.MET)} of {counted(len(judged), 'obligation')} met" if judged else ""
    return Text(f"{attribution.grade.value}{met}")


def _licences(file: FileVerdict, closest: UpstreamMatch) -> Text:
    if not file.licence and not closest.licence:
        return Text()
    here, there = (escape(licence) or "none stated" for licence in (file.licence, closest.licence))
    return Text(f"{here}, upstream {there}")
