"""What normalised tokens leave out, what they keep, and whose name each name is."""

from __future__ import annotations

import re

import numpy as np
import pytest

from modelkin.fingerprints.normalize import END_DIGEST
from modelkin.fingerprints.statement_cache import StatementCache

from ..support.different_spellings import DIFFERENT
from ..support.faults import failures, fault
from ..support.random_modules import indented
from ..support.same_spellings import SAME
from ..support.sequences import normalised, sequences

PLACES = {
    "module": "{}",
    "function": "def f(a, x):{}",
    "method": "class A:\n    def f(self):\n{}",
    "class": "class A:{}",
    "branch": "if a:\n    pass\nelse:{}",
}
TWO_FUNCTIONS = """
def around(y):
    def one(y):
{}
        use(x)
    def other(y):
{}
        use({})
"""


def placed(place: str, source: str) -> str:
    """A source as it stands in a module, a function, a method, ..."""
    template = PLACES[place]
    if place == "module":
        return source
    block = indented(source)
    return template.format(indented(block) if place == "method" else "\n" + block)


def same_tokens(one: str, other: str) -> bool:
    return sequences(one) == sequences(other)


def same_hashes(one: str, other: str) -> bool:
    return np.array_equal(normalised(one).hashes, normalised(other).hashes)


@pytest.mark.parametrize("place", PLACES)
def test_spellings_of_the_same_code_have_equal_tokens_wherever_they_stand(place: str) -> None:
    wrong = failures(SAME, lambda one, other: same_tokens(placed(place, one), placed(place, other)))
    assert not wrong


@pytest.mark.parametrize("place", PLACES)
def test_different_code_has_different_hashes_wherever_it_stands(place: str) -> None:
    wrong = failures(DIFFERENT, lambda one, other: not same_hashes(placed(place, one), placed(place, other)))
    assert not wrong


def test_layout_is_not_in_the_tokens() -> None:
    layouts = (
        "x = 1\r\nif a:\r\n\tb()\r\n",
        "x = 1\n\n\n\fif a:\n        b()  # why",
        "x = 1;\nif a: b();",
        "x=1\nif a:b()",
    )
    assert not failures(layouts, lambda source: same_tokens(source, "x = 1\nif a:\n    b()\n"))


RENAMED_APART = (
    ("def f(x): return x", "def g(y): return y"),
    ("def f(x): return x\ndef g(x): return x", "def f(x): return x\ndef g(y): return y"),
    ("def x(x): x()", "def x(y): y()"),
    ("def f(x): x.x(x=x)", "def f(y): y.x(x=y)"),
    ("def f(x): x.x(x=x)", "def f(x): x.y(x=x)"),
    ("def f(x): x.x(x=x)", "def f(x): x.x(y=x)"),
    ("def f(x: x) -> x: return x", "def f(y: x) -> x: return y"),
    ("@x\ndef f(x): x()", "@x\ndef f(y): y()"),
    ("def f(x, *y, z=1, **w): w(x, y, z)", "def f(a, *b, c=1, **d): d(a, b, c)"),
    ("def f(x):\n  def g(): return x", "def f(y):\n  def g(): return y"),
    ("def f(x):\n  def g(x): return x\n  x()", "def f(x):\n  def g(y): return y\n  x()"),
    ("def f():\n  def x(x): x()", "def f():\n  def x(y): y()"),
    ("def f(x):\n  def g():\n    nonlocal x\n    x = 1", "def f(y):\n  def g():\n    nonlocal y\n    y = 1"),
    ("def f():\n  global x\n  x = 1\n  def g(): x()", "def f():\n  global y\n  y = 1\n  def g(): y()"),
    ("class A:\n  def f(self, x): self.x(x)", "class B:\n  def f(me, y): me.x(y)"),
    ("class A:\n  def x(self, x): return x", "class A:\n  def x(self, y): return y"),
    ("class A:\n  def f(self, x): x\n  def g(self, x): x", "class A:\n  def f(self, x): x\n  def g(self, y): y"),
    ("class A:\n  @x.setter\n  def x(self, x): x", "class A:\n  @x.setter\n  def x(self, y): y"),
    ("class A:\n  x = 1\n  def f(self): return x", "class A:\n  y = 1\n  def f(self): return x"),
    ("class A:\n  x = 1\n  def f(self): self.x", "class A:\n  y = 1\n  def f(self): self.y"),
    ("class A:\n  def f(self): self.g()\n  def g(self): 1", "class A:\n  def a(s): s.b()\n  def b(s): 1"),
    fault("a default is read in the scope around", "def f(x):\n  def g(x=x): x", "def f(x):\n  def g(y=x): y"),
    fault("a lambda has no scope of its own", "def f(x): g(lambda x: x, x)", "def f(x): g(lambda y: y, x)"),
    fault("a comprehension has no scope", "def f(x): g([x for x in y], x)", "def f(x): g([z for z in y], x)"),
    fault("a lambda in a class body has attributes", "class A:\n  f = lambda s: s.x", "class A:\n  f = lambda x: x.x"),
    fault(
        "global counts as nonlocal",
        "def f():\n  x = 1\n  def g():\n    global x\n    x()",
        "def f():\n  y = 1\n  def g():\n    global x\n    x()",
    ),
    fault(
        "a class in a function has variables",
        "def f(x):\n  class A:\n    def x(self): x()",
        "def f(x):\n  class A:\n    def y(self): x()",
    ),
    fault(
        "an attribute in a pattern is a variable",
        "def f(x):\n  match x:\n    case A.x: x()",
        "def f(x):\n  match x:\n    case A.y: x()",
    ),
    fault(
        "a keyword in a pattern is a variable",
        "def f(x):\n  match x:\n    case A(x=1): x()",
        "def f(x):\n  match x:\n    case A(y=1): x()",
    ),
)


