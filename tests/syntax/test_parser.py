"""Definitions, their statements, their scopes and their lines."""

from __future__ import annotations

import sys

from modelkin.support.budget import budget
from modelkin.syntax.parser import DEEPEST_BLOCK, Definition, ParsedFile, Role, parse

from ..support.faults import failures

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


def test_a_definition_has_first_and_last_lines_decorators_included() -> None:
    found = {each.qualname: (each.first_line, each.last_line) for each in parsed(MODULE).definitions}
    expected = {"": (1, 24), "A": (3, 17), "A.f": (8, 13), "A.D": (15, 17), "A.D.i": (16, 17), "j": (20, 21)}
    assert found == expected


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


COMPOUND = (
    ("a", [Role.SIMPLE]),
    ("if a: b", [Role.HEADER, Role.SIMPLE, Role.END]),
    ("if a: b\nelif c: d", [Role.HEADER, Role.SIMPLE, Role.END, Role.HEADER, Role.SIMPLE, Role.END]),
    ("if a: b\nelse:\n  if c: d", [Role.HEADER, Role.SIMPLE, Role.END, Role.ELIF, Role.SIMPLE, Role.END]),
    ("for a in b: c\nelse: d", [Role.HEADER, Role.SIMPLE, Role.END, Role.HEADER, Role.SIMPLE, Role.END]),
    ("try: a\nfinally: b", [Role.HEADER, Role.SIMPLE, Role.END, Role.HEADER, Role.SIMPLE, Role.END]),
    ("with a: pass", [Role.HEADER, Role.END]),
)


def test_a_compound_statement_is_a_header_its_block_and_an_end() -> None:
    found = [(source, [each.role for each in definition(source, "").statements]) for source, _ in COMPOUND]
    assert found == list(COMPOUND)


def test_a_function_is_its_name_its_parameters_and_its_block() -> None:
    assert [statement.role for statement in definition("def f(a): a", "f").statements] == [
        Role.NAME,
        Role.PARAMETERS,
        Role.SIMPLE,
        Role.END,
    ]


def test_blocks_as_deep_as_python_allows_are_kept() -> None:
    depth = DEEPEST_BLOCK - 1
    source = "".join(" " * level + "if a:\n" for level in range(depth)) + " " * depth + "b()"
    assert parsed(source).errors == 0
    assert texts(definition(source, ""))[-1] == "b()"


def test_a_bare_string_is_left_out_whatever_its_prefix() -> None:
    prefixes, quotes = ("", *"rRbBuUfF", "rb", "Rb", "BR", "fr", "rF"), ("'", '"', "'''", '"""')
    sources = [f"a\n{each}{quote}b{quote}\n{each}{quote}c{quote} 'd'\nbrand\n" for each in prefixes for quote in quotes]
    assert not failures(sources, lambda source: texts(parsed(source).definitions[0]) == ["a", "brand"])


def test_a_bare_string_in_backticks_is_left_out_as_well() -> None:
    assert texts(parsed("a\n`b`\n").definitions[0]) == ["a"]


def test_a_text_that_was_parsed_is_kept_nowhere() -> None:
    text = MODULE.encode() * 100
    held = sys.getrefcount(text)
    with budget(len(text)):
        parse(text)
    assert sys.getrefcount(text) == held
