"""Lines of a copy beside those of its upstream: renames marked on both sides, every line in one row."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from modelkin.diffs.line_alignment import align_lines
from modelkin.diffs.model import Gap, RowKind, ShownRow
from modelkin.diffs.side_by_side import Limits, folded, shown_row
from modelkin.results import DefinitionMatch, Kind, Region, Rename, Verdict
from modelkin.syntax.rename_undo import restore

from ..support.pages import marked_text
from ..support.processor_time import processor_seconds

UPSTREAM = "original.py"


ALL = Limits()


def module(lines: Sequence[str], upstream: Sequence[str]) -> DefinitionMatch:
    """All of a file as one definition that stands in all of the other."""
    region = Region(UPSTREAM, 1, len(upstream))
    return DefinitionMatch("(module)", 1, len(lines), Verdict.MODIFIED, 1.0, 9, 9, 9, "(module)", region)


def rows(
    copy: Sequence[str],
    upstream: Sequence[str],
    renames: Sequence[Rename] = (),
    definitions: Sequence[DefinitionMatch] = (),
) -> list[ShownRow]:
    lines = align_lines(copy, upstream, definitions or [module(copy, upstream)], renames)
    return [shown_row(lines, pair) for pair in lines.pairs]


def test_a_changed_word_in_a_renamed_line_is_told_apart_from_the_renamed_ones() -> None:
    renames = [Rename("Lamp", "Torch", Kind.CLASS, 1, 1.0)]
    (only,) = rows(["x = Torch(width, 2)"], ["x = Lamp(width, 1)"], renames)
    assert only.kind is RowKind.CHANGED
    assert (marked_text(only.copy), marked_text(only.upstream)) == ("x = [Torch](width, <2>)", "x = [Lamp](width, <1>)")


def test_a_local_s_rename_holds_in_its_own_function_only() -> None:
    upstream = ["def f(x):", "    return x", "def g(y):", "    return y"]
    copy = ["def f(y):", "    return y", "def g(y):", "    return y"]
    definitions = [
        replace(module(copy, upstream), qualname="f", last_line=2, upstream=Region(UPSTREAM, 1, 2)),
        replace(module(copy, upstream), qualname="g", first_line=3, upstream=Region(UPSTREAM, 3, 4)),
    ]
    renames = [Rename("x", "y", Kind.VARIABLE, 2, 1.0, scope="f")]
    kinds = [each.kind for each in rows(copy, upstream, renames, definitions)]
    assert kinds == [RowKind.RENAMED] * 2 + [RowKind.SAME] * 2


def test_lines_that_one_side_lacks_stand_where_they_would_be() -> None:
    found = rows(["a = 1", "b = 2", "d = 4"], ["a = 1", "c = 3 + other(here)", "d = 4"])
    assert [each.kind for each in found] == [*(RowKind.SAME, RowKind.COPY_ONLY, RowKind.UPSTREAM_ONLY, RowKind.SAME)]


def test_blanks_make_no_difference_and_edited_lines_are_paired() -> None:
    found = rows(["f( a,b )", "total = sum(values, 2)"], ["f(a, b)", "total = sum(values, 1)"])
    assert [each.kind for each in found] == [RowKind.SAME, RowKind.CHANGED]


LINES = st.lists(st.sampled_from(["", "a = 1", "    b(a)", "def f():", "c = a + b", "return c"]), max_size=30)


@given(LINES, LINES)
def test_every_line_stands_in_one_row_and_in_order(copy: list[str], upstream: list[str]) -> None:
    found = rows(copy, upstream) if copy and upstream else []
    for side, lines in (("copy", copy), ("upstream", upstream)) if found else ():
        there = [line for each in found if (line := getattr(each, side))]
        assert [line.number for line in there] == list(range(1, len(lines) + 1))
        assert ["".join(piece.text for piece in line.pieces) for line in there] == lines


@given(LINES, LINES, st.integers(0, 40), st.booleans())
def test_what_is_cut_is_counted(copy: list[str], upstream: list[str], most: int, tight: bool) -> None:
    pairs = align_lines(copy, upstream, [module(copy, upstream)], ()).pairs
    kept = folded(pairs, most, tight)
    assert sum(not isinstance(each, Gap) for each in kept) <= most
    assert sum(each.rows if isinstance(each, Gap) else 1 for each in kept) == len(pairs)


@pytest.mark.parametrize(
    "line",
    ["x" * 1_000_000, "a" + "." * 1_000_000, " " * 1_000_000 + "x", "a b " * 250_000, '"' * 1_000_000],
    ids=["name", "dots", "blanks", "words", "quotes"],
)
def test_a_line_of_a_megabyte_is_cut_in_time(line: str) -> None:
    with processor_seconds(at_most=2):
        (only,) = rows([line], [line + "y"], [Rename("b", "a", Kind.VARIABLE, 1, 1.0)])
    assert only.copy is not None
    assert only.copy.cut


@pytest.mark.parametrize(
    ("copy", "upstream"),
    [
        (["x = 1"] * ALL.lines, ["x = 1"] * ALL.lines),
        ([f"a{number}" for number in range(ALL.lines)], [f"b{number}" for number in range(ALL.lines)]),
        ([f"a{number % 61}" for number in range(ALL.lines)], [f"a{number % 59}" for number in range(ALL.lines)]),
    ],
    ids=["equal", "different", "in turns"],
)
def test_as_many_lines_as_are_aligned_at_all_are_aligned_in_time(copy: list[str], upstream: list[str]) -> None:
    with processor_seconds(at_most=2.5):
        rows(copy, upstream)


def test_a_rename_counts_here_where_it_counts_when_it_is_put_back_in_a_file() -> None:
    often, seldom = Rename("lamp", "shade", Kind.VARIABLE, 5, 0.9), Rename("bulb", "shade", Kind.VARIABLE, 2, 0.9)
    edit, odd = Rename("x", "y", Kind.VARIABLE, 9, 0.4), Rename("a b", "z", Kind.VARIABLE, 9, 0.9)
    assert restore(b"shade, y, z = 1, 2, 3\n", [seldom, often, edit, odd]) == b"lamp, y, z = 1, 2, 3\n"
    (shown,) = rows(["shade, y, z"], ["lamp, y, z"], [seldom, often, edit, odd])
    assert (marked_text(shown.copy), marked_text(shown.upstream)) == ("[shade], y, z", "[lamp], y, z")
