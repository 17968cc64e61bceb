"""Text that is broken, of Python 2, no Python at all, or huge is read as far as it goes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.fingerprints.winnowing import winnow
from modelkin.syntax.parser import ParsedFile, parse

from ..support.faults import failures, fault
from ..support.random_modules import Spelling, modules, printed, spellings
from ..support.sequences import normalised, sequences


def parsed(source: str) -> ParsedFile:
    return parse(source.encode())


def test_a_file_without_code_has_no_tokens_and_no_errors() -> None:
    sources = (
        "",
        "\n",
        "# only\n# comments",
        "'''only a docstring'''",
        "import a\nfrom b import c",
        "pass",
        "...",
        "\\\n",
    )
    files = {source: normalised(source) for source in sources}
    found = {source: (len(file.tokens), file.errors, len(winnow(file).hashes)) for source, file in files.items()}
    assert found == dict.fromkeys(sources, (0, 0, 0))


AROUND_AN_ERROR = (
    ("def f(:\n  pass\n\ndef g(a):\n  return a\n", {"g"}),
    ("x = = 1\n\ndef g(a):\n  return a\n", {"g"}),
    ("def g(a):\n  return a\n\nx = (1,\n", {"g"}),
    ("<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n\ndef g(a):\n  return a\n", {"g"}),
    ("class A:\n  def f(self):\n    x = $\n\n  def g(self):\n    return 1\n", {"A", "A.f", "A.g"}),
    ("%matplotlib inline\n\ndef g(a):\n  return a\n", {"g"}),
)


def test_what_stands_around_a_syntax_error_is_still_found() -> None:
    files = [(source, parsed(source), qualnames) for source, qualnames in AROUND_AN_ERROR]
    assert not [source for source, file, _ in files if not file.errors]
    assert not [source for source, file, wanted in files if wanted - {found.qualname for found in file.definitions}]


BROKEN = (
    "y = = 1",
    "y = a b",
    "y = $ a",
    "y = 'a",
    "y = a[\x01]",
    "f(y",
    "def y(",
    "for y",
    fault("pieces of what is broken are kept", "y z"),
)


def test_a_statement_with_an_error_in_it_is_left_out() -> None:
    assert not failures(BROKEN, lambda broken: sequences(f"x = 1\n{broken}") == sequences("x = 1"))


def test_each_broken_statement_is_counted() -> None:
    assert parsed("x = = 1\ny = 2\nz = = 3\n").errors == 2


PYTHON_2 = (
    "print 'a'\nprint >>f, a, b\n",
    "exec code in scope\n",
    "raise A, 'b'\n",
    "try:\n  a()\nexcept A, e:\n  raise\n",
    "x = 10L + 0777 + 0xFFL\n",
    "x = a <> b\n",
    "x = `a`\n",
    "def f(a, (b, c)): return b\n",
    "x = ur'a'\n",
    "print lambda (a, b): a\n",
)


def test_python_2_is_read_as_far_as_it_goes() -> None:
    behind, alone = "\ndef g(a):\n    return a\n", sequences("def g(a): return a")[-1]
    assert not failures(PYTHON_2, lambda source: sequences(source + behind)[-1] == alone)


NOT_ASCII = (
    "größe = länge(名前)\n",
    "x = '\U0001f600'  # \U0001f600\ny = x\n",
    "def ф(я): return я\n",
    "x = {'ключ': значение}\n",
)


def in_ascii(source: str) -> str:
    for name, other in {"größe": "a", "länge": "b", "名前": "c", "ф": "f", "я": "x", "значение": "d"}.items():
        source = source.replace(name, other)
    return source


def test_names_need_not_be_ascii() -> None:
    assert not [source for source in NOT_ASCII if normalised(source).errors]
    assert not failures(NOT_ASCII, lambda source: sequences(source) == sequences(in_ascii(source)))


ODD_BYTES = (
    b"x = 1\0\ny = 2\n",
    b"\0" * 1000,
    b"\xff\xfe\x00x",
    b"x = '\xff\xfe'\n",
    b"\xc3\x28 = 1\n",
    bytes(range(256)) * 20,
    b"\r" * 100 + b"x = 1",
    b"\x0c\nx = 1\x0c\n\x0b",
    b"x = '\\",
    b"x = f'{a",
    b"x = f'{a!",
    b"x = f'{{{a:{b:{c}}}}}'",
    b'"""',
    b"\\",
    b"@",
    b"@a",
    b"def",
    b"class",
    b"def f(",
    b"if",
    b"else:",
    b"lambda",
    b"\tif a:\n  b\n\tc",
    b"match a:\n case",
)


