"""Small corpora for tests: invented upstreams, as texts by path, and modules that hypothesis writes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace as with_fields

from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.model import Corpus, Project, Release
from modelkin.fingerprints.native_code import is_native, native_hash
from modelkin.models.layout_facts import TensorLayout
from modelkin.models.layout_templates import pack_layout
from modelkin.models.model import ConfigurationValues, ModelFacts
from modelkin.models.token_files import tokenizer_facts

ATTENTION = '''\
# Copyright 2020 The Lantern Authors. All rights reserved.
# Licensed under the Apache License, Version 2.0
"""Attention over a window."""
import torch


class WindowAttention(torch.nn.Module):
    """Where each token looks."""

    def __init__(self, width, heads, dropout=0.1):
        super().__init__()
        self.heads = heads
        self.head_width = width // heads
        self.scale = self.head_width**-0.5
        self.projection = torch.nn.Linear(width, 3 * width, bias=False)
        self.dropout = torch.nn.Dropout(dropout)

    def forward(self, hidden, mask=None):
        batch, length, width = hidden.shape
        queries, keys, values = self.projection(hidden).view(batch, length, 3, self.heads, -1).unbind(2)
        scores = torch.einsum("bqhd,bkhd->bhqk", queries, keys) * self.scale
        if mask is not None:
            scores = scores.masked_fill(mask[:, None, None] == 0, float("-inf"))
        weights = self.dropout(scores.softmax(dim=-1))
        return torch.einsum("bhqk,bkhd->bqhd", weights, values).reshape(batch, length, width)
'''
# ATTENTION without its notice, renamed.
COPY = ATTENTION[ATTENTION.index('"""') :].replace("Attention", "Focus")
ROTARY = """\
def rotary_tables(length, width, base=10000.0):
    steps = [base ** (-2 * index / width) for index in range(width // 2)]
    angles = [[position * step for step in steps] for position in range(length)]
    return [[sine(angle) for angle in row] for row in angles], [[cosine(angle) for angle in row] for row in angles]


def rotate(pairs, sines, cosines):
    turned = []
    for (left, right), sine_, cosine_ in zip(pairs, sines, cosines):
        turned.append((left * cosine_ - right * sine_, left * sine_ + right * cosine_))
    return turned
"""
SCHEDULE = """\
class WarmupSchedule:
    def __init__(self, peak, warmup, total, floor=0.0):
        assert 0 < warmup < total
        self.peak, self.warmup, self.total, self.floor = peak, warmup, total, floor

    def rate(self, step):
        if step < self.warmup:
            return self.peak * (step + 1) / self.warmup
        remaining = max(self.total - step, 0) / (self.total - self.warmup)
        return self.floor + (self.peak - self.floor) * remaining**2
"""

# An entry of a manifest.
ENTRY: dict[Any, Any] = {
    "name": "lantern",
    "package": "lantern-models",
    "licence": "MIT",
    "homepage": "https://example.org",
    "source": "https://example.org/{release}/{path}",
    "releases": ["1.0", "2.0"],
    "include": ["lantern/**"],
    "exclude": ["**/test_*"],
}


@dataclass(frozen=True)
class Upstream:
    """One release of a project. ``files`` are texts by path, ``released`` an ISO date."""

    project: str = "lantern"
    version: str = "1.0"
    files: Mapping[str, str] = field(default_factory=lambda: {"lantern/attention.py": ATTENTION})
    released: str = "2021-05-04"
    licence: str = "MIT"
    published: str = ""
    models: tuple[ModelFacts, ...] = ()


def corpus_of(*upstreams: Upstream, name: str = "small") -> Corpus:
    """A corpus of these releases, in this order."""
    builder = CorpusBuilder()
    for upstream in upstreams:
        source = "https://example.org/{release}/{path}"
        project = Project(upstream.project, upstream.licence, "", source, published=upstream.published)
        number = builder.add_release(project, Release(0, upstream.version, upstream.released, ""))
        for path, text in upstream.files.items():
            stored = text.encode()
            if is_native(path):
                builder.add_native(number, path.encode(), native_hash(path, stored) or 0)
                continue
            builder.add_file(number, path, stored, hashlib.sha256(stored).hexdigest())
        for model in upstream.models:
            builder.models.add(model)
    return builder.finish(name)


