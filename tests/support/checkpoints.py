"""Files of weights with values in them, made here."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I8": "i1", "U8": "u1"}


def stored(values: NDArray[Any], dtype: str) -> bytes:
    """Values as a type has them; bf16 rounded to the nearest, and to the even one where two are as near."""
    if dtype != "BF16":
        return values.astype(_TYPES[dtype]).tobytes()
    bits = values.astype(np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes()


def checkpoint(model: Mapping[str, NDArray[Any]], dtype: str = "F32", types: Mapping[str, str] = {}) -> bytes:
    """A safetensors file; ``types`` are those of single tensors."""
    header: dict[str, object] = {}
    parts: list[bytes] = []
    place = 0
    for name, values in model.items():
        kind = types.get(name, dtype)
        parts.append(stored(values, kind))
        header[name] = {
            "dtype": kind,
            "shape": list(values.shape),
            "data_offsets": [place, place + len(parts[-1])],
        }
        place += len(parts[-1])
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"".join(parts)


def write_checkpoint(path: Path, model: Mapping[str, NDArray[Any]], dtype: str = "F32") -> Path:
    """The file at ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(checkpoint(model, dtype))
    return path
