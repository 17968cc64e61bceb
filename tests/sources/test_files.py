"""The source files of a checkout are picked by globs, decoded, and every one not read is named."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from modelkin.results import CellLines, Skipped
from modelkin.sources import open_source
from modelkin.sources.files import MAX_BYTES, Selection, SourceFile, read_files
from modelkin.support.decoding import to_utf8


def write(root: Path, *paths: str, content: bytes = b"x = 1\n") -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
    return root


def read(root: Path, selection: Selection | None = None) -> list[SourceFile | Skipped]:
    with open_source(str(root)) as checkout:
        return list(read_files(checkout, selection or Selection()))


def only(root: Path) -> SourceFile | Skipped:
    (item,) = read(root)
    return item


def test_python_files_and_notebooks_are_picked(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "b.PY", "c.pyi", "d.txt", "LICENSE", "py")
    write(tmp_path, "e.ipynb", content=b'{"cells": []}')
    assert [item.path for item in read(tmp_path)] == ["a.py", "b.PY", "e.ipynb"]


def test_a_source_file_carries_its_bytes_and_their_digest(tmp_path: Path) -> None:
    stored = b"\xef\xbb\xbfx = 1\r\n"
    write(tmp_path, "a.py", content=stored)
    assert only(tmp_path) == SourceFile("a.py", b"x = 1\r\n", hashlib.sha256(stored).hexdigest())


def test_a_notebook_carries_its_cells(tmp_path: Path) -> None:
    code = [{"cell_type": "code", "source": source} for source in ("a = 1\nb = 2", "!ls")]
    stored = json.dumps({"cells": code}).encode("utf-16")
    write(tmp_path, "a.ipynb", content=stored)
    cells = (CellLines(1, 2, 1, 1, 1, 0), CellLines(3, 3, 2, 1, 1, 0))
    assert only(tmp_path) == SourceFile("a.ipynb", b"a = 1\nb = 2\n\n", hashlib.sha256(stored).hexdigest(), cells)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"{", "broken notebook: Expecting property name"), (b"[" * 1_000_000, "broken notebook: nested too deeply")],
)
def test_a_broken_notebook_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    write(tmp_path, "a.ipynb", content=content)
    item = only(tmp_path)
    assert isinstance(item, Skipped)
    assert item.reason.startswith(reason)


def test_a_5_mb_line_is_read_and_a_50_mb_file_is_named_without_reading(tmp_path: Path) -> None:
    write(tmp_path, "line.py", content=b"x = '" + b"a" * 5 * 1024**2 + b"'")
    with write(tmp_path, "data.py").joinpath("data.py").open("r+b") as file:
        file.truncate(50 * 1024**2)
    data, line = read(tmp_path)
    assert data == Skipped("data.py", f"50.0 MB is over the limit of {MAX_BYTES / 1024**2:.1f} MB")
    assert isinstance(line, SourceFile)


def test_the_size_limit_is_the_selections(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    assert [type(item) for item in read(tmp_path, Selection(max_bytes=6))] == [SourceFile]
    assert [type(item) for item in read(tmp_path, Selection(max_bytes=5))] == [Skipped]


def test_what_a_checkout_could_not_take_is_passed_on_unless_excluded(tmp_path: Path) -> None:
    (tmp_path / "gone.py").symlink_to("nowhere")
    gone = Skipped("gone.py", "broken symbolic link")
    assert read(tmp_path) == [gone]
    assert read(tmp_path, Selection(include=("other.py",))) == [gone]
    assert read(tmp_path, Selection(exclude=("gone.py",))) == []


def test_a_file_that_vanishes_while_it_is_listed_is_named(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "b.py")
    with open_source(str(tmp_path)) as checkout:
        items = read_files(checkout)
        next(items)
        (tmp_path / "b.py").unlink()
        assert list(items) == [Skipped("b.py", "cannot be read: No such file or directory")]


def test_exclude_wins_over_include(tmp_path: Path) -> None:
    write(tmp_path, "m/a.py", "m/b.py", "c.py")
    assert [item.path for item in read(tmp_path, Selection(("m",), ("b.py",)))] == ["m/a.py"]


CAFE = "# caf\u00e9\n"


def test_text_that_is_utf8_already_is_handed_on_as_the_same_object() -> None:
    for stored in (b"", b"x = 1\n", CAFE.encode(), b"# coding: utf-8\n" + CAFE.encode(), b"# coding: latin-1\nx"):
        assert to_utf8("a.py", stored) is stored or stored.startswith(b"# coding: latin"), stored
        assert to_utf8("a.py", stored) == stored, stored


def test_a_byte_order_mark_tells_the_encoding_and_is_dropped() -> None:
    for stored in (
        b"\xef\xbb\xbf" + CAFE.encode(),
        b"\xff\xfe" + CAFE.encode("utf-16-le"),
        b"\xfe\xff" + CAFE.encode("utf-16-be"),
        b"\xff\xfe\0\0" + CAFE.encode("utf-32-le"),
        b"\0\0\xfe\xff" + CAFE.encode("utf-32-be"),
    ):
        assert to_utf8("a.py", stored) == CAFE.encode(), stored


def test_a_cookie_in_the_first_two_lines_tells_the_encoding() -> None:
    for cookie, encoding in (
        ("# -*- coding: latin-1 -*-\n", "latin-1"),
        ("#!/usr/bin/python\r\n# vim: set fileencoding=cp1252 :\r\n", "cp1252"),
        ("\n# coding: iso-8859-15\n", "iso-8859-15"),
        ("# coding=mac_roman\n", "mac_roman"),
        ("# coding: UTF_8-sig\n", "utf-8"),
        ("# coding: utf-8-unix\n", "utf-8"),
    ):
        assert to_utf8("a.py", (cookie + CAFE).encode(encoding)) == (cookie + CAFE).encode(), cookie


def test_east_asian_source_is_decoded() -> None:
    for encoding in ("gbk", "shift_jis", "euc_kr", "big5"):
        text = f"# coding: {encoding}\n# \u4e2d\n" if encoding != "euc_kr" else "# coding: euc_kr\n# \ud55c\n"
        assert to_utf8("a.py", text.encode(encoding)) == text.encode()


@pytest.mark.parametrize(
    "cookie", ["x = 1\n# coding: latin-1\n", "\n\n# coding: latin-1\n", "x = '# no'; coding = 1\n"]
)
def test_a_cookie_elsewhere_is_none(cookie: str) -> None:
    assert to_utf8("a.py", cookie.encode() + CAFE.encode()) == cookie.encode() + CAFE.encode()


def test_an_encoding_unknown_or_not_for_source_is_named() -> None:
    for encoding in (
        "nonsense",
        "..",
        "os",
        "undefined",
        "mbcs",
        "oem",
        "rot13",
        "zlib",
        "base64",
        "hex",
        "bz2",
        "uu",
        "quopri",
    ):
        stored = f"# coding: {encoding}\n{CAFE}".encode("latin-1")
        assert to_utf8("a.py", stored) == Skipped("a.py", f"unknown encoding: {encoding}"), encoding


def test_a_nul_byte_is_named_with_its_offset() -> None:
    assert to_utf8("a.py", b"x = 1\n\0") == Skipped("a.py", "binary: NUL byte at offset 6")


def test_stray_bytes_do_not_hide_a_file() -> None:
    assert to_utf8("a.py", b"# caf\xe9\nx = 1\n") == "# caf\ufffd\nx = 1\n".encode()
    assert to_utf8("a.py", b"# coding: ascii\n# \xff\n") == "# coding: ascii\n# \ufffd\n".encode()
    assert to_utf8("a.py", b"\xff\xfex\0\0\xd8y\0") == "x\ufffdy".encode()


def test_a_first_line_of_megabytes_is_searched_only_at_its_start() -> None:
    stored = b"#" + b" coding" * 1_000_000
    assert to_utf8("a.py", stored) is stored
