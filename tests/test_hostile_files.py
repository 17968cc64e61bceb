"""What is scanned does not decide what is read of it: any codec, any line end, as Python reads it."""

from __future__ import annotations

import ast
import codecs
import encodings
import json
import pkgutil
import warnings
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest

from modelkin.api import compare_texts
from modelkin.attribution.waiver_comments import read_waivers
from modelkin.errors import RestoreError
from modelkin.fixes.header_lines import header_added
from modelkin.fixes.model import UnwritableError
from modelkin.results import Skipped, Verdict
from modelkin.results.cells import line_words
from modelkin.sources.checkout import Entry
from modelkin.sources.files import SourceFile, read_file
from modelkin.support.decoding import to_utf8
from modelkin.syntax.rename_undo import restore

from .support.comparisons import RENAMED, compared
from .support.processor_time import processor_seconds
from .support.small_corpora import ATTENTION

CODE = "def lamp(x):\n    return x - 1  # a-b.c +AGE- ~{ \\d\n"
LESS_ESCAPES = CODE.replace("\\d", "")


def codec_names() -> Iterator[str]:
    """Every module of the standard library's codecs."""
    return (module.name for module in pkgutil.iter_modules(encodings.__path__))


def spellings(codec: str) -> Iterator[bytes]:
    """Modules that say they are in a codec: in ASCII, as punycode needs it, with stray bytes, in it, in it below."""
    cookie = f"# coding: {codec}\n"
    for code in (CODE, LESS_ESCAPES):
        yield (cookie + code).encode()
        yield (cookie + code + "#-").encode()
        yield (cookie + code + "# \x80\xff\n").encode("latin-1")
        with suppress(LookupError, ValueError):
            yield (cookie + code).encode(codec)
            yield cookie.encode() + code.encode(codec)


