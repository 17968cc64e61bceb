"""The shipped corpus is unpacked once, into a folder that only its user writes to; else for one run, with a note."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import pytest

from modelkin import ScanOptions, scan
from modelkin.cli import main
from modelkin.corpus import store
from modelkin.corpus.packed import packing, unpacking
from modelkin.corpus.packed.packing import packed
from modelkin.corpus.packed.unpacking import ready, unpack
from modelkin.errors import CorpusError
from modelkin.support import announcements

from ..support.small_corpora import COPY, THREE, corpus_of

POSIX = pytest.mark.skipif(os.name != "posix", reason="rights are not the system's way")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A packed corpus; the user's cache is beside it."""
    monkeypatch.delenv(unpacking.FOLDER_VARIABLE, raising=False)
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(unpacking, "_of_this_run", {})
    corpus_of(*THREE).save(tmp_path / "base.safetensors")
    (tmp_path / "base.packed").write_bytes(packed(tmp_path / "base.safetensors"))
    return tmp_path / "base.packed"


@pytest.fixture
def told() -> Iterator[list[tuple[str, bool]]]:
    """What was announced, and whether for the moment only."""
    found: list[tuple[str, bool]] = []
    announcements.listen(lambda text, passing: found.append((text, passing)))
    yield found
    announcements.listen(None)


