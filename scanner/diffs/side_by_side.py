"""Copied files beside their upstreams for a page: which files, how many rows of each, and the words marked in them.

Edit this to show more or less of a file, or to mark words in another way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, repeat
from typing import NamedTuple

from msgspec import Struct
from rapidfuzz.distance import Indel

from ..errors import SourceError
from ..results import FileVerdict, Level, Report, Skipped, UpstreamMatch, Verdict
from ..sources import open_sources
from ..sources.checkout import Entry, Progress
from ..sources.files import SourceFile, read_file
from ..support.budget import OverBudgetError, budget
from ..support.decoding import with_line_feeds
from .line_alignment import AlignedLines, UndoneLine, align_lines, words
from .model import Gap, Inked, LinePair, Mark, Piece, RowKind, ShownLine, ShownRow, SideBySide
from .syntax_colours import inks
from .upstream_files import UpstreamText, WantedFile, find_texts

# Of a run of one kind that is longer than the first, the second is shown of its beginning and the third of its end.
_Runs = Mapping[RowKind, tuple[int, int, int]]
_WIDE: _Runs = {RowKind.SAME: (40, 12, 6), RowKind.COPY_ONLY: (14, 4, 2), RowKind.UPSTREAM_ONLY: (14, 4, 2)}
_TIGHT: _Runs = {RowKind.SAME: (9, 4, 2), RowKind.COPY_ONLY: (6, 2, 1), RowKind.UPSTREAM_ONLY: (6, 2, 1)}
# Of what is the same before the first difference.
_OPENING = (6, 0, 3)
# Longer lines are data; their beginnings tell enough.
_MOST_CHARACTERS = 400


class Limits(Struct, frozen=True):
    """The most files shown, rows of one file, rows of all, and lines of a text that is aligned at all."""

    files: int = 400
    rows_per_file: int = 900
    rows: int = 40_000
    lines: int = 8_000


def side_by_sides(
    report: Report,
    sources: str | Sequence[str],
    originals: Sequence[str] = (),
    fetch: bool = False,
    limits: Limits = Limits(),
    progress: Progress | None = None,
) -> dict[str, SideBySide | Skipped]:
    """By path each file of ``report`` that stands on an upstream; Skipped says why it is not shown.

    ``sources`` are what was scanned and ``originals`` what was align_lines with, as the user named them. The texts of
    other upstreams come from the releases in modelkin's cache and, only with ``fetch``, from the package index. Where
    the limits do not suffice, files with the gravest findings come first, then the closest copies.
    """
    copied = [(file, upstream) for file in _ranked(report) if (upstream := described_upstream(file))]
    chosen, others = copied[: limits.files], copied[limits.files :]
    copies = _copies(sources, {file.path for file, _ in chosen})
    texts = find_texts((WantedFile.of(upstream) for _, upstream in chosen), originals, fetch, progress)
    shown: dict[str, SideBySide | Skipped] = {}
    left, tight = limits.rows, len(chosen) * limits.rows_per_file > limits.rows
    for number, (file, upstream) in enumerate(chosen):
        pair = _file_pair(file, copies.get(file.path), texts[WantedFile.of(upstream)], limits)
        # What one file leaves of its share is shared among those after it.
        most = min(limits.rows_per_file, left // (len(chosen) - number))
        shown[file.path] = each = pair if isinstance(pair, Skipped) else _in_time(file, upstream, pair, most, tight)
        left -= sum(isinstance(row, ShownRow) for row in each.rows) if isinstance(each, SideBySide) else 0
    reason = f"the page shows {limits.files} files at most; scan this one alone to see it"
    return shown | {file.path: Skipped(file.path, reason) for file, _ in others}


def described_upstream(file: FileVerdict) -> UpstreamMatch | None:
    """The upstream that the definitions of ``file`` are compared with; for an own release that is not the closest."""
    regions = [each.upstream for each in file.definitions if each.upstream]
    if not regions:
        return None
    named = [each for each in file.upstreams if each.path == regions[0].path]
    # An own release comes first and may have moved to the path that its ancestor has in another project.
    return named[-1] if file.own_release and named else next(iter(named), None)


def _ranked(report: Report) -> list[FileVerdict]:
    levels, verdicts = list(Level), list(Verdict)
    gravest: dict[str, int] = {}
    for finding in report.findings:
        for path in finding.files if finding.counts else ():
            gravest[path] = min(gravest.get(path, len(levels)), levels.index(finding.level))
    return sorted(report.files, key=lambda file: (gravest.get(file.path, len(levels)), verdicts.index(file.verdict)))


def _copies(sources: str | Sequence[str], paths: set[str]) -> dict[str, SourceFile | Skipped]:
    """The wanted files, read again; nothing of a source that can no longer be opened."""
    if not sources or not paths:
        return {}
    try:
        with open_sources(sources) as checkout:
            wanted = (entry for entry in checkout.entries() if isinstance(entry, Entry) and entry.path in paths)
            return {entry.path: read_file(entry) for entry in wanted}
    except SourceError:
        return {}


class _FilePair(NamedTuple):
    """The lines of both files, and the release that the upstream's are of."""

    copy: Sequence[str]
    upstream: Sequence[str]
    release: str


