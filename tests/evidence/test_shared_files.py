"""Files that two sources have in common, by hashes of git, of Git LFS and of the Hub, the bytes here or not."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from modelkin.evidence.shared_files import common_files, compare_files, role_of_file
from modelkin.models.file_identities import MOST_READ_BYTES, file_identities, of_bytes, of_etag
from modelkin.models.model import FileIdentity, ModelFacts
from modelkin.results import Relation, Skipped, Strength
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry

from ..support.git_repositories import commit
from ..support.working_trees import git, needs_git

LARGE = MOST_READ_BYTES + 1
WEIGHTS = bytes(range(256)) * 8
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA256}\nsize {len(WEIGHTS)}\n".encode()


def test_a_file_a_pointer_and_an_etag_are_the_same_bytes() -> None:
    whole = of_bytes("model.safetensors", WEIGHTS)
    pointer = of_bytes("model.safetensors", POINTER)
    etag = of_etag("model.safetensors", f'"{SHA256}"')
    assert etag is not None
    assert (whole.size, pointer.size, pointer.by, etag.by) == (len(WEIGHTS), len(WEIGHTS), "lfs", "hub")
    assert [len(common_files([whole], [each])) for each in (pointer, etag)] == [1, 1]


@needs_git
def test_a_blob_id_is_git_s_own(tmp_path: Path) -> None:
    commit(tmp_path / "r", {"tokenizer.json": WEIGHTS})
    assert of_bytes("x", WEIGHTS).blob == git(tmp_path / "r", "rev-parse", "HEAD:tokenizer.json")
    blob = of_etag("x", f'W/"{of_bytes("x", WEIGHTS).blob}"')
    assert blob is not None
    assert common_files([blob], [of_bytes("y", WEIGHTS)])[0][2].startswith("git blob ")


def test_what_is_no_hash_or_a_broken_pointer_names_nothing() -> None:
    assert [of_etag("x", each) for each in ("", '"abc"', "../../etc/passwd", "A" * 64, "a" * 65)] == [None] * 5
    broken = POINTER.replace(b"sha256:", b"sha256:../")
    assert of_bytes("x", broken).by == "bytes"
    assert of_bytes("x", POINTER + b"more\n" * 500).by == "bytes"


def test_large_files_are_told_by_the_hub_s_cache_and_by_git_unread(tmp_path: Path) -> None:
    def unread() -> bytes:
        raise AssertionError("read")

    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / SHA256).write_bytes(b"x")
    (tmp_path / "snapshot").mkdir()
    (tmp_path / "snapshot" / "model.safetensors").symlink_to(f"../blobs/{SHA256}")
    (tmp_path / "snapshot" / "other.safetensors").symlink_to("../blobs/no-hash")
    with open_source(str(tmp_path / "snapshot")) as checkout:
        entries = [Entry(f"{name}.safetensors", LARGE, unread) for name in ("model", "other", "missing")]
        found = file_identities(checkout, entries)
    assert found == [FileIdentity("model.safetensors", LARGE, SHA256, by="hub")]


def noted(folder: Path, note: str, at: float) -> list[FileIdentity]:
    """What is said of a file that is too large to read, beside such a note of the Hub's library."""
    notes = folder / ".cache/huggingface/download"
    notes.mkdir(parents=True, exist_ok=True)
    (notes / "a.safetensors.metadata").write_text(note)
    (folder / "a.safetensors").write_bytes(b"x")
    os.utime(folder / "a.safetensors", (at, at))
    with open_source(str(folder)) as checkout:
        return file_identities(checkout, [Entry("a.safetensors", LARGE, lambda: b"")])


def test_a_note_beside_a_download_tells_a_large_file_unless_it_was_changed_since(tmp_path: Path) -> None:
    note = f"{'c' * 40}\n{SHA256}\n1700000000.5\n"
    assert noted(tmp_path, note, at=1_700_000_000) == [FileIdentity("a.safetensors", LARGE, SHA256, by="hub")]
    assert noted(tmp_path, note, at=1_700_000_100) == []
    for broken in ("", "\n\n", note.replace(SHA256, "../x"), note.replace("1700000000.5", "soon"), note + "x" * 2_000):
        assert noted(tmp_path, broken, at=1_700_000_000) == [], broken
    (tmp_path / ".cache/huggingface/download/a.safetensors.metadata").unlink()
    os.mkfifo(tmp_path / ".cache/huggingface/download/a.safetensors.metadata")
    with open_source(str(tmp_path)) as checkout:
        assert file_identities(checkout, [Entry("a.safetensors", LARGE, lambda: b"")]) == []


