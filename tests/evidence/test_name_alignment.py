"""Names aligned under renaming: what is paired, what is left, and what it costs."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.evidence.layout_fit import Fit, fit_layouts
from modelkin.evidence.name_alignment import MOST_WORK, Aligner
from modelkin.evidence.name_trie import Forest, natural

from ..support.weights import gpt2, layout, llama


def fit(copy: Sequence[str], original: Sequence[str]) -> Fit:
    found = fit_layouts(layout(copy), layout(original))
    assert one_to_one(found)
    return found


def one_to_one(found: Fit) -> bool:
    return len({one for one, _ in found.pairs}) == len(found.pairs) == len({other for _, other in found.pairs})


def renames(found: Fit) -> dict[str, tuple[str, int]]:
    return {each.original: (each.copy, each.count) for each in found.renames}


def renamed(names: Sequence[str], change: Callable[[str], str]) -> dict[str, str]:
    """Each name after the components of all are changed."""
    return {name: ".".join(map(change, name.split("."))) for name in names}


def test_yis_two_tensors_are_found() -> None:
    found = fit(llama(60, ("ln1", "ln2")), llama(60))
    assert (len(found.pairs), found.equal, found.share) == (543, 423, 1.0)
    assert renames(found) == {"input_layernorm": ("ln1", 60), "post_attention_layernorm": ("ln2", 60)}


def test_a_renamed_part_is_found_by_its_structure() -> None:
    vision = [f"vpm.layers.{layer}.{each}.{end}" for layer in range(9) for each in ("fc1", "fc2") for end in ("w", "b")]
    copy = [name.replace("vpm", "vison") for name in vision] + llama(3)
    found = fit(copy, vision + llama(3))
    assert renames(found) == {"vpm": ("vison", 36)}
    assert found.twins == 0


def test_two_parts_that_change_names_are_aligned_by_what_is_in_them() -> None:
    original = [f"llm.{name}" for name in llama(4)] + [f"vpm.{name}" for name in gpt2(4)]
    swapped = renamed(original, lambda part: {"llm": "vpm", "vpm": "llm"}.get(part, part))
    found = fit(list(swapped.values()), original)
    assert dict(found.pairs) == {copy: name for name, copy in swapped.items()}


def test_models_of_two_families_share_next_to_nothing() -> None:
    assert fit(gpt2(12), llama(12)).share < 0.02


def test_a_model_with_biases_shares_what_it_has_in_common() -> None:
    found = fit(llama(32, biases=True), llama(32))
    assert len(found.pairs) == 291
    assert round(found.share, 2) == 0.75


def test_a_model_with_more_layers_shares_the_layers_of_the_same_numbers() -> None:
    found = fit(llama(60), llama(80))
    assert len(found.pairs) == 543
    assert all(copy == original for copy, original in found.pairs)


def test_numbers_are_paired_with_the_same_number_only() -> None:
    assert fit([f"layers.{n}.w" for n in range(5)], [f"layers.{n}.w" for n in range(5, 10)]).pairs == ()


def test_shapes_tell_twins_apart() -> None:
    shapes = {"a.q.weight": (64, 64), "a.k.weight": (8, 64), "a.v.weight": (16, 64)}
    copy = {"a.x.weight": (16, 64), "a.y.weight": (64, 64), "a.z.weight": (8, 64)}
    found = fit_layouts(layout(list(copy), copy), layout(list(shapes), shapes))
    assert dict(found.pairs) == {"a.x.weight": "a.v.weight", "a.y.weight": "a.q.weight", "a.z.weight": "a.k.weight"}
    assert (found.twins, found.shapes) == (0, True)


def test_a_name_of_another_shape_is_no_partner() -> None:
    ours, theirs = {"a.w": (2, 3), "b.w": (4,)}, {"a.w": (3, 2), "b.w": (4,)}
    found = fit_layouts(layout(list(ours), ours), layout(list(theirs), theirs))
    assert found.pairs == (("b.w", "b.w"),)
    assert len(fit_layouts(layout(list(ours), ours), layout(list(theirs), theirs), with_shapes=False).pairs) == 2


def test_a_shape_that_is_not_known_stops_nothing() -> None:
    ours, theirs = {"a.w": (2, 3)}, {"a.w": (2, 3), "b.w": (4,)}
    assert len(fit_layouts(layout(["a.w", "b.w"], ours), layout(list(theirs), theirs)).pairs) == 2


def test_names_with_slashes_are_taken_apart_as_those_with_dots() -> None:
    found = fit([name.replace(".", "/") for name in llama(4)], llama(4))
    assert (found.share, found.renames) == (1.0, ())
    assert found.equal == 0


def test_a_name_that_is_the_start_of_another_has_its_own_partner() -> None:
    assert fit(["a.x", "a.x.y", "b"], ["a.z", "a.z.y", "b"]).share == 1.0


def test_twins_stand_in_natural_order() -> None:
    original = [f"blocks_{number}.weight" for number in range(12)]
    found = fit([f"layer{number:02}.weight" for number in range(12)], original)
    assert dict(found.pairs) == {f"layer{number:02}.weight": f"blocks_{number}.weight" for number in range(12)}
    assert found.twins == 12
    assert natural("fc2") < natural("fc10")


def test_where_else_a_name_stands_tells_it_from_its_twins() -> None:
    """``o`` stands in one block alone, q and k in both: renamed all, it is still told apart."""
    original = ["x.q.w", "x.k.w", "x.o.w", "y.q.w", "y.k.w", "y.end.b"]
    change = {"q": "zz", "k": "mm", "o": "aa"}
    copy = renamed(original, lambda part: change.get(part, part))
    assert dict(fit(list(copy.values()), original).pairs)[copy["x.o.w"]] == "x.o.w"


def test_a_part_that_is_laid_out_as_another_model_is_named() -> None:
    whole = [f"llm.{name}" for name in llama(32)] + [f"vpm.blocks.{n}.{x}" for n in range(99) for x in "abcd"]
    found = fit(whole, llama(32))
    assert (found.copy_part, found.original_part, found.share) == ("llm", "", 1.0)
    assert ("llm.lm_head.weight", "lm_head.weight") in found.pairs
    found = fit(llama(32), whole)
    assert (found.copy_part, found.original_part, len(found.pairs)) == ("", "llm", 291)


def test_a_part_of_which_less_than_nine_tenths_fits_is_not() -> None:
    whole = [f"llm.{name}" for name in llama(40)] + [f"vpm.blocks.{n}.{x}" for n in range(99) for x in "abcd"]
    assert fit(whole, llama(32)).copy_part == ""


NAMES = st.lists(
    st.lists(st.sampled_from(["a", "b", "c", "weight", "0", "1"]), min_size=1, max_size=4).map(".".join),
    min_size=1,
    max_size=25,
    unique=True,
)


@given(NAMES, NAMES)
def test_pairs_are_one_to_one_of_names_that_are_there_and_counted_once(ours: list[str], theirs: list[str]) -> None:
    forest = Forest()
    aligner = Aligner(forest.plant(ours, {}), forest.plant(theirs, {}))
    found = aligner.aligned(aligner.copy.root, aligner.original.root)
    assert len(found.pairs) == aligner.fitting(aligner.copy.root, aligner.original.root)
    assert len({one for one, _ in found.pairs}) == len(found.pairs) == len({other for _, other in found.pairs})
    assert {one for one, _ in found.pairs} <= set(ours)
    assert {other for _, other in found.pairs} <= set(theirs)


@given(NAMES)
def test_a_layout_is_itself(names: list[str]) -> None:
    assert fit(names, names).equal == len(names)


@given(NAMES, st.randoms(use_true_random=False))
def test_a_layout_whose_components_are_all_renamed_fits_whole(names: list[str], chance: random.Random) -> None:
    words = ["u", "v", "x", "y"]
    chance.shuffle(words)
    change = dict(zip(["a", "b", "c", "weight"], words, strict=True))
    copy = renamed(names, lambda part: change.get(part, part))
    assert fit(list(copy.values()), names).share == 1.0


def test_2000_unmatched_siblings_are_aligned_in_time() -> None:
    chance = random.Random(5)

    def siblings(start: str) -> list[str]:
        return [
            f"m.{start}{n}.{chance.choice('abcdef')}{m}.w" for n in range(2_000) for m in range(chance.randint(1, 6))
        ]

    ours, theirs = layout(siblings("x")), layout(siblings("y"))
    began = time.process_time()
    found = fit_layouts(ours, theirs)
    assert time.process_time() - began < 5.0  # .2 s on a quiet machine; each with each takes a minute
    assert found.share > 0.9


def test_the_work_on_names_that_nothing_pairs_is_bounded() -> None:
    """2,000 subtrees on each side, none of the structure of another, most of which fit in most."""
    chance = random.Random(6)

    def odd(start: str) -> list[str]:
        return [
            f"{start}{n}.{part}.{end}"
            for n in range(2_000)
            for part in "abcdefgh"
            for end in chance.sample("opqrstuvwxyz", chance.randint(1, 3))
        ]

    forest = Forest()
    aligner = Aligner(forest.plant(odd("x"), {}), forest.plant(odd("y"), {}))
    began = time.process_time()
    aligner.fitting(aligner.copy.root, aligner.original.root)
    assert time.process_time() - began < 40
    assert aligner.work < 4 * MOST_WORK


def test_a_mixture_of_200000_names_is_aligned_in_seconds() -> None:
    names = [
        f"model.layers.{n}.mlp.experts.{e}.{w}.weight" for n in range(128) for e in range(520) for w in ("a", "b", "c")
    ]
    ours = layout([re.sub("mlp", "moe", name) for name in names])
    began = time.process_time()
    found = fit_layouts(ours, layout(names))
    assert time.process_time() - began < 80
    assert renames(found) == {"mlp": ("moe", len(names))}


@pytest.mark.parametrize("depth", [64])
def test_the_longest_way_that_is_read_is_walked(depth: int) -> None:
    ours = [".".join(["a"] * (depth - 1) + [end]) for end in "xy"]
    theirs = [".".join(["b"] * (depth - 1) + [end]) for end in "xy"]
    assert fit(ours, theirs).share == 1.0


def test_a_component_is_called_the_same_everywhere_where_that_fits() -> None:
    """In a layer that lacks a name, order alone would pair its twins otherwise than in all other layers."""
    original = [f"layers.{n}.{part}.weight" for n in range(9) for part in ("ka", "kb", "kc")]
    truth = renamed(original, lambda part: {"ka": "xa", "kb": "xb", "kc": "xc"}.get(part, part))
    del truth["layers.4.ka.weight"]
    found = fit(list(truth.values()), original)
    assert dict(found.pairs) == {copy: name for name, copy in truth.items()}
    assert renames(found) == {"ka": ("xa", 8), "kb": ("xb", 9), "kc": ("xc", 9)}
    assert found.twins == len(truth)
