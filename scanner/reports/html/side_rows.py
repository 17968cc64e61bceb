"""The rows of a copied file beside its upstream, as HTML: signs, marked words, the colours of Python's syntax.

Edit this when a row is to look or to be counted otherwise; which rows there are, ``diffs.side_by_side`` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup
from markupsafe import escape as quoted

from ...diffs.model import Gap, Ink, Inked, Mark, RowKind, ShownLine, ShownRow, SideBySide
from ...results import Cells
from ...results.cells import cell_place
from ...support.escaping import encodable, escape

# Lines that are the same and do not end a difference.
_MOST_SAME = 2
# Class and sign of a row: the sign is for readers who do not see the colour, and the legend of the page explains it.
_CLASSES = {
    RowKind.SAME: ("s", "="),
    RowKind.RENAMED: ("r", "~"),
    RowKind.CHANGED: ("c", "≠"),
    RowKind.COPY_ONLY: ("o", "+"),
    RowKind.UPSTREAM_ONLY: ("u", "\N{MINUS SIGN}"),
}
_GAP_WORDS = {
    RowKind.SAME: "that are the same",
    RowKind.COPY_ONLY: "that only the copy has",
    RowKind.UPSTREAM_ONLY: "that only the upstream has",
    None: "to the end of the comparison",
}
_ROW_WORDS = {
    RowKind.SAME: "lines the same",
    RowKind.RENAMED: "the same but for names",
    RowKind.CHANGED: "edited",
    RowKind.COPY_ONLY: "only in the copy",
    RowKind.UPSTREAM_ONLY: "only in the upstream",
}
_INKS = {Ink.KEYWORD: "k", Ink.STRING: "q", Ink.COMMENT: "h", Ink.NUMBER: "n", Ink.DEFINED: "d"}
_MARKS = {Mark.RENAMED: "r", Mark.CHANGED: "c"}


def side_rows(side: SideBySide, cells: Cells) -> Markup:
    """A ``tr`` for each row and gap; ``cells`` are the copy's. Plain strings, as whole files go through here."""
    starts = frozenset(difference_starts(side.rows))
    told = (
        _gap(row, cells) if isinstance(row, Gap) else _row(row, cells, place in starts)
        for place, row in enumerate(side.rows)
    )
    return Markup("\n".join(told))


def difference_starts(rows: Sequence[ShownRow | Gap]) -> Iterator[int]:
    """The places (0-based) of the rows with which differences begin, which readers step through.

    A difference goes on over a line or two that are the same, as names recur from line to line.
    """
    same = _MOST_SAME + 1
    for place, row in enumerate(rows):
        if isinstance(row, Gap):
            same = _MOST_SAME + 1 if row.kind in (RowKind.SAME, None) else same
        elif row.kind is RowKind.SAME:
            same += 1
        else:
            if same > _MOST_SAME:
                yield place
            same = 0


def row_counts(side: SideBySide) -> str:
    """``187 lines the same, 21 the same but for names``."""
    told = [f"{count:,} {_ROW_WORDS[kind]}" for kind in RowKind if (count := side.counts.get(kind))]
    return ", ".join(told)


def _gap_words(gap: Gap, cells: Cells) -> str:
    """``31 more lines that are the same (copy 12-42, upstream 20-50)``; of a notebook ``copy 3:2-3:32``."""
    spans = [f"copy {_number(cells, gap.copy[0])}-{_number(cells, gap.copy[1])}"] if gap.copy else []
    spans += [f"upstream {gap.upstream[0]}-{gap.upstream[1]}"] if gap.upstream else []
    what = _GAP_WORDS.get(gap.kind, "more")
    return f"{gap.rows} more lines {what} ({', '.join(spans)})"


def _row(row: ShownRow, cells: Cells, starts: bool) -> str:
    name, sign = _CLASSES[row.kind]
    begin = f'<tr class="{name} d">' if starts else f'<tr class="{name}">'
    return f"{begin}{_cell(row.copy, cells)}<td>{sign}</td>{_cell(row.upstream, ())}</tr>"


def _gap(gap: Gap, cells: Cells) -> str:
    return f'<tr class="gap"><td colspan="3">{quoted(_gap_words(gap, cells))}</td></tr>'


def _number(cells: Cells, line: int) -> str:
    """The number of a line; of a notebook, that of its cell before it."""
    if not cells:
        return str(line)
    place = cell_place(cells, line)
    return f"{place.cell}:{place.line}"


def _cell(line: ShownLine | None, cells: Cells) -> str:
    if line is None:
        return "<td></td>"
    told, start = [], 0
    for piece in line.pieces:
        told.append(_piece(_inked(piece.text, start, line.inked), _MARKS.get(piece.mark)))
        start += len(piece.text)
    return f'<td data-n="{_number(cells, line.number)}">{"".join(told)}{"…" if line.cut else ""}</td>'


def _piece(text: str, mark: str | None) -> str:
    return f'<mark class="{mark}">{text}</mark>' if mark else text


def _inked(text: str, start: int, inked: Sequence[Inked]) -> str:
    """The text, which begins at ``start`` of its line, with the coloured parts of the line that reach into it."""
    told, done = [], 0
    for part in inked:
        first, last = max(part.start - start, done), min(part.end - start, len(text))
        if first < last:
            told += [_shown(text[done:first]), f'<i class="{_INKS[part.ink]}">{_shown(text[first:last])}</i>']
            done = last
    return "".join([*told, _shown(text[done:])])


def _shown(text: str) -> str:
    return str(quoted(encodable(escape(text))))
