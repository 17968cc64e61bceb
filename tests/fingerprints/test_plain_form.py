"""The plain form: what differs by style alone is the same in it, what computes something else is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.fingerprints import plain_form
from modelkin.fingerprints.normalize import NormalisedFile, normalise, normalise_plainly
from modelkin.fingerprints.plain_blocks import target_of, tokens_of
from modelkin.fingerprints.plain_expressions import PlainExpressions
from modelkin.fingerprints.plain_form import PlainForm, _part
from modelkin.fingerprints.statement_cache import StatementCache
from modelkin.support.budget import budget
from modelkin.syntax.parser import parse
from modelkin.syntax.token_format import VARIABLE
from modelkin.syntax.token_trees import Tree, grown

SAME = {
    "tuple assignment": ("a, b = x, y\nuse(a, b, a, b)", "a = x\nb = y\nuse(a, b, a, b)"),
    "expressions in a row": ("f(x), g(y)", "f(x)\ng(y)"),
    "two targets": ("a = b = 0\nuse(a, a, b, b)", "a = 0\nb = 0\nuse(a, a, b, b)"),
    "assert": ("assert x, 'so'\nf(x)", "f(x)"),
    "conditional assignment": ("if x:\n  self.a = f(y)\nelse:\n  self.a = y", "self.a = f(y) if x else y"),
    "conditional chain": (
        "if x:\n  a = 1\nelif y:\n  a = 2\nelse:\n  a = 3\nuse(a, a)",
        "a = 1 if x else 2 if y else 3\nuse(a, a)",
    ),
    "denied condition": ("if not x:\n  f()\n  g()\nelse:\n  h()\n  i()", "if x:\n  h()\n  i()\nelse:\n  f()\n  g()"),
    "denied comparison": ("if x is not y:\n  f()\nelse:\n  h()\n", "if x is y:\n  h()\nelse:\n  f()"),
    "denied expression": ("return f(x) if not y else g(x)", "return g(x) if y else f(x)"),
    "not equal": ("return f(not x == y)", "return f(x != y)"),
    "else after a jump": ("if x:\n  f()\n  return y\nelse:\n  g()\n  h()", "if x:\n  f()\n  return y\ng()\nh()"),
    "elif after a jump": ("if x:\n  raise y\nelif z:\n  g()\n  h()", "if x:\n  raise y\nif z:\n  g()\n  h()"),
    "jump in else": ("if x:\n  f()\n  g()\nelse:\n  raise y", "if not x:\n  raise y\nf()\ng()"),
    "return either": ("if x:\n  return y\nreturn z", "return y if x else z"),
    "nested conditions": ("if x:\n  if y:\n    f()", "if x and y:\n  f()"),
    "nested with": ("with x as y:\n  with z:\n    f(y)", "with x as y, z:\n  f(y)"),
    "single-use local": ("a = f(x)\nself.b = g(a, y)", "self.b = g(f(x), y)"),
    "several of them": ("a = f(x)\nb = g(a)\nc = h(y)\nreturn k(b, c)", "return k(g(f(x)), h(y))"),
    "one name again and again": ("x = f(x)\nx = g(x, y)\nx += z\nreturn x", "return g(f(x), y) + z"),
    "header": ("a = f(x)\nfor b in a:\n  use(b, b)", "for b in f(x):\n  use(b, b)"),
    "augmented assignment": ("self.a += x", "self.a = self.a + x"),
    "keyword order": ("return f(x, a=None, b=g(y), c=1)", "return f(x, c=1, a=None, b=g(y))"),
    "format": ("return '{} of {}'.format(x, y.z)", "return f'{x} of {y.z}'"),
    "percent": ("return '%s of %d' % (x, y)", "return f'{x} of {y}'"),
    "list of a generator": ("return list(f(a) for a in x)", "return [f(a) for a in x]"),
    "empty displays": ("return [list(), dict()]", "return [[], {}]"),
    "dict of keywords": ("return dict(a=x, b=y)", "return {'a': x, 'b': y}"),
    "appending loop": (
        "a = []\nfor b in x:\n  if b:\n    a.append(f(b))\nuse(a, a)",
        "a = [f(b) for b in x if b]\nuse(a, a)",
    ),
    "chained comparison": ("return f(0 < x <= y)", "return f(0 < x and x <= y)"),
    "turned comparison": ("return f(x > y)", "return f(y < x)"),
    "grouped conditions": ("return f(x and (y and z))", "return f((x and y) and z)"),
    "super": ("super(A, self).__init__()", "super().__init__()"),
}
DIFFERENT = {
    "read twice": ("a = f(x)\nreturn g(a, a)", "return g(f(x), f(x))"),
    "read later": ("a = f(x)\nh()\nh()\nreturn a", "h()\nh()\nreturn f(x)"),
    "other branch": ("a = 1 if x else y\nuse(a, a)", "a = y if x else 1\nuse(a, a)"),
    "else without a jump": ("if x:\n  f()\nelse:\n  g()", "if x:\n  f()\ng()"),
    "other operator": ("self.a += x", "self.a = self.a - x"),
    "other order of arguments": ("return f(x, y.z)", "return f(y.z, x)"),
    "a loop's else": ("for a in x:\n  return a\nelse:\n  g()", "for a in x:\n  return a\ng()"),
    "global": ("global a\na = f(x)\nreturn g(a, y)", "global a\nreturn g(f(x), y)"),
}


def forms(body: str) -> tuple[NormalisedFile, NormalisedFile]:
    """A body of a function in the first form and in the plain one."""
    text = ("def run(self, x, y, z):\n" + "".join(f"  {line}\n" for line in body.splitlines())).encode()
    cache = StatementCache()
    parsed = parse(text)
    first = normalise(parsed, text, cache)
    return first, normalise_plainly(parsed, text, cache, PlainForm(cache.names), first)


def same_plainly(one: str, other: str) -> bool:
    left, right = (forms(body)[1] for body in (one, other))
    return np.array_equal(left.tokens, right.tokens) and np.array_equal(left.digests, right.digests)


def test_styles_of_the_same_code_are_one_in_the_plain_form() -> None:
    assert [kind for kind, pair in SAME.items() if not same_plainly(*pair)] == []


def test_other_code_is_other_in_the_plain_form() -> None:
    assert [kind for kind, pair in DIFFERENT.items() if same_plainly(*pair)] == []


def test_definitions_keep_the_hashes_of_the_first_form() -> None:
    first, plain = forms("a = f(x)\nreturn a")
    assert len(plain.tokens) < len(first.tokens)
    assert np.array_equal(first.hashes, plain.hashes)
    assert np.array_equal(first.spellings, plain.spellings)


def test_definitions_stay_as_many_and_where_they_are() -> None:
    text = b"class A:\n  def f(self):\n    def g(a):\n      assert a\n    return g\n\nassert A\n"
    cache, parsed = StatementCache(), parse(text)
    first = normalise(parsed, text, cache)
    plain = normalise_plainly(parsed, text, cache, PlainForm(cache.names), first)
    assert plain.definitions == first.definitions
    assert len(plain.statement_starts) == len(first.statement_starts)


HOSTILE = {
    "locals in a chain": "".join(f"a{n + 1} = f(a{n})\n" for n in range(2_000)) + "return a2000",
    "locals of one call": "".join(f"a{n} = f({n})\n" for n in range(2_000))
    + f"return g({', '.join(f'a{n}' for n in range(2_000))})",
    "one name": "x = f(x)\n" * 4_000 + "return x",
    "elif": "if x == 0:\n  return 0\n" + "".join(f"elif x == {n}:\n  return {n}\n" for n in range(1_500)),
    "conditional elif": "if x == 0:\n  a = 0\n"
    + "".join(f"elif x == {n}:\n  a = {n}\n" for n in range(1_500))
    + "else:\n  a = x",
    "and": "return " + " and ".join(f"a{n}" for n in range(2_000)),
    "nested and": "return " + "(a and " * 2_000 + "b" + ")" * 2_000,
    "nested comparison": "return " + "(0 < " * 1_000 + "b" + " < 1)" * 1_000,
    "nested keywords": "return " + "f(a=x, b=" * 1_000 + "y" + ")" * 1_000,
    "not": "return " + "not " * 5_000 + "x",
    "targets": " = ".join(f"a{n}" for n in range(1_500)) + " = x",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_code_takes_no_more_than_its_budget(kind: str) -> None:
    with budget(len(HOSTILE[kind]), 10.0):
        first, plain = forms(HOSTILE[kind])
    assert len(plain.tokens) <= 2 * len(first.tokens)


EXPRESSIONS = st.recursive(
    st.sampled_from(("a", "b", "x.y", "1", "0.5", "'s'", "f'{a}'", "None", "[]")),
    lambda part: st.one_of(
        st.tuples(
            st.sampled_from(
                (
                    "{} > {}",
                    "{} >= {}",
                    "{} == {}",
                    "{} < {} < 1",
                    "{} and {}",
                    "{} or not {}",
                    "not {} is not {}",
                    "{} if a != b else {}",
                    "{} if a else {}",
                    "'%s' % ({}, {})",
                    "{} % {}",
                    "{} + {}",
                    "'{{}}'.format({}, c={})",
                    "g({}, c={})",
                    "g({}, c=1, d={})",
                    "g(*{}, **{})",
                    "list(a for a in {} if {})",
                    "dict(c={}, d={})",
                    "super(A, {}).f({})",
                    "{}[{}:]",
                    "({}, {})",
                    "(a := {}, {})",
                    "lambda c, d={}: {}",
                )
            ),
            part,
            part,
        ).map(lambda each: "(" + each[0].format(*each[1:]) + ")"),
        st.tuples(part, st.sampled_from(("{}.z", "tuple({})", "set({})", "g({})"))).map(
            lambda each: each[1].format(each[0])
        ),
    ),
    max_leaves=8,
)
STATEMENTS = st.tuples(
    st.sampled_from(
        (
            "return {}",
            "a = {}",
            "a = b = {}",
            "a.b = x[{}] = c = 1",
            "a += {}",
            "x.y %= {}",
            "a, b = {}, c",
            "{}, c",
            "g({})",
        )
    ),
    EXPRESSIONS,
).map(lambda each: each[0].format(each[1]))


@given(st.lists(STATEMENTS, min_size=1, max_size=5))
def test_what_is_not_grown_would_stay_as_it_is(lines: list[str]) -> None:
    told = forms("\n".join(lines))[1]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plain_form, "_may_be_split", lambda _: True)
        patched.setattr(PlainExpressions, "may_change", lambda *_: True)
        grown_all = forms("\n".join(lines))[1]
    assert np.array_equal(told.tokens, grown_all.tokens)
    assert np.array_equal(told.digests, grown_all.digests)
    assert np.array_equal(told.scopes, grown_all.scopes)


@given(STATEMENTS)
def test_what_is_known_of_a_statement_by_its_tokens_is_what_its_tree_says(line: str) -> None:
    text, cache = f"def run():\n  {line}\n".encode(), StatementCache()
    for statement in parse(text).definitions[1].statements:
        for encoded in cache.encode(statement, text):
            symbols, names = tokens_of(encoded)
            tree, part = grown(symbols, names), _part(encoded, symbols, names)
            if tree is None:  # one of several that are assigned at once
                continue
            assert (part.kind, part.target) == (tree.kind, target_of(tree))
            read = tree.children[1:] if part.target is not None else [tree]
            assert Counter(part.reads) == Counter(each.name for each in all_of(read) if each.token == VARIABLE)


def all_of(trees: Iterable[Tree]) -> Iterator[Tree]:
    """All nodes of these trees."""
    for each in trees:
        yield each
        yield from all_of(each.children)
