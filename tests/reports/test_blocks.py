"""Blocks of text look on a page without a screen as rich lays them out on a very wide one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.reports.blocks import Table, Text, indented, plain_lines
from modelkin.reports.console import PLAIN, Page, printed

WORDS = st.text(st.sampled_from("ab é漢\u0301·→\n"), max_size=12)
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from(("", "bold", "dim"))), max_size=3).map(
    lambda parts: Text.assemble(*parts)
)


def by_rich(*blocks: Text | Table) -> str:
    """On a page that is narrower than PLAIN by one column, so that rich is asked."""
    return printed(blocks, Page(width=PLAIN.width - 1))


@given(TEXTS, st.integers(0, 4))
@settings(max_examples=60, deadline=None)
def test_text_looks_as_rich_shows_it(text: Text, columns: int) -> None:
    assert printed([text], PLAIN) == by_rich(text)
    assert printed([indented(text, columns)], PLAIN).split() == by_rich(text).split()


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=4), st.booleans())
@settings(max_examples=60, deadline=None)
def test_tables_look_as_rich_shows_them(rows: list[list[Text]], has_head: bool) -> None:
    table = Table(*(("one", "", "three") if has_head else ("", "", "")))
    for row in rows:
        table.add_row(*row)
    assert printed([table], PLAIN) == by_rich(table)


def test_a_joined_text_keeps_the_styles_of_its_parts() -> None:
    whole = Text(" · ").join([Text("a", "bold"), Text.assemble(("b", "red"), "c")])
    assert whole.pieces == [("a", "bold"), (" · ", ""), ("b", "red"), ("c", "")]
    assert (list(plain_lines(whole)), bool(Text()), bool(whole)) == (["a · bc"], False, True)
