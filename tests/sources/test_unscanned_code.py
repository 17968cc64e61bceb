"""Code that is not read: told by name or by a look into it, and counted by kind."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

from modelkin.results import Skipped, UnreadKind
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry
from modelkin.sources.files import Selection, read_files
from modelkin.sources.unscanned_code import MOST_UNREAD, UnreadCode

from ..support.cases import failures
from ..support.repositories import written

DEFINITION = "def depth(level):\n    return level * 2\n"
LESSON = f"# Tides\n\n```python\n{DEFINITION}```\n"
USAGE = "# Tides\n\n```python\nimport tides\ntides.rise(3)\n```\n\nWe define a class of tides.\n"
RST = f"Tides\n=====\n\n.. code-block:: python\n\n    {DEFINITION.replace(chr(10), chr(10) + '    ')}\n"
Kinds = dict[str, int]

# A file, its text, and the kind that it is counted as.
FILES: list[tuple[tuple[str, str], str]] = [
    (("csrc/tide.cu", "x"), "native"),
    (("csrc/tide.CPP", "x"), "native"),
    (("fast/warp.pyx", "x"), "native"),
    (("bin/warp", f"#!/usr/bin/env python3\n{DEFINITION}"), "script"),
    (("bin/warp", f"#!/usr/bin/python2.7 -O\n{DEFINITION}"), "script"),
    (("bin/warp", "#!/bin/sh\nexec python warp.py\n"), ""),
    (("LICENSE", "MIT"), ""),
    ((".gitignore", "*.pyc"), ""),
    (("stubs/warp.pyi", "x"), "python"),
    (("warp.py.in", "x"), "python"),
    (("warp.py.bak", "x"), "python"),
    (("docs/warp.md", LESSON), "markdown"),
    (("docs/warp.md", LESSON.replace("```python", "```{.python .input}")), "markdown"),
    (("docs/warp.md", LESSON.replace("```python", "~~~~ py").replace("```", "~~~~")), "markdown"),
    (("docs/warp.md", "```python\n" + "rise(3)\n" * 50 + "```\n"), "markdown"),
    (("docs/warp.rst", RST), "markdown"),
    (("README.md", USAGE), ""),
    (("README.md", f"```text\npy {DEFINITION}```\n"), ""),
    (("README.rst", f"Python\n\n::\n\n    {DEFINITION}"), ""),
    (("extra.zip", "x"), "archive"),
    (("extra.pyz", "x"), "archive"),
    (("extra.tar.gz", "x"), "archive"),
    (("weights.npz", "x"), ""),
    (("lib/warp.so", "x"), "compiled"),
    (("lib/libwarp.so.1.2", "x"), "compiled"),
    (("plot.R", "x"), "other"),
    (("app.js", "x"), "other"),
    (("data.json", "{}"), ""),
]


def kinds(*entries: Entry) -> Kinds:
    unread = UnreadCode()
    for entry in entries:
        unread.see(entry)
    return {each.kind.value: each.count for each in unread.found()}


def test_each_kind_is_told_by_its_name_or_by_what_stands_in_it() -> None:
    def kind(file: tuple[str, str]) -> str:
        path, text = file
        return "".join(kinds(Entry(path, len(text), text.encode)))

    assert not failures(kind, FILES)


def test_what_cannot_be_looked_into_is_no_code_and_no_error() -> None:
    huge = Entry("warp", 10**9, lambda: b"#!/usr/bin/env python\n")
    broken = Entry("bin/warp", 10, lambda: Skipped("bin/warp", "locked"))
    assert kinds(huge, broken) == {}


def test_of_very_many_the_first_are_named_and_all_counted() -> None:
    unread = UnreadCode()
    for number in range(MOST_UNREAD + 7):
        unread.see(Entry(f"{number}.c", 1, bytes))
    (found,) = unread.found("lamp")
    assert (found.kind, found.count, len(found.paths), found.upstream) == (
        UnreadKind.NATIVE,
        MOST_UNREAD + 7,
        MOST_UNREAD,
        "lamp",
    )


def test_only_what_is_selected_counts(tmp_path: Path) -> None:
    root = written(tmp_path, {"a.py": "", "a.c": "x", "old/b.c": "x", "c.cu": "x"})
    unread = UnreadCode()
    with open_source(str(root)) as checkout:
        list(read_files(checkout, Selection(include=("*.py", "*.c"), exclude=("old/",)), unread=unread))
    assert [each.paths for each in unread.found()] == [("a.c",)]


def test_files_of_an_archive_count_as_those_of_a_folder(tmp_path: Path) -> None:
    inner = BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("warp.py", DEFINITION)
    path = tmp_path / "ours.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.py", "")
        archive.writestr("docs/warp.md", LESSON)
        archive.writestr("extra.zip", inner.getvalue())
    unread = UnreadCode()
    with open_source(str(path)) as checkout:
        list(read_files(checkout, unread=unread))
    assert {each.kind.value: each.paths for each in unread.found()} == {
        "markdown": ("docs/warp.md",),
        "archive": ("extra.zip",),
    }
