"""Trees of tokens: each statement as it was, whatever it holds, and however deep it is nested."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modelkin.fingerprints.statement_cache import StatementCache
from modelkin.syntax.parser import parse
from modelkin.syntax.token_format import ATTRIBUTE, MOST_CHILDREN, VARIABLE, number_token, symbol
from modelkin.syntax.token_trees import flattened, grown, has_at_most, is_tree

STATEMENTS = """
def f(a, b):
    x = y[1:2, ..., None] = a.b(c, *d, e=f"{g}{h!r}", **i)
    for i, j in [(k, l) for k in m if n]: pass
    with a as b, c(): pass
    if (n := 3) and not a < b <= c: pass
    return lambda p, q=1: p if q else {r: s for r, s in t}
    x += await y @ z
    del a.b, c[d]
    raise E(1) from None
    a[:], b[::2], c[1:]
"""


def tokens(text: str) -> list[tuple[list[int], list[int]]]:
    source, cache = text.encode(), StatementCache()
    statements = [each for definition in parse(source).definitions[1:] for each in definition.statements]
    encoded = [each for statement in statements for each in cache.encode(statement, source)]
    return [
        (memoryview(each.symbols).cast("I").tolist(), memoryview(each.names).cast("I").tolist()) for each in encoded
    ]


def test_a_tree_gives_back_the_tokens_it_was_grown_from() -> None:
    found = tokens(STATEMENTS)
    assert len(found) == 15
    trees = [(grown(*each), each) for each in found]
    assert all(tree is not None and flattened(tree) == each for tree, each in trees)


def test_code_nested_deeper_than_python_calls_is_a_tree_as_well() -> None:
    call = symbol("call", 1)
    symbols = [call, VARIABLE] * 50_000 + [VARIABLE]
    tree = grown(symbols, [0] * 50_001)
    assert tree is not None
    assert flattened(tree)[0] == symbols
    assert not has_at_most(tree, 1_000)


def test_what_does_not_tell_its_parts_is_no_tree() -> None:
    assert grown([symbol("tuple", MOST_CHILDREN), *[VARIABLE] * MOST_CHILDREN], [0] * MOST_CHILDREN) is None
    # In a class body, what is assigned is an attribute of nothing.
    assert grown([symbol("assignment", 2), ATTRIBUTE, VARIABLE], [0, 1]) is None
    assert grown([symbol("tuple", 2), VARIABLE], [0]) is None
    assert grown([VARIABLE, VARIABLE], [0, 1]) is None


SYMBOLS = (
    *(symbol(kind, children) for kind in ("call", "list", "slice") for children in (0, 1, 2, 3, 5, MOST_CHILDREN)),
    *(VARIABLE, ATTRIBUTE, number_token("1")),
)


@given(st.lists(st.sampled_from(SYMBOLS), max_size=9))
def test_tokens_are_a_tree_where_one_grows_of_them(symbols: list[int]) -> None:
    assert is_tree(symbols) == (grown(symbols, range(len(symbols))) is not None)
