"""Tokenizers of two models: tokens at their ids, vocabulary and merges, settings, classes left over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelkin.evidence.shared_tokens import compare_tokenizers
from modelkin.models.model import ModelFacts
from modelkin.models.token_files import is_spare
from modelkin.results import Observation, Relation, Strength

from ..support.facts import INCIDENTS, facts_in, model, needs_incidents

LLAMA = INCIDENTS.parent / "evidence" / "configs" / "Llama3__tokenizer_config.json"
BASE = {100: "<|lantern_begin|>", 101: "<|lantern_end|>", 102: "<|lantern_turn|>"}
SPARES = {number: f"<|reserved_special_token_{number}|>" for number in range(103, 150)}
PRIVATE = {103: "<glow>", 104: "</glow>", 105: "<wick>", 106: "</wick>"}


def tokenizer(folder: Path, name: str, added: dict[int, str], **settings: Any) -> ModelFacts:
    """A model with a tokenizer of these added tokens."""
    decoder = {str(number): {"content": token} for number, token in added.items()}
    return model(folder, name, {"tokenizer_config.json": {"added_tokens_decoder": decoder, **settings}})


def added(copy: ModelFacts, original: ModelFacts, *parents: ModelFacts) -> Observation:
    return next(each for each in compare_tokenizers(copy, original, parents) if "private" in each.figures)


def test_private_tokens_at_the_same_ids_are_strong(tmp_path: Path) -> None:
    base = tokenizer(tmp_path, "base", BASE | SPARES)
    ours = tokenizer(tmp_path, "ours", BASE | SPARES | PRIVATE, padding_side="left")
    theirs = tokenizer(tmp_path, "theirs", BASE | SPARES | PRIVATE)
    found = added(ours, theirs, base)
    assert (found.relation, found.strength) == (Relation.IDENTICAL, Strength.STRONG)
    assert (found.figures["same"], found.figures["named_same"], found.figures["private"]) == (50, 7, 4)
    # What the base has, too, is a common base.
    both = added(tokenizer(tmp_path, "other", BASE | SPARES), base, base)
    assert (both.strength, both.figures["private"]) == (Strength.NONE, 0)
    assert both.explained_by == ("models built on the same base share its vocabulary",)


def test_tokens_that_a_whole_family_has_at_their_ids_are_not_private(tmp_path: Path) -> None:
    qwen = {151643: "<|endoftext|>", 151644: "<|im_start|>", 151645: "<|im_end|>"}
    ours = tokenizer(tmp_path, "ours", qwen | {151646: "<glow>", 151647: "</glow>"})
    found = added(ours, tokenizer(tmp_path, "theirs", qwen))
    assert (found.figures["named_same"], found.figures["private"], found.strength) == (3, 0, Strength.NONE)
    assert added(ours, ours).figures["private"] == 2


def test_the_same_strings_at_other_ids_speak_against_it(tmp_path: Path) -> None:
    ours = tokenizer(tmp_path, "ours", PRIVATE)
    moved = tokenizer(tmp_path, "moved", {number + 1: token for number, token in PRIVATE.items()})
    found = added(ours, moved)
    assert (found.relation, found.strength) == (Relation.UNALIKE, Strength.COUNTER)
    assert (found.figures["same"], found.figures["at_other_ids"]) == (0, 4)
    assert found.explained_by == ()


def test_spares_at_the_same_ids_are_no_evidence(tmp_path: Path) -> None:
    one, other = (tokenizer(tmp_path, name, SPARES) for name in ("one", "other"))
    found = added(one, other)
    assert (found.figures["same"], found.figures["named_same"]) == (47, 0)
    assert found.strength is Strength.NONE


SPARE = ["<|reserved_special_token_0|>", "<0x0A>", "<extra_id_0>", "[unused12]", "<unused_7>", "<|extra_3|>"]
SPARE += ["<|dummy_12|>", "<blank27>", "<|placeholder1|>", "<SPECIAL_12>", "<loc0012>", "<reserved_7>", "[control_768]"]
NAMED = [
    "<unk>",
    "<s>",
    "<image>",
    "<|im_start|>",
    "<|endoftext|>",
    "[CLS]",
    "reserved",
    "<|reserved|>",
    "<h1>",
    "0x0A",
]


def test_a_numbered_row_of_tokens_is_spare_and_no_other() -> None:
    assert not [token for token in SPARE if not is_spare(token)]
    assert not [token for token in NAMED if is_spare(token)]


def test_settings_equal_as_json_are_exact_unless_a_parent_has_them(tmp_path: Path) -> None:
    settings = {"padding_side": "left", "model_max_length": 2048}
    ours = tokenizer(tmp_path, "ours", BASE | PRIVATE, **settings)
    theirs = tokenizer(tmp_path, "theirs", dict(reversed((BASE | PRIVATE).items())), **dict(reversed(settings.items())))
    assert (tmp_path / "ours/tokenizer_config.json").read_bytes() != (
        tmp_path / "theirs/tokenizer_config.json"
    ).read_bytes()

    def same(*parents: ModelFacts) -> Observation:
        return next(each for each in compare_tokenizers(ours, theirs, parents) if "as JSON" in each.says)

    assert (same().relation, same().strength) == (Relation.IDENTICAL, Strength.EXACT)
    assert same(theirs).strength is Strength.NONE
    assert same(theirs).explained_by == ("both are built on theirs, which has it, too",)
    small = model(tmp_path, "small", {"tokenizer_config.json": {"model_max_length": 1024}})
    (found,) = compare_tokenizers(small, small)
    assert found.strength is Strength.SUPPORTING


def vocabulary(folder: Path, name: str, tokens: list[str], merges: list[str]) -> ModelFacts:
    numbers = {token: number for number, token in enumerate(tokens)}
    return model(folder, name, {"tokenizer.json": {"model": {"type": "BPE", "vocab": numbers, "merges": merges}}})


TOKENS = [f"w{number}" for number in range(5_000)]
MERGES = [f"a{number} b{number}" for number in range(2_000)]


def test_a_vocabulary_is_held_by_ids_and_merges(tmp_path: Path) -> None:
    ours = vocabulary(tmp_path, "ours", TOKENS, MERGES)

    def against(tokens: list[str], merges: list[str]) -> Observation:
        (found,) = compare_tokenizers(ours, vocabulary(tmp_path, f"v{len(tokens)}{tokens[0]}", tokens, merges))
        return found

    same = against(TOKENS, MERGES)
    assert (same.relation, same.strength) == (Relation.IDENTICAL, Strength.SUPPORTING)
    assert same.figures["first_merges_equal"] == 2_000
    longer = against([*TOKENS, *(f"new{number}" for number in range(300))], [*MERGES[:1_500], *MERGES[1_600:]])
    assert (longer.relation, longer.strength) == (Relation.CONTAINED, Strength.NONE)
    assert longer.figures["same_ids"] == pytest.approx(5_000 / 5_300, abs=0.06)
    assert longer.figures["first_merges_equal"] == 1_000
    # The same strings at other ids, as two vocabularies from the same texts have them.
    shifted = against([*TOKENS[1:], TOKENS[0]], list(reversed(MERGES)))
    assert (shifted.relation, shifted.strength) == (Relation.UNALIKE, Strength.COUNTER)
    assert (shifted.figures["same_ids"], shifted.figures["first_merges_equal"]) == (0, 0)


def test_a_common_base_explains_an_equal_vocabulary(tmp_path: Path) -> None:
    ours, theirs = (vocabulary(tmp_path, name, TOKENS, MERGES) for name in ("ours", "theirs"))
    (found,) = compare_tokenizers(ours, theirs, [theirs])
    assert (found.relation, found.strength) == (Relation.IDENTICAL, Strength.NONE)


def test_a_class_that_auto_map_names_and_the_copy_lacks_is_left_over(tmp_path: Path) -> None:
    mapped = {"auto_map": {"AutoTokenizer": ["modeling_lantern.Fast", None]}, "padding_side": "left"}
    ours = model(tmp_path, "ours", {"tokenizer_config.json": mapped})
    theirs = model(tmp_path, "theirs", {"tokenizer_config.json": mapped | {"truncation_side": "right"}})
    found = [
        [each.says for each in compare_tokenizers(ours, theirs, modules=modules) if "auto_map" in each.says]
        for modules in (frozenset({"modeling_lamp"}), frozenset({"modeling_lantern"}), None)
    ]
    says = "auto_map names modeling_lantern.Fast, as the original's does, and the repository has no such module"
    assert found == [[says], [], []]


def test_without_a_tokenizer_nothing_is_said(tmp_path: Path) -> None:
    assert compare_tokenizers(tokenizer(tmp_path, "ours", BASE), ModelFacts("theirs")) == ()


@needs_incidents
class TestIncidents:
    """The published tokenizers of the second incident."""

    def test_it_has_all_tokens_of_its_upstream(self) -> None:
        ours, theirs = (facts_in(INCIDENTS / name).facts for name in ("llama3v", "minicpm-llama3-v-2.5"))
        found = compare_tokenizers(ours, theirs, modules=frozenset({"modeling_llama3v", "config"}))
        tokens, settings, classes = found
        assert (tokens.figures["same"], tokens.figures["named_same"], tokens.figures["named_of_copy"]) == (256, 18, 18)
        assert tokens.strength is Strength.STRONG
        assert (settings.relation, settings.strength) == (Relation.IDENTICAL, Strength.EXACT)
        assert "modeling_minicpmv.PreTrainedTokenizerFastWrapper" in classes.says

    @pytest.mark.skipif(not LLAMA.is_file(), reason=f"the published tokenizer is not at {LLAMA}")
    def test_thirteen_of_them_are_not_those_of_the_llama_that_both_are_built_on(self, tmp_path: Path) -> None:
        ours, theirs = (facts_in(INCIDENTS / name).facts for name in ("llama3v", "minicpm-llama3-v-2.5"))
        llama = model(tmp_path, "llama", {"tokenizer_config.json": LLAMA.read_bytes()})
        tokens = compare_tokenizers(ours, theirs, [llama])[0]
        assert (tokens.figures["private"], tokens.strength) == (13, Strength.STRONG)
        base = compare_tokenizers(ours, llama, [llama])[0]
        assert (base.figures["private"], base.figures["named_same"], base.strength) == (0, 5, Strength.NONE)

    def test_it_has_none_of_the_earlier_sibling(self) -> None:
        ours, theirs = (facts_in(INCIDENTS / name).facts for name in ("llama3v", "minicpm-v-2"))
        (found,) = compare_tokenizers(ours, theirs)
        assert (found.figures["same"], found.figures["named_same"]) == (0, 0)
        assert found.strength is Strength.COUNTER
