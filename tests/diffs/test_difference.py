"""What still differs between an original and a restored copy, as text and as code."""

from __future__ import annotations

from modelkin.diffs.restoration import Difference, remaining_difference


def difference(original: str | bytes, copy: str | bytes) -> Difference:
    return remaining_difference(encoded(original), encoded(copy), "llama.py", "yi.py")


def encoded(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def test_equal_files_do_not_differ() -> None:
    assert difference("x = 1\n", "x = 1\n") == Difference("", 0, "", 0)


def test_the_difference_is_a_unified_diff() -> None:
    found = difference("a = 1\nb = 2\n", "a = 1\nb = 3\n")
    assert found.unified == "--- llama.py\n+++ yi.py\n@@ -1,2 +1,2 @@\n a = 1\n-b = 2\n+b = 3\n"
    assert (found.lines, found.substantive_lines) == (2, 2)
    assert found.substantive == found.unified


def test_line_endings_and_a_byte_order_mark_are_no_difference() -> None:
    assert difference(b"a = 1\nb = 2", b"\xef\xbb\xbfa = 1\r\nb = 2\r\n").lines == 0


def test_lines_of_a_diff_that_look_like_its_header_are_counted() -> None:
    assert difference("-- x\n", "++ x\n").lines == 2


NOT_SUBSTANTIVE = [
    ("# Llama\nx = 1\n", "x = 1  # Yi\n"),
    ('"""Llama."""\nclass A:\n    """A."""\n    def f():\n        """F."""\n', "class A:\n    def f(): pass\n"),
    ("import a\nx = 1\n", "from b import c\n\nx = 1\n"),
    ("def f(x):\n    import a\n    return x\n", "def f(x):\n    return x\n"),
    ("def f(x: A, *y: B) -> C:\n    z: D = x\n", "def f(x, *y):\n    z = x\n"),
    ("x: A\n", "x: B\n"),
    ("f(a,\n  'b',)\n", 'f(a, "b")\n'),
    ("x = (a + b)\n", "x = a + b\n"),
    ("x = 0x10 + 1e-5\n", "x = 16 + 0.00001\n"),
    ("x = 'a' 'b'\n", "x = ('a'\n     'b')\n"),
    ("if x: y\n", "if x:\n\n    y\n"),
    ("class A: ...\n", "class A:\n    pass\n"),
    ("x = '\\d'\n", "x = '\\d' #\n"),
    ("print 'a' # a\n", "print   'a'\n"),
    ("import a\nprint 'a'\ndef f():\n    'F'\n", "from b import c\n\nprint 'a'\ndef f():\n    '''Y'''\n"),
]


def test_comments_docstrings_imports_annotations_and_layout_are_not_substantive() -> None:
    found = {pair: difference(*pair) for pair in NOT_SUBSTANTIVE}
    assert not [pair for pair, each in found.items() if not each.lines or each.substantive or each.substantive_lines]


SUBSTANTIVE = [
    ("x = 1\n", "x = 2\n"),
    ("f(base=theta)\n", "f(base=self.theta)\n"),
    ("x = 'a'\n", "x = 'b'\n"),
    ("if a:\n    b\n    c\n", "if a:\n    b\nc\n"),
    ("f('''a''')\n", "f('''b''')\n"),
    ("print 'a'\n", "print 'b'\n"),
    ("print f(\n'''a''')\n", "print f(\n'''b''')\n"),
]


def test_everything_else_is_substantive() -> None:
    assert not [pair for pair in SUBSTANTIVE if not difference(*pair).substantive_lines]


NOT_PYTHON: list[str | bytes] = [
    "[" * 100_000 + "]" * 100_000,
    "x = " + "not " * 50_000 + "x",
    "x = 1" + " + 1" * 50_000,
    "x = 1 + " + "9" * 6_000,
    "x = '\0'",
    b"# coding: nonesuch\nx = '\xff'",
    b"x = '\xff'",
    b"\xff\xfex\0=\x001\0",
    "x = '''a",
    "",
]


def test_text_that_is_not_python_is_compared_as_text() -> None:
    found = [(source, difference(source, encoded(source) + b"\ny = 2\n")) for source in NOT_PYTHON]
    assert not [source[:50] for source, each in found if not (each.lines and each.substantive_lines)]
