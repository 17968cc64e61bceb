"""Places in, as many of them as a page should hold out, with a gap for each run that is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from .model import Gap, Place, RowKind

# Of a run of one kind that is longer than the first, the second is shown of its beginning and the third of its end.
_Runs = Mapping[RowKind, tuple[int, int, int]]
_WIDE: _Runs = {RowKind.SAME: (40, 12, 6), RowKind.COPY_ONLY: (14, 4, 2), RowKind.UPSTREAM_ONLY: (14, 4, 2)}
_TIGHT: _Runs = {RowKind.SAME: (9, 4, 2), RowKind.COPY_ONLY: (6, 2, 1), RowKind.UPSTREAM_ONLY: (6, 2, 1)}


def folded(rows: Iterable[Place], most: int, tight: bool = False) -> list[Place | Gap]:
    """At most ``most`` places (gaps aside): lines without a counterpart and long runs that are equal are cut short.

    ``tight`` cuts them shorter, for pages of many files.
    """
    kept: list[Place | Gap] = []
    shown, runs = 0, _TIGHT if tight else _WIDE
    parts = [part for kind, run in groupby(rows, key=lambda row: row.kind) for part in _parts(kind, list(run), runs)]
    for place, part in enumerate(parts):
        if shown >= most and isinstance(part, Place):
            kept.append(_rest(parts[place:]))
            break
        kept.append(part)
        shown += isinstance(part, Place)
    return kept


def _parts(kind: RowKind, run: Sequence[Place], runs: _Runs) -> Iterator[Place | Gap]:
    longest, head, tail = runs.get(kind, (len(run), 0, 0))
    if len(run) <= longest:
        yield from run
        return
    yield from run[:head]
    yield _gap(kind, run[head:-tail])
    yield from run[-tail:]


def _gap(kind: RowKind | None, rows: Sequence[Place]) -> Gap:
    copy = [row.copy for row in rows if row.copy]
    upstream = [row.upstream for row in rows if row.upstream]
    return Gap(kind, len(rows), _span(copy), _span(upstream))


def _span(numbers: Sequence[int]) -> tuple[int, int] | None:
    return (min(numbers), max(numbers)) if numbers else None


def _rest(parts: Sequence[Place | Gap]) -> Gap:
    """One gap for all that follows."""
    copy = [number for part in parts for number in _numbers(part.copy)]
    upstream = [number for part in parts for number in _numbers(part.upstream)]
    rows = sum(part.rows if isinstance(part, Gap) else 1 for part in parts)
    return Gap(None, rows, _span(copy), _span(upstream))


def _numbers(there: int | tuple[int, int] | None) -> tuple[int, ...]:
    return there if isinstance(there, tuple) else () if there is None else (there,)