def _file_pair(
    file: FileVerdict, copy: SourceFile | Skipped | None, text: UpstreamText | Skipped, limits: Limits
) -> _FilePair | Skipped:
    if copy is None:
        return Skipped(file.path, "the scanned file cannot be read again")
    if isinstance(copy, Skipped):
        return copy
    if copy.sha256 != file.sha256:
        return Skipped(file.path, "the file has changed since it was scanned")
    if isinstance(text, Skipped):
        return text
    pair = _FilePair(_lines(copy), _lines(text.file), text.release)
    if max(len(pair.copy), len(pair.upstream)) > limits.lines:
        return Skipped(file.path, f"one of the two has over {limits.lines:,} lines")
    return pair


def _in_time(
    file: FileVerdict, upstream: UpstreamMatch, pair: _FilePair, most: int, tight: bool
) -> SideBySide | Skipped:
    try:
        with budget(sum(map(len, (*pair.copy, *pair.upstream)))):
            return _shown(file, upstream, pair, most, tight)
    except OverBudgetError as over:
        return Skipped(file.path, str(over))


def _shown(file: FileVerdict, upstream: UpstreamMatch, pair: _FilePair, most: int, tight: bool) -> SideBySide:
    lines = align_lines(pair.copy, pair.upstream, file.definitions, file.renames)
    kept = folded(lines.pairs, most, tight)
    rows = [each if isinstance(each, Gap) else shown_row(lines, each) for each in kept]
    counts = dict(Counter(pair.kind for pair in lines.pairs))
    return SideBySide(file.path, upstream, pair.release, tuple(_coloured(rows, lines)), counts)


def _coloured(rows: Sequence[ShownRow | Gap], lines: AlignedLines) -> Iterator[ShownRow | Gap]:
    """The rows with their words coloured by what they are in Python's syntax."""
    shown = [row for row in rows if isinstance(row, ShownRow)]
    copy = _inks(lines.copy, [row.copy for row in shown])
    upstream = _inks(lines.upstream, [row.upstream for row in shown])
    for row in rows:
        yield (
            row if isinstance(row, Gap) else ShownRow(row.kind, _inked(row.copy, copy), _inked(row.upstream, upstream))
        )


def _inks(lines: Sequence[UndoneLine], shown: Sequence[ShownLine | None]) -> dict[int, tuple[Inked, ...]]:
    return inks([line.shown[:_MOST_CHARACTERS] for line in lines], [line.number for line in shown if line])


def _inked(line: ShownLine | None, found: Mapping[int, tuple[Inked, ...]]) -> ShownLine | None:
    return line and line._replace(inked=found.get(line.number, ()))


def _lines(file: SourceFile) -> list[str]:
    return with_line_feeds(file.text.decode("utf-8", "replace")).removesuffix("\n").split("\n")


def folded(rows: Iterable[LinePair], most: int, tight: bool = False) -> list[LinePair | Gap]:
    """At most ``most`` rows (gaps aside): lines without a counterpart and long runs that are equal are cut short.

    ``tight`` cuts them shorter, for pages of many files. Of what is the same before the first difference only the last
    lines are kept, so that the comparison opens there.
    """
    kept: list[LinePair | Gap] = []
    shown, runs = 0, _TIGHT if tight else _WIDE
    grouped = [(kind, list(run)) for kind, run in groupby(rows, key=lambda row: row.kind)]
    opening = [{**runs, RowKind.SAME: _OPENING}] if len(grouped) > 1 else []
    each_runs = chain(opening, repeat(runs))
    parts = [part for (kind, run), its in zip(grouped, each_runs, strict=False) for part in _parts(kind, run, its)]
    for number, part in enumerate(parts):
        if shown >= most and isinstance(part, LinePair):
            kept.append(_rest(parts[number:]))
            break
        kept.append(part)
        shown += isinstance(part, LinePair)
    return kept


