"""One file in the text format: its facts, renames and definitions; and what differs once its renames are undone.

Edit this when the text is to say something new of a file. All lists are cut: the JSON report has all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..results import (
    Attribution,
    Cells,
    DefinitionMatch,
    Direction,
    FileVerdict,
    Kind,
    Rename,
    Skipped,
    State,
    UpstreamMatch,
    Verdict,
)
from ..results.cells import line_words
from ..support.escaping import escape
from .blocks import Block, Table, Text, indented
from .chronology import chronology, first_released, later_release, unsettled
from .console import PLAIN, Page, bare_table, printed
from .phrases import (
    VERDICT_STYLES,
    and_more,
    bar,
    counted,
    name,
    percent,
    shares,
    upstream_file,
    upstream_lines,
    uses,
    why_not_closest,
)

if TYPE_CHECKING:
    from ..diffs.restoration import Restoration  # it takes libcst

_HEADINGS = {
    Verdict.IDENTICAL: "identical copy",
    Verdict.RENAMED: "renamed copy",
    Verdict.MODIFIED: "modified copy",
    Verdict.FRAGMENTS: "shares fragments",
    Verdict.INDEPENDENT: "independent",
}
# Where it is not known who was first, nothing is called a copy.
_OPEN_HEADINGS = {
    Verdict.IDENTICAL: "identical code",
    Verdict.RENAMED: "renamed code",
    Verdict.MODIFIED: "modified code",
    Verdict.FRAGMENTS: "shares fragments",
}
_LABELS = {
    Verdict.IDENTICAL: "identical",
    Verdict.RENAMED: "renamed",
    Verdict.MODIFIED: "modified",
    Verdict.FRAGMENTS: "fragments",
    Verdict.INDEPENDENT: "no counterpart",
}
# These differ each in its own way, so each gets its own line and its figures.
_ONE_BY_ONE = frozenset({Verdict.MODIFIED, Verdict.FRAGMENTS})
_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}
# What less of a file's code stands in an upstream is a copy by how much of that upstream it holds.
_MOST = 0.5
_MOST_DEFINITIONS = 20
_MOST_FUNCTIONS = 12
_MOST_LOCALS = 6


def file_section(file: FileVerdict, attribution: Attribution | None, page: Page) -> Iterator[Block]:
    """A heading, the facts, the renames and the definitions of a file that stands on an upstream."""
    yield _heading(file)
    yield indented(_facts(file, attribution, page), 2)
    tables: list[Table] = [
        *_rename_tables(file.renames),
        *([_definition_table(file.definitions, file.cells)] if file.definitions else []),
    ]
    for table in tables:
        yield Text()
        yield indented(table, 2)


def own_file(file: FileVerdict) -> Text:
    """The one line for a file that is a known upstream's own."""
    return Text.assemble(escape(file.path), (f"  {escape(file.own_release)}", "dim"))


def is_open(file: FileVerdict) -> bool:
    """Whether it is not known who was first, the file or its closest upstream."""
    return file.direction in (Direction.OPEN, Direction.UNKNOWN)


def verdict_words(file: FileVerdict) -> str:
    """``renamed copy``, or ``renamed code`` where it is not known who was first."""
    return (_OPEN_HEADINGS if is_open(file) else _HEADINGS)[file.verdict]


def _heading(file: FileVerdict) -> Text:
    words = (verdict_words(file), VERDICT_STYLES[file.verdict])
    heading = Text.assemble((escape(file.path), "bold"), ": ", words)
    if file.verdict is Verdict.MODIFIED and file.similarity < file.contained and file.similarity < _MOST:
        heading.append(" in a longer file")
    if file.own_release:
        heading.append(f", released as {escape(file.own_release)}'s own file")
    return heading


def _facts(file: FileVerdict, attribution: Attribution | None, page: Page) -> Table:
    closest, *others = file.upstreams
    rows = [
        ("alike with" if is_open(file) else "upstream", upstream_file(closest)),
        *(("its notice", _notice_line(line, closest)) for line in closest.copyrights),
        ("share", _share(file, page)),
        ("origin", _origin(file.origin, closest)),
        *((label, Text(words)) for label, words in chronology(file)),
        ("licence", _licences(file, closest)),
        ("credit", _credit(attribution)),
        *(("note", Text(escape(note))) for note in file.notes),
        *(("also", _also(other, closest)) for other in others),
        *(("also, later", _later(other)) for other in file.later),
    ]
    table = bare_table("", "")
    for label, fact in rows:
        if fact:
            table.add_row(Text(label, "dim"), fact)
    return table


def _notice_line(line: str, closest: UpstreamMatch) -> Text:
    recent = "  (an older known release lacks it)" if line in closest.recent_lines else ""
    return Text.assemble(escape(line), (recent, "dim"))


def _also(other: UpstreamMatch, closest: UpstreamMatch) -> Text:
    told, why = unsettled(other), why_not_closest(other, closest)
    words = (told and f", direction {told}", why and f", {why}")
    return Text.assemble(f"{percent(other.share)} ", upstream_file(other), *words)


