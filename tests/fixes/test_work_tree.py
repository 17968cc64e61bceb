"""Edits are written whole, inside the folder, and only over what was read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelkin.fixes.model import Edit, Undone
from modelkin.fixes.work_tree import apply, unified


def edit(path: str, before: bytes | None = b"old\n", after: bytes = b"new\n") -> Edit:
    return Edit(path, before, after, "why")


def undone(root: Path, one: Edit) -> str:
    (step,) = apply([one], root)
    assert isinstance(step, Undone)
    assert step.path == one.path
    return step.reason


def test_files_are_written_and_folders_made(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"old\n")
    edits = [edit("LICENSES/MIT.txt", None), edit("a.py")]
    assert list(apply(edits, tmp_path)) == edits
    assert (tmp_path / "LICENSES/MIT.txt").read_bytes() == b"new\n"
    assert (tmp_path / "a.py").read_bytes() == b"new\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["LICENSES", "a.py"]


def test_the_mode_of_a_file_stays(tmp_path: Path) -> None:
    modes = (0o755, 0o600, 0o444)
    for mode in modes:
        (tmp_path / f"{mode}.py").write_bytes(b"old\n")
        (tmp_path / f"{mode}.py").chmod(mode)
        list(apply([edit(f"{mode}.py")], tmp_path))
    assert [(tmp_path / f"{mode}.py").stat().st_mode & 0o777 for mode in modes] == list(modes)
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"new\n"}


def test_a_link_inside_the_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.py").write_bytes(b"old\n")
    (tmp_path / "a.py").symlink_to("real.py")
    list(apply([edit("a.py")], tmp_path))
    assert (tmp_path / "a.py").is_symlink()
    assert (tmp_path / "real.py").read_bytes() == b"new\n"


def test_nothing_outside_the_folder_is_touched(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "out.py").write_bytes(b"old\n")
    (root / "link.py").symlink_to("../out.py")
    (root / "LICENSES").symlink_to("..")
    for path in ("../out.py", "link.py", "LICENSES/MIT.txt", str(tmp_path / "out.py"), ".", "", "a\0b"):
        assert undone(root, edit(path)) == "it leads out of the folder"
    assert (tmp_path / "out.py").read_bytes() == b"old\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.py", "root"]


def test_what_was_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"newer\n")
    assert "changed meanwhile" in undone(tmp_path, edit("a.py"))
    assert "changed meanwhile" in undone(tmp_path, edit("a.py", None))
    assert "changed meanwhile" in undone(tmp_path, edit("gone.py"))
    assert (tmp_path / "a.py").read_bytes() == b"newer\n"


def test_what_is_in_the_way_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    reasons = [undone(tmp_path, edit(path, None)) for path in ("folder", "file/MIT.txt")]
    assert not [reason for reason in reasons if not reason.startswith("it cannot be written: ") or "\n" in reason]


def test_one_file_that_cannot_be_written_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_bytes(b"old\n")
    assert [type(step) for step in apply([edit("a.py"), edit("b.py")], tmp_path)] == [Undone, Edit]


def test_an_interruption_leaves_whole_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_bytes(b"old\n")

    def interrupted(source: str, target: str, **folders: int) -> None:
        if target == "b.py":
            raise KeyboardInterrupt
        real(source, target, **folders)

    real = os.replace
    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(apply([edit("a.py"), edit("b.py")], tmp_path))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.py": b"new\n", "b.py": b"old\n"}


def test_a_diff_is_what_git_applies() -> None:
    assert unified(edit("a.py", b"x\n", b"# c\nx\n")) == "--- a/a.py\n+++ b/a.py\n@@ -1 +1,2 @@\n+# c\n x\n"
    assert unified(edit("a.py", None, b"x\n")) == "--- /dev/null\n+++ b/a.py\n@@ -0,0 +1 @@\n+x\n"
    assert unified(edit("a.py", b"x", b"# c\nx")).endswith("+# c\n x\n\\ No newline at end of file\n")
    assert "+# c\r\n x\x0cy\r\n" in unified(edit("a.py", b"x\x0cy\r\n", b"# c\r\nx\x0cy\r\n"))
    assert "+# \u00e9\n" in unified(edit("a.py", b"# coding: latin-1\n", b"# coding: latin-1\n# \xe9\n"))
    assert "+# \u00e9\n" in unified(edit("a.py", b"# coding: none\n", "# coding: none\n# é\n".encode()))


def test_a_name_cannot_end_a_line_of_a_diff() -> None:
    assert unified(edit("a\n+b.py", None)).splitlines()[1] == '+++ "b/a\\n+b.py"'
