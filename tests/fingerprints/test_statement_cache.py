"""A statement has the same tokens whatever was seen before: the fast path gives what the slow path gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelkin.fingerprints import statement_cache
from modelkin.fingerprints.statement_cache import MOST_TEXTS, EncodedStatement, StatementCache
from modelkin.syntax.linear import linearise
from modelkin.syntax.parser import Statement, parse

from ..support.different_spellings import DIFFERENT
from ..support.random_modules import Spelling, modules, printed, spellings
from ..support.same_spellings import SAME
from ..support.sequences import sequences

pytestmark = pytest.mark.unmeasured

AS_WRITTEN = {"file": "FGHIJKLM", "attribute": "abcdpqrs", "keyword": "abcdpqrs", "0": "abcd"}
Spelled = tuple[bytes, tuple[bytes, ...], frozenset[bytes], frozenset[bytes]]


def spelled_names(names: bytes, cache: StatementCache) -> tuple[bytes, ...]:
    """Names written out."""
    return tuple(cache.names.spelled[name] for name in memoryview(names).cast("I"))


def spelled(encoded: EncodedStatement, cache: StatementCache) -> Spelled:
    """An encoded statement with its names written out."""
    return (
        encoded.symbols,
        spelled_names(encoded.names, cache),
        frozenset(cache.names.spelled[name] for name in encoded.bound),
        frozenset(cache.names.spelled[name] for name in encoded.free),
    )


def linearised(statement: Statement, source: bytes, cache: StatementCache) -> list[Spelled]:
    """What a statement has to be, straight from its syntax."""
    return [
        (
            linear.symbols,
            spelled_names(linear.names, cache),
            frozenset(cache.names.spelled[name] for _, name in linear.bound),
            frozenset(cache.names.spelled[name] for _, name in linear.free),
        )
        for linear in linearise([statement], source, cache.names)[0]
    ]


def is_exact(source: str, cache: StatementCache) -> bool:
    """Whether the cache has of each statement in a source what its syntax says."""
    text = source.encode()
    statements = [each for definition in parse(text).definitions for each in definition.statements]
    found = cache.encode_all(statements, text)
    exact = [linearised(each, text, cache) for each in statements]
    return [[spelled(part, cache) for part in each] for each in found] == exact


def written(case: Any) -> tuple[str, str]:
    """The two sources of a pair, faulty or not."""
    values: tuple[str, str] = getattr(case, "values", case)
    return values


PAIRS = [written(case) for case in (*SAME, *DIFFERENT)]


def test_a_statement_is_what_its_syntax_linearises_to() -> None:
    wrong = []
    for one, other in PAIRS:
        cache = StatementCache()
        sources = (one, other, one.replace("a", "z"), other.replace("b", "d"))
        wrong += [source for source in sources if not is_exact(source, cache)]
    assert not wrong


@settings(max_examples=40, deadline=None)
@example("<0:0>.<attribute:1> = [<0:1> for <0:1> in <file:0>]", AS_WRITTEN, {**AS_WRITTEN, "attribute": "qrspabcd"})
@given(modules(), spellings(), spellings())
def test_a_renamed_statement_has_its_own_names(module: str, first: Spelling, second: Spelling) -> None:
    cache = StatementCache()
    assert is_exact(printed(module, first), cache)
    assert is_exact(printed(module, second), cache)


@pytest.mark.parametrize("reverse", [False, True])
def test_all_spellings_together_have_the_tokens_they_have_alone(reverse: bool) -> None:
    cache = StatementCache()
    sources = [source for pair in PAIRS for source in pair]
    ordered = sources[::-1] if reverse else sources
    assert not [source for source in ordered if sequences(source, cache) != sequences(source)]


SEEN_BEFORE = (
    ("x = f(a, b)", "x = f(c, c)"),
    ("x = f(a, a)", "x = f(b, c)"),
    ("x = 'a'", "x = f'{a}'"),
    ("x = 'a'", "x = a"),
    ("x = a('left')", "x = a(f'left {b}')"),
    ("x = a(r'{b}')", "x = a(fr'{b}')"),
    ("x = a(b'f')", "x = a(f'b')"),
    ("x = a['f']", "x = a[f'{b[\"c\"]}']"),
    ("x = a and b", "x = a or b"),
    ("x = a and b", "x = a and None"),
    ("x = a(1e5, b)", "x = a(1e6, b)"),
    ("x = 0xa if b else c", "x = 0xb if b else c"),
    ("x = a1.eval(b)", "x = a1.exec(b)"),
    ("x = 1 if a else b", "x = 1if a else b"),
    ("x = ['a # b', c]", "x = ['a', c]  # b"),
    ("x = y", "x = not_y"),
    ("x = y", "x = ÿ"),
    ("x = a if b else c", "x = a if b else None"),
    ("f(a)", "print(a)"),
    ("f(a)", "match(a)"),
    ("a = b", "_ = b"),
    ("x = 1.e5", "x = 1.0"),
    ("x = a\\\n.b", "x = a.b"),
    ("f(a, # it's\n  b)", "f(a, # it's\n  b, 'c')"),
    ("x = a", "class A:\n  x = a"),
    ("x = a", "def f(x):\n  x = a"),
    ("def f(): global a", "def f(): global b"),
    ("if a: pass", "if a:\n  b()"),
    ("if a: b()\nelse:\n  if c: d()", "if a: b()\nif c: d()"),
    ("for a in b: c()", "[c() for a in b]"),
    ("class A(B): pass", "@A\nclass C(D): pass"),
    ("def f(a): pass", "async def f(a): pass"),
    ("def f(a: b): pass", "def f(a: c, d): pass"),
    ("a: b", "a: b = c"),
    ("f(a, c)", "f(a, # '''\n  b, # '''\n  c)"),
    ("class A: x = x", "class A: x = y"),
    ("class A: x = y", "class A: x = x"),
    ("class A: x = f(x)", "class A: x = f(y)"),
    ("class A: a, b = b, a", "class A: a, b = a, b"),
    ("a.x, x = b", "def f():\n  a.y, x = b\n  def y(): x()"),
    ("a.b = [b for b in c]", "a.b = [d for d in c]"),
    ("[a for a in b]", "[a for c in b]"),
    ("(a return", "def f(): return"),
    ("x = a - -b", "x=a--b"),
    ("x = f(a, b)", "x=f(a\n  ,\tb)"),
    ("x = a[b:-c]", "x = a[b : - c]"),
    ("x = 1 .real", "x = 1. if a else b"),
    ("x = 1 .real", "x = 1.real"),
    ("x = 1 if a else b", "x = 1if a else b"),
    ("x = a(1, b)", "x = a(b, 1)"),
    ("x = a(1e-5, b)", "x = a(1e-6, b)"),
    ("x = a(1_0, b)", "x = a(1, b)"),
    ("x = a1.e5", "x = 1.e5"),
    ("x = a('b')", "x = a(r'\\')"),
    ("x = a('b')", 'x = a(Rb"""c"""b"d")'),
    ("x = a('b')", "x = a(F'{b}')"),
    ("x = a('b')", "x = a(b'' f'{c}')"),
    ("x = a('', '', b)", "x = a(''  '', ', b', b)"),
    ('x = a("\'", b)', "x = a('\"', b)"),
    ("x = [a, 'b', # '\n  c]", "x = [a, # 'b'\n  c]"),
    ("x = ['a', # b\n '', c]", "x = ['a', # ''', b\n c]"),
    ("x = a(b)", "x = '\x01' + a(b)"),
    ("x = a(b)", "x = a(\0b)"),
    ("x = a(b)", "x = (b'\0' + a)(b)"),
    ("x = a(b)", "x = a(bé)"),
    ("x = a('b')", "x = a('é')"),
    ("x = a if b else c", "x = a if'b'else c"),
    ("x = a in b", "x = a in'b'"),
    ("print a, b", "print (a), b"),
    ("print >>a, b", "print>>c,d"),
    ("exec a in b", "exec c in None"),
    ("match a:\n  case b: c()", "match a:\n  case _: c()"),
    ("match a:\n  case B(c=1): c()", "match a:\n  case B(d=2): d()"),
    ("type A = b", "type(A, b)"),
    ("class A: x: b = y", "class A: x: x = y"),
    ("class A: x = [x for x in y]", "class A: x = [y for y in x]"),
    ("class A:\n  a = a(b)\n  c = d(e)", "class A:\n  e = d(c)\n  c = d(d)"),
    ("class A: x = 'x'", "class A: x = f'{x}'"),
    ("class A: (x, y) = y, x", "class A: (x, y) = x, y"),
)


def test_what_was_seen_before_does_not_count() -> None:
    wrong = []
    for before, source in SEEN_BEFORE:
        cache = StatementCache()
        sequences(before, cache)
        if not is_exact(source, cache) or sequences(source, cache) != sequences(source):
            wrong.append((before, source))
    assert not wrong


SIGNS = "abc ()[]{}=,.:-+*@#\n\\'\"0159ejxJ_é\x01\0"
LONGER = (
    '"""',
    "'''",
    "\\\n",
    "f'",
    "rb'",
    "{a}",
    "1e-5",
    "1.e5",
    "0x1f",
    "for ",
    " in ",
    " if ",
    " else ",
    "print ",
    "match ",
)
PIECES = st.sampled_from((*SIGNS, *LONGER))
SPREAD = st.sampled_from(
    ["x = f({})", "x = [{}, a]", "{}", "if {}: a", "def f({}): a", "class A: x = a({})", "a.b = {}"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(SPREAD, st.lists(PIECES, max_size=9).map("".join)), min_size=1, max_size=6))
