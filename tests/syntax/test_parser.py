"""Definitions, their scopes and their lines; and what becomes of text that is no Python."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.fingerprints.winnowing import winnow
from modelkin.syntax.parser import DEEPEST_BLOCK, Definition, ParsedFile, Role, parse

from ..support.faults import fault
from ..support.random_modules import Spelling, modules, printed, spellings
from ..support.sequences import normalised, sequences

MODULE = """import a

@b
@c(d)
class A(B):
    x = 1

    def f(self):
        def g():
            class C:
                def h(self):
                    pass
        return lambda: g

    class D:
        async def i(self):
            pass

if x:
    def j():
        pass

y = 2
"""


def parsed(source: str) -> ParsedFile:
    return parse(source.encode())


def definition(source: str, qualname: str) -> Definition:
    return next(found for found in parsed(source).definitions if found.qualname == qualname)


def texts(found: Definition) -> list[str]:
    return [statement.text.decode().strip() for statement in found.statements if statement.role is not Role.END]


def test_definitions_come_in_source_order_with_the_module_first() -> None:
    names = [(found.qualname, found.kind) for found in parsed(MODULE).definitions]
    assert names == [
        ("", "module"),
        ("A", "class"),
        ("A.f", "function"),
        ("A.D", "class"),
        ("A.D.i", "function"),
        ("j", "function"),
    ]


@pytest.mark.parametrize(
    ("qualname", "lines"), [("", (1, 24)), ("A", (3, 17)), ("A.f", (8, 13)), ("A.D.i", (16, 17)), ("j", (20, 21))]
)
def test_a_definition_has_first_and_last_lines_decorators_included(qualname: str, lines: tuple[int, int]) -> None:
    found = definition(MODULE, qualname)
    assert (found.first_line, found.last_line) == lines


def test_a_definition_knows_the_one_around_it() -> None:
    found = parsed(MODULE).definitions
    assert [found[one.parent].qualname for one in found[1:]] == ["", "A", "A", "A.D", ""]
    assert found[0].parent == -1


def test_functions_and_classes_in_a_function_are_part_of_it() -> None:
    assert texts(definition(MODULE, "A.f"))[-1] == "return lambda: g"
    assert "h" in texts(definition(MODULE, "A.f"))


def test_methods_are_not_part_of_their_class() -> None:
    assert texts(definition(MODULE, "A")) == ["@b", "@c(d)", "class A(B):", "x = 1"]


def test_definitions_are_not_part_of_the_module() -> None:
    assert texts(definition(MODULE, "")) == ["if x:", "y = 2"]


def test_scopes_are_functions_within_functions() -> None:
    file = parsed(MODULE)
    assert file.scope_names == ("", "A.f", "A.f.g", "A.f.g.h", "A.D.i", "j")
    assert file.scopes == (-1, 0, 1, 2, 0, 0)


@pytest.mark.parametrize(
    ("source", "roles"),
    [
        ("a", [Role.SIMPLE]),
        ("if a: b", [Role.HEADER, Role.SIMPLE, Role.END]),
        ("if a: b\nelif c: d", [Role.HEADER, Role.SIMPLE, Role.END, Role.HEADER, Role.SIMPLE, Role.END]),
        ("if a: b\nelse:\n  if c: d", [Role.HEADER, Role.SIMPLE, Role.END, Role.ELIF, Role.SIMPLE, Role.END]),
        ("for a in b: c\nelse: d", [Role.HEADER, Role.SIMPLE, Role.END, Role.HEADER, Role.SIMPLE, Role.END]),
        ("try: a\nfinally: b", [Role.HEADER, Role.SIMPLE, Role.END, Role.HEADER, Role.SIMPLE, Role.END]),
        ("with a: pass", [Role.HEADER, Role.END]),
    ],
)
def test_a_compound_statement_is_a_header_its_block_and_an_end(source: str, roles: list[Role]) -> None:
    assert [statement.role for statement in definition(source, "").statements] == roles


def test_a_function_is_its_name_its_parameters_and_its_block() -> None:
    assert [statement.role for statement in definition("def f(a): a", "f").statements] == [
        Role.NAME,
        Role.PARAMETERS,
        Role.SIMPLE,
        Role.END,
    ]


@pytest.mark.parametrize(
    "source",
    ["", "\n", "# only\n# comments", "'''only a docstring'''", "import a\nfrom b import c", "pass", "...", "\\\n"],
)
def test_a_file_without_code_has_no_tokens_and_no_errors(source: str) -> None:
    file = normalised(source)
    assert (len(file.tokens), file.errors, len(winnow(file).hashes)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("source", "qualnames"),
    [
        ("def f(:\n  pass\n\ndef g(a):\n  return a\n", {"g"}),
        ("x = = 1\n\ndef g(a):\n  return a\n", {"g"}),
        ("def g(a):\n  return a\n\nx = (1,\n", {"g"}),
        ("<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n\ndef g(a):\n  return a\n", {"g"}),
        ("class A:\n  def f(self):\n    x = $\n\n  def g(self):\n    return 1\n", {"A", "A.f", "A.g"}),
        ("%matplotlib inline\n\ndef g(a):\n  return a\n", {"g"}),
    ],
)
def test_what_stands_around_a_syntax_error_is_still_found(source: str, qualnames: set[str]) -> None:
    file = parsed(source)
    assert file.errors > 0
    assert qualnames <= {found.qualname for found in file.definitions}


@pytest.mark.parametrize(
    "broken",
    [
        "y = = 1",
        "y = a b",
        "y = $ a",
        "y = 'a",
        "y = a[\x01]",
        "f(y",
        "def y(",
        "for y",
        fault("pieces of what is broken are kept", "y z"),
    ],
)
def test_a_statement_with_an_error_in_it_is_left_out(broken: str) -> None:
    assert sequences(f"x = 1\n{broken}") == sequences("x = 1")


def test_each_broken_statement_is_counted() -> None:
    assert parsed("x = = 1\ny = 2\nz = = 3\n").errors == 2


@pytest.mark.parametrize(
    "source",
    [
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
    ],
)
def test_python_2_is_read_as_far_as_it_goes(source: str) -> None:
    whole = f"{source}\ndef g(a):\n    return a\n"
    assert sequences(whole)[-1] == sequences("def g(a): return a")[-1]


@pytest.mark.parametrize(
    "source",
    [
        "größe = länge(名前)\n",
        "x = '\U0001f600'  # \U0001f600\ny = x\n",
        "def ф(я): return я\n",
        "x = {'ключ': значение}\n",
    ],
)
def test_names_need_not_be_ascii(source: str) -> None:
    assert normalised(source).errors == 0
    assert sequences(source) == sequences(
        source.replace("größe", "a")
        .replace("länge", "b")
        .replace("名前", "c")
        .replace("ф", "f")
        .replace("я", "x")
        .replace("значение", "d")
    )


@pytest.mark.parametrize(
    "text",
    [
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
    ],
)
def test_any_bytes_are_read_without_complaint(text: bytes) -> None:
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


IF_ELSE = "{0}if a: b\n{0}else:\n"
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


def test_blocks_as_deep_as_python_allows_are_kept() -> None:
    depth = DEEPEST_BLOCK - 1
    source = "".join(" " * level + "if a:\n" for level in range(depth)) + " " * depth + "b()"
    assert parsed(source).errors == 0
    assert texts(definition(source, ""))[-1] == "b()"


@pytest.mark.parametrize("what", ["nested brackets", "attributes", "a megabyte in one line", "elif after elif"])
def test_nothing_is_lost_of_what_is_huge_and_right(what: str) -> None:
    assert parsed(HUGE[what]).errors == 0
    assert len(normalised(HUGE[what]).tokens) >= 80_000


@pytest.mark.parametrize("prefix", ["", *"rRbBuUfF", "rb", "Rb", "BR", "fr", "rF"])
@pytest.mark.parametrize("quote", ["'", '"', "'''", '"""'])
def test_a_bare_string_is_left_out_whatever_its_prefix(prefix: str, quote: str) -> None:
    assert texts(parsed(f"a\n{prefix}{quote}b{quote}\n{prefix}{quote}c{quote} 'd'\nbrand\n").definitions[0]) == [
        "a",
        "brand",
    ]


def test_a_bare_string_in_backticks_is_left_out_as_well() -> None:
    assert texts(parsed("a\n`b`\n").definitions[0]) == ["a"]