def test_renaming_one_of_two_things_with_one_name_leaves_the_tokens_unchanged() -> None:
    assert not failures(RENAMED_APART, same_tokens)


IN_PLACE_OF_ANOTHER = (
    ("def f(x, y): return x", "def f(x, y): return y"),
    ("def f(x, y):\n  def g(): return x", "def f(x, y):\n  def g(): return y"),
    ("def f(x):\n  def g(y): return x", "def f(x):\n  def g(y): return y"),
    ("def f(x):\n  def g():\n    nonlocal x\n    x = 1", "def f(x):\n  def g():\n    x = 1"),
    ("def f():\n  global x\n  x = 1\n  def g(): x()", "def f():\n  global x\n  x = 1\n  def g(): y()"),
    ("def f(x, y): g(x=x, y=y)", "def f(x, y): g(x=y, y=x)"),
    ("def f(self): self.a = self.b = self.a", "def f(self): self.a = self.b = self.b"),
    ("def f(): f()", "def f(): g()"),
    ("def f(x): x.x()", "def f(x): y.x()"),
    ("class A(B): C(B)", "class A(B): C(A)"),
    ("class A:\n  def f(self): f()", "class A:\n  def f(self): self.f()"),
    ("class A:\n  def f(self): self.f()", "class A:\n  def f(self): self.g()"),
    ("x = y; z = x", "x = y; z = y"),
    ("f(a=1)(a=2)", "f(a=1)(b=2)"),
    fault(
        "in a class body, reading is not tied to assigning",
        "class A:\n  a = 1\n  b = 2\n  c = f(a)",
        "class A:\n  a = 1\n  b = 2\n  c = f(b)",
    ),
)


def test_one_name_in_place_of_another_changes_the_tokens() -> None:
    assert not failures(IN_PLACE_OF_ANOTHER, lambda one, other: not same_tokens(one, other))


BINDINGS = (
    "x = 1",
    "x += 1",
    "x: int = 1",
    "(x) = y",
    "z = x = y",
    "x, z = y",
    "x, z = y, 1",
    "[x, *z] = y",
    "z, *x = y",
    "z.a, x = y",
    "for x in y: pass",
    "for z, (x, w) in y: pass",
    "async for x in y: pass",
    "with y as x: pass",
    "with y as (x, z): pass",
    "with (y as z, y as x): pass",
    "try: pass\nexcept y as x: pass",
    "try: pass\nfinally: x = 1",
    "while y: x = 1",
    "if (x := y): pass",
    "[(x := z) for z in y]",
    "[x for x in y]",
    "{z: x for z, x in y}",
    "lambda x: x",
    "lambda *x: x",
    "def x(): pass",
    "class x: pass",
    fault("an import binds nothing", "import x"),
    fault("an import binds nothing", "from y import z as x"),
    fault("a bare annotation binds nothing", "x: int"),
    fault("del binds nothing", "del x"),
    fault("an assignment in a formatted string binds nothing", "f'{(x := 1)}'"),
    fault("a pattern binds nothing", "match y:\n  case x: pass"),
    fault("a pattern binds nothing", "match y:\n  case [z, *x]: pass"),
    fault("a pattern binds nothing", "match y:\n  case {'a': z, **x}: pass"),
    fault("a pattern binds nothing", "match y:\n  case y() as x: pass"),
    fault("a pattern binds nothing", "match y:\n  case y(a=x): pass"),
)