def test_no_text_makes_a_statement_another(lines: list[tuple[str, str]]) -> None:
    cache = StatementCache()
    written = [form.replace("{}", piece) for form, piece in lines]
    assert is_exact("\n".join(written), cache)
    assert is_exact("\n".join(each.translate(str.maketrans("abc", "bca")) for each in written), cache)
    assert all(is_exact(each.replace(" ", ""), cache) for each in written)
    assert all(is_exact(each.replace("(", " (\n"), cache) for each in written)


def test_more_statements_than_are_remembered_are_linearised_still() -> None:
    cache = StatementCache()
    many = "\n".join(f"x = {number}" for number in range(MOST_TEXTS + 9))
    sequences(many, cache)
    assert is_exact("x = a + b\ny = a - b", cache)


def _has_nothing_to_read(statements: list[Statement], *_: object) -> list[object]:
    assert not statements
    return []


def test_names_are_forgotten_between_files_and_shapes_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = StatementCache()
    sequences("x = f(a)\ny = g(b)", cache)
    assert cache.for_another_file() is cache
    monkeypatch.setattr(statement_cache, "MOST_NAMES", 5)
    other = cache.for_another_file()
    assert not other.names
    monkeypatch.setattr(statement_cache, "linearise", _has_nothing_to_read)  # it has a known shape
    assert sequences("z = h(c)", other) == sequences("x = f(a)", cache)
    assert sorted(cache.names.spelled) == [b"a", b"b", b"f", b"g", b"x", b"y"]


def test_names_are_numbered_as_they_come() -> None:
    cache = StatementCache()
    sequences("b = a(b, c)", cache)
    sequences("d = c", cache)
    assert sorted(cache.names.spelled) == [b"a", b"b", b"c", b"d"]
    assert [cache.names[name] for name in cache.names.spelled] == [0, 1, 2, 3]


def test_a_name_has_the_same_hash_in_any_run() -> None:
    one, other = StatementCache(), StatementCache()
    sequences("a = b", one)
    sequences("c = b", other)
    assert one.names.hashes[one.names[b"b"]] == other.names.hashes[other.names[b"b"]]
