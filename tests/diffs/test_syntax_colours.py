"""The parts of shown lines that have a colour: right where lines are left out, and the same text in any case."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from modelkin.diffs.model import Ink
from modelkin.diffs.syntax_colours import inks

CODE = '''@decorated
class Attention(nn.Module):  # a comment
    """What it does.

    def not_a_definition: "quoted"
    """

    def forward(this, x=1.5):
        return "text # no comment" if x else None
'''.splitlines()
LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=30)


def told(lines: list[str], shown: range | None = None) -> dict[int, list[tuple[str, str]]]:
    """By number the coloured words of the lines, each with its ink."""
    numbers = shown or range(1, len(lines) + 1)
    found = inks(lines, numbers)
    return {number: [(lines[number - 1][a:b], ink.value) for a, b, ink in parts] for number, parts in found.items()}


def test_keywords_strings_comments_numbers_and_what_is_defined_have_colours() -> None:
    assert told(CODE) == {
        1: [("@decorated", "defined")],
        2: [("class", "keyword"), ("Attention", "defined"), ("# a comment", "comment")],
        3: [('"""What it does.', "string")],
        5: [('    def not_a_definition: "quoted"', "string")],
        6: [('    """', "string")],
        8: [("def", "keyword"), ("forward", "defined"), ("1.5", "number")],
        9: [
            ("return", "keyword"),
            ('"text # no comment"', "string"),
            ("if", "keyword"),
            ("else", "keyword"),
            ("None", "keyword"),
        ],
    }


def test_a_line_within_a_string_is_one_though_its_begin_is_not_shown() -> None:
    whole = told(CODE)
    for first in range(1, len(CODE) + 1):
        expected = {number: words for number, words in whole.items() if number >= first}
        assert told(CODE, range(first, len(CODE) + 1)) == expected, first


def test_quotes_within_comments_and_strings_begin_nothing() -> None:
    lines = ["# ''' no string", '\'"""\'', "x = 1", "'''text", "return", "'''", "return"]
    assert told(lines, range(3, 4)) == {3: [("1", "number")]}
    assert told(lines, range(5, 6)) == {5: [("return", "string")]}
    assert told(lines, range(7, 8)) == {7: [("return", "keyword")]}


@given(st.lists(LINE, max_size=12))
def test_whatever_lines_hold_their_parts_are_in_order_and_within_them(lines: list[str]) -> None:
    for number, parts in inks(lines, range(1, len(lines) + 1)).items():
        ends = [place for part in parts for place in (part.start, part.end)]
        assert ends == sorted(ends)
        assert all(part.start < part.end for part in parts)
        assert ends[-1] <= len(lines[number - 1])


def test_a_text_made_to_be_slow_has_its_time_bounded() -> None:
    slow = []
    for hostile in ('"' * 399, "f'{" * 130, "\\" * 399, "'\\" * 199, "(" * 399, "\\N{" * 130, "0_" * 199, "'''" * 133):
        began = time.thread_time()
        inks([hostile] * 1_000, range(1, 301))
        if time.thread_time() - began > 4:
            slow.append(hostile[:4])
    assert slow == []


def test_nothing_is_coloured_where_nothing_is_shown() -> None:
    assert inks(CODE, []) == {}
    assert inks([], []) == {}
    assert {ink for parts in inks(CODE, [9]).values() for *_, ink in parts} == {Ink.KEYWORD, Ink.STRING}