def _later(other: UpstreamMatch) -> Text:
    """A file that is younger, by the release in which it first appeared."""
    release = f" {later_release(other)}".rstrip()
    return Text.assemble(f"{percent(other.share)} ", (name(other.project), "bold"), f"{release} · {escape(other.path)}")


def later_file(file: FileVerdict, other: UpstreamMatch) -> tuple[Text, Text]:
    """The two cells of a row: a file that stands on no upstream, and a younger one that holds the same code."""
    return Text(escape(file.path)), Text(f"{later_release(other)} · {escape(other.path)}", "dim")


def _share(file: FileVerdict, page: Page) -> Text:
    words = shares(file.similarity, file.contained)
    return Text.assemble(bar(file.similarity), " ", words) if page.bars else Text(words)


def _origin(origin: UpstreamMatch | None, closest: UpstreamMatch) -> Text:
    """Where it is from first; empty when no more is known than the closest upstream."""
    if origin is None:
        return Text()
    released = first_released(origin)
    if (origin.project, origin.path) == (closest.project, closest.path):
        return Text(released and f"that upstream, {released}")
    return Text.assemble(upstream_file(origin), released and f", {released}")


def _credit(attribution: Attribution | None) -> Text:
    """How well the file says where it is from, and how many of the obligations that can be checked are met."""
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


def _rename_tables(renames: Sequence[Rename]) -> Iterator[Table]:
    """Names renamed throughout the file, then the locals of each function."""
    throughout = [rename for rename in renames if not rename.scope]
    if throughout:
        yield _throughout(throughout)
    scopes = list(dict.fromkeys(rename.scope for rename in renames if rename.scope))
    if scopes:
        yield _locals(scopes, renames)


def _throughout(renames: Sequence[Rename]) -> Table:
    table = bare_table("renamed", "original", "copy", "uses")
    for kind in Kind:
        for rename in renames:
            if rename.kind is kind:
                table.add_row(*_cells(rename))
    return table


def _cells(rename: Rename) -> Iterable[Text]:
    yield Text(rename.kind.value, "dim")
    yield Text(name(rename.original))
    yield Text(name(rename.copy), "bold")
    yield Text(uses(rename))


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


def _definition_table(definitions: Sequence[DefinitionMatch], cells: Cells) -> Table:
    """A row for each verdict, the closest first."""
    table = bare_table("definitions", "", "")
    for verdict in Verdict:
        group = [definition for definition in definitions if definition.verdict is verdict]
        if group:
            table.add_row(
                Text(_LABELS[verdict], VERDICT_STYLES[verdict]),
                Text(str(len(group))),
                _group(group, verdict, cells),
            )
    return table


def _group(group: Sequence[DefinitionMatch], verdict: Verdict, cells: Cells) -> Text:
    one_by_one = verdict in _ONE_BY_ONE
    entries = [_measured(each, cells) if one_by_one else _named(each) for each in group[:_MOST_DEFINITIONS]]
    more = and_more(len(group), _MOST_DEFINITIONS)
    return Text(("\n" if one_by_one else ", ").join([*entries, more] if more else entries))


def _named(definition: DefinitionMatch) -> str:
    """The name, and the upstream's where it differs: of a method by its own name, as its class has an entry itself."""
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


def render_restorations(differences: Sequence[Restoration | Skipped], page: Page = PLAIN) -> str:
    """One block per file: how much differs, and the unified diff line by line."""
    return printed((block for difference in differences for block in _restoration(difference)), page)


def _restoration(file: Restoration | Skipped) -> Iterator[Block]:
    yield Text()
    if isinstance(file, Skipped):
        yield Text.assemble((escape(file.path), "bold"), f": renames not undone, {escape(file.reason)}")
        return
    difference = file.difference
    undone = f" after undoing {counted(file.renames, 'rename')}: "
    yield Text.assemble((escape(file.path), "bold"), undone, _how_different(file))
    yield from _diff_lines(difference.unified)
    if 0 < difference.substantive_lines < difference.lines:
        differing = counted(difference.substantive_lines, "differing line")
        yield Text(f"of code alone, a statement per line: {differing}", "bold")
        yield from _diff_lines(difference.substantive)


def _diff_lines(unified: str) -> Iterator[Text]:
    # Not splitlines: a form feed inside a line of code ends no line.
    for line in unified.removesuffix("\n").split("\n") if unified else ():
        yield Text(_code_line(line), _DIFF_STYLES.get(line[:1], ""))


def _how_different(file: Restoration) -> str:
    difference = file.difference
    if not difference.lines:
        return f"the same text as {escape(file.original_path)}"
    differing = f"{counted(difference.lines, 'differing line')} against {escape(file.original_path)}"
    if not difference.substantive:
        return f"{differing}, all of them comments, docstrings, imports or layout"
    return differing


def _code_line(line: str) -> str:
    """A line of code, escaped; its tabs, which are common and harmless, become blanks."""
    return escape(line.expandtabs(4))
