"""Layouts of whole sources: indexes, shards, single files, GGUF; from folders and archives, never read whole."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from modelkin.models import tensors
from modelkin.models.tensors import PICKLE, has_tensors, read_layouts
from modelkin.results import Skipped
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry
from modelkin.sources.members import MAX_MEMBER_BYTES

from ..support.weights import (
    CountedFile,
    entries_of,
    gguf,
    index_of,
    listed,
    safetensors,
    said,
    write_files,
)

FIRST = {"model.a.weight": ("BF16", (4, 8)), "model.b.weight": ("F32", (3,))}
SECOND = {"head.weight": ("F16", (2, 2))}
ONE, TWO = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
INDEX = "model.safetensors.index.json"
SHARDS = {**dict.fromkeys(FIRST, ONE), **dict.fromkeys(SECOND, TWO)}
HELD = 4 * 8 * 2 + 3 * 4 + 2 * 2 * 2


def test_an_index_and_the_headers_of_its_shards_give_one_layout() -> None:
    files = {INDEX: index_of(SHARDS, HELD), ONE: safetensors(FIRST, {"format": "pt"}), TWO: safetensors(SECOND)}
    reading = read_layouts(entries_of(files))
    assert reading.skipped == ()
    (found,) = reading.layouts
    assert found.path == INDEX
    assert found.names == ("head.weight", "model.a.weight", "model.b.weight")
    assert found.shapes == ((2, 2), (4, 8), (3,))
    assert found.dtypes == ("F16", "BF16", "F32")
    assert (found.total_size, found.held, found.files) == (HELD, HELD, (ONE, TWO))


def test_where_only_the_index_is_there_no_shape_is_known() -> None:
    (found,) = read_layouts(entries_of({INDEX: index_of(SHARDS, 7)})).layouts
    assert (found.shapes, found.dtypes, found.held, found.total_size) == (None, None, None, 7)
    assert found.names == tuple(sorted(SHARDS))


def test_where_one_shard_is_missing_its_shapes_are_not_known() -> None:
    (found,) = read_layouts(entries_of({INDEX: index_of(SHARDS), TWO: safetensors(SECOND)})).layouts
    assert found.shapes == ((2, 2), None, None)
    assert found.held is None
    assert found.shape_of == {"head.weight": (2, 2)}


def test_shards_without_an_index_are_one_model_and_other_files_are_their_own() -> None:
    files = {ONE: safetensors(FIRST), TWO: safetensors(SECOND), "vae/model.safetensors": safetensors(SECOND)}
    found = read_layouts(entries_of(files)).layouts
    assert [(each.path, len(each.names)) for each in found] == [(ONE, 3), ("vae/model.safetensors", 1)]


def test_a_gguf_header_gives_shapes_in_the_same_order_and_what_it_says_of_the_model() -> None:
    entries = [said("general.architecture", "lamp"), listed("tokenizer.ggml.tokens", ["a", "b" * 300])]
    stored = gguf({"blk.0.attn_q.weight": ("Q4_K", (3, 512)), "output.weight": ("F16", (5, 4))}, entries)
    (found,) = read_layouts(entries_of({"lamp.gguf": stored})).layouts
    assert found.shapes == ((3, 512), (5, 4))
    assert found.dtypes == ("Q4_K", "F16")
    assert found.held == 3 * 2 * 144 + 5 * 4 * 2
    assert found.says == {"general.architecture": "lamp"}


def test_pickles_are_named_and_never_opened() -> None:
    names = ["pytorch_model.bin", "a.pt", "b/last.ckpt", "x.pth", "y.pkl"]
    entries = [Entry(name, 10, _never, lambda *_: _never()) for name in names]
    assert read_layouts(entries).skipped == tuple(Skipped(name, PICKLE) for name in names)


def _never() -> bytes:
    raise AssertionError("a pickle was opened")


def test_an_index_of_pickles_tells_the_names() -> None:
    entries = entries_of({"pytorch_model.bin.index.json": index_of({"a.weight": "pytorch_model-00001-of-00001.bin"})})
    assert read_layouts(entries).layouts[0].names == ("a.weight",)


def test_a_pointer_of_git_lfs_is_named_as_one() -> None:
    stored = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 4976698672\n"
    (skipped,) = read_layouts(entries_of({"model.safetensors": stored})).skipped
    assert "pointer of Git LFS" in skipped.reason


def test_shards_that_lack_what_the_index_says_are_a_line_and_no_layout() -> None:
    files = {INDEX: index_of({**SHARDS, "model.gone.weight": ONE}), ONE: safetensors(FIRST), TWO: safetensors(SECOND)}
    reading = read_layouts(entries_of(files))
    assert reading.layouts == ()
    assert reading.skipped == (Skipped(INDEX, 'its shards lack "model.gone.weight", which it says are in them'),)


def test_tensors_that_the_index_does_not_name_are_counted() -> None:
    files = {INDEX: index_of(dict.fromkeys(FIRST, ONE)), ONE: safetensors({**FIRST, **SECOND})}
    reading = read_layouts(entries_of(files))
    assert reading.layouts[0].names == tuple(sorted(FIRST))
    assert [each.reason for each in reading.skipped] == [
        "its shards hold 1 tensors that it does not name: not compared"
    ]


def test_of_a_file_of_gigabytes_only_the_header_is_read() -> None:
    shape = (2**20, 2**12)
    stored = safetensors({"a.weight": ("BF16", (1, 1))})
    header = stored[: 8 + int.from_bytes(stored[:8], "little")].replace(b"[1, 1]", b"[%d, %d]" % shape)
    header = header.replace(b"[0, 2]", b"[0, %d]" % (2 * shape[0] * shape[1]))
    header = (len(header) - 8).to_bytes(8, "little") + header[8:]
    file = CountedFile("model.safetensors", header, len(header) + 2 * shape[0] * shape[1])
    (found,) = read_layouts([file.entry()]).layouts
    assert found.shapes == (shape,)
    assert file.bytes_read <= len(header)


def test_all_headers_of_a_source_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors, "MOST_BYTES", 300)
    files = [CountedFile(f"{number}.safetensors", safetensors(FIRST)) for number in range(5)]
    reading = read_layouts([file.entry() for file in files])
    assert len(reading.layouts) == 1
    assert "the headers of the source take more than 300 bytes: not read" in reading.skipped[0].reason
    assert sum(file.bytes_read for file in files) <= 300


def test_more_files_than_the_bound_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors, "MOST_FILES", 3)
    reading = read_layouts(entries_of({f"{number}.safetensors": safetensors(FIRST) for number in range(9)}))
    assert len(reading.layouts) == 3
    assert [each.reason for each in reading.skipped] == ["more than 3 files of tensors: it and others are not read"]


def test_a_reading_that_takes_too_long_is_a_line() -> None:
    names = {f"layer.{number}.weight": ONE for number in range(150_000)}
    reading = read_layouts(entries_of({INDEX: index_of(names)}), seconds=0.02)
    assert reading.layouts == ()
    assert "took longer than 0.02 s" in reading.skipped[0].reason


def test_only_files_that_hold_tensors_are_looked_at() -> None:
    assert all(map(has_tensors, ("a/model.safetensors.index.json", "X.GGUF", "x.pt")))
    assert not any(map(has_tensors, ("config.json", "model.py", "index.json")))


LARGE = {"a.weight": ("U8", (MAX_MEMBER_BYTES + 1,))}


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "tar.gz"])
def test_weights_over_the_limit_on_members_are_read_by_their_start(tmp_path: Path, kind: str) -> None:
    files = {
        "model.safetensors": safetensors(LARGE),
        "lamp.gguf": gguf({"b.weight": ("F32", (3,))}),
        "a.py": b"x = 1\n",
    }
    source = write_files(tmp_path / "model", files)
    if kind == "zip":
        source = tmp_path / "model.zip"
        with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, stored in files.items():
                archive.writestr(path, stored)
    elif kind != "folder":
        source = tmp_path / f"model.{kind}"
        with tarfile.open(source, "w:gz" if kind == "tar.gz" else "w") as tar:
            for path, stored in files.items():
                info = tarfile.TarInfo(path)
                info.size = len(stored)
                tar.addfile(info, io.BytesIO(stored))
    with open_source(str(source)) as checkout:
        reading = read_layouts(checkout.entries())
        entry = next(each for each in checkout.entries() if each.path == "model.safetensors")
        assert isinstance(entry, Entry)
        assert entry.read_part(8, 5) == b'{"a.w'
        if kind in ("zip", "tar", "tar.gz"):
            assert isinstance(entry.read(), Skipped)
    assert reading.skipped == ()
    assert {each.path: each.shapes for each in reading.layouts} == {
        "lamp.gguf": ((3,),),
        "model.safetensors": ((MAX_MEMBER_BYTES + 1,),),
    }


def test_a_damaged_zip_member_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.safetensors", safetensors(FIRST) + bytes(range(256)))
    stored = bytearray(path.read_bytes())
    stored[60:90] = b"\xff" * 30
    path.write_bytes(stored)
    with open_source(str(path)) as checkout:
        reading = read_layouts(checkout.entries())
    assert reading.layouts == ()
    assert reading.skipped[0].reason.startswith("damaged")
