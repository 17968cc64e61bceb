"""Evidence beside the code, and the answer that rests on it, in words and as data for every format.

Edit this when an observation says one thing more; scanned text comes out escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..results import Conclusion, Observation, Rename, Strength
from ..support.escaping import escape
from .blocks import Block, Text, indented
from .phrases import and_more, counted, name

STRENGTH_STYLES = {
    Strength.EXACT: "bold magenta",
    Strength.STRONG: "bold red",
    Strength.SUPPORTING: "bold yellow",
    Strength.NONE: "dim",
    Strength.COUNTER: "green",
}
# Shares are ratios of counts, as everywhere in reports.
_DIGITS = 6
_SMALL = 0.01
_MOST_RENAMES = 20


def telling(observations: Sequence[Observation]) -> list[Observation]:
    """What an answer rests on: what chance and a common architecture do not explain, and what speaks against."""
    kept = (Strength.EXACT, Strength.STRONG, Strength.COUNTER)
    return [each for each in observations if each.strength in kept]


def evidence_blocks(observations: Sequence[Observation]) -> Iterator[Block]:
    """The section of a text: a line an observation, below it what else could explain it, and what was renamed."""
    if not observations:
        return
    yield Text()
    yield Text("evidence", "bold")
    names = {each.compared_with for each in observations}
    last = ""
    for each in observations:
        if len(names) > 1 and each.compared_with != last:
            last = each.compared_with
            yield indented(Text(f"beside {escape(last)}"), 2)
        line = Text.assemble(kind_words(each), ", ", (each.strength.value, STRENGTH_STYLES[each.strength]))
        yield indented(line.append(f": {escape(each.says)}"), 2)
        for label, words in details(each):
            yield indented(Text.assemble((f"{label}: ", "dim"), words), 4)


def kind_words(each: Observation) -> str:
    """``tensor layout, renamed``."""
    return f"{each.kind.value.replace('-', ' ')}, {each.relation.value.replace('-', ' ')}"


def details(each: Observation) -> Iterator[tuple[str, str]]:
    """What else could explain an observation, and its renames with their counts, each under its label; escaped."""
    for explanation in each.explained_by:
        yield "explained by", escape(explanation)
    if each.renames:
        yield counted(len(each.renames), "rename"), rename_words(each)


def rename_words(each: Observation) -> str:
    """``vpm is vison (437), resampler is projection (13)``; escaped."""
    more = and_more(len(each.renames), _MOST_RENAMES)
    return ", ".join([*map(_rename, each.renames[:_MOST_RENAMES]), *([more] if more else [])])


def figure(value: float) -> str:
    """A count, a share or a number of bits as people read it: ``1,741``, ``0.41``."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.4g}"


def _rename(rename: Rename) -> str:
    return f"{name(rename.original)} is {name(rename.copy)} ({rename.count:,})"


def conclusion_lines(conclusion: Conclusion | None) -> Iterator[str]:
    """The answer, and what is not known; escaped."""
    if conclusion is None:
        return
    yield escape(conclusion.sentence)
    if conclusion.unknown:
        yield f"not known: {escape('; '.join(conclusion.unknown))}"


def observation_data(each: Observation) -> dict[str, Any]:
    """An observation, as JSON has it."""
    return {
        "kind": each.kind.value,
        "relation": each.relation.value,
        "strength": each.strength.value,
        "says": each.says,
        "figures": {key: _rounded(value) for key, value in each.figures.items()},
        "compared_with": each.compared_with,
        "explained_by": list(each.explained_by),
        "regions": [
            {"path": region.path, "first_line": region.first_line, "last_line": region.last_line}
            for region in each.regions
        ],
        "renames": [
            {"original": rename.original, "copy": rename.copy, "kind": rename.kind.value, "count": rename.count}
            for rename in each.renames
        ],
        "outline": [
            {
                "depth": row.depth,
                "copy": row.copy,
                "original": row.original,
                "copy_count": row.copy_count,
                "original_count": row.original_count,
                "matched": row.matched,
                "summed": row.summed,
            }
            for row in each.outline
        ],
        "drawings": [
            {
                "curve": drawing.curve.value,
                "says": drawing.says,
                "values": list(map(_rounded, drawing.values)),
                "beside": list(map(_rounded, drawing.beside)),
            }
            for drawing in each.drawings
        ],
    }


def _rounded(value: float) -> float:
    """A count as it is, a share to six digits, what is too small for that (a scale of noise) to four of its own."""
    return round(value, _DIGITS) if abs(value) >= _SMALL else float(f"{value:.{_DIGITS - 2}g}")


def conclusion_data(conclusion: Conclusion | None) -> dict[str, Any] | None:
    """The answer, as JSON has it; None where there is none."""
    if conclusion is None:
        return None
    return {
        "sentence": conclusion.sentence,
        "upstreams": [
            {
                "project": each.project,
                "grounds": list(each.grounds),
                "supporting": list(each.supporting),
                "counter": list(each.counter),
            }
            for each in conclusion.upstreams
        ],
        "unknown": list(conclusion.unknown),
    }
