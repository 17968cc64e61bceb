"""Winnowing: what definitions share fingerprints, and how many each one has."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from modelkin.fingerprints.normalize import mix
from modelkin.fingerprints.window import WINNOWING, Winnowing
from modelkin.fingerprints.winnowing import _FACTOR, _kgrams, winnow
from modelkin.support.arrays import U32

from ..support.random_modules import Spelling, indented, modules, printed, spellings
from ..support.sequences import fingerprints, fingerprints_in_order, normalised

WINNOWINGS = [
    Winnowing(k, window) for k, window in ((16, 8), (1, 1), (4, 1), (4, 2), (5, 3), (7, 6), (8, 5), (16, 7), (3, 9))
]
STATEMENTS = (
    "a = b + c",
    "b = f(a, c, k=b)",
    "c.x.y = a[b:c]",
    "if a < b:\n    return c",
    "for a in b:\n    c.append(a)",
    "a, b = b, a",
    "return [a for a in b if c]",
    "with a.b(c) as b:\n    b += 1",
    "assert a is not None, 'a'",
    "del c[0]",
)
RUNS = st.lists(st.sampled_from(STATEMENTS), max_size=4).map("\n".join)


def function(name: str, *runs: str) -> str:
    body = "\n".join(run for run in ("pass", *runs) if run)
    return f"def {name}(a, b, c):\n{indented(body)}\n"


def tokens_of(run: str) -> int:
    return len(normalised(run).tokens)


def length(source: str, qualname: str) -> int:
    file = normalised(source)
    place = [definition.qualname for definition in file.definitions].index(qualname)
    return int(file.token_starts[place + 1] - file.token_starts[place])


@settings(max_examples=150, deadline=None)
@given(RUNS, RUNS, RUNS, RUNS, RUNS, st.sampled_from(WINNOWINGS))
def test_a_shared_run_of_window_and_k_less_one_tokens_shares_a_fingerprint(
    shared: str, before: str, after: str, other_before: str, other_after: str, winnowing: Winnowing
) -> None:
    assume(tokens_of(shared) >= winnowing.window + winnowing.k - 1)
    one, other = function("one", before, shared, after), function("other", other_before, shared, other_after)
    assert fingerprints(one, winnowing)["one"] & fingerprints(other, winnowing)["other"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=8), RUNS, st.integers(0, 4))
def test_a_run_that_is_cut_out_and_renamed_shares_a_fingerprint(statements: list[str], before: str, cut: int) -> None:
    run = "\n".join(statements[cut:])
    assume(tokens_of(run) >= WINNOWING.window + WINNOWING.k - 1)
    renamed = re.sub(r"\b([abc])\b", r"\1_new", function("part", run))
    assert fingerprints(function("whole", before, *statements))["whole"] & fingerprints(renamed)["part"]


@pytest.mark.unmeasured
@settings(max_examples=40, deadline=None)
@given(modules(), modules(), spellings(), spellings())
def test_a_definitions_fingerprints_do_not_depend_on_its_neighbours(
    module: str, other: str, spelling: Spelling, other_spelling: Spelling
) -> None:
    text, neighbours = printed(module, spelling), printed(other, other_spelling)
    _, *alone = fingerprints_in_order(text)
    _, *others = fingerprints_in_order(neighbours)
    assert fingerprints_in_order(f"{neighbours}\n{text}\n{neighbours}")[1:] == [*others, *alone, *others]


def test_a_definition_of_fewer_kgrams_than_a_window_has_exactly_one() -> None:
    sources = [function("f", "\n".join([STATEMENTS[0]] * count)) for count in range(12)]
    short = [
        (source, winnowing)
        for source in sources
        for winnowing in WINNOWINGS
        if length(source, "f") < winnowing.k + winnowing.window - 1
    ]
    assert short
    assert not [case for case in short if len(fingerprints(*case)["f"]) != 1]


def test_a_definition_shorter_than_k_has_its_own_hash() -> None:
    file = normalised("def f(): return 1\n")
    assert length("def f(): return 1\n", "f") < WINNOWING.k
    assert winnow(file).hashes.tolist() == [file.hashes[1]]


def test_a_definition_without_tokens_has_none() -> None:
    assert fingerprints("def f(): pass\n")[""] == set()


def test_winnowing_keeps_some_of_the_kgrams() -> None:
    source = function("f", *STATEMENTS, *STATEMENTS[::-1])
    kept = {each: fingerprints(source, each)["f"] for each in WINNOWINGS}
    assert not [each for each in kept if not set() < kept[each] <= fingerprints(source, Winnowing(each.k, 1))["f"]]


def test_of_long_code_two_in_a_window_and_one_are_kept() -> None:
    body = [f"x{number % 7}.a{number % 11} = f{number % 13}({number}, x{number % 5})" for number in range(3000)]
    source = function("f", *body)
    density = len(fingerprints(source)["f"]) / length(source, "f")
    assert density == pytest.approx(2 / (WINNOWING.window + 1), rel=0.1)


def test_equal_definitions_have_equal_fingerprints() -> None:
    source = function("f", *STATEMENTS) + function("g", *STATEMENTS)
    found = {each: fingerprints(source, each) for each in WINNOWINGS}
    assert not [each for each in found if found[each]["f"] != found[each]["g"]]


def test_hashes_are_sorted_and_distinct_in_each_definition() -> None:
    found = winnow(normalised(function("f", *STATEMENTS * 3) + function("g", *STATEMENTS)))
    for first, last in zip(found.starts[:-1], found.starts[1:], strict=True):
        part = found.hashes[first:last].tolist()
        assert part == sorted(set(part))


def test_unrelated_definitions_share_none() -> None:
    found = fingerprints(function("f", *STATEMENTS[:5]) + function("g", *STATEMENTS[5:]))
    assert not found["f"] & found["g"]


def test_a_class_has_no_fingerprint_of_its_methods() -> None:
    found = fingerprints(f"class A:\n    x = 1\n{indented(function('f', *STATEMENTS))}")
    assert not found["A"] & found["A.f"]


def test_an_empty_file_has_no_fingerprints() -> None:
    found = winnow(normalised(""))
    assert (found.hashes.tolist(), found.starts.tolist()) == ([], [0, 0])


@given(st.data(), st.integers(1, 20))
def test_running_sums_give_the_hash_of_each_run_of_tokens(data: st.DataObject, k: int) -> None:
    tokens = data.draw(st.lists(st.integers(0, 2**32 - 1), max_size=60))
    distances = [data.draw(st.integers(-1, place)) if token >> 31 else -1 for place, token in enumerate(tokens)]
    sequence = np.array(tokens, np.uint32)
    found = _kgrams(sequence, np.array(distances, np.int64), k).tolist()
    assert found == [by_definition(sequence, distances, first, k) for first in range(len(tokens) - k + 1)]


def by_definition(sequence: U32, distances: list[int], first: int, k: int) -> int:
    """A sum of tokens, each times a power for its place; a name that last occurs further back has no distance."""
    total = 0
    for offset in range(k):
        token = int(sequence[first + offset])
        if distances[first + offset] > offset:
            token &= ~(2**29 - 1)
        total += int(mix(np.array([token], np.uint64))[0]) * pow(_FACTOR, offset + 1, 1 << 64)
    return int(mix(np.array([total & (1 << 64) - 1], np.uint64))[0])
