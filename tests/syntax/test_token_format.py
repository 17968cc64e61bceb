"""What is put into the bits of a token is what is read from them, and no two kinds of token meet."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelkin.syntax.grammar import NAMES, SYMBOLS
from modelkin.syntax.token_format import (
    ATTRIBUTE,
    KEYWORD,
    MOST_CHILDREN,
    TOKEN_SIZE,
    VARIABLE,
    Namespace,
    as_bytes,
    is_name,
    kind_of,
    kinds_of,
    name_places,
    namespaces_of,
    number_token,
    pack_spaces,
    symbol,
    unpack_spaces,
    with_children,
    with_distances,
    without_distances,
)

KINDS = st.sampled_from(sorted({name for name in NAMES.values() if name}))
FARTHEST = 2**29 - 1


@given(KINDS, st.integers(0, 5_000))
def test_a_kind_and_its_children_do_not_meet(kind: str, children: int) -> None:
    token = with_children(symbol(kind), children)
    assert token == symbol(kind, children)
    assert kind_of(token) == symbol(kind)
    assert kinds_of(np.array([token], np.uint32)).tolist() == [kind_of(token)]
    assert token - kind_of(token) == min(children, MOST_CHILDREN)


@given(KINDS, st.integers(0, MOST_CHILDREN), st.floats(), st.integers(0))
def test_syntax_numbers_and_names_are_never_the_same(kind: str, children: int, value: float, distance: int) -> None:
    syntax, number = symbol(kind, children), number_token(repr(value))
    assert syntax < 1 << 30 <= number < 1 << 31
    assert not is_name(syntax)
    assert not is_name(number)
    for name in (VARIABLE, ATTRIBUTE, KEYWORD):
        far = with_distances(np.array([name], np.uint32), np.array([min(distance, 2**40)]))
        assert is_name(int(far[0]))


@given(st.lists(st.tuples(st.sampled_from((VARIABLE, ATTRIBUTE, KEYWORD)), st.integers(0, 2**40)), min_size=1))
def test_a_distance_changes_nothing_else_of_a_name(names: list[tuple[int, int]]) -> None:
    symbols, distances = np.array([name for name, _ in names], np.uint32), np.array([far for _, far in names])
    tokens = with_distances(symbols, distances)
    assert tokens.dtype == np.uint32
    assert (tokens - symbols).tolist() == np.minimum(distances, FARTHEST).tolist()
    assert without_distances(tokens).tolist() == symbols.tolist()
    spoken = {VARIABLE: Namespace.VARIABLE, ATTRIBUTE: Namespace.ATTRIBUTE, KEYWORD: Namespace.KEYWORD}
    assert namespaces_of(tokens).tolist() == [spoken[name] for name, _ in names]


def test_the_names_of_a_sequence_are_found_in_its_bytes() -> None:
    tokens = [symbol("call", 2), VARIABLE, number_token("1"), KEYWORD, symbol("string")]
    sequence = np.frombuffer(as_bytes(tokens), np.uint32)
    assert sequence.tolist() == tokens
    assert len(as_bytes(tokens)) == TOKEN_SIZE * len(tokens)
    assert name_places(sequence).tolist() == [1, 3]


def test_no_two_kinds_of_the_grammar_have_one_symbol_but_synonyms() -> None:
    kinds: dict[int, set[str]] = {}
    for name, token in zip(NAMES.values(), SYMBOLS, strict=True):
        kinds.setdefault(token, set()).add(name)
    assert {frozenset(names) for names in kinds.values() if len(names) > 1} == {
        frozenset(("tuple", "expression_list", "pattern_list", "tuple_pattern")),
        frozenset(("list", "list_pattern")),
        frozenset(("default_parameter", "typed_default_parameter")),
        frozenset(("list_splat", "list_splat_pattern")),
        frozenset(("dictionary_splat", "dictionary_splat_pattern")),
        frozenset(("!=", "<>")),
    }


def test_a_space_tells_the_function_and_the_namespace() -> None:
    scopes, namespaces = np.repeat(np.arange(5), 3), np.tile(np.arange(3, dtype=np.uint8), 5)
    packed = pack_spaces(scopes, namespaces)
    assert (np.diff(packed) > 0).all()
    assert np.array_equal(unpack_spaces(packed), (scopes, namespaces))