@needs_git
def test_a_pointer_that_was_committed_tells_the_file_that_was_fetched_in_its_place(tmp_path: Path) -> None:
    commit(tmp_path / "r", {"a.safetensors": POINTER})
    with open_source(str(tmp_path / "r")) as checkout:
        (found,) = file_identities(checkout, [Entry("a.safetensors", LARGE, lambda: b"")])
    assert (found.by, found.sha256, found.size) == ("lfs", SHA256, len(WEIGHTS))


@needs_git
def test_git_tells_what_was_committed_of_a_file_that_is_too_large_to_read(tmp_path: Path) -> None:
    commit(tmp_path / "r", {"part/model.safetensors": WEIGHTS})
    entries = [Entry("model.safetensors", LARGE, lambda: b"")]
    with open_source(str(tmp_path / "r" / "part")) as checkout:
        (found,) = file_identities(checkout, entries)
    assert (found.by, found.blob, found.sha256) == ("git", of_bytes("x", WEIGHTS).blob, "")
    with open_source(f"git+file://{tmp_path}/r") as fetched:
        unsent = [Entry("part/model.safetensors", 0, lambda: Skipped("part/model.safetensors", "not sent"))]
        assert file_identities(fetched, unsent)[0].blob == found.blob


def files(name: str, **contents: bytes) -> ModelFacts:
    """A model with files by these names; an underscore stands for the dot."""
    return ModelFacts(
        name, files=tuple(of_bytes(path.replace("_", ".", 1), stored) for path, stored in contents.items())
    )


def test_an_equal_file_is_exact_by_its_role() -> None:
    ours = files("ours", model_safetensors=WEIGHTS, tokenizer_json=WEIGHTS[1:], config_json=WEIGHTS[2:])
    theirs = files("theirs", pytorch_safetensors=WEIGHTS, tokenizer_json=WEIGHTS[1:], config_json=WEIGHTS[2:])
    weights, tokenizer, settings = compare_files(ours, theirs)
    assert [each.strength for each in (weights, tokenizer, settings)] == [
        Strength.EXACT,
        Strength.EXACT,
        Strength.SUPPORTING,
    ]
    assert {each.relation for each in (weights, tokenizer, settings)} == {Relation.IDENTICAL}
    assert "there pytorch.safetensors" in weights.says
    assert SHA256[:12] in weights.says
    assert [region.path for region in tokenizer.regions] == ["tokenizer.json"]


def test_a_file_that_a_parent_has_is_explained_by_it() -> None:
    ours, theirs = (files(name, tokenizer_json=WEIGHTS) for name in ("ours", "theirs"))
    (found,) = compare_files(ours, theirs, [files("base", tokenizer_json=WEIGHTS)])
    assert (found.strength, found.explained_by) == (Strength.NONE, ("base has the same file",))


def test_other_bytes_and_tiny_files_are_nothing_in_common() -> None:
    assert compare_files(files("a", tokenizer_json=WEIGHTS), files("b", tokenizer_json=WEIGHTS[1:])) == ()
    assert compare_files(files("a", tokenizer_json=b"{}"), files("b", tokenizer_json=b"{}")) == ()


def test_a_path_of_several_lines_is_said_on_one() -> None:
    ours = ModelFacts("ours", files=(of_bytes("a\n\x1b[31m\udcff.json", WEIGHTS),))
    (found,) = compare_files(ours, files("theirs", b_json=WEIGHTS))
    assert found.says.isprintable()


def test_each_file_of_a_model_has_a_role() -> None:
    roles = {
        "weights": ["model-00001-of-00002.safetensors", "a/q4.gguf", "pytorch_model.bin"],
        "tokenizer": ["tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "tokenizer.model"],
        "settings": [
            "config.json",
            "model.safetensors.index.json",
            "generation_config.json",
            "special_tokens_map.json",
        ],
    }
    assert not [path for role, paths in roles.items() for path in paths if role_of_file(path) != role]
