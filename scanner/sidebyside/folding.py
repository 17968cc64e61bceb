"""Rows in, as many of them as a page should hold out, with a gap for each run that is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from .model import Gap, Row, RowKind

# Of a run of one kind that is longer than the first, the second is shown of its beginning and the third of its end.
_RUNS = {RowKind.SAME: (40, 12, 6), RowKind.COPY_ONLY: (14, 4, 2), RowKind.UPSTREAM_ONLY: (14, 4, 2)}


def folded(rows: Iterable[Row], most: int) -> list[Row | Gap]:
    """At most ``most`` rows (gaps aside): lines without a counterpart and long runs that are equal are cut short."""
    kept: list[Row | Gap] = []
    shown = 0
    parts = [part for kind, run in groupby(rows, key=lambda row: row.kind) for part in _parts(kind, list(run))]
    for place, part in enumerate(parts):
        if shown >= most and isinstance(part, Row):
            kept.append(_rest(parts[place:]))
            break
        kept.append(part)
        shown += isinstance(part, Row)
    return kept


def _parts(kind: RowKind, run: Sequence[Row]) -> Iterator[Row | Gap]:
    longest, head, tail = _RUNS.get(kind, (len(run), 0, 0))
    if len(run) <= longest:
        yield from run
        return
    yield from run[:head]
    yield _gap(kind, run[head:-tail])
    yield from run[-tail:]


def _gap(kind: RowKind | None, rows: Sequence[Row]) -> Gap:
    copy = [row.copy.number for row in rows if row.copy]
    upstream = [row.upstream.number for row in rows if row.upstream]
    return Gap(kind, len(rows), _span(copy), _span(upstream))


def _span(numbers: Sequence[int]) -> tuple[int, int] | None:
    return (min(numbers), max(numbers)) if numbers else None


def _rest(parts: Sequence[Row | Gap]) -> Gap:
    """One gap for all that follows."""
    copy = [number for part in parts for number in _numbers(part, "copy")]
    upstream = [number for part in parts for number in _numbers(part, "upstream")]
    rows = sum(part.rows if isinstance(part, Gap) else 1 for part in parts)
    return Gap(None, rows, _span(copy), _span(upstream))


def _numbers(part: Row | Gap, side: str) -> Sequence[int]:
    there = getattr(part, side)
    if there is None:
        return ()
    return there if isinstance(part, Gap) else (there.number,)
