"""Files of weights, made here: headers as libraries write them, with zeros behind; names as architectures have them."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from modelkin.models.layout_facts import TensorLayout
from modelkin.results import Skipped
from modelkin.sources.checkout import Entry

from .documents import ROOT

WIDTHS = {"F32": 4, "F16": 2, "BF16": 2, "I64": 8, "U8": 1}
GGUF_TYPES = {"F32": (0, 1, 4), "F16": (1, 1, 2), "Q8_0": (8, 32, 34), "Q4_K": (12, 256, 144)}
SHARED = ROOT.parent / "shared"


def of_incident(name: str) -> TensorLayout:
    """The layout of one of the incidents' models; skips the test where the files are not on this machine."""
    from modelkin.models.tensors import read_layouts
    from modelkin.sources import open_source

    folder = SHARED / "incidents" / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here: the files of the incidents are kept beside the repository")
    with open_source(str(folder)) as checkout:
        return read_layouts(checkout.entries()).layouts[0]


def header_of(tensors: Mapping[str, tuple[str, Sequence[int]]]) -> dict[str, object]:
    """The header of a safetensors file, tensors end to end."""
    header: dict[str, object] = {}
    place = 0
    for name, (dtype, shape) in tensors.items():
        length = WIDTHS[dtype]
        for size in shape:
            length *= size
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [place, place + length]}
        place += length
    return header


def safetensors(tensors: Mapping[str, tuple[str, Sequence[int]]], metadata: Mapping[str, str] | None = None) -> bytes:
    """A whole file of zeros."""
    header = header_of(tensors)
    length = max((each["data_offsets"][1] for each in header.values()), default=0)  # type: ignore[index]
    return framed({**({"__metadata__": dict(metadata)} if metadata else {}), **header}, length)


def framed(header: object, length: int) -> bytes:
    """A header, JSON text or what becomes it, and ``length`` zeros behind."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(length)


def gguf(
    tensors: Mapping[str, tuple[str, Sequence[int]]],
    entries: Sequence[bytes] = (),
    version: int = 3,
    alignment: int = 32,
) -> bytes:
    """A whole file of zeros; shapes are given as elsewhere, first dimension outermost."""
    infos, place = [], 0
    for name, (dtype, shape) in tensors.items():
        number, values, width = GGUF_TYPES[dtype]
        count = 1
        for size in shape:
            count *= size
        place = -(-place // alignment) * alignment
        sizes = b"".join(struct.pack("<Q", size) for size in reversed(shape))
        infos.append(text(name) + struct.pack("<I", len(shape)) + sizes + struct.pack("<IQ", number, place))
        place += count // values * width
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(entries)) + b"".join([*entries, *infos])
    return head + bytes(-len(head) % alignment + place)


def text(value: str) -> bytes:
    """A string as GGUF has it."""
    stored = value.encode()
    return struct.pack("<Q", len(stored)) + stored


def said(key: str, value: str) -> bytes:
    """An entry of the metadata of GGUF that is a string."""
    return text(key) + struct.pack("<I", 8) + text(value)


def listed(key: str, values: Sequence[str]) -> bytes:
    """An entry that is an array of strings."""
    return text(key) + struct.pack("<IIQ", 9, 8, len(values)) + b"".join(map(text, values))


class CountedFile:
    """A file of a source that counts what is read of it, and cannot be read whole."""

    def __init__(self, path: str, stored: bytes, size: int | None = None) -> None:
        self.path = path
        self.stored = stored
        self.size = len(stored) if size is None else size
        self.bytes_read = 0

    def entry(self) -> Entry:
        return Entry(self.path, self.size, self._whole, self._part)

    def _whole(self) -> bytes | Skipped:
        raise AssertionError(f"{self.path} was read whole")

    def _part(self, offset: int, count: int) -> bytes | Skipped:
        got = self.stored[offset : offset + count]
        self.bytes_read += len(got)
        return got


def entries_of(files: Mapping[str, bytes]) -> list[Entry]:
    """Files that are only read in parts."""
    return [CountedFile(path, stored).entry() for path, stored in sorted(files.items())]


def index_of(shards: Mapping[str, str], total: object = None) -> bytes:
    """The index of a model in several files."""
    return json.dumps({"metadata": {} if total is None else {"total_size": total}, "weight_map": dict(shards)}).encode()


def llama(
    layers: int, norms: tuple[str, str] = ("input_layernorm", "post_attention_layernorm"), biases: bool = False
) -> list[str]:
    """The tensor names of a Llama; with ``biases`` those of a Qwen 2."""
    names = ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"]
    for layer in range(layers):
        start = f"model.layers.{layer}."
        names += [f"{start}{norm}.weight" for norm in norms]
        names += [f"{start}self_attn.{each}_proj.weight" for each in "qkvo"]
        names += [f"{start}mlp.{each}_proj.weight" for each in ("gate", "up", "down")]
        names += [f"{start}self_attn.{each}_proj.bias" for each in "qkv"] if biases else []
    return names


def gpt2(layers: int) -> list[str]:
    """The tensor names of a GPT-2."""
    of_layer = (
        "ln_1.weight ln_1.bias attn.bias attn.c_attn.weight attn.c_attn.bias attn.c_proj.weight attn.c_proj.bias "
        "ln_2.weight ln_2.bias mlp.c_fc.weight mlp.c_fc.bias mlp.c_proj.weight mlp.c_proj.bias"
    ).split()
    ends = ["wte.weight", "wpe.weight", "ln_f.weight", "ln_f.bias"]
    return [*ends, *(f"h.{layer}.{each}" for layer in range(layers) for each in of_layer)]


def layout(names: Sequence[str], shapes: Mapping[str, tuple[int, ...]] | None = None, **facts: object) -> TensorLayout:
    """A layout of these names, and shapes if they are given."""
    ordered = tuple(sorted(names))
    known = None if shapes is None else tuple(shapes.get(name) for name in ordered)
    return TensorLayout("model.safetensors.index.json", ordered, known, **facts)  # type: ignore[arg-type]


def write_files(root: Path, files: Mapping[str, bytes]) -> Path:
    """A folder with these files."""
    for path, stored in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(stored)
    return root
