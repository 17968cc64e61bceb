"""Comments and docstrings are what Python takes for them, whatever else looks like one, and also in broken files."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.attribution.waiver_comments import read_waivers
from modelkin.notices.credits import read_credits
from modelkin.syntax.comments import remarks
from modelkin.syntax.tree import syntax_tree

from ..support.processor_time import processor_seconds

CREDIT = "Copied from https://github.com/lamps/lamp"
WAIVER = "# modelkin: ignore[relicensed] agreed"
PADDING = "def f():\n    return 1\n" * 7_000


def said(text: str) -> list[str]:
    source = text.encode()
    return [source[each.start : each.end].decode() for each in remarks(source)]


def test_a_statement_that_is_a_string_and_a_comment_are_remarks_and_nothing_else_is() -> None:
    spoken = {
        "# a": ["# a"],
        '"""a"""': ['"""a"""'],
        "'a'": ["'a'"],
        "r'''# a'''  # b": ["r'''# a'''", "# b"],
        "'a' 'b'": ["'a' 'b'"],
        "x = 1  # a": ["# a"],
        "x = (1,  # a\n    2)": ["# a"],
        "if x:  # a\n    # b\n    y = 1": ["# a", "# b"],
        "class A: 'a'": ["'a'"],
        "def f(a, # a\n      b):\n    'b'\n    return 'c'": ["# a", "'b'"],
        "async def f():\n    '''a'''": ["'''a'''"],
        "x = 1\n'''of x'''": ["'''of x'''"],
    }
    silent = (
        "x = '# a'",
        "x = '''\n# a\n'''",
        "f(\n'''a''')",
        "x = [\n'''a''',\n'''b''']",
        "'a'.b()",
        "'%s' % a",
        "x = f'{y:#x}'",
        "lambda: '#'",
    )
    wrong = [text for text, expected in spoken.items() if said(text) != expected]
    wrong += [text for text in silent if said(text)]
    assert not wrong


def test_python_s_tokenizer_finds_the_same_comments_in_the_standard_library() -> None:
    wrong = []
    for path in sorted(Path(tokenize.__file__).parent.glob("*.py"))[:60]:
        text = path.read_text("utf-8", "replace")
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        expected = [(each.start[0], each.string) for each in tokens if each.type == tokenize.COMMENT]
        source = text.encode()
        found = [(each.line, source[each.start : each.end].decode()) for each in remarks(source) if each.is_comment]
        wrong += [path.name] if found != expected else []
    assert not wrong


def test_no_error_hides_a_comment_or_a_docstring() -> None:
    text = f'# {CREDIT}\nclass A:\n    """{CREDIT}/b"""\n    x = 1  {WAIVER}\n'
    hidden = []
    for broken in ("(", ")", "x = [1, {", 'x = f"{a', "'''", "it's broken", "def f(:", "<<<<<<< HEAD"):
        for whole in (f"{broken}\n{text}".encode(), f"x = 1\n{text}{broken}\n".encode()):
            assert syntax_tree(whole).root.has_error
            credited = [credit.first_line for credit in read_credits(whole)]
            waived = [waiver.line for waiver in read_waivers("a.py", whole).waivers]
            hidden += [whole] if credited[:1] != [2] or waived != [5] else []
    assert not hidden


@pytest.mark.parametrize("sign", ["#", "# modelkin: note", "    # a"])
def test_comments_that_a_long_file_is_parsed_without_are_there_all_the_same(sign: str) -> None:
    lines = [sign] * 100 + [f"# {CREDIT}", WAIVER]
    text = (PADDING + "\n".join(lines) + "\n").encode()
    assert syntax_tree(text).unseen
    assert [credit.first_line for credit in read_credits(text)] == [14_101]
    assert [waiver.line for waiver in read_waivers("a.py", text).waivers] == [14_102]
    assert len(list(remarks(text))) == len(lines)


def test_a_megabyte_of_comments_that_speak_of_modelkin_is_parsed_soon() -> None:
    text = "if x:\n    y = 1\n" * 100 + "# modelkin: note\n" * 250_000
    with processor_seconds(at_most=5):
        syntax_tree(text.encode())


def test_what_is_between_marks_of_reuse_is_not_read_and_moves_nothing() -> None:
    text = f"x = 1\n# REUSE-IgnoreStart\n# {CREDIT}\n'''\n# REUSE-IgnoreEnd'''\n# {CREDIT}\nx = 1  {WAIVER}\n".encode()
    assert [credit.first_line for credit in read_credits(text)] == [6]
    assert [waiver.line for waiver in read_waivers("a.py", text).waivers] == [7]


@given(st.text(alphabet=st.sampled_from("#\"'\\\n \tax=(:é"), max_size=200))
def test_remarks_of_any_text_are_in_order_and_on_their_lines(text: str) -> None:
    source = text.encode()
    found = list(remarks(source))
    assert found == sorted(found)
    for each in found:
        assert each.line == source.count(b"\n", 0, each.start) + 1
        assert source[each.start : each.end].startswith(b"#") is each.is_comment
