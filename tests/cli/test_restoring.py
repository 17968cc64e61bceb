"""Restored files stay in the folder the user named."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.cli.compare import check_apart, write_restored
from modelkin.errors import ModelkinError, UsageError


def test_restored_files_keep_their_folders(tmp_path: Path) -> None:
    write_restored({"a/b.py": b"code", "c.py": b"code"}, tmp_path / "out", ("x",))
    assert (tmp_path / "out/a/b.py").read_bytes() == b"code"
    assert (tmp_path / "out/c.py").read_bytes() == b"code"


@pytest.mark.parametrize("path", ["../out.py", "/out.py", "a/../../out.py"])
def test_no_restored_file_leaves_the_folder(path: str, tmp_path: Path) -> None:
    with pytest.raises(ModelkinError, match="outside"):
        write_restored({path: b"code"}, tmp_path / "out", ())


def test_no_restored_file_follows_a_link_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").symlink_to(tmp_path)
    with pytest.raises(ModelkinError, match=r"a is a symbolic link to .*: name .* itself, or remove the link"):
        write_restored({"a/b.py": b"code"}, tmp_path / "out", ())
    assert not (tmp_path / "b.py").exists()


def test_no_restored_file_takes_the_place_of_a_link(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "kept.py").write_text("kept")
    (tmp_path / "out" / "b.py").symlink_to("../kept.py")
    with pytest.raises(ModelkinError, match=r"b\.py is a symbolic link to \.\./kept\.py"):
        write_restored({"b.py": b"code"}, tmp_path / "out", ())
    assert (tmp_path / "kept.py").read_text() == "kept"


def test_no_source_is_overwritten_and_nothing_is_written_then(tmp_path: Path) -> None:
    (tmp_path / "copy.py").write_text("the source")
    restored = {"new.py": b"code", "copy.py": b"code"}
    with pytest.raises(UsageError, match="among the files of"):
        write_restored(restored, tmp_path, (str(tmp_path / "copy.py"),))
    assert (tmp_path / "copy.py").read_text() == "the source"
    assert not (tmp_path / "new.py").exists()


def test_a_folder_inside_a_source_is_refused(tmp_path: Path) -> None:
    for source in (str(tmp_path), f"{tmp_path}!models"):
        with pytest.raises(UsageError, match="name a folder apart"):
            check_apart(tmp_path / "restored", (source,))


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelkinError, match="cannot create"):
        write_restored({"a/b.py": b"code"}, tmp_path / "file", ())