KERNEL = "__global__ void tide(float *depth, int count) { int i = threadIdx.x; if (i < count) depth[i] += 1; }\n" * 2

THREE = (
    Upstream(files={"lantern/attention.py": ATTENTION, "lantern/rotary.py": ROTARY}),
    Upstream(
        "beacon", "0.3", {"beacon/rotary.py": ROTARY, "beacon/schedule.py": SCHEDULE}, "2022-01-31", "BSD-3-Clause"
    ),
    Upstream(
        version="2.0",
        files={"lantern/attention.py": ATTENTION, "lantern/rotary.py": "# 2\n" + ROTARY},
        released="2023-07-08",
    ),
)

LANTERN = ModelFacts(
    "lantern/lantern-1b",
    "https://example.org/lantern-1b",
    "2023-07-08",
    "MIT",
    configurations=(ConfigurationValues("config.json", {"": {"depth": "12", "width": "768"}}),),
    tokenizer=tokenizer_facts({"added_tokens.json": {"<lamp>": 7, "<wick>": 8}})[0],
    layouts=(pack_layout(TensorLayout("model.safetensors", ("layers.0.w", "layers.1.w"), ((2, 3), (2, 3)))),),
)

# The same, with native files and models.
WITH_ALL = (
    *THREE[:2],
    replace(
        THREE[2],
        files={**THREE[2].files, "lantern/csrc/tide.cu": KERNEL, "lantern/csrc/ebb.cu": KERNEL + ";"},
        models=(LANTERN, with_fields(LANTERN, name="lantern/lantern-2b")),
    ),
)

_NAMES = st.sampled_from(["x", "y", "hidden", "mask", "größe", "self"])
_EXPRESSIONS = st.recursive(
    st.one_of(_NAMES, st.integers(0, 9).map(str), st.sampled_from(["'text'", "None", "x.shape", "lambda q: q"])),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "@", "<", "and"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(_NAMES, inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.tuples(inner, _NAMES).map(lambda parts: f"({parts[0]}).{parts[1]}"),
    ),
    max_leaves=6,
)
_STATEMENTS = st.one_of(
    st.tuples(_NAMES, _EXPRESSIONS).map(" = ".join),
    _EXPRESSIONS.map("return {}".format),
    st.just("pass"),
)
_BODIES = st.lists(_STATEMENTS, min_size=1, max_size=5)


def _function(name: str, body: list[str], indent: str = "") -> str:
    return f"{indent}def {name}(x, y=1):\n" + "".join(f"{indent}    {line}\n" for line in body)


_FUNCTIONS = st.tuples(_NAMES, _BODIES).map(lambda parts: _function(*parts))
_CLASSES = st.tuples(_NAMES, st.lists(st.tuples(_NAMES, _BODIES), min_size=1, max_size=3)).map(
    lambda parts: f"class {parts[0]}:\n" + "".join(_function(name, body, "    ") for name, body in parts[1])
)
_HEADERS = st.sampled_from(["", "# Copyright 2020 Someone\n", "# SPDX-License-Identifier: MIT\n", '"""Words."""\n'])
MODULES = st.tuples(_HEADERS, st.lists(st.one_of(_FUNCTIONS, _CLASSES, st.just("x = 1\n")), max_size=4)).map(
    lambda parts: parts[0] + "\n".join(parts[1])
)
UPSTREAMS = st.builds(
    Upstream,
    project=st.sampled_from(["lantern", "beacon"]),
    version=st.sampled_from(["1.0", "2.0", "3.0"]),
    files=st.dictionaries(st.sampled_from(["a.py", "b/a.py", "b.py"]), MODULES, min_size=1),
    released=st.sampled_from(["2020-01-01", "2021-01-01", "2022-01-01"]),
)