def tree(source: bytes | str) -> str | None:
    """What Python takes a module for, None when it refuses it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.dump(ast.parse(source))
        except (SyntaxError, ValueError):
            return None


def test_what_python_imports_in_any_codec_of_its_library_is_read_so() -> None:
    failures = []
    for codec in codec_names():
        for stored in spellings(codec):
            wanted, read = tree(stored), to_utf8("a.py", stored)
            if wanted is not None and (isinstance(read, Skipped) or tree(read.decode()) != wanted):
                failures.append((codec, stored, read))
    assert not failures


def test_what_python_refuses_is_read_as_it_stands_or_named() -> None:
    """ASCII code below a lie about its encoding is found, or named as skipped: never empty in silence."""
    failures = []
    for codec in codec_names():
        for stored in ((f"# coding: {codec}\n" + CODE + end).encode("latin-1") for end in ("", "# \xff\n", "#-")):
            read = to_utf8("a.py", stored)
            if not isinstance(read, Skipped) and b"def lamp(x):" not in read:
                failures.append((codec, stored, read))
    assert not failures


def test_ebcdic_that_python_starts_is_read() -> None:
    for codec in ("cp037", "cp500", "cp1140"):
        assert to_utf8("a.py", f"# coding: {codec}\n".encode() + CODE.encode(codec)) == (
            f"# coding: {codec}\n{CODE}".encode()
        )


def test_a_copy_in_a_rare_codec_is_found(tmp_path: Path) -> None:
    codecs = ("raw_unicode_escape", "unicode_escape", "utf_7", "hz", "iso2022_jp", "idna")
    copies = {codec: f"# coding: {codec}\n{RENAMED}".encode() for codec in codecs}
    assert [file.verdict for file in compared(tmp_path, copies).files] == [Verdict.RENAMED] * len(codecs)


def test_the_first_line_declares_before_the_second_and_however_long_it_is() -> None:
    twice = "# coding: latin-1\n# coding: utf-8\n# é\n"
    assert to_utf8("a.py", twice.encode("latin-1")) == twice.encode()
    far = f"#{' ' * 20_000}coding: latin-1\n# é\n"
    assert to_utf8("a.py", far.encode("latin-1")) == far.encode()
    below = f"#{' ' * 20_000}\r# coding: latin-1\r# é\r"
    assert to_utf8("a.py", below.encode("latin-1")) == below.replace("\r", "\n").encode()


def test_no_codec_of_others_is_asked() -> None:
    asked: list[str] = []

    def search(name: str) -> None:
        asked.append(name)

    codecs.register(search)
    try:
        for stored in (
            b"# coding: future_fstrings\nx = 1\n",
            b"#\r# coding: future_fstrings\rx = 1\r",
            b"# a\rx = 'coding: other'\n",
        ):
            to_utf8("a.py", stored)
            with pytest.raises(RestoreError):
                restore(stored, [])
    finally:
        getattr(codecs, "unregister", lambda _: None)(search)
    assert not asked


def test_punycode_is_bounded_before_it_is_decoded() -> None:
    with processor_seconds(5):
        for codec in ("punycode", "idna"):
            read = to_utf8("a.py", f"# coding: {codec}\n.xn--".encode() + b"9" * 6_000_000)
            assert isinstance(read, Skipped)
            assert codec in read.reason


ENDINGS = ["\r", "\r\n", "mixed"]


def ended(text: str, ending: str) -> bytes:
    """The text with other line ends; mixed are all three in turn."""
    lines = text.split("\n")
    ends = ["\n", "\r", "\r\n"] if ending == "mixed" else [ending]
    return "".join(line + ends[number % len(ends)] for number, line in enumerate(lines[:-1])).encode()


@pytest.mark.parametrize("ending", ENDINGS)
def test_line_ends_of_every_kind_are_lines(tmp_path: Path, ending: str) -> None:
    report = compared(tmp_path, {"copy": ended(RENAMED, ending), "plain": RENAMED.encode()})
    copy, plain = report.files
    assert copy.verdict is plain.verdict is Verdict.RENAMED
    assert copy.definitions == plain.definitions
    assert copy.renames == plain.renames


def as_read(stored: bytes) -> bytes:
    read = to_utf8("a.py", stored)
    assert isinstance(read, bytes)
    return read


@pytest.mark.parametrize("ending", ENDINGS)
def test_findings_stand_on_the_line_that_python_shows(ending: str) -> None:
    text = "# One line\n# modelkin: ignore[no-such-rule] a reason\nx = 1\n"
    (bad,) = read_waivers("a.py", as_read(ended(text, ending))).bad
    assert bad.line == 2


@pytest.mark.parametrize("ending", ENDINGS)
def test_renames_are_undone_whatever_ends_the_lines(tmp_path: Path, ending: str) -> None:
    from modelkin.diffs.restoration import Restoration, restorations

    report = compared(tmp_path, {"copy": ended(RENAMED, ending)})
    (restored,) = restorations(report, str(tmp_path / "copy"), str(tmp_path / "original"))
    assert isinstance(restored, Restoration)
    assert restored.restored == ended(ATTENTION, ending)
    assert not restored.difference.unified


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_header_goes_where_a_line_ends(ending: str) -> None:
    before = ended("#!/usr/bin/python\n# Copyright 2020 One\nx = 1\n", ending)
    after = to_utf8("a.py", header_added(before, ["Copyright 2021 Two"]))
    assert isinstance(after, bytes)
    assert after.replace(b"\r\n", b"\n").split(b"\n")[1:4] == [b"# Copyright 2020 One", b"#", b"# Copyright 2021 Two"]


def test_nothing_is_inserted_where_it_may_change_what_stands_below() -> None:
    for codec in ("unicode_escape", "utf-7", "punycode", "hz"):
        with pytest.raises(UnwritableError):
            header_added(f"# coding: {codec}\nx = 1\n".encode(), ["Copyright 2021 Two"])


def test_cells_of_notebooks_have_lines_of_every_kind() -> None:
    cells = [{"cell_type": "code", "source": "# a\rx = 1\r%time y\rz = 2"}, {"cell_type": "code", "source": "y = 2"}]
    stored = json.dumps({"cells": cells}).encode()
    read = read_file(Entry("a.ipynb", len(stored), lambda: stored))
    assert isinstance(read, SourceFile)
    assert read.text == b"# a\nx = 1\n\nz = 2\ny = 2\n"
    assert [line_words(read.cells, line, line) for line in (1, 4, 5)] == [
        "cell 1, line 1",
        "cell 1, line 4",
        "cell 2, line 1",
    ]


def test_other_characters_end_no_line() -> None:
    text = "# a\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029b\nclass A:\n    pass\n"
    report = compare_texts(text.encode(), text.encode())
    assert [each.first_line for each in report.definitions if each.qualname == "A"] == [2]


@pytest.mark.unmeasured
def test_six_megabytes_of_comments_hide_nothing(tmp_path: Path) -> None:
    copies = {}
    for number, comment in enumerate((b"# some words that say nothing\n", b"# don't {x}\n\n", b'    # "\n', b"# a\r")):
        comments = comment * (3 * 1024**2 // len(comment))
        copies[f"copy{number}"] = comments + RENAMED.encode() + comments
    assert [file.verdict for file in compared(tmp_path, copies, timeout=120).files] == [Verdict.RENAMED] * len(copies)


AROUND = {
    "": "",
    "# a ": "",
    "x = 1 + ": "2",
    "x = 'a": "'",
    "x = '''": "'''",
    "if x:\n    y = (": "3)",
    "x.": "y",
    "f'{": "a}'",
}


def test_continued_lines_leave_the_lines_below_where_they_are() -> None:
    moved = []
    for (before, after), count in product(AROUND.items(), (3, 40)):
        text = before + "\\\n" * count + after + "\ndef lamp(x):\n    return x\n"
        found = compare_texts(text.encode(), b"def lamp(x):\n    return x\n").definitions
        line = text[: text.index("def")].count("\n") + 1
        if [each.first_line for each in found if each.qualname == "lamp"] != [line]:
            moved.append((before, count))
    assert not moved


def test_nesting_is_counted_below_a_lone_carriage_return() -> None:
    with pytest.raises(RestoreError, match="line 2 is nested too deeply"):
        restore(b"# a\rx = " + b"(" * 5_000 + b")" * 5_000 + b"\r", [])
