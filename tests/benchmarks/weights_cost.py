"""What does comparing two files of weights of 953 MB take: of this disk, and of a server that speaks as the Hub does?

The server sends parts of files from a second address, at once and after .05 s an answer. Both files are made here, of
random values. What a model of 70 billion values would take is computed from its tensors.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from modelkin.models.layout_facts import Shape
from modelkin.weights.checkpoint import Tensor
from modelkin.weights.ranges import Range, joined
from modelkin.weights.reading_plan import plan

from ..support.checkpoints import stored
from ..support.hub_server import HubRepository, serving
from ..support.weights import header_of

# The size of a file of weights, as libraries cut them.
_SHARD = 5_000_000_000
_CODE = """
import json, sys, time
from pathlib import Path
began, used = time.perf_counter(), time.process_time()
import modelkin
from modelkin.scan_steps import ScanOptions
report = modelkin.compare(sys.argv[1], sys.argv[2], ScanOptions(weights=4_000_000, deep=len(sys.argv) > 3))
[found] = [each for each in report.evidence if each.kind.value == "weights"]
figures = {key: found.figures[key] for key in ("bytes_read", "bytes_read_of_original", "requests")}
[peak] = [int(line.split()[1]) / 1024 for line in Path("/proc/self/status").open() if line.startswith("VmHWM")]
print(json.dumps([found.says, figures, time.perf_counter() - began, time.process_time() - used, peak]))
"""


def llama(layers: int, width: int, inner: int, keys: int, vocabulary: int) -> dict[str, Shape]:
    """The tensors of a Llama."""
    shapes: dict[str, Shape] = {"model.embed_tokens.weight": (vocabulary, width)}
    for layer in range(layers):
        start = f"model.layers.{layer}."
        for name, rows in (("q", width), ("k", keys), ("v", keys), ("o", width)):
            shapes[f"{start}self_attn.{name}_proj.weight"] = (rows, width)
        shapes |= {f"{start}mlp.{name}_proj.weight": (inner, width) for name in ("gate", "up")}
        shapes[f"{start}mlp.down_proj.weight"] = (width, inner)
        shapes |= {f"{start}{name}_layernorm.weight": (width,) for name in ("input", "post_attention")}
    return {**shapes, "model.norm.weight": (width,), "lm_head.weight": (vocabulary, width)}


def write_pair(folder: Path, shapes: dict[str, Shape]) -> None:
    """A model in bf16, and the same with noise of one scale."""
    chance = np.random.default_rng(0)
    text = json.dumps(header_of({name: ("BF16", shape) for name, shape in shapes.items()})).encode()
    for name in ("lamp", "torch"):
        (folder / name).mkdir()
    with (
        (folder / "lamp/model.safetensors").open("wb") as lamp,
        (folder / "torch/model.safetensors").open("wb") as torch,
    ):
        for file in (lamp, torch):
            file.write(len(text).to_bytes(8, "little") + text)
        for shape in shapes.values():
            values = (chance.standard_normal(shape, np.float32) * 0.02).astype(np.float32)
            lamp.write(stored(values, "BF16"))
            torch.write(stored(values + chance.standard_normal(shape, np.float32) * np.float32(1 / 708), "BF16"))


def asked(*words: str, **environment: str) -> str:
    """What one comparison, in a process of its own, took."""
    done = subprocess.run(
        [sys.executable, "-c", _CODE, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    says, figures, seconds, used, peak = json.loads(done.stdout)
    return f"{seconds:.1f} s, {used:.1f} s of processor time, peak {peak:.0f} MB, {figures}: {says[:130]}"


def computed(shapes: dict[str, Shape]) -> str:
    """What a model of these tensors in bf16 would take of each side, without its headers."""
    tensors: dict[str, Tensor] = {}
    place = 0
    for name, shape in sorted(shapes.items()):
        shard = f"{place // _SHARD}"
        tensors[name] = Tensor(name, "BF16", shape, shard, place)
        place += 2 * tensors[name].size
    how = plan((tensors, tensors), 4_000_000)
    spare, ranges = how.spare, []
    for shard in sorted({each.path for each in tensors.values()}):
        mine = [each for each in tensors.values() if each.path == shard]
        wanted = [Range(each.place + 2 * b.first, 2 * b.length) for each in mine for b in how.blocks(each.sizes)]
        parts = joined(wanted, spare)
        spare -= sum(each.length for each in parts) - sum(each.length for each in wanted)
        ranges += parts
    taken = sum(each.length for each in ranges)
    return f"{place / 2e9:.1f} billion values: {taken / 1e6:.2f} MB a side in {len(ranges):,} requests"


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    shapes = llama(18, 1536, 4096, 384, 16_000)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_pair(folder, shapes)
        lamp, torch = folder / "lamp", folder / "torch"
        print(f"{(lamp / 'model.safetensors').stat().st_size / 1e6:.0f} MB each, {len(shapes)} tensors")
        for _ in range(2):
            print(f"disk: {asked(str(torch), str(lamp))}")
        print(f"disk, --deep: {asked(str(torch), str(lamp), 'deep')}")
        repositories = {
            f"lantern/{each.name}": HubRepository(
                {"config.json": b"{}", "model.safetensors": (each / "model.safetensors").read_bytes()},
                elsewhere="127.0.0.1",
            )
            for each in (lamp, torch)
        }
        for pause in (0.0, 0.05):
            with serving(repositories, pause) as server:
                environment = {"HF_ENDPOINT": server.url, "HF_HOME": str(folder / f"home{pause}")}
                print(f"hub, {pause:g} s an answer: {asked('hf:lantern/torch', 'hf:lantern/lamp', **environment)}")
                requests, connections = len(server.asked), len(server.connections)
                print(f"{requests:,} requests of both sides, {connections} connections, {server.sent:,} bytes sent")
    print(f"70B, computed: {computed(llama(80, 8192, 28_672, 1024, 128_256))}")


if __name__ == "__main__":
    main()
