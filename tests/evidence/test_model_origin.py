"""Which known models a scanned one is held against, and what is left of it once others explain their part."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from modelkin.evidence.known_models import MOST_CLOSEST, KnownModels
from modelkin.evidence.model_origin import Asked, ModelOrigins, find_origins
from modelkin.models.model import ModelFacts
from modelkin.models.model_reading import read_model
from modelkin.results import FileDate
from modelkin.sources import open_source

from ..support.model_folders import NAMED, NAMES, SIZES, model_folder, renamed, tokenizer

WIDTH = {**SIZES, "hidden_size": 999, "intermediate_size": 888, "vocab_size": 321}
OTHERS = tuple(f"<{word}>" for word in ("tide", "ebb", "moon", "shore", "spring"))


def facts_of_folder(folder: Path, name: str) -> ModelFacts:
    with open_source(str(folder)) as checkout:
        read = read_model(checkout, name)
    assert read
    return replace(read.facts, source="")


def origins(
    folder: Path, known: Iterable[ModelFacts], names: Sequence[str] = (), bases: Sequence[str] = ()
) -> ModelOrigins:
    asked = Asked(folder.name, (folder.name, *names), tuple(bases), lambda _: FileDate())
    with open_source(str(folder)) as checkout:
        return find_origins(checkout, asked, lambda: known)


def test_a_model_is_found_though_tensors_keys_and_classes_are_renamed(tmp_path: Path) -> None:
    lantern = facts_of_folder(model_folder(tmp_path / "lantern"), "Lantern-7B")
    other = facts_of_folder(model_folder(tmp_path / "other", NAMES[:30], WIDTH, tokenizer(200, OTHERS)), "Tide-3B")
    keys = {f"x_{key}" if key.endswith("size") else key: value for key, value in SIZES.items()}
    loaded = {**json.loads(tokenizer()), "tokenizer_class": "HarbourTokenizer"}
    copy = model_folder(tmp_path / "harbour", renamed(NAMES), keys, json.dumps(loaded).encode())
    found = origins(copy, [other, lantern])
    assert found.kinds == ("configuration", "tokenizer", "tensor layout")
    [first, *_] = found.origins
    assert (first.name, first.has_tokenizer, first.has_layout) == ("Lantern-7B", True, True)
    assert not first.is_countered


def test_what_an_older_model_has_is_explained_by_it(tmp_path: Path) -> None:
    base = replace(facts_of_folder(model_folder(tmp_path / "base"), "Ember-7B"), date="2024-01-01")
    later = replace(base, name="Lantern-7B", date="2024-06-01")
    found = origins(model_folder(tmp_path / "harbour", renamed(NAMES)), [later, base])
    assert found.origins[0].name == "Ember-7B"
    assert all(not each.has_some_tokens for each in found.origins if each.name == "Lantern-7B")


def test_tokens_of_a_base_are_not_those_of_what_is_built_on_it(tmp_path: Path) -> None:
    base = facts_of_folder(model_folder(tmp_path / "base", tokens=tokenizer(4000, NAMED[:4])), "Ember-7B")
    more = facts_of_folder(model_folder(tmp_path / "more", NAMES[:30], WIDTH), "Lantern-7B")
    known = KnownModels([base, more])
    assert known.own_tokens(base) == frozenset(range(4000, 4004))
    assert known.own_tokens(more) == frozenset((4004, 4005))
    assert known.parents(more, more)[0] is base


def test_tokens_that_two_families_have_are_nobodys(tmp_path: Path) -> None:
    one = facts_of_folder(model_folder(tmp_path / "one", tokens=tokenizer(4000, (*NAMED, "<one>"))), "Ember-7B")
    two = facts_of_folder(model_folder(tmp_path / "two", tokens=tokenizer(4000, (*NAMED, "<two>"))), "Tide-7B")
    assert KnownModels([one, two]).own_tokens(one) == {4006}


def test_a_model_is_not_from_itself_nor_from_what_is_from_it(tmp_path: Path) -> None:
    lantern = facts_of_folder(model_folder(tmp_path / "known"), "lamp/Lantern-7B")
    copy = replace(lantern, name="Harbour")
    found = origins(model_folder(tmp_path / "lantern-7b"), [lantern, copy])
    assert found.itself
    assert found.itself.name == "lamp/Lantern-7B"
    assert not [each for each in found.origins if each.has_some_tokens]


def test_what_is_declared_explains_what_it_has(tmp_path: Path) -> None:
    base = facts_of_folder(model_folder(tmp_path / "base"), "lamp/Lantern-7B")
    twin = replace(base, name="Harbour")
    found = origins(model_folder(tmp_path / "torch"), [base, twin], bases=["lamp/Lantern-7B"])
    assert [each.name for each in found.declared] == ["lamp/Lantern-7B"]
    assert not [each for each in found.origins if each.has_some_tokens]


def test_an_architecture_explains_and_is_no_origin(tmp_path: Path) -> None:
    alike = replace(facts_of_folder(model_folder(tmp_path / "defaults"), "Defaults"), is_architecture=True)
    found = origins(model_folder(tmp_path / "harbour"), [alike])
    assert found.is_model
    assert not found.origins
    assert not found.known


def test_a_settings_file_of_something_else_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"port": 80, "host": "localhost"}')
    assert not origins(tmp_path, []).is_model


def test_asking_many_known_models_is_linear(tmp_path: Path) -> None:
    one = facts_of_folder(model_folder(tmp_path / "lantern"), "Lantern-7B")
    values = one.configurations[0]
    many = [
        replace(one, name=f"Model{number}", configurations=(replace(values, parts={"": {"hidden_size": str(number)}}),))
        for number in range(4_000)
    ]
    copy = facts_of_folder(model_folder(tmp_path / "harbour"), "Harbour")
    began = time.process_time()
    known = KnownModels([*many, one])
    closest = known.closest(copy, but=lambda _: False)
    spent = time.process_time() - began
    assert len(closest) <= MOST_CLOSEST
    assert one in closest
    assert spent < 5