def test_any_bytes_are_read_without_complaint() -> None:
    for text in ODD_BYTES:
        winnow(normalised(text))


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab=()[]{}:,.*'\"\\#\n\t if def class return lambda f-1", max_size=60))
def test_any_text_is_read_without_complaint(text: str) -> None:
    winnow(normalised(text))


@settings(max_examples=40, deadline=None)
@given(modules(), spellings(), st.data())
def test_a_module_cut_short_is_read_without_complaint(module: str, spelling: Spelling, data: st.DataObject) -> None:
    text = printed(module, spelling).encode()
    winnow(normalised(text[: data.draw(st.integers(0, len(text)))]))


HUGE = {
    "nested brackets": "x = " + "[" * 100_000 + "]" * 100_000,
    "brackets never closed": "x = " + "([{" * 30_000,
    "brackets never opened": ")" * 100_000,
    "nested calls": "x = " + "f(" * 30_000 + ")" * 30_000,
    "attributes": "x = a" + ".b" * 100_000,
    "calls": "x = a" + ".b()" * 30_000,
    "subscripts": "x = a" + "[0]" * 50_000,
    "signs": "x = " + "-" * 100_000 + "1",
    "lambdas": "x = " + "lambda: " * 30_000 + "a",
    "conditions": "x = " + "a if b else " * 30_000 + "c",
    "comprehensions": "x = " + "[" * 10_000 + "a" + " for a in b]" * 10_000,
    "powers": "x = " + "**".join(["a"] * 50_000),
    "comparisons": "x = " + " < ".join(["a"] * 50_000),
    "a megabyte in one line": "x = [" + ", ".join(["f(a, 1.5)"] * 84_000) + "]",
    "a megabyte in one string": "x = '" + "a" * 1_000_000 + "'",
    "digits": "x = " + "9" * 1_000_000,
    "one tuple to another": ",".join(["a"] * 20_000) + " = " + ",".join(["b"] * 20_000),
    "targets": "a = " * 20_000 + "1",
    "decorators": "@a\n" * 30_000 + "def f(): pass",
    "elif after elif": "if a: b\n" + "elif a: b\n" * 20_000,
    "nested blocks": "".join(" " * depth + "if a:\n" for depth in range(1_000)) + " " * 1_000 + "b()",
    "nested functions": "".join(" " * depth + "def f():\n" for depth in range(1_000)) + " " * 1_000 + "b()",
    "nested classes": "".join(" " * depth + "class A:\n" for depth in range(1_000)) + " " * 1_000 + "b()",
    "nested else if": "".join(f"{' ' * depth}if a: b\n{' ' * depth}else:\n" for depth in range(1_000))
    + " " * 1_000
    + "c",
    "a string never closed": "x = '''" + "a\n" * 50_000,
    "broken statements": "x = = 1\n" * 20_000,
    "comments": "# a\n" * 200_000,
    "empty lines": "\n" * 1_000_000,
    "comments in brackets": "x = (a, " + "# it's\n" * 50_000 + ")",
    "quotes in comments in brackets": "x = (a, " + "# '''\n" * 50_000 + ")",
}


@pytest.mark.parametrize("what", HUGE)
def test_the_huge_and_the_deep_are_read(what: str) -> None:
    winnow(normalised(HUGE[what]))


@pytest.mark.parametrize("what", ["nested blocks", "nested functions", "nested classes", "nested else if"])
def test_blocks_deeper_than_python_allows_are_left_out_and_counted(what: str) -> None:
    assert parsed(HUGE[what]).errors > 0


@pytest.mark.parametrize("what", ["nested brackets", "attributes", "a megabyte in one line", "elif after elif"])
def test_nothing_is_lost_of_what_is_huge_and_right(what: str) -> None:
    assert parsed(HUGE[what]).errors == 0
    assert len(normalised(HUGE[what]).tokens) >= 80_000
