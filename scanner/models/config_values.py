"""Turns a JSON object of settings into values by key path, so written that equal values are equal texts.

Edit this when a key says only how a file was written, or one more class is named in a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from ..results import Skipped
from ..support.lazy import lazy_pattern
from .model import ConfigurationValues

MOST_VALUES = 4_000
_LONGEST_PATH = 200
_LONGEST_VALUE = 40
_LONGEST_CLASS = 200
_MOST_CLASSES = 50
_INTEGERS = 2**53
# How a file was written or is run, and what the classes are called: renamed with the code, and judged there.
PLUMBING = frozenset(
    "transformers_version torch_dtype dtype use_cache architectures auto_map model_type license return_dict "
    "output_attentions output_hidden_states torchscript transformers_weights".split()
)
# What older releases of transformers write into every part of a configuration, mostly the defaults of its base class;
# how text is generated is said by ``generation_config.json``.
_OF_EVERY_CLASS = frozenset(
    "add_cross_attention bad_words_ids begin_suppress_tokens chunk_size_feed_forward cross_attention_hidden_size "
    "diversity_penalty do_sample early_stopping encoder_no_repeat_ngram_size exponential_decay_length_penalty "
    "finetuning_task forced_bos_token_id forced_eos_token_id length_penalty max_length min_length no_repeat_ngram_size "
    "num_beam_groups num_beams num_return_sequences output_scores prefix problem_type pruned_heads "
    "remove_invalid_values repetition_penalty return_dict_in_generate suppress_tokens task_specific_params temperature "
    "tf_legacy_loss tie_encoder_decoder tokenizer_class top_k top_p typical_p use_bfloat16 is_decoder id2label "
    "label2id".split()
)
OF_MODEL = PLUMBING | _OF_EVERY_CLASS
"""The keys to leave out of a configuration that says how a model is built."""
# Tables by label, which may have thousands of rows, and tokens, which have facts of their own: one value each.
_WHOLE = frozenset("id2label label2id task_specific_params added_tokens_decoder added_tokens chat_template".split())
_PLAIN = lazy_pattern(r"[\w .:/+@-]*")


class _TooManyError(Exception):
    """Why an object is not read."""


def configuration_values(
    path: str, loaded: dict[str, Any], leave: frozenset[str] = OF_MODEL
) -> ConfigurationValues | Skipped:
    """The values of the object in the file at ``path``, less the keys in ``leave`` and those that begin with ``_``."""
    parts: dict[str, dict[str, str]] = {}
    try:
        for count, (part, key, value) in enumerate(_flat(loaded, "", "", leave)):
            if count >= MOST_VALUES:
                raise _TooManyError(f"more than {MOST_VALUES:,} values: not read")
            parts.setdefault(part, {})[key] = value_text(value)
    except _TooManyError as error:
        return Skipped(path, str(error))
    return ConfigurationValues(path, parts, tuple(_classes(loaded)))


def _flat(value: Any, part: str, key: str, leave: frozenset[str]) -> Iterator[tuple[str, str, Any]]:
    """The path of the object, the key and the value of each value that is no object."""
    path = f"{part}.{key}" if part else key
    if len(path) > _LONGEST_PATH:
        raise _TooManyError(f"a key path of more than {_LONGEST_PATH} characters: not read")
    if not isinstance(value, dict) or not value or key in _WHOLE:
        yield part, key, value
        return
    for name, inner in value.items():
        if name not in leave and not name.startswith("_"):
            yield from _flat(inner, path, name if name.isprintable() else json.dumps(name)[1:-1], leave)


def value_text(value: Any) -> str:
    """``value`` as JSON; ``#`` and a hash where it is long or holds more than a word. Equal numbers are equal texts."""
    text = canonical(value)
    if len(text) <= _LONGEST_VALUE and _PLAIN.fullmatch(text.replace('"', "").replace(",", "").strip("[]{}")):
        return text
    return f"#{digest(text)}"


def canonical(value: Any) -> str:
    """``value`` as JSON of one spelling: keys sorted, numbers alike however they were written."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float) and value.is_integer() and abs(value) < _INTEGERS:
        return str(int(value))
    return json.dumps(value)


def digest(text: str) -> str:
    """16 hexadecimal digits of BLAKE2b."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _classes(loaded: dict[str, Any]) -> Iterator[str]:
    """What ``auto_map`` names: "module.Class", or a list of them and of nothing."""
    mapped = loaded.get("auto_map")
    listed = list(mapped.values())[:_MOST_CLASSES] if isinstance(mapped, dict) else []
    for each in listed:
        for name in each[:_MOST_CLASSES] if isinstance(each, list) else [each]:
            if isinstance(name, str) and len(name) <= _LONGEST_CLASS and name.isprintable():
                yield name