def is_own(binding: str) -> bool:
    """Whether renaming what is bound in one function leaves another function with the same name as it is."""
    block = indented(binding, "    ")
    renamed = re.sub(r"\bx\b", "own", block)
    return same_tokens(TWO_FUNCTIONS.format(block, block, "x"), TWO_FUNCTIONS.format(block, renamed, "own"))


def test_what_binds_a_name_makes_it_the_functions_own() -> None:
    assert not failures(BINDINGS, is_own)


def test_identifiers_are_distances_to_their_previous_occurrence() -> None:
    file = normalised("def f(a, b): return a + b + a")
    assert [distance for distance in file.distances.tolist() if distance >= 0] == [0, 0, 0, 5, 6, 4]


def test_distances_do_not_reach_into_another_definition() -> None:
    alone, after = sequences("def g(): h()"), sequences("def h(): g()\ndef g(): h()")
    assert alone[-1] == after[-1]


def test_an_annotation_without_a_value_is_nothing_but_in_a_class_a_field() -> None:
    assert sequences("x: int\ny = 1") == sequences("y = 1")
    assert sequences("class A:\n  x: int\n  y = 1") != sequences("class A:\n  y = 1")


def test_strings_are_counted_per_statement() -> None:
    assert normalised("f('a', 'b' 'c')\ng()\nh(f'd{e}', 'f')").strings.tolist() == [2, 0, 1]


def test_a_statement_has_the_digest_it_has_anywhere() -> None:
    file = normalised("def f(a, b):\n    c = a(b)\n    if c:\n        d = b(a)\n        return c\n    e = c(c)")
    alone = normalised("x = y(z)")
    assert file.digests.tolist().count(alone.digests[0]) == 2


def test_a_block_ends_with_the_digest_of_its_end() -> None:
    assert normalised("if a:\n    b()").digests[-1] == END_DIGEST


def test_parts_of_a_tuple_assignment_are_statements_that_say_so() -> None:
    split, joined = normalised("a = x\nb = y"), normalised("a, b = x, y")
    assert len(split.digests) == len(joined.digests) == 2
    assert split.digests[1] == joined.digests[1]
    assert split.hashes[0] != joined.hashes[0]


def test_names_come_in_order_of_first_occurrence_with_their_namespaces() -> None:
    cache = StatementCache()
    file = normalised("b.c = a(d=b, c=a)", cache)
    assert [cache.names.spelled[name] for name in file.order] == [b"c", b"b", b"a", b"d", b"c"]
    assert file.namespaces.tolist() == [1, 0, 0, 2, 2]


def test_names_belong_to_the_function_that_binds_them() -> None:
    cache = StatementCache()
    file = normalised("def f(a):\n    def g(b):\n        return a, b, c\n", cache)
    owners = {cache.names.spelled[name]: scope for name, scope in zip(file.order, file.scopes.tolist(), strict=True)}
    assert owners == {b"f": 0, b"a": 1, b"g": 1, b"b": 2, b"c": 0}
    assert file.scope_names == ("", "f", "f.g")


def test_what_is_called_and_what_is_assigned_is_known() -> None:
    cache = StatementCache()
    file = normalised("a = b(c)", cache)
    assert (file.called.tolist(), file.stored.tolist()) == ([False, True, False], [True, False, False])


def test_the_same_names_have_the_same_spelling_hash() -> None:
    one, renamed, again = (normalised(f"def {name}(a): return a").spellings[1] for name in ("f", "g", "f"))
    assert one == again != renamed


def test_an_empty_file_has_one_empty_definition() -> None:
    file = normalised("")
    assert (file.token_starts.tolist(), len(file.hashes), file.errors) == ([0, 0], 1, 0)


def test_arrays_fit_together() -> None:
    file = normalised("class A:\n  x = 1\n  def f(self, y): self.x, y = y, 1\nz = A().f(x=1)\n")
    assert file.token_starts[-1] == file.statement_token_starts[-1] == len(file.tokens) == len(file.distances)
    assert file.statement_starts[-1] == len(file.digests) == len(file.order_starts) - 1
    assert file.order_starts[-1] == len(file.order) == len(file.namespaces) == len(file.scopes) == len(file.called)
    assert np.array_equal(file.statement_token_starts[file.statement_starts], file.token_starts)
