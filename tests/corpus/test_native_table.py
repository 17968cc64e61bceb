"""Native files in a corpus: which are taken, how they are kept through adding, removing, merging and packing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from modelkin.corpus import library
from modelkin.corpus.builds.building import build
from modelkin.corpus.indexing import index_source
from modelkin.corpus.model import Corpus
from modelkin.corpus.native_table import MOST_BYTES, NativeFile, hashed, may_be_taken, taken_natives
from modelkin.corpus.store import open_corpus, open_segments
from modelkin.fingerprints.native_code import native_hash
from modelkin.results import Skipped
from modelkin.sources.checkout import Entry

from ..support.git_histories import git
from ..support.small_corpora import ATTENTION, ROTARY, THREE, corpus_of

KERNEL = "__global__ void tide(float *depth, int count) { int i = threadIdx.x; if (i < count) depth[i] += 1; }\n" * 2
EBB = KERNEL.replace("tide", "ebb")


def told(corpus: Corpus) -> set[tuple[str, str, str, int]]:
    """The native files of a corpus: project, release, path and hash."""
    rows = zip(corpus.native_releases, corpus.native_paths, corpus.native_hashes, strict=True)
    return {
        (
            corpus.projects[corpus.releases[release].project].name,
            corpus.releases[release].version,
            corpus.text(int(path)),
            int(found),
        )
        for release, path, found in rows
    }


def hash_of(text: str) -> int:
    found = native_hash("a.cu", text.encode())
    assert found is not None
    return found


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return written(
        tmp_path / "source",
        {
            "lamp/attention.py": ATTENTION,
            "lamp/csrc/tide.cu": KERNEL,
            "docs/ebb.cpp": EBB,
            "lamp/empty.h": "#pragma once",
        },
    )


def test_what_is_compared_with_is_taken_whole(source: Path) -> None:
    expected = {("lamp", "", "lamp/csrc/tide.cu", hash_of(KERNEL)), ("lamp", "", "docs/ebb.cpp", hash_of(EBB))}
    assert told(index_source(f"lamp={source}")) == expected


def test_adding_removing_and_merging_keep_native_files(source: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.safetensors"
    library.add(str(source), "lamp", "MIT", "1.0", path)
    other = written(tmp_path / "other", {"rotary.py": ROTARY, "ebb.cu": EBB})
    library.add(str(other), "buoy", "MIT", "2.0", path)
    lamp = {("lamp", "1.0", "lamp/csrc/tide.cu", hash_of(KERNEL)), ("lamp", "1.0", "docs/ebb.cpp", hash_of(EBB))}
    buoy = {("buoy", "2.0", "ebb.cu", hash_of(EBB))}
    assert set.union(*(told(segment) for segment in open_segments(path))) == lamp | buoy
    library.merge(path, path)
    assert told(open_corpus(path)) == lamp | buoy
    assert library.verify(path) == []
    # In place of what was there under the same path.
    written(source, {"lamp/csrc/tide.cu": EBB})
    library.add(str(source), "lamp", "MIT", "1.0", path)
    again = {(*row[:3], hash_of(EBB)) for row in lamp}
    assert [row for segment in open_segments(path) for row in told(segment)].count(
        ("buoy", "2.0", "ebb.cu", hash_of(EBB))
    ) == 1
    assert set.union(*(told(segment) for segment in open_segments(path))) == again | buoy
    library.remove("lamp", path)
    assert told(open_corpus(path)) == buoy
    assert library.verify(path) == []


def test_a_corpus_without_native_files_is_the_file_it_was_before_they_were_known(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    corpus_of(*THREE).save(path)
    assert b"native_" not in path.read_bytes()
    opened = open_corpus(path)
    assert len(opened.native_hashes) == len(opened.native_paths) == len(opened.native_releases) == 0
    assert library.verify(path) == []


def test_packing_keeps_native_files(source: Path, tmp_path: Path) -> None:
    path, packed = tmp_path / "own.safetensors", tmp_path / "own.packed"
    library.add(str(source), "lamp", "MIT", "1.0", path)
    library.pack(path, packed)
    assert library.unpack(tmp_path / "out", packed).read_bytes() == path.read_bytes()


def test_damage_to_native_files_is_found(source: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.safetensors"
    library.add(str(source), "lamp", "MIT", "1.0", path)
    whole = open_corpus(path)
    for name, array in (
        ("native_paths", np.full(2, 2**32 - 1, np.uint32)),
        ("native_releases", np.full(2, 9, np.uint16)),
        ("native_hashes", whole.native_hashes[::-1]),
    ):
        Corpus(
            arrays={**whole.arrays, name: array},
            name="own",
            projects=whole.projects,
            releases=whole.releases,
            notices=whole.notices,
            knows_plain=True,
        ).save(path)
        assert [problem.split()[0] for problem in library.verify(path)] == [name]


def test_a_build_takes_what_stands_at_and_below_the_files_taken(tmp_path: Path) -> None:
    files = {
        "lamp/attention.py": ATTENTION,
        "lamp/csrc/tide.cu": KERNEL,
        "lamp/vendored/ebb.cu": EBB,
        "csrc/ebb.cpp": EBB,
        "other/tide.cu": KERNEL,
        "other/rotary.py": ROTARY,
    }
    folder = written(tmp_path / "repository", files)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "All of it")
    commit = git(folder, "rev-parse", "HEAD").strip()
    manifest = tmp_path / "upstreams.yaml"
    manifest.write_text(
        f"upstreams:\n  - name: lamp\n    git: {folder.as_uri()}\n    licence: MIT\n    homepage: https://example.org\n"
        f"    source: https://example.org/{{release}}/{{path}}\n    releases: [{commit}]\n    include: [lamp/*.py]\n"
        "    exclude: [lamp/vendored/]\n    native: [csrc/*.cpp]\n"
    )
    output = tmp_path / "built.safetensors"
    build(manifest, output, jobs=1)
    assert {row[2:] for row in told(open_corpus(output))} == {
        ("lamp/csrc/tide.cu", hash_of(KERNEL)),
        ("csrc/ebb.cpp", hash_of(EBB)),
    }
    first = output.read_bytes()
    output.unlink()
    build(manifest, output, jobs=1)
    assert output.read_bytes() == first


def test_which_paths_are_taken() -> None:
    paths = ["a.cu", "lamp/a.cu", "lamp/ops/csrc/b.cuh", "csrc/c.cpp", "lamp/a.rs", "lamp/out/d.cc"]
    takes = taken_natives(["lamp", ""], (), ["lamp/out/"])
    assert list(filter(takes, paths)) == ["a.cu", "lamp/a.cu", "lamp/ops/csrc/b.cuh"]
    assert list(filter(taken_natives([], ["/csrc/"], ()), paths)) == ["csrc/c.cpp"]
    assert list(filter(taken_natives([], None, ["*.cc"]), paths)) == paths[:4]
    may_be = may_be_taken(["lamp/**/*.py"], ["csrc/**"], ["lamp/out/"])
    assert list(filter(may_be, paths)) == ["lamp/a.cu", "lamp/ops/csrc/b.cuh", "csrc/c.cpp"]


def test_what_is_too_much_is_left_out_and_said() -> None:
    text = KERNEL.encode()
    entries = [Entry(f"{number}.cu", len(text), lambda: text) for number in range(5)]
    large = Entry("large.cu", MOST_BYTES + 1, lambda: pytest.fail("read"))
    lost = Entry("lost.cu", 10, lambda: Skipped("lost.cu", "gone"))
    found = list(hashed([large, lost, *entries], most_files=3))
    assert [each.path for each in found if isinstance(each, NativeFile)] == ["0.cu", "1.cu"]
    assert [(each.path, each.reason) for each in found if isinstance(each, Skipped)] == [
        ("large.cu", "2.0 MB of native code, of which no hash is kept"),
        ("lost.cu", "gone"),
        ("2.cu", "this and 2 more native files have no hash: too many, or too large together"),
    ]
