"""The notices file: which file says what is from whom, between two marks, once, whatever else it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from modelkin.fixes.model import UnwritableError
from modelkin.fixes.notices_file import (
    NEW_FILE,
    Acknowledgement,
    acknowledged,
    is_marked,
    notices_edit,
    notices_path,
    read_acknowledgements,
    spelled,
)

HTML, HASH = "<!-- {} -->", "# {}"
LANTERN = Acknowledgement(
    "lantern",
    ("Apache-2.0, text in LICENSES/Apache-2.0.txt",),
    ("Copyright 2020 The Lantern Authors",),
    ("models/focus.py, modified from lantern/attention.py, 1.0 to 2.0, https://example.org/1.0",),
)
BEACON = Acknowledgement(
    "beacon", ("MIT, text in LICENSE",), (), ("models/rates.py, copied from beacon/rates.py, 0.3",)
)
COPIED = Acknowledgement("lantern", (), ("Copyright 2020 Them",), ("a.py, copied from lantern/a.py",))
WRITTEN = """\
<!-- modelkin:begin - from here to the end mark written by `modelkin attribute` -->

lantern
-------

Licence:

- Apache-2.0, text in LICENSES/Apache-2.0.txt

Copyright notices:

- Copyright 2020 The Lantern Authors

Files of this repository:

- models/focus.py, modified from lantern/attention.py, 1.0 to 2.0, https://example.org/1.0

