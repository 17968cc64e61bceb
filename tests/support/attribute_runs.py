"""Runs of ``modelkin attribute``: a repository with a renamed copy, and its upstream's corpus and package."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import modelkin
from modelkin.cli import main
from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.model import Project, Release

from .index_server import Index, chosen_index, wheel
from .licence_texts import APACHE, mit
from .small_corpora import ATTENTION, ROTARY, SCHEDULE
from .upstreams import renamed

# The copy is younger than its upstream.
AS_OF = "2024-02-03"
NAMES = {"WindowAttention": "Focus", "hidden": "states", "heads": "parts", "scale": "factor"}
CODE = ATTENTION.partition("\n\n\n")[2]
COPY = "import torch\n\n\n" + renamed(CODE, **NAMES)
HEADER = """\
# Modified from lantern 1.0 (2021-05-04), lantern/attention.py, https://example.org/lantern/blob/1.0/lantern/attention.py
# Copyright 2020 The Lantern Authors. All rights reserved.
# SPDX-License-Identifier: Apache-2.0
"""


def corpus_under(licence: str, attention: str, folder: Path) -> Path:
    builder = CorpusBuilder()
    project = Project("lantern", licence, "", "https://example.org/lantern/blob/{release}/{path}", package="lantern")
    released = Release(0, "1.0", "2021-05-04", "", ("Copyright 2019 Lantern Inc.",), has_notice_file=True)
    number = builder.add_release(project, released)
    files = {"attention": attention, "rotary": ROTARY, "schedule": SCHEDULE}
    for name, text in files.items():
        stored = text.encode()
        builder.add_file(number, f"lantern/{name}.py", stored, hashlib.sha256(stored).hexdigest())
    path = folder / "lantern.safetensors"
    builder.finish("lantern").save(path)
    return path


@contextmanager
def lantern_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """The index with the upstream's package, in which are its licence and its NOTICE."""
    with chosen_index(folder, monkeypatch) as running:
        legal = {"LICENSE": APACHE, "NOTICE": b"Lantern\nMade by the Lantern Authors.\n"}
        files = {f"lantern-1.0.dist-info/{name}": text for name, text in legal.items()}
        running.add("lantern-1.0-py3-none-any.whl", wheel(files))
        yield running


def with_copy(root: Path) -> Path:
    """A repository under the MIT licence, with a renamed copy."""
    (root / "models").mkdir(parents=True)
    (root / "LICENSE").write_bytes(mit())
    (root / "models/focus.py").write_text(COPY)
    (root / "own.py").write_text("print('mine')\n")
    return root


def attribute(root: Path, corpus: Path, *options: str) -> int:
    return main(["attribute", str(root), "--corpus", str(corpus), "--as-of", AS_OF, *options])


def scanned(root: Path, corpus: Path) -> modelkin.Report:
    return modelkin.scan(str(root), modelkin.ScanOptions(corpora=(corpus,), as_of=AS_OF))


def tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
