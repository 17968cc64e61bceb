"""The web page on the answers of two models, and where the parts of its two drawings stand (SVG).

Edit this when a drawing is hard to read; how it looks is in ``templates/agreement.html`` and ``page.css``.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

from msgspec import Struct

from ...predictions.model import Agreement, PairShare, SharedErrors
from ...support.escaping import escape
from ..agreements import OUTCOME_WORDS, figure_rows, share_words
from ..phrases import name
from .environment import rendered

# In pixels.
_WIDTH, _HEIGHT = 360.0, 240.0
_ROW, _LABELS, _SHARES = 24, 230, 420
_LONGEST_LABEL = 32
# More pairs with a control are in the JSON alone.
_MOST_PAIRS = 25


class Tile(Struct, frozen=True):
    """A rectangle whose area is a number of questions."""

    style: str
    words: str
    count: int
    x: float
    y: float
    width: float
    height: float


class ShareLine(Struct, frozen=True):
    """The share of one pair with its interval, on a row of its own."""

    label: str
    words: str
    style: str
    y: int
    low: float
    at: float
    high: float


def render(agreement: Agreement) -> str:
    """The page: the answer, the agreement table drawn, the share of each pair, all figures. It runs nothing."""
    errors = agreement.errors
    lines = list(share_lines(errors))
    return rendered(
        "agreement.html",
        version=version("modelkin"),
        agreement=agreement,
        outcome=OUTCOME_WORDS[agreement.outcome],
        figures=list(figure_rows(errors)),
        tiles=list(tiles(errors)),
        by_chance=round(_HEIGHT * (1 - errors.second_wrong / errors.questions), 1),
        width=_WIDTH,
        height=_HEIGHT,
        lines=lines,
        labels=_LABELS,
        shares=_SHARES,
        lines_height=_ROW * (len(lines) + 1),
        left=max(len(errors.control_pairs) - _MOST_PAIRS, 0),
    )


def tiles(errors: SharedErrors) -> Iterator[Tile]:
    """The agreement table as a mosaic: columns by the first model, right or wrong, each divided by the second."""
    first, second = name(errors.pair.first), name(errors.pair.second)
    pair = errors.pair
    only_first, only_second = errors.first_wrong - pair.both_wrong, errors.second_wrong - pair.both_wrong
    neither = errors.questions - errors.first_wrong - only_second
    middle = _WIDTH * (1 - errors.first_wrong / errors.questions)
    yield from _column(0.0, middle, (("right", "both right", neither), ("second", f"only {second} wrong", only_second)))
    wrong = (
        ("first", f"only {first} wrong", only_first),
        ("other", "both wrong, with different answers", pair.both_wrong - pair.same),
        ("same", "both wrong, with the same answer", pair.same),
    )
    yield from _column(middle, _WIDTH - middle, wrong)


def _column(x: float, width: float, parts: tuple[tuple[str, str, int], ...]) -> Iterator[Tile]:
    total = sum(count for _, _, count in parts)
    y = 0.0
    for style, words, count in parts:
        height = _HEIGHT * count / total if total else 0.0
        yield Tile(style, words, count, round(x, 1), round(y, 1), round(width, 1), round(height, 1))
        y += height


def share_lines(errors: SharedErrors) -> Iterator[ShareLine]:
    """The two models first, then pairs with a control, the most alike first."""
    yield _line(errors.pair, "pair", 0)
    for row, pair in enumerate(errors.control_pairs[:_MOST_PAIRS], 1):
        yield _line(pair, "control", row)


def _line(pair: PairShare, style: str, row: int) -> ShareLine:
    low, at, high = (round(_LABELS + _SHARES * each, 1) for each in (pair.share.low, pair.share.value, pair.share.high))
    label = escape(f"{pair.first}, {pair.second}")
    if len(label) > _LONGEST_LABEL:
        label = f"{label[: _LONGEST_LABEL - 1]}…"
    return ShareLine(label, share_words(pair), style, _ROW * row + _ROW // 2, low, at, high)
