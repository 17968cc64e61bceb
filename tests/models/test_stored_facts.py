"""Facts of models as bytes: the same back, always the same bytes, and what nobody wrote is refused in one line."""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from modelkin.models.layout_facts import TensorLayout
from modelkin.models.layout_templates import pack_layout
from modelkin.models.model import ModelFacts, TokenizerFacts, Tokens
from modelkin.models.stored_facts import MOST_BYTES, decode, encode, kept_facts
from modelkin.models.strict_json import BrokenFactsError

from ..support.small_corpora import LANTERN

PLAIN: dict[str, Any] = msgspec.msgpack.decode(msgspec.msgpack.encode(LANTERN))


def test_what_is_kept_comes_back() -> None:
    assert decode(encode(LANTERN))[0] == LANTERN
    assert encode(LANTERN) == encode(replace(LANTERN))


def test_fields_of_a_later_modelkin_are_passed_over() -> None:
    assert decode(zlib.compress(msgspec.msgpack.encode({**PLAIN, "colour": "red"})))[0] == LANTERN


def layout(*tensors: list[Any]) -> list[dict[str, Any]]:
    return [{"path": "model.safetensors", "tensors": list(tensors)}]


HOSTILE = {
    "not compressed": b"\x81\xa4name\xa1x",
    "cut off": encode(LANTERN)[:-4],
    "more behind it": encode(LANTERN) + b"more",
    "a bomb": zlib.compress(bytes(64 * MOST_BYTES)),
    "no map": zlib.compress(msgspec.msgpack.encode([1])),
    "deep": zlib.compress(b"\x91" * 100_000),
    "no name": {**PLAIN, "name": ""},
    "a long name": {**PLAIN, "name": "x" * 301},
    "a name of another type": {**PLAIN, "name": 7},
    "no date": {**PLAIN, "date": "soon"},
    "ids without hashes": {**PLAIN, "tokenizer": {"paths": [], "added": {"ids": [1, 2], "hashes": b"x"}}},
    "ids out of order": {**PLAIN, "tokenizer": {"paths": [], "added": {"ids": [2, 1], "hashes": bytes(12)}}},
    "names of no ids": {**PLAIN, "tokenizer": {"paths": [], "added": {"named": [1]}}},
    "too many names": {**PLAIN, "layouts": layout([["a.\0.\0", [[0, 100_000], [0, 100_000]]], None, ""])},
    "templates without ranges": {**PLAIN, "layouts": layout([["a.\0", []], None, ""])},
    "endless ranges": {**PLAIN, "layouts": layout([["a.\0", [[0, 2**62]]], None, ""])},
    "ranges below 0": {**PLAIN, "layouts": layout([["a.\0", [[-4, 2]]], None, ""])},
    "shapes of text": {**PLAIN, "layouts": layout([["a", []], ["b"], ""])},
}


@pytest.mark.parametrize("stored", HOSTILE.values(), ids=HOSTILE)
def test_what_nobody_wrote_is_refused_in_one_line(stored: Any) -> None:
    content = stored if isinstance(stored, bytes) else zlib.compress(msgspec.msgpack.encode(stored))
    with pytest.raises(BrokenFactsError) as refused:
        decode(content)
    assert "\n" not in str(refused.value)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 400), st.booleans())
def test_damage_is_an_error_or_harmless(noise: bytes, place: int, is_inside: bool) -> None:
    plain = msgspec.msgpack.encode(LANTERN)
    damaged = zlib.compress(plain[:place] + noise + plain[place + len(noise) :]) if is_inside else noise
    with suppress(BrokenFactsError):
        decode(damaged)


def test_of_facts_that_are_too_many_the_layouts_go_first() -> None:
    names = tuple(sorted(f"{number:07}x{'y' * 40}" for number in range(60_000)))
    large = replace(LANTERN, layouts=(pack_layout(TensorLayout("model.safetensors", names)),))
    kept, left = kept_facts(large)
    assert kept == replace(LANTERN, layouts=())
    assert [each.path for each in left] == ["layout of tensors"]
    assert kept_facts(LANTERN) == (LANTERN, [])


@pytest.mark.parametrize(
    "facts",
    [
        ModelFacts(""),
        ModelFacts("\ud800"),
        ModelFacts("x", date="2024"),
        ModelFacts("x", tokenizer=TokenizerFacts((), Tokens((1,)))),
        ModelFacts("x" * 301),
    ],
)
def test_facts_that_could_not_be_read_back_are_not_kept(facts: ModelFacts) -> None:
    with pytest.raises(BrokenFactsError):
        encode(facts)
    assert kept_facts(facts)[0] is None