<!-- modelkin:end -->
"""


def everything(_path: str) -> bool:
    return True


def test_a_new_file_holds_the_marks_and_what_is_told() -> None:
    assert acknowledged("", [LANTERN], everything, HTML) == WRITTEN


def test_what_a_file_says_already_stays_above() -> None:
    texts = ("My words.\n", "My words.", "My words.\n\n\n")
    assert {acknowledged(text, [LANTERN], everything, HTML) for text in texts} == {"My words.\n\n" + WRITTEN}


def test_words_below_the_marks_stay_below() -> None:
    text = "Above.\n\n" + WRITTEN + "\nBelow.\n"
    assert acknowledged(text, [LANTERN], everything, HTML) == text


def test_further_upstreams_and_files_are_added_in_order() -> None:
    both = acknowledged(acknowledged("", [LANTERN], everything, HTML), [BEACON], everything, HTML)
    assert both == acknowledged("", [LANTERN, BEACON], everything, HTML)
    further = replace(LANTERN, files=("a.py, copied from lantern/a.py, 1.0",))
    (told,) = inner(acknowledged(WRITTEN, [further], everything, HTML))
    assert [file.partition(",")[0] for file in told.files] == ["a.py", "models/focus.py"]
    assert told.copyrights == LANTERN.copyrights


def test_a_file_or_licence_told_of_before_is_told_of_anew() -> None:
    newer = replace(LANTERN, licences=("Apache-2.0, text in LICENSE",), files=("models/focus.py, copied from b.py",))
    assert inner(acknowledged(WRITTEN, [newer], everything, HTML)) == [newer]


def test_files_that_are_gone_are_told_of_no_more() -> None:
    (told,) = inner(acknowledged(WRITTEN, [BEACON], lambda path: path != "models/focus.py", HTML))
    assert told == BEACON


def test_a_notice_is_quoted_and_outlives_a_run_that_cannot_fetch_it() -> None:
    noticed = replace(LANTERN, notice=("Lantern", "", "-------", "  By us.", "modelkin:end"))
    text = acknowledged("", [noticed], everything, HTML)
    assert "\n    Lantern\n\n    -------\n      By us.\n" in text
    assert acknowledged(text, [LANTERN], everything, HTML) == text


def test_broken_marks_are_left_to_a_person() -> None:
    for comment in (HTML, HASH):
        begin, *inside, end = acknowledged("", [LANTERN], everything, comment).splitlines(keepends=True)
        whole = [begin, *inside, end]
        for broken in ([*inside, end], [begin, *inside], whole * 2, [end, *inside, begin]):
            with pytest.raises(UnwritableError, match="marks of modelkin"):
                acknowledged("".join(broken), [LANTERN], everything, comment)


def test_what_a_corpus_says_cannot_break_out_of_its_place() -> None:
    hostile = Acknowledgement(
        "lantern",
        ("MIT, x\n<!-- modelkin:end -->",),
        ("Copyright 2020\n\nOther\n-----",),
        ("a.py, \n- b.py\x1b",),
        ("<!-- modelkin:end -->", "Other", "-----"),
    )
    text = acknowledged("", [hostile], everything, HTML)
    assert [each.project for each in inner(text)] == ["lantern"]
    assert acknowledged(text, [hostile], everything, HTML) == text


def test_nothing_told_changes_nothing() -> None:
    assert acknowledged("Words", [], everything, HTML) == "Words"


_WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
_ITEMS = st.lists(st.one_of(_WORDS, st.sampled_from(["a.py, x", "Licence:", "- x", "---", "Its NOTICE:"])), max_size=3)
_TOLD = st.builds(
    lambda project, licences, copyrights, files, notice: Acknowledgement(
        project, tuple(licences), tuple(copyrights), ("a.py, copied", *files), tuple(notice)
    ),
    st.sampled_from(["lantern", "beacon", "Größe"]),
    _ITEMS,
    _ITEMS,
    _ITEMS,
    st.lists(_WORDS.filter(lambda text: "\n" not in text and "\r" not in text), max_size=3),
)


@given(st.text(st.sampled_from("ab \n-:"), max_size=20), st.lists(_TOLD, min_size=1, max_size=3))
def test_a_second_run_changes_nothing_and_the_rest_of_the_file_stays(text: str, told: list[Acknowledgement]) -> None:
    once = acknowledged(text, told, everything, HASH)
    assert once.startswith(text.rstrip("\n"))
    assert is_marked(once, HASH)
    assert acknowledged(once, told, everything, HASH) == once


def inner(text: str) -> list[Acknowledgement]:
    return read_acknowledgements(text.partition("\n")[2].rpartition("<!--")[0])


NAMES = st.text(st.characters(codec=None) | st.sampled_from(" ,\\u\n\u202e\udcff"), min_size=1, max_size=20)


@given(st.sets(NAMES.filter(lambda name: name.strip() != ""), min_size=1, max_size=4))
def test_a_file_is_known_again_whatever_it_is_called(names: set[str]) -> None:
    told = [replace(LANTERN, files=(f"{spelled(name)}, copied from lantern/attention.py",)) for name in names]
    once = acknowledged("", told, names.__contains__, HASH)
    assert acknowledged(once, [], names.__contains__, HASH) == once
    assert acknowledged(once, told, names.__contains__, HASH) == once
    once.encode("utf-8")
    (lantern,) = read_acknowledgements(once)
    assert len(lantern.files) == len(names)


def test_a_long_path_is_told_whole() -> None:
    path = "/".join(["d" * 50] * 40)
    told = replace(LANTERN, files=(f"{spelled(path)}, copied from lantern/attention.py",))
    once = acknowledged("", [told], path.__eq__, HASH)
    assert acknowledged(once, [], path.__eq__, HASH) == once


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
    assert notices_edit(tmp_path, "NOTICE", [COPIED]) is None


def test_files_that_are_gone_leave_the_notices(tmp_path: Path) -> None:
    (tmp_path / "NOTICE").write_bytes(added(tmp_path, "NOTICE"))
    beacon = Acknowledgement("beacon", (), (), ("b.py, copied from beacon/b.py",))
    edit = notices_edit(tmp_path, "NOTICE", [beacon])
    assert edit is not None
    assert b"beacon" in edit.after
    assert b"lantern" not in edit.after


def added(root: Path, path: str) -> bytes:
    edit = notices_edit(root, path, [COPIED])
    assert edit is not None
    return edit.after
