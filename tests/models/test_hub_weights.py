"""Weights on the Hub: listed, read by ranges, never whole; and servers that answer ranges in their own way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support.hub_server import HubRepository, HubServer, serving
from ..support.weights import gguf, index_of, safetensors

ONE, TWO = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
SHARDS = {
    ONE: safetensors({"a.weight": ("F32", (2, 3)), "large.weight": ("U8", (3_000_000,))}),
    TWO: safetensors({"b.weight": ("BF16", (7,))}),
}
FILES = {
    "config.json": b"{}",
    "model.safetensors.index.json": index_of({"a.weight": ONE, "large.weight": ONE, "b.weight": TWO}, 3_000_038),
    **SHARDS,
    "quantised/lamp.gguf": gguf({"blk.0.w": ("Q8_0", (2, 32))}),
    "pytorch_model.bin": b"weights",
}
REPOSITORIES = {
    "lantern/lamp": HubRepository(FILES),
    "lantern/odd": HubRepository(
        {"config.json": b"{}", "../x.safetensors": b"", "y.safetensors": b"x"}, sizes={"y.safetensors": -1}
    ),
    "lantern/hostile": HubRepository({"config.json": b"{}", "model.safetensors": b"\xff" * 64}),
}

READ = """
import json, msgspec
from modelkin.models.hub_weights import weights_beside
from modelkin.models.tensors import layouts_of
from modelkin.sources import open_source
with open_source({spec!r}) as checkout:
    reading = layouts_of(checkout)
    listed = [[each.path, getattr(each, "reason", "")] for each in weights_beside(checkout)]
print(json.dumps([listed, msgspec.to_builtins(reading.layouts), [[s.path, s.reason] for s in reading.skipped]]))
"""


READ_ENTRIES = """
import json
from modelkin.models.hub_weights import weight_entries
print(json.dumps([[[each.path, each.reason] for each in weight_entries("lantern/lamp", "main")], [], []]))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[HubServer]:
    with serving(REPOSITORIES) as running:
        yield running


def read(
    spec: str, home: Path, code: str = READ, **environment: str
) -> tuple[list[list[str]], list[dict[str, object]], list[list[str]]]:
    """The weights of a source, its layouts, and what was skipped, in a process that has the Hub's settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    settings = {**kept, "HF_HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1", **environment}
    done = subprocess.run(
        [sys.executable, "-c", code.replace("{spec!r}", repr(spec))],
        env=settings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    listed, layouts, skipped = json.loads(done.stdout)
    return listed, layouts, skipped


def test_headers_on_the_hub_are_read_by_ranges(server: HubServer, tmp_path: Path) -> None:
    listed, layouts, skipped = read("hf:lantern/lamp", tmp_path, HF_ENDPOINT=server.url)
    assert [path for path, _ in listed] == [ONE, TWO, "quantised/lamp.gguf"]
    assert skipped == []
    shards, quantised = layouts
    assert shards["names"] == ["a.weight", "b.weight", "large.weight"]
    assert shards["shapes"] == [[2, 3], [7], [3_000_000]]
    assert (shards["held"], shards["total_size"]) == (3_000_038, 3_000_038)
    assert quantised["dtypes"] == ["Q8_0"]
    held = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert held < 100_000, "weights were fetched into the cache"


def test_only_a_part_of_the_repository_is_read_where_one_is_named(server: HubServer, tmp_path: Path) -> None:
    listed, _, _ = read("hf:lantern/lamp!config.json", tmp_path, HF_ENDPOINT=server.url)
    assert listed == []


def test_paths_that_lead_out_and_sizes_that_are_none_are_lines(server: HubServer, tmp_path: Path) -> None:
    listed, layouts, _ = read("hf:lantern/odd", tmp_path, HF_ENDPOINT=server.url)
    assert layouts == []
    assert {path: reason.split(":")[0] for path, reason in listed} == {
        "../x.safetensors": "no system takes its path, or it leads out of the repository",
        "y.safetensors": "the Hub does not say its size",
    }


def test_a_hostile_header_on_the_hub_is_a_line(server: HubServer, tmp_path: Path) -> None:
    _, layouts, skipped = read("hf:lantern/hostile", tmp_path, HF_ENDPOINT=server.url)
    assert layouts == []
    assert skipped[0][0] == "model.safetensors"
    assert "its header declares 18,446,744,073,709,551,615 bytes" in skipped[0][1]


def test_without_a_network_what_cannot_be_listed_is_a_line(server: HubServer, tmp_path: Path) -> None:
    listed, layouts, _ = read("", tmp_path, READ_ENTRIES, HF_ENDPOINT=server.url, HF_HUB_OFFLINE="1")
    assert [path for path, _ in listed] == ["weights"]
    assert listed[0][1].startswith("cannot be listed: ")
    assert layouts == []