def _parts(kind: RowKind, run: Sequence[LinePair], runs: _Runs) -> Iterator[LinePair | Gap]:
    longest, head, tail = runs.get(kind, (len(run), 0, 0))
    if len(run) <= longest:
        yield from run
        return
    yield from run[:head]
    yield _gap(kind, run[head:-tail])
    yield from run[-tail:]


def _gap(kind: RowKind | None, rows: Sequence[LinePair]) -> Gap:
    copy = [row.copy for row in rows if row.copy]
    upstream = [row.upstream for row in rows if row.upstream]
    return Gap(kind, len(rows), _span(copy), _span(upstream))


def _span(numbers: Sequence[int]) -> tuple[int, int] | None:
    return (min(numbers), max(numbers)) if numbers else None


def _rest(parts: Sequence[LinePair | Gap]) -> Gap:
    """One gap for all that follows."""
    copy = [number for part in parts for number in _numbers(part.copy)]
    upstream = [number for part in parts for number in _numbers(part.upstream)]
    rows = sum(part.rows if isinstance(part, Gap) else 1 for part in parts)
    return Gap(None, rows, _span(copy), _span(upstream))


def _numbers(there: int | tuple[int, int] | None) -> tuple[int, ...]:
    return there if isinstance(there, tuple) else () if there is None else (there,)


def shown_row(lines: AlignedLines, pair: LinePair) -> ShownRow:
    """The lines of a pair; where the two differ, each word is renamed, changed or plain."""
    copy = None if pair.copy is None else lines.copy[pair.copy - 1]
    upstream = None if pair.upstream is None else lines.upstream[pair.upstream - 1]
    if copy is None or upstream is None or copy.shown == upstream.shown:
        return ShownRow(pair.kind, _plain(copy, pair.copy), _plain(upstream, pair.upstream))
    parts, others = words(copy.shown[:_MOST_CHARACTERS]), words(upstream.shown[:_MOST_CHARACTERS])
    function = lines.functions[(pair.copy or 1) - 1]
    marks, other_marks = _marks(parts, lines.names.put_back(parts, function), others)
    mine = _line(pair.copy or 0, parts, marks, len(copy.shown) > _MOST_CHARACTERS)
    theirs = _line(pair.upstream or 0, others, other_marks, len(upstream.shown) > _MOST_CHARACTERS)
    return ShownRow(pair.kind, mine, theirs)


def _marks(copy: Sequence[str], undone: Sequence[str], upstream: Sequence[str]) -> tuple[list[Mark], list[Mark]]:
    """A mark for each word: what is equal only with the renames undone is renamed, what has no equal is changed."""
    marks = [Mark.PLAIN if word.isspace() else Mark.CHANGED for word in copy]
    other_marks = [Mark.PLAIN if word.isspace() else Mark.CHANGED for word in upstream]
    numbers, other_numbers = _dark(copy), _dark(upstream)
    mine, theirs = [undone[number] for number in numbers], [upstream[number] for number in other_numbers]
    for block in Indel.opcodes(mine, theirs).as_matching_blocks():
        for step in range(block.size):
            number, other = numbers[block.a + step], other_numbers[block.b + step]
            marks[number] = other_marks[other] = Mark.PLAIN if copy[number] == upstream[other] else Mark.RENAMED
    return marks, other_marks


def _dark(parts: Sequence[str]) -> list[int]:
    return [number for number, word in enumerate(parts) if not word.isspace()]


def _plain(line: UndoneLine | None, number: int | None) -> ShownLine | None:
    if line is None or number is None:
        return None
    pieces = (Piece(line.shown[:_MOST_CHARACTERS], Mark.PLAIN),) if line.shown else ()
    return ShownLine(number, pieces, len(line.shown) > _MOST_CHARACTERS)


def _line(number: int, parts: Sequence[str], marks: Sequence[Mark], cut: bool) -> ShownLine:
    """Neighbours with one mark make one piece."""
    pieces: list[Piece] = []
    for word, mark in zip(parts, marks, strict=True):
        if pieces and pieces[-1].mark is mark:
            pieces[-1] = Piece(pieces[-1].text + word, mark)
        else:
            pieces.append(Piece(word, mark))
    return ShownLine(number, tuple(pieces), cut)
