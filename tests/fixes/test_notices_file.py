"""Which file says what is from whom, and how it is added to without any of its words changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.fixes.model import UnwritableError
from modelkin.fixes.notices_file import NEW_FILE, Acknowledgement, notices_edit, notices_path

LANTERN = Acknowledgement("lantern", (), ("Copyright 2020 Them",), ("a.py, copied from lantern/a.py",))


FILES = [
    ([], NEW_FILE),
    (["NOTICE"], "NOTICE"),
    (["NOTICE", "THIRD_PARTY_LICENSES"], "THIRD_PARTY_LICENSES"),
    (["ThirdPartyNotices.txt"], "ThirdPartyNotices.txt"),
    (["NOTICE.html", "LICENSE", "README.md", "notices.py"], NEW_FILE),
]


def test_the_file_there_is_used_and_else_one_is_made(tmp_path: Path) -> None:
    chosen = []
    for number, (names, _) in enumerate(FILES):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in names:
            (folder / name).write_text("Words.\n")
        chosen.append(notices_path(folder))
    assert chosen == [expected for _, expected in FILES]


def test_the_file_with_the_marks_stays_the_one(tmp_path: Path) -> None:
    (tmp_path / "NOTICE").write_bytes(added(tmp_path, "NOTICE"))
    (tmp_path / "THIRD_PARTY_NOTICES.txt").write_text("Words.\n")
    assert notices_path(tmp_path) == "NOTICE"


UNWRITABLE = [
    ("Wörter".encode("utf-16"), "not in UTF-8"),
    (b"\0binary", "not text"),
    (b"one\r\nother\n", "different ways"),
    (b"x" * (4 * 1024**2 + 1), "too large"),
]


def test_a_file_that_cannot_be_added_to_is_left_for_a_new_one(tmp_path: Path) -> None:
    for stored, reason in UNWRITABLE:
        (tmp_path / "NOTICE").write_bytes(stored)
        assert notices_path(tmp_path) == NEW_FILE
        with pytest.raises(UnwritableError, match=reason):
            added(tmp_path, "NOTICE")


def test_folders_and_links_out_of_the_tree_are_passed_over(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "NOTICE").mkdir(parents=True)
    (tmp_path / "out.txt").write_text("Theirs.\n")
    (root / "THIRD_PARTY.txt").symlink_to("../out.txt")
    assert notices_path(root) == NEW_FILE
    for path in ("NOTICE", "THIRD_PARTY.txt"):
        with pytest.raises(UnwritableError):
            added(root, path)


def test_marks_are_comments_of_the_file_s_kind(tmp_path: Path) -> None:
    marks = {"a.md": "<!-- modelkin:end -->", "a.rst": ".. modelkin:end", "NOTICE": "# modelkin:end"}
    assert {name: added(tmp_path, name).decode().splitlines()[-1] for name in marks} == marks


def test_line_endings_and_words_stay(tmp_path: Path) -> None:
    (tmp_path / "NOTICE").write_bytes(b"\xef\xbb\xbfOne.\r\nTwo.\r\n")
    after = added(tmp_path, "NOTICE")
    assert after.startswith(b"\xef\xbb\xbfOne.\r\nTwo.\r\n\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")


def test_a_second_run_is_no_edit(tmp_path: Path) -> None:
    (tmp_path / "NOTICE").write_bytes(added(tmp_path, "NOTICE"))
    (tmp_path / "a.py").write_text("")
    assert notices_edit(tmp_path, "NOTICE", [LANTERN]) is None


def test_files_that_are_gone_leave_the_notices(tmp_path: Path) -> None:
    (tmp_path / "NOTICE").write_bytes(added(tmp_path, "NOTICE"))
    beacon = Acknowledgement("beacon", (), (), ("b.py, copied from beacon/b.py",))
    edit = notices_edit(tmp_path, "NOTICE", [beacon])
    assert edit is not None
    assert b"beacon" in edit.after
    assert b"lantern" not in edit.after


def added(root: Path, path: str) -> bytes:
    edit = notices_edit(root, path, [LANTERN])
    assert edit is not None
    return edit.after
