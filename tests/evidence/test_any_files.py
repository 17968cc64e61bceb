"""Whatever the JSON files of two models hold, they are read and compared, and what is said of them is on one line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.evidence.shared_tokens import compare_tokenizers
from modelkin.evidence.shared_values import compare_configurations
from modelkin.models.config_values import configuration_values
from modelkin.models.json_files import parse_object
from modelkin.models.model import ModelFacts
from modelkin.models.token_files import FILES, tokenizer_facts
from modelkin.results import Relation, Skipped

pytestmark = pytest.mark.unmeasured

KEYS = st.sampled_from(
    "hidden_size vision_config auto_map added_tokens_decoder added_tokens content id model vocab merges bos_token "
    "additional_special_tokens chat_template 0 1 7 a\nb".split(" ")
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=9), inner, max_size=5),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=6)


def facts(files: dict[str, dict[str, Any]]) -> ModelFacts:
    """The facts of a model with these files, each read from what is written of it."""
    read = {name: parse_object(name, json.dumps(loaded).encode()) for name, loaded in files.items()}
    objects = {name: each for name, each in read.items() if not isinstance(each, Skipped)}
    tokenizer, skipped = tokenizer_facts({name: each for name, each in objects.items() if name in FILES})
    values = [configuration_values(name, each) for name, each in objects.items() if name == "config.json"]
    assert all(each.reason.isprintable() for each in (*read.values(), *skipped, *values) if isinstance(each, Skipped))
    return ModelFacts("m", configurations=tuple(x for x in values if not isinstance(x, Skipped)), tokenizer=tokenizer)


MODELS = st.dictionaries(st.sampled_from((*FILES, "config.json")), OBJECTS, max_size=4).map(facts)


@settings(max_examples=150, deadline=None)
@given(MODELS, MODELS)
def test_any_two_models_are_compared(one: ModelFacts, other: ModelFacts) -> None:
    found = [*compare_configurations(one, other, [other]), *compare_tokenizers(one, other, [one], frozenset())]
    assert all(text.isprintable() for each in found for text in (each.says, *each.explained_by))


@settings(max_examples=100, deadline=None)
@given(MODELS)
def test_a_model_is_never_unlike_itself(one: ModelFacts) -> None:
    found = [*compare_configurations(one, one), *compare_tokenizers(one, one)]
    assert all(each.relation in (Relation.IDENTICAL, Relation.UNALIKE) for each in found)
    # Only a configuration that holds nothing has nothing in common with itself.
    empty = [each for each in found if each.relation is Relation.UNALIKE]
    assert len(empty) <= sum(not each.values for each in one.configurations)