@pytest.fixture
def never_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is unpacked; from now on nothing more is."""
    there = ready(place)

    def fail(_: Path) -> NoReturn:
        raise AssertionError("it is unpacked again")

    monkeypatch.setattr(packing, "unpacked", fail)
    return there


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_it_is_unpacked_once_and_told_of_once(place: Path, told: list[tuple[str, bool]], never_again: Path) -> None:
    assert never_again.read_bytes() == place.with_suffix(".safetensors").read_bytes()
    assert ready(place) == never_again
    assert told == [("unpacking the corpus, once", True)]
    assert names(never_again.parent) == [never_again.name]


@POSIX
def test_what_is_unpacked_is_read_only_in_a_folder_of_the_user_s(never_again: Path) -> None:
    assert stat.S_IMODE(never_again.stat().st_mode) == 0o444
    assert stat.S_IMODE(never_again.parent.stat().st_mode) == 0o700


def test_a_damaged_packed_file_leaves_nothing_behind(place: Path) -> None:
    whole = place.read_bytes()
    place.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(CorpusError, match=r"\A[^\n]*base\.packed: damaged packed corpus [^\n]*\Z"):
        ready(place)
    assert names(unpacking.corpora_folder()) == []


def test_an_end_in_the_middle_leaves_nothing_behind(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Path) -> Iterator[bytes]:
        yield b"first"
        raise KeyboardInterrupt

    monkeypatch.setattr(packing, "unpacked", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ready(place)
    assert names(unpacking.corpora_folder()) == []


def test_a_file_of_another_size_is_replaced(place: Path) -> None:
    there = ready(place)
    there.chmod(0o600)
    there.write_bytes(b"short")
    assert ready(place) == there
    assert there.read_bytes() == place.with_suffix(".safetensors").read_bytes()


@POSIX
def test_a_file_that_was_damaged_is_replaced(place: Path, told: list[tuple[str, bool]]) -> None:
    whole = place.with_suffix(".safetensors").read_bytes()
    there = ready(place)
    store.open_corpus(there)  # found sound, once
    for byte in (9, len(whole) // 2, len(whole) - 1):
        there.chmod(0o600)
        there.write_bytes(whole[:byte] + bytes([whole[byte] ^ 1]) + whole[byte + 1 :])
        assert ready(place).read_bytes() == whole
    assert told == [("unpacking the corpus, once", True)] * 4


@POSIX
def test_a_file_that_others_can_have_written_is_replaced(place: Path) -> None:
    there = ready(place)
    there.chmod(0o646)
    there.write_bytes(b"x" * there.stat().st_size)
    assert ready(place).read_bytes() == place.with_suffix(".safetensors").read_bytes()
    if os.geteuid() == 0:
        there.chmod(0o644)
        there.write_bytes(b"x" * there.stat().st_size)
        os.chown(there, 12345, 12345)
        assert ready(place).read_bytes() == place.with_suffix(".safetensors").read_bytes()


@POSIX
@pytest.mark.parametrize("which", ["the cache", "the folder in it", "another owner"])
def test_a_folder_that_others_write_to_is_not_used(
    which: str, place: Path, told: list[tuple[str, bool]], never_again: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(place.parent / "cache"))
    monkeypatch.setattr(unpacking, "_of_this_run", {})
    told.clear()
    folder = never_again.parent.parent if which == "the cache" else never_again.parent
    if which != "another owner":
        folder.chmod(0o777)
    elif os.geteuid() == 0:
        os.chown(folder, 12345, 12345)
    else:
        pytest.skip("only the system's user can give a folder to another")
    there = ready(place)
    assert there.parent not in (folder, never_again.parent)
    assert there.read_bytes() == place.with_suffix(".safetensors").read_bytes()
    (note,) = [text for text, passing in told if not passing]
    assert "for this run only" in note
    assert "chmod go-w" in note
    assert "MODELKIN_CORPORA_DIR" in note
    assert ready(place) == there
    unpacking._remove_folder(there.parent)


@POSIX
def test_a_link_in_its_place_is_not_followed(place: Path, told: list[tuple[str, bool]]) -> None:
    there = ready(place)
    there.rename(place.parent / "elsewhere")
    there.symlink_to(place.parent / "elsewhere")
    assert ready(place).parent != there.parent
    assert [each for each, passing in told if not passing and "symbolic link" in each]


def test_a_home_that_cannot_be_written_has_a_way(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: list[tuple[str, bool]]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "file" / "cache"))
    there = ready(place)
    assert store.open_corpus(there).name == "small"
    (note,) = [text for text, passing in told if not passing]
    assert "\n" not in note
    unpacking._remove_folder(there.parent)
    assert not there.exists()
    for each in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(each, str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("tempfile._candidate_tempdir_list", lambda: [str(tmp_path / "file")])
    monkeypatch.setattr(unpacking, "_of_this_run", {})
    with pytest.raises(CorpusError, match=r"\A[^\n]*cannot be unpacked: [^\n]*MODELKIN_CORPORA_DIR[^\n]*\Z"):
        ready(place)


def test_what_is_unpacked_ahead_of_time_is_used(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: list[tuple[str, bool]]
) -> None:
    there = unpack(place, tmp_path / "for all", readable=True)
    if os.name == "posix":
        assert stat.S_IMODE(there.parent.stat().st_mode) & 0o055 == 0o055
    monkeypatch.setenv(unpacking.FOLDER_VARIABLE, str(tmp_path / "for all"))
    assert ready(place) == there
    assert told == []


def test_many_at_once_unpack_it_whole(place: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len({each.result() for each in [threads.submit(ready, place) for _ in range(16)]}) == 1
    assert ready(place).read_bytes() == place.with_suffix(".safetensors").read_bytes()
    assert len(names(unpacking.corpora_folder())) == 1


def test_what_other_versions_left_goes_once_nobody_uses_it(place: Path) -> None:
    folder = unpacking.corpora_folder()
    folder.mkdir(0o700, parents=True)
    for name, days in {
        "base-old.safetensors": 40,
        "base-new.safetensors": 20,
        ".modelkin-a.tmp": 2,
        "mine": 99,
    }.items():
        (folder / name).write_text("")
        os.utime(folder / name, (time.time() - days * 86400,) * 2)
    there = ready(place)
    assert names(folder) == sorted(["base-new.safetensors", there.name, "mine"])
    os.utime(there, (time.time() - 40 * 86400,) * 2)
    ready(place)
    assert time.time() - there.stat().st_mtime < 86400


def test_scans_and_lists_use_it(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(store, "shipped_folder", lambda _: place.parent)
    monkeypatch.setenv("MODELKIN_DATA_DIR", str(place.parent / "data"))
    place.with_suffix(".safetensors").unlink()
    (place.parent / "copy.py").write_text(COPY)
    (file,) = scan(str(place.parent / "copy.py"), ScanOptions()).files
    assert file.upstreams
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    assert main(["corpus", "list"]) == 0
    shown = capsys.readouterr()
    assert "lantern" in shown.out
    assert "unpack" not in shown.err
    assert main(["corpus", "unpack"]) == 0
    assert capsys.readouterr().out.strip() == str(store.shipped_path())
