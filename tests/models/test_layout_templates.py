"""Names packed and unpacked: the same names, in a few lines."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.models.layout_facts import TensorLayout
from modelkin.models.layout_templates import (
    NameTemplate,
    PackedLayout,
    TensorTemplate,
    pack,
    pack_layout,
    unpack,
    unpack_layout,
)
from modelkin.models.strict_json import BrokenFactsError

from ..support.weights import gpt2, llama, of_incident

PARTS = st.sampled_from(["a", "b", "0", "1", "2", "3", "07", "x1", "12345678901", "٣"])
NAMES = st.sets(st.lists(PARTS, min_size=1, max_size=4).map(".".join), max_size=40)


@given(NAMES)
def test_what_is_packed_is_unpacked_to_the_same_names(names: set[str]) -> None:
    assert unpack(pack(names)) == tuple(sorted(names))


@pytest.mark.parametrize("names", [llama(32), llama(28, biases=True), gpt2(12)])
def test_layers_are_one_line(names: list[str]) -> None:
    packed = pack(names)
    assert len(packed) < 20
    assert unpack(packed) == tuple(sorted(names))


def test_experts_of_all_layers_are_one_line() -> None:
    names = [f"layers.{layer}.experts.{expert}.w1" for layer in range(9) for expert in range(64)]
    assert pack(names) == (NameTemplate("layers.\0.experts.\0.w1", ((0, 9), (0, 64))),)


def test_the_incidents_layout_takes_two_kilobytes() -> None:
    names = of_incident("minicpm-llama3-v-2.5").names
    packed = pack(names)
    assert unpack(packed) == names
    assert len(msgspec.msgpack.encode(packed)) < 2_500


@pytest.mark.parametrize(
    "template",
    [
        NameTemplate("a.\0", ()),
        NameTemplate("a", ((0, 3),)),
        NameTemplate("a.\0.\0", ((0, 10**9), (0, 10**9))),
        NameTemplate("a.\0.\0", ((0, -3), (0, -(10**9)))),
    ],
)
def test_templates_that_stand_for_no_names_or_for_too_many_are_refused(template: NameTemplate) -> None:
    with pytest.raises(BrokenFactsError, match="stand for no names, or for too many"):
        unpack([template])


def test_a_name_with_a_nul_is_refused() -> None:
    with pytest.raises(BrokenFactsError, match="holds NUL"):
        pack(["a\0b"])


SHAPES = st.none() | st.lists(st.integers(0, 3), max_size=2).map(tuple)


@st.composite
def layouts(draw: st.DrawFn) -> TensorLayout:
    names = tuple(sorted(draw(NAMES.filter(bool))))
    shapes = draw(st.none() | st.tuples(*(SHAPES for _ in names)))
    dtypes = draw(st.none() | st.tuples(*(st.sampled_from(["", "BF16", "Q4_K"]) for _ in names)))
    sizes = st.none() | st.integers(0, 2**40)
    files = tuple(draw(st.lists(st.sampled_from(["a.safetensors", "b.safetensors"]), max_size=2)))
    return TensorLayout(
        "model", names, shapes, dtypes, draw(sizes), draw(sizes), files, draw(st.just({}) | st.just({"a": "b"}))
    )


@given(layouts())
def test_a_layout_that_is_packed_is_unpacked_to_the_same(layout: TensorLayout) -> None:
    packed = pack_layout(layout)
    assert packed.count == len(layout.names)
    assert unpack_layout(packed) == layout
    assert unpack_layout(msgspec.msgpack.decode(msgspec.msgpack.encode(packed), type=PackedLayout)) == layout


def test_the_incidents_layout_is_the_same_once_unpacked() -> None:
    for name in ("minicpm-llama3-v-2.5", "minicpm-v-2"):
        layout = of_incident(name)
        assert unpack_layout(pack_layout(layout)) == layout


@pytest.mark.parametrize(
    "tensors", [(), (TensorTemplate(NameTemplate("a")),) * 2, (TensorTemplate(NameTemplate("a" * 2000)),)]
)
def test_templates_that_are_no_layout_are_refused(tensors: tuple[TensorTemplate, ...]) -> None:
    with pytest.raises(BrokenFactsError):
        unpack_layout(PackedLayout("model", tensors))
