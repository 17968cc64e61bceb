"""A packed corpus gives the very same file back, or one line that says why not."""

from __future__ import annotations

import hashlib
import json
import lzma
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from modelkin.cli import main
from modelkin.corpus import library
from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.indexing import add_checkout
from modelkin.corpus.model import Project
from modelkin.corpus.packed.packed_head import DIGEST_BYTES, MARK, SIZE_BYTES, read_head
from modelkin.corpus.packed.packing import packed, unpacked
from modelkin.corpus.schema import COLUMNS
from modelkin.corpus.store import open_corpus
from modelkin.errors import CorpusError
from modelkin.sources import open_source

from ..support.damaged_corpora import as_format_2, rewritten
from ..support.small_corpora import THREE, UPSTREAMS, Upstream, corpus_of

SCANNER = Path(__file__).parents[2] / "scanner"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A corpus file."""
    corpus_of(*THREE).save(tmp_path / "small.safetensors")
    return tmp_path / "small.safetensors"


def back(path: Path) -> bytes:
    """The corpus file that is packed and unpacked again."""
    there = path.with_suffix(".packed")
    there.write_bytes(packed(path))
    return b"".join(unpacked(there))


def refused(path: Path, content: bytes) -> str:
    """What unpacking says, in one line that begins with the path; nothing, where something comes out."""
    path.write_bytes(content)
    try:
        list(unpacked(path))
    except CorpusError as error:
        message = str(error)
        return message if message.startswith(f"{path}: ") and "\n" not in message else f"not in one line: {message!r}"
    return ""


@settings(max_examples=25, deadline=None)
@given(st.lists(UPSTREAMS, max_size=4))
def test_any_corpus_comes_back_byte_by_byte(upstreams: list[Upstream]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "small.safetensors")
        corpus_of(*upstreams).save(path)
        assert back(path) == path.read_bytes()


def test_every_column_can_be_out_of_order_and_comes_back(path: Path) -> None:
    corpus, numbers = corpus_of(*THREE), np.random.default_rng(7)
    failures = []
    for name, column in COLUMNS.items():
        if column.runs is not None or name in ("member_parents", "file_ancestors"):  # such a file does not open
            continue
        replace(corpus, arrays={**corpus.arrays, name: numbers.permutation(corpus.arrays[name])}).save(path)
        if back(path) != path.read_bytes():
            failures.append(name)
    assert not failures


def test_columns_that_are_unknown_and_headers_of_a_later_version_come_back(path: Path) -> None:
    def with_more(outer: dict[str, object], inner: dict[str, object]) -> None:
        size = max(entry["data_offsets"][1] for name, entry in outer.items() if name != "__metadata__")  # type: ignore[index]
        outer["of_models"] = {"dtype": "F32", "shape": [2], "data_offsets": [size, size + 8]}
        outer["of_names"] = {"dtype": "U64", "shape": [1], "data_offsets": [size + 8, size + 16]}
        inner["models"] = [["lamp", 7]]

    rewritten(path, path.read_bytes(), with_more, bytes(range(16)))
    assert library.verify(path) == []
    assert back(path) == path.read_bytes()


def test_a_file_of_format_2_comes_back(path: Path) -> None:
    path.write_bytes(as_format_2(path.read_bytes()))
    assert back(path) == path.read_bytes()


def test_the_same_corpus_gives_the_same_bytes_whose_head_tells_of_it(path: Path) -> None:
    once = packed(path)
    assert packed(path) == once
    there = path.with_suffix(".packed")
    there.write_bytes(once)
    assert read_head(there) == (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)


@pytest.mark.unmeasured
def test_real_code_packs_smaller_than_compression_alone(tmp_path: Path) -> None:
    builder = CorpusBuilder()
    with open_source(str(SCANNER)) as checkout:
        add_checkout(builder, checkout, Project("modelkin", "Apache-2.0", "", ""), "1")
    path = tmp_path / "own.safetensors"
    builder.finish("own").save(path)
    assert len(packed(path)) < 0.8 * len(lzma.compress(path.read_bytes()))
    assert back(path) == path.read_bytes()


def test_every_packed_file_cut_short_or_changed_is_an_error(path: Path) -> None:
    whole = packed(path)
    told = {kept: refused(path, whole[:kept]) for kept in (*range(0, len(whole), 61), len(whole) - 1)}
    for place in (*range(100), *range(100, len(whole), 61), len(whole) - 1):
        told[-place - 1] = refused(path, whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
    assert not {at: each for at, each in told.items() if "damaged packed corpus (" not in each}


def test_a_packed_file_with_another_digest_to_match_is_an_error_and_not_a_traceback(path: Path) -> None:
    whole = packed(path)
    start = len(MARK) + DIGEST_BYTES
    words = start + DIGEST_BYTES + SIZE_BYTES
    length = int.from_bytes(whole[words : words + 4], "little")
    told = json.loads(whole[words + 4 : words + 4 + length])
    numbers, failures = np.random.default_rng(3), []
    for trial in range(150):
        header, body = json.loads(json.dumps(told)), bytearray(whole[words + 4 + length :])
        if trial % 3 == 0:
            body[int(numbers.integers(len(body)))] ^= 255
        elif trial % 3 == 1:
            stream = header["streams"][int(numbers.integers(len(header["streams"])))]
            stream[int(numbers.integers(1, 3))] = int(numbers.choice([-1, 0, 3, 2**20, 2**40]))
        else:
            del header["recipe"][int(numbers.integers(len(header["recipe"])))]
        new = json.dumps(header).encode()
        behind = whole[start:words] + len(new).to_bytes(4, "little") + new + bytes(body)
        message = refused(path, MARK + hashlib.sha256(behind).digest() + behind)
        # Without a step that changed nothing it is as good.
        if "damaged packed corpus (" not in message and (message or trial % 3 < 2):
            failures.append((trial, message))
    assert not failures


def test_what_is_no_packed_corpus_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"PK", b"\0" * 500):
        assert "it is cut off, or no packed corpus" in refused(tmp_path / "a.packed", content)
    with pytest.raises(CorpusError, match=r"\A[^\n]*gone: cannot be read as a packed corpus: No such file"):
        read_head(tmp_path / "gone")


def test_the_commands_pack_a_corpus_and_unpack_it_into_a_folder(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "new" / "team.packed"
    assert main(["corpus", "pack", str(path), str(there)]) == 0
    assert str(there.stat().st_size) in capsys.readouterr().out
    assert main(["corpus", "unpack", str(tmp_path / "for all"), str(there)]) == 0
    opened = Path(capsys.readouterr().out.strip())
    assert opened.parent == tmp_path / "for all"
    assert open_corpus(opened).digest == open_corpus(path).digest
    (tmp_path / "file").write_text("")
    for words in (["pack", str(tmp_path / "gone"), str(there)], ["unpack", str(tmp_path / "file"), str(there)]):
        assert main(["corpus", *words]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_what_is_no_corpus_is_not_packed(path: Path) -> None:
    for content in (b"", b"text", b"\0" * 99, path.read_bytes()[:-1]):
        path.write_bytes(content)
        with pytest.raises(CorpusError, match=r"\A[^\n]+\Z"):
            library.pack(path, path.with_suffix(".packed"))
    assert not path.with_suffix(".packed").exists()
