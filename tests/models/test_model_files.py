"""The files of a model, read into facts: what is taken from each, and what hostile ones cost."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from modelkin.models.model import ModelFacts
from modelkin.models.model_files import facts_of
from modelkin.sources import open_source

from ..support.facts import INCIDENTS, facts_in, model, needs_incidents, read_model
from ..support.processor_time import processor_seconds

TOKENS = {"0": {"content": "<pad>"}, "7": {"content": "<lamp>"}, "8": {"content": "<|reserved_special_token_8|>"}}
# The most that a corpus keeps of one model.
MOST_BYTES = 8 * 1024


def test_values_stand_by_key_path_without_what_says_how_the_file_was_written(tmp_path: Path) -> None:
    written = {
        "hidden_size": 4096.0,
        "eps": 1e-5,
        "tied": False,
        "scaling": None,
        "sizes": [1, 2.0],
        "vision": {"depth": 12, "model_type": "eye"},
        "transformers_version": "4.40.0",
        "_name_or_path": "lantern/lamp",
        "architectures": ["Lamp"],
        "top_k": 50,
    }
    facts = model(tmp_path, "lamp", {"config.json": written, "generation_config.json": {"top_k": 50, "dtype": "x"}})
    built, generation = facts.configurations
    assert built.values == {
        "hidden_size": "4096",
        "eps": "1e-05",
        "tied": "false",
        "scaling": "null",
        "sizes": "[1,2]",
        "vision.depth": "12",
    }
    assert generation.values == {"top_k": "50"}


def test_long_values_and_tokens_stand_as_hashes_alone(tmp_path: Path) -> None:
    template = "{% for message in messages %}secret{% endfor %}"
    files = {
        "config.json": {"note": "secret " * 20, "hidden_act": "silu"},
        "tokenizer_config.json": {"chat_template": template, "bos_token": "<secret>", "added_tokens_decoder": TOKENS},
    }
    facts = model(tmp_path, "lamp", files)
    stored = msgspec.json.encode(facts)
    assert b"secret" not in stored
    assert b"lamp>" not in stored
    assert facts.configurations[0].values["note"].startswith("#")
    assert facts.configurations[0].values["hidden_act"] == '"silu"'


def test_the_tokens_of_all_files_stand_at_their_ids_and_spares_apart(tmp_path: Path) -> None:
    files = {
        "tokenizer_config.json": {"added_tokens_decoder": TOKENS, "model_max_length": 2048},
        "added_tokens.json": {"<shade>": 9},
        "special_tokens_map.json": {"eos_token": {"content": "<end>"}, "additional_special_tokens": ["<lamp>"]},
        "tokenizer.json": {
            "added_tokens": [{"id": 10, "content": "<wick>"}],
            "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]},
        },
    }
    found = model(tmp_path, "lamp", files).tokenizer
    assert found is not None
    assert (found.added.ids, found.added.named) == ((0, 7, 8, 9, 10), (0, 7, 9, 10))
    assert sorted(found.roles) == ["eos_token", "special 0"]
    assert found.vocabulary is not None
    assert (found.vocabulary.size, found.vocabulary.merges) == (3, 1)
    assert found.settings is not None
    assert found.settings.values == {"model_max_length": "2048"}


def test_merges_are_read_beside_a_vocabulary_and_pieces_from_a_list(tmp_path: Path) -> None:
    beside: dict[str, Any] = {"vocab.json": {"a": 0, "b": 1, "ab": 2}, "merges.txt": b"#version: 0.2\na b\n"}
    whole: dict[str, Any] = {"tokenizer.json": {"model": {"vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}}}
    listed: dict[str, Any] = {
        "tokenizer.json": {"model": {"type": "Unigram", "vocab": [["a", 0.0], ["b", -1.5], ["ab", -2]]}}
    }
    found = [model(tmp_path, str(number), each).tokenizer for number, each in enumerate((beside, whole, listed))]
    read = [each.vocabulary for each in found if each and each.vocabulary]
    assert read[0] == read[1]
    assert len({each.digest for each in read}) == 1
    assert [each.merges for each in read] == [1, 1, 0]


def test_of_several_models_it_is_the_one_nearest_to_the_root(tmp_path: Path) -> None:
    files = {"a/b/config.json": {"depth": 3}, "z/config.json": {"depth": 2}, "a/other.json": {}}
    assert model(tmp_path, "lamps", files).configurations[0].path == "z/config.json"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such name")
def test_a_path_that_is_not_utf_8_is_skipped_and_facts_can_be_stored(tmp_path: Path) -> None:
    facts = read_model(tmp_path, "lamp", {"z/config.json": {"depth": 2}})
    (tmp_path / "lamp" / os.fsdecode(b"a\xff")).mkdir()
    (tmp_path / "lamp" / os.fsdecode(b"a\xff") / "config.json").write_text("{}")
    (tmp_path / "lamp" / "z" / os.fsdecode(b"\xff.json")).write_text("{}")
    read = facts_in(tmp_path / "lamp")
    assert [each.reason for each in read.skipped] == ["its path is not UTF-8: not read as a part of a model"]
    assert msgspec.json.encode(read.facts) == msgspec.json.encode(facts.facts)


def test_a_folder_without_a_model_has_no_facts(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    with open_source(str(tmp_path)) as checkout:
        assert facts_of(checkout) is None


# Hostile files: what stands in them, and what is said of them.
DEEP = b'{"a":' * 200 + b"1" + b"}" * 200
HOSTILE: list[tuple[str, bytes, str]] = [
    ("config.json", b"", "not valid JSON: Expecting value"),
    ("config.json", b"\xff\xfe{\x00}\x00", "not valid JSON: not UTF-8 at byte 0"),
    ("config.json", b'{"a": "\xe9"}', "not valid JSON: not UTF-8 at byte 7"),
    ("config.json", b"[1, 2]", "not a JSON object"),
    ("config.json", b'"text"', "not a JSON object"),
    ("config.json", b"null", "not a JSON object"),
    ("config.json", DEEP, "not valid JSON: nested too deeply"),
    ("config.json", b'{"a":' * 1_000_000, "not valid JSON: nested too deeply"),
    ("config.json", b'{"hidden_size": 1, "hidden_size": 2}', 'the key "hidden_size" stands twice in one object'),
    ("config.json", b'{"eps": NaN}', "NaN is no value of JSON"),
    ("config.json", b'{"eps": Infinity}', "Infinity is no value of JSON"),
    ("config.json", b'{"eps": 1e400}', "the number 1e400 is too large or too long"),
    ("config.json", b'{"size": ' + b"1" * 5_000_000 + b"}", "a number of 5,000,000 digits"),
    ("config.json", json.dumps({f"k{n}": n for n in range(4_001)}).encode(), "more than 4,000 values: not read"),
    ("config.json", json.dumps({"k" * 201: 1}).encode(), "a key path of more than 200 characters: not read"),
    ("config.json", json.dumps({"k" * 150: {"l" * 150: 1}}).encode(), "a key path of more than 200 characters"),
    ("config.json", b" " * (9 * 1024**2), "9.0 MB is over the limit of 8 MB for such a file"),
    ("config.json", b'{"l": [' + b"1," * 400_001 + b"1]}", "more than 400,000 values: not read"),
    ("tokenizer.json", b'{"l": [' + b"1," * 4_000_001 + b"1]}", "more than 4,000,000 values: not read"),
    (
        "config.json",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12\n",
        "a pointer of Git LFS, not the file itself",
    ),
    ("tokenizer_config.json", b'{"added_tokens_decoder": [1]}', "added_tokens_decoder is no object: not read"),
    ("tokenizer_config.json", b'{"added_tokens_decoder": {"x": {"content": "a"}}}', "a token has an id that is no"),
    ("tokenizer_config.json", b'{"added_tokens_decoder": {"-1": {"content": "a"}}}', "a token has an id that is no"),
    ("tokenizer_config.json", b'{"added_tokens_decoder": {"1": {"content": 5}}}', "a token that is no text"),
    ("tokenizer_config.json", b'{"added_tokens_decoder": {"1": null}}', "a token that is no text"),
    (
        "tokenizer_config.json",
        json.dumps({"added_tokens_decoder": {"1": {"content": "a" * 2_001}}}).encode(),
        "a token that is no text of at most 2,000 characters: not read",
    ),
    (
        "tokenizer_config.json",
        json.dumps({"added_tokens_decoder": {str(n): {"content": "a"} for n in range(20_001)}}).encode(),
        "more than 20,000 added tokens: not read",
    ),
    ("added_tokens.json", b'{"<a>": true}', "a token has an id that is no number"),
    ("added_tokens.json", b'{"<a>": 1e5}', "a token has an id that is no number"),
    ("added_tokens.json", b'{"<a>": 99999999999999999999}', "a token has an id that is no number"),
    ("tokenizer.json", b'{"added_tokens": {"a": 1}}', "added_tokens is no list: not read"),
    ("tokenizer.json", b'{"added_tokens": [5]}', "an added token is no object: not read"),
    ("tokenizer.json", b'{"model": []}', "model is no object: not read"),
    ("tokenizer.json", b'{"model": {"vocab": 5}}', "the vocabulary is no object: not read"),
    ("tokenizer.json", b'{"model": {"vocab": {"a": "b"}}}', "a token has an id that is no number"),
    ("tokenizer.json", b'{"model": {"vocab": [[]]}}', "a token that is no text"),
    ("tokenizer.json", b'{"model": {"vocab": {"a": 0}, "merges": [[1, 2]]}}', "a merge that is no pair of tokens"),
    ("tokenizer.json", b'{"model": {"vocab": {"a": 0}, "merges": "a b"}}', "merges is no list: not read"),
    ("vocab.json", b'{"a": null}', "a token has an id that is no number"),
]


@pytest.mark.parametrize("number", range(len(HOSTILE)), ids=[f"{name}: {said[:40]}" for name, _, said in HOSTILE])
def test_a_hostile_file_is_skipped_in_one_line(number: int, tmp_path: Path) -> None:
    name, content, expected = HOSTILE[number]
    with processor_seconds(at_most=5):
        read = read_model(tmp_path, "lamp", {name: content, "preprocessor_config.json": {"image_size": 448}})
    (skipped,) = read.skipped
    assert skipped.path == name
    assert expected in skipped.reason
    assert "\n" not in skipped.reason
    # What is beside it is read all the same.
    assert [each.path for each in read.facts.configurations] == ["preprocessor_config.json"]


ODD: list[dict[str, Any]] = [
    {"auto_map": "x", "architectures": 5},
    {"auto_map": {"A": [None, 5, "a.B", "\n"], "B": {}}},
    {"a\nb": {"\x1b[31m": "\x1b[31m"}, "": {"": {"": 1}}},
    {"a": {}, "b": [], "c": [[[]]], "d": "\ud800"},
    {"bos_token": 5, "eos_token": {"content": 5}, "additional_special_tokens": {"a": 1}},
    {"additional_special_tokens": [5, None, {"content": None}]},
]


def test_odd_values_are_facts_like_others_and_print_on_one_line(tmp_path: Path) -> None:
    for number, odd in enumerate(ODD):
        read = read_model(tmp_path, str(number), {"config.json": odd, "tokenizer_config.json": odd})
        assert not read.skipped
        texts = [text for each in read.facts.configurations for pair in each.values.items() for text in pair]
        assert all(text.isprintable() for text in texts), texts
        assert msgspec.json.decode(msgspec.json.encode(read.facts), type=ModelFacts) == read.facts


@needs_incidents
def test_the_facts_of_the_incidents_are_small() -> None:
    found = {path.name: facts_in(path) for path in sorted(INCIDENTS.iterdir()) if path.is_dir()}
    assert not [name for name, read in found.items() if read.skipped]
    sizes = {name: len(msgspec.json.encode(read.facts)) for name, read in found.items()}
    assert max(sizes.values()) <= MOST_BYTES, sizes
    packed = {name: msgspec.msgpack.encode(read.facts) for name, read in found.items()}
    assert all(msgspec.msgpack.decode(packed[name], type=ModelFacts) == found[name].facts for name in packed)
