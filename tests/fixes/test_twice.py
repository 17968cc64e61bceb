"""Whatever stands on top of a file, a second run changes nothing, and the first only puts comment lines in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.fixes.model import Edit, Undone, UnwritableError
from modelkin.fixes.needs import Need, needs
from modelkin.fixes.notices_file import Acknowledgement, notices_edit, notices_path
from modelkin.fixes.plan import FixTarget, header_edit
from modelkin.notices.notice import read_notice
from modelkin.rulebook.model import Duty
from modelkin.sources.checkout import Entry
from modelkin.sources.files import MAX_BYTES, SourceFile, read_file
from modelkin.support.decoding import to_utf8

from ..support.processor_time import processor_seconds
from .test_needs import report

pytestmark = pytest.mark.unmeasured

(NEED,) = needs(report(Duty.KEEP_NOTICES))
CODE = b"import torch\n\nx = 1\n"
LONG = b"# " + b"x" * 20_000

TOPS = {
    "REUSE-IgnoreStart": b"# REUSE-IgnoreStart\n",
    "REUSE-IgnoreStart and notices in it": b"# REUSE-IgnoreStart\n# Copyright 2024 Me\n# REUSE-IgnoreEnd\n",
    "notices, then REUSE-IgnoreStart": b"# Copyright 2024 Me\n# REUSE-IgnoreStart\n# Copyright 2023 Me\n",
    "#! and REUSE-IgnoreStart": b"#!/usr/bin/env python\n# REUSE-IgnoreStart\n# (c) 2024 Me\n",
    "two ignored regions": b"# REUSE-IgnoreStart\n# REUSE-IgnoreEnd\n\n# REUSE-IgnoreStart\n# (c) Me\n",
    "an ignored region above the encoding": b"# REUSE-IgnoreStart\n# coding: utf-8\n# REUSE-IgnoreEnd\n",
    "a snippet that never ends": b"# SPDX-SnippetBegin\n# Copyright 2024 Me\n",
    "a snippet": b"# SPDX-SnippetBegin\n# Copyright 2024 Me\n# SPDX-SnippetEnd\n",
    "a long first line": LONG + b"\n",
    "a long first line with notices": LONG + b" Copyright 2024 Me\n",
    "many lines": b"# line\n" * 3_000,
    "many lines of notices": b"# Copyright 2024 Me\n" * 3_000,
    "as many bytes as are read": b"# Copyright 2024 Me\n" * 300,
    "a few fewer": b"# Copyright 2024 Me\n" * 290,
    "more in UTF-8 than as stored": b"# coding: latin-1\n" + b"# Copyright 2024 M\xfc\xfc\n" * 270,
    "a docstring with notices": b'"""Copyright 2020 Them\nSPDX-License-Identifier: Apache-2.0\n"""\n',
    "an ignored docstring": b'"""REUSE-IgnoreStart\nCopyright 2020 Them\n"""\n',
    "form feeds": b"\x0c# Copyright 2024 Me\n\x0c\n",
    "vertical tabs": b"\x0b# Copyright 2024 Me\n",
    "a byte order mark": b"\xef\xbb\xbf# REUSE-IgnoreStart\n",
    "a byte order mark and an encoding": b"\xef\xbb\xbf# coding: utf-8\n# REUSE-IgnoreStart\n",
    "modes of an editor": b"# -*- mode: python -*-\n# REUSE-IgnoreStart\n# (c) Me\n",
    "CR only": b"# Copyright 2024 Me\r# REUSE-IgnoreStart\r",
    "mixed line ends": b"# Copyright 2024 Me\r\n# a\r# b\n",
    "no code at all": b"# REUSE-IgnoreStart",
    "a notice that seems to be there": b"# REUSE-IgnoreStart\n# Copyright 2020 Them\n# (c) 2021 Others\n",
    "an unfinished string": b"'''\n# Copyright 2020 Them\n",
    "nothing": b"",
}
# Nothing can be put where it would be read: Python wants these lines first.
HOPELESS = {
    "a long line above the encoding": LONG + b"\n# coding: utf-8\n",
    "a long line at #!": b"#!" + LONG + b"\n",
    "REUSE-IgnoreStart above the encoding": b"# REUSE-IgnoreStart\n# coding: utf-8\n",
    "REUSE-IgnoreStart at #!": b"#!/usr/bin/python REUSE-IgnoreStart\n",
    "a long encoding line": b"# coding: utf-8 " + LONG + b"\n",
}


def step(stored: bytes, path: str = "a.py", need: Need = NEED) -> Edit | Undone | None:
    file = read_file(Entry(path, len(stored), lambda: stored))
    assert isinstance(file, SourceFile)
    target = FixTarget(need, stored, file.text)
    if path != "a.py":
        target = FixTarget(Need(need.verdict, _at(need.attribution, path), *_rest(need)), stored, file.text)
    return header_edit(target)


def _at(attribution: Any, path: str) -> Any:
    from msgspec.structs import replace

    return replace(attribution, path=path)


def _rest(need: Need) -> tuple[Any, ...]:
    return need.duties, need.findings, need.licences


def twice(stored: bytes) -> Edit | Undone | None:
    """What a first run does, once a second one is seen to do nothing and all but the insertion to stay."""
    first = step(stored)
    if isinstance(first, Edit):
        assert first.before == stored
        assert step(first.after) is None
        assert_inserted(stored, first.after)
    return first


def assert_inserted(stored: bytes, after: bytes) -> None:
    """Whole comment lines, in one place."""
    size = len(after) - len(stored)
    start = next(place for place in range(len(stored) + 1) if stored[place : place + 1] != after[place : place + 1])
    places = (place for place in range(start, -1, -1) if after[:place] + after[place + size :] == stored)
    lines = (after[place : place + size].replace(b"\r", b"\n").split(b"\n") for place in places)
    assert any(all(not line or line.startswith(b"#") for line in each) for each in lines)


def test_it_is_read_again_or_written_where_it_is() -> None:
    failures = []
    for name, top in TOPS.items():
        first = twice(top + (CODE.replace(b"\n", b"\r") if b"\r" in top and b"\n" not in top else CODE))
        if isinstance(first, Undone) or (first is not None and not read_in(first) >= NOTICES):
            failures.append((name, first))
    assert not failures


NOTICES = {"Copyright 2020 Them", "(c) 2021 Others"}


def read_in(edit: Edit) -> set[str]:
    """The copyright lines that a scan reads in the file that was written."""
    text = to_utf8("a.py", edit.after)
    assert isinstance(text, bytes)
    return set(read_notice(text).copyrights)


def test_what_would_not_be_read_is_not_written() -> None:
    steps = {name: twice(top + CODE) for name, top in HOPELESS.items()}
    reasons = {name: step.reason for name, step in steps.items() if isinstance(step, Undone)}
    assert reasons.keys() == HOPELESS.keys()
    (reason,) = set(reasons.values())
    assert reason.startswith("its notices cannot be added: no scan would read them")
    assert "\n" not in reason


def test_a_file_that_would_be_too_large_to_be_scanned_is_left() -> None:
    stored = CODE + b"#" * (MAX_BYTES - len(CODE))
    assert isinstance(twice(stored), Undone)


def test_a_file_in_utf_16_is_left() -> None:
    assert isinstance(step((TOPS["two ignored regions"] + CODE).decode().encode("utf-16")), Undone)


PIECES = st.sampled_from(
    [
        *(b"#!/usr/bin/env python", b"# -*- coding: utf-8 -*-", b"# coding: latin-1", b"# vim: fileencoding=utf-8"),
        *(b"# REUSE-IgnoreStart", b"# REUSE-IgnoreEnd", b"# SPDX-SnippetBegin", b"# SPDX-SnippetEnd"),
        *(b"# Copyright 2024 Me", b"# (c) 2021 Others", b"# SPDX-License-Identifier: MIT", b"#", b"", b" \t", b"\x0c"),
        *(b"# " + b"y" * 2_950, b"# " + b"z" * 5_900, LONG, b"# a\n" * 2_100, b"\xc2\xa9" * 2_000, b"# \xe9\xe9"),
        *(b'"""', b"'''", b'"""Copyright 2020 Them"""', b"x = 1 \\", b"# Modified from lantern 1.0", b"\x0b# x"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.lists(PIECES, max_size=7),
    st.lists(st.sampled_from([b"\n", b"\r\n", b"\r"]), min_size=7, max_size=7),
    st.sampled_from([b"", CODE]),
)
def test_a_second_run_never_changes_anything(mark: bytes, tops: list[bytes], ends: list[bytes], code: bytes) -> None:
    stored = mark + b"".join(top + end for top, end in zip(tops, ends[: len(tops)], strict=True)) + code
    twice(stored)


UNITS = [b"# REUSE-IgnoreStart\n", b"# REUSE-IgnoreStart\n\n", b"# (c) a\n\n", b"#\n\n\n"]


def test_a_megabyte_of_header_takes_no_time() -> None:
    for unit in UNITS:
        with processor_seconds(at_most=2):
            step(unit * (1024**2 // len(unit)))


CELLS: dict[str, list[Any]] = {
    "none": [],
    "REUSE-IgnoreStart": ["# REUSE-IgnoreStart\n", "x = 1"],
    "a long first line": [LONG.decode()],
    "a magic": ["%%time\n", "x = 1"],
}


def test_a_notebook_gets_one_cell_once() -> None:
    failures = []
    for source in CELLS.values():
        cell: dict[str, Any] = {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        notebook = {"cells": [cell] if source else [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        for indent in (None, 1):
            first = step(json.dumps(notebook, indent=indent).encode(), "a.ipynb")
            assert isinstance(first, Edit)
            if step(first.after, "a.ipynb") is not None or json.loads(first.after)["cells"][1:] != notebook["cells"]:
                failures.append(first)
    assert not failures


TOLD = st.builds(
    Acknowledgement,
    st.sampled_from(["lantern", "", "a\nb", "---", "modelkin:end", "# modelkin:end", "Licence:", "- x", "<!--", "\r"]),
    st.lists(st.sampled_from(["MIT, text in LICENSE", "", "Licence:", "---"]), max_size=2).map(tuple),
    st.lists(st.sampled_from(["Copyright 2020 Them", "", "Its NOTICE:", "a\r\nb", "\x0c"]), max_size=2).map(tuple),
    st.lists(st.sampled_from(["a.py, copied", "a.py", ", from", "- a.py, x", "gone.py, y"]), max_size=2).map(tuple),
    st.lists(
        st.sampled_from(["words", "", "# modelkin:end", "    x", "\r", "Files of this repository:"]), max_size=3
    ).map(tuple),
)
BEFORE = st.sampled_from(
    [None, b"", b"One.\n", b"One.\r\nTwo.\r\n", b"\xef\xbb\xbfOne", b"\n\n", b"# modelkin:end\n", b"\r"]
)


@settings(max_examples=300, deadline=None)
@given(BEFORE, st.lists(TOLD, max_size=3), st.sampled_from(["NOTICE", "THIRD_PARTY_NOTICES.md", "NOTICE.rst"]))
def test_a_notices_file_is_added_to_once(
    tmp_path_factory: pytest.TempPathFactory, before: bytes | None, told: list[Acknowledgement], name: str
) -> None:
    root = tmp_path_factory.mktemp("root")
    (root / "a.py").write_text("")
    if before is not None:
        (root / name).write_bytes(before)
    try:
        edit = notices_edit(root, name, told)
    except UnwritableError:
        return
    if edit is not None:
        (root / name).write_bytes(edit.after)
        assert notices_path(root) == name
    assert notices_edit(root, name, told) is None


def test_a_notices_file_that_would_be_too_large_is_left(tmp_path: Path) -> None:
    (tmp_path / "NOTICE").write_bytes(b"x" * 4 * 1024**2)
    (tmp_path / "a.py").write_text("")
    with pytest.raises(UnwritableError, match="cannot be read back after the change"):
        notices_edit(tmp_path, "NOTICE", [Acknowledgement("lantern", (), (), ("a.py, copied",))])
