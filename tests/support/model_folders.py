"""Folders of small made-up models, for tests: a configuration, a tokenizer, a header of weights or an index."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .weights import index_of, safetensors, write_files

# Sizes that hardly any model has, so that sharing them says something.
SIZES = {
    "hidden_size": 1234,
    "intermediate_size": 4321,
    "num_hidden_layers": 13,
    "num_attention_heads": 17,
    "num_key_value_heads": 17,
    "vocab_size": 4567,
    "rope_theta": 77777,
    "max_position_embeddings": 3210,
    "rms_norm_eps": 3e-7,
    "sliding_window": 333,
}
NAMED = ("<lantern>", "</lantern>", "<wick>", "</wick>", "<oil>", "<flame>")
NAMES = [
    *(f"core.layers.{n}.{part}.weight" for n in range(8) for part in ("attn", "mlp", "norm")),
    *(f"eye.blocks.{n}.{part}.{end}" for n in range(6) for part in ("fc1", "fc2") for end in ("weight", "bias")),
    "bridge.query",
]


def renamed(names: Sequence[str]) -> list[str]:
    """As an incident had it: two components are called something else."""
    return [name.replace("eye", "vison").replace("bridge", "projection") for name in names]


def tokenizer(first: int = 4000, tokens: Sequence[str] = NAMED) -> bytes:
    """A tokenizer_config.json whose added tokens stand from the id ``first`` on."""
    added = {str(first + place): {"content": token, "special": True} for place, token in enumerate(tokens)}
    return json.dumps({"added_tokens_decoder": added, "model_max_length": 3210, "padding_side": "left"}).encode()


def model_folder(
    folder: Path,
    names: Sequence[str] = NAMES,
    values: Mapping[str, Any] = SIZES,
    tokens: bytes | None = None,
    with_shapes: bool = False,
) -> Path:
    """A folder with a model: its weights' header where ``with_shapes``, else an index alone."""
    files = {
        "config.json": json.dumps(dict(values)).encode(),
        "tokenizer_config.json": tokenizer() if tokens is None else tokens,
    }
    if with_shapes:
        files["model.safetensors"] = safetensors(dict.fromkeys(names, ("F32", (2, 3))))
    else:
        shards = dict.fromkeys(names, "model-00001-of-00001.safetensors")
        files["model.safetensors.index.json"] = index_of(shards, 1000)
    return write_files(folder, files)
