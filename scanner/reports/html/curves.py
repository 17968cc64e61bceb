"""Where the bars and the line of a drawing of figures stand on a web page (SVG).

Edit this when a drawing is hard to read; how it looks is in ``templates/evidence.html`` and ``page.css``.
"""

from __future__ import annotations

from msgspec import Struct

from ...results import Drawing

# In pixels.
_WIDTH, _HEIGHT, _LEFT, _BELOW, _ABOVE = 340, 150, 52, 14, 8
_GAP = 0.2


class Bar(Struct, frozen=True):
    """A value as a rectangle."""

    x: float
    y: float
    width: float
    height: float


class Chart(Struct, frozen=True):
    """A drawing, laid out."""

    says: str
    bars: tuple[Bar, ...]
    line: str
    """The path of what the values are held against."""
    top: str
    """What the upper end of the axis stands for."""
    width: int = _WIDTH
    height: int = _HEIGHT
    left: int = _LEFT
    above: int = _ABOVE
    base: int = _HEIGHT - _BELOW


def chart(drawing: Drawing) -> Chart:
    """``drawing`` as bars from 0 up and a line."""
    top = max((*drawing.values, *drawing.beside, 1e-300))
    step = (_WIDTH - _LEFT) / max(len(drawing.values), 1)
    room = _HEIGHT - _BELOW - _ABOVE

    def height(value: float) -> float:
        return round(max(value, 0) / top * room, 1)

    base = _HEIGHT - _BELOW
    bars = tuple(
        Bar(round(_LEFT + place * step, 1), round(base - height(value), 1), round(step * (1 - _GAP), 1), height(value))
        for place, value in enumerate(drawing.values)
    )
    points = [
        f"{_LEFT + (place + 0.5 - _GAP / 2) * step:.1f} {base - height(value):.1f}"
        for place, value in enumerate(drawing.beside)
    ]
    return Chart(drawing.says, bars, f"M{' L'.join(points)}" if points else "", f"{top:.3g}")
