"""Header lines go in above the code, below what must stay first and the file's own notices; no other byte changes."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.fixes.header_lines import header_added, insertion_points, one_line
from modelkin.fixes.model import UnwritableError
from modelkin.notices.holders import holders_missing
from modelkin.notices.notice import read_notice
from modelkin.support.decoding import source_encoding

from ..support.processor_time import processor_seconds
from ..support.small_corpora import MODULES

NOTICE = ("Copied from lantern 1.0", "Copyright 2020 The Lantern Authors")
ADDED = b"# Copied from lantern 1.0\n# Copyright 2020 The Lantern Authors\n"

PLACES = {
    "code": (b"", b"x = 1\n", b"\n"),
    "a docstring": (b"", b'"""Words."""\nx = 1\n', b""),
    "a raw docstring": (b"", b"r'''Words.'''\n", b""),
    "a comment about the code": (b"", b"# What follows is quick.\nx = 1\n", b"\n"),
    "a future import": (b"", b"from __future__ import annotations\n", b"\n"),
    "a blank line": (b"", b"\nimport x\n", b""),
    "#!": (b"#!/usr/bin/env python\n", b"import x\n", b"\n"),
    "#! and an encoding": (b"#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n", b'"""Words."""\n', b""),
    "an encoding on line 2": (b"\n# vim: set fileencoding=utf-8 :\n", b"x = 1\n", b"\n"),
    "modes of an editor": (b"# -*- mode: python -*-\n", b"x = 1\n", b"\n"),
    "a byte order mark": (b"\xef\xbb\xbf", b"x = 1\n", b"\n"),
    "a byte order mark and an encoding": (b"\xef\xbb\xbf# coding: utf-8\n", b"x = 1\n", b"\n"),
    "an unfinished string": (b"", b'"""Words.\nx = 1\n', b""),
    "nothing": (b"", b"", b""),
}
OWN = {
    "a line": b"# Copyright 2024 Me\n",
    "a line and a licence": b"# Copyright 2024 Me\n#\n# Licensed under the MIT licence.\n",
    "a tag": b"#!/usr/bin/env python\n# SPDX-License-Identifier: MIT\n",
    "a paragraph after another": b"# Written by a program.\n\n# (c) 2024 Me\n",
    "a script's metadata above": b"# /// script\n# dependencies = []\n# ///\n# Copyright 2024 Me\n",
}


def test_lines_stand_above_all_but_what_must_be_first() -> None:
    after = {name: header_added(first + rest, NOTICE) for name, (first, rest, _) in PLACES.items()}
    assert after == {name: first + ADDED + blank + rest for name, (first, rest, blank) in PLACES.items()}


RESTS = [b"x = 1\n", b"\n\nx = 1\n", b'"""Words."""\n', b"\n# Speed matters here.\nx = 1\n", b""]


def test_lines_stand_below_the_file_s_own_notices() -> None:
    files = [(own, rest) for own in OWN.values() for rest in RESTS]
    assert not [own + rest for own, rest in files if header_added(own + rest, NOTICE) != own + b"#\n" + ADDED + rest]


def test_below_a_header_too_long_to_be_read_to_its_end_nothing_is_written() -> None:
    own = b"# Copyright 2024 Me\n" + b"# Many words.\n" * 500
    assert header_added(own + b"x = 1\n", NOTICE) == ADDED + b"\n" + own + b"x = 1\n"
    assert holders_missing(NOTICE[1:], read_notice(header_added(own + b"x = 1\n", NOTICE)).copyrights) == ()


def test_own_notices_in_a_docstring_stay_where_they_are() -> None:
    text = b'"""Words.\n\nCopyright 2024 Me\n"""\n'
    assert header_added(text, NOTICE) == ADDED + text


def test_a_comment_after_code_is_no_header() -> None:
    text = b"x = 1\n# Copyright 2024 Me\n"
    assert header_added(text, NOTICE) == ADDED + b"\n" + text


def test_line_endings_are_those_around() -> None:
    failures = []
    for text in (b"# Copyright 2024 Me\n\nx = 1\n", b"\nx = 1\n", b"#!/bin/python\n\nx = 1\n"):
        after = header_added(text, NOTICE)
        failures += [
            (text, ending)
            for ending in (b"\n", b"\r\n", b"\r")
            if header_added(text.replace(b"\n", ending), NOTICE) != after.replace(b"\n", ending)
        ]
    assert not failures


def test_a_file_without_a_last_line_ending_keeps_its_last_line() -> None:
    after = {text: header_added(text, NOTICE) for text in (b"# Copyright 2024 Me", b"#!/bin/python")}
    assert all(each.startswith(text + b"\n#") for text, each in after.items()), after
    assert all(each.endswith(b"# Copyright 2020 The Lantern Authors") for each in after.values()), after


def test_the_declared_encoding_is_used() -> None:
    text = "# coding: latin-1\nname = 'é'\n".encode("latin-1")
    after = header_added(text, ["Copyright 2020 Société Générale"])
    assert "# Copyright 2020 Société Générale\n".encode("latin-1") in after
    assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(text))


def test_the_copyright_sign_has_a_spelling_in_every_encoding() -> None:
    assert b"# (c) 2020 Them\n" in header_added(b"# coding: ascii\nx = 1\n", ["© 2020 Them"])


UNWRITABLE = [
    (b"# coding: ascii\nx = 1\n", "its encoding, ascii, does not have all characters"),
    ("x = 1\n".encode("utf-16"), "UTF-16"),
    ("x = 1\n".encode("utf-32"), "UTF-32"),
    (b"# coding: no-such\nx = 1\n", "its encoding, no-such, does not have all"),
]


def test_what_cannot_hold_the_notice_is_left_alone() -> None:
    for text, reason in UNWRITABLE:
        with pytest.raises(UnwritableError, match=reason):
            header_added(text, ["Copyright 2020 Müller"])


def test_a_notice_never_declares_an_encoding() -> None:
    texts = (b"x = 1\n", b"#!/bin/python\nx = 1\n", b"# Copyright 2024 Me\nx = 1\n")
    files = [header_added(text, ["Decoding: latin-1", "# coding=latin-1"]) for text in texts]
    assert {tokenize.detect_encoding(io.BytesIO(after).readline)[0] for after in files} == {"utf-8"}
    assert {source_encoding(after) for after in files} == {"utf-8"}


STATED = [
    ("Copyright\n2020\r\nThem", "Copyright 2020 Them"),
    ("Copyright\x0c\x85\u2028 2020 \x1b[31mThem\x00", "Copyright 2020 [31mThem"),
    ("Copyright \u202e2020", "Copyright 2020"),
    ("x" * 10_000, "x" * 600),
]


def test_what_a_corpus_says_stays_on_one_visible_line() -> None:
    assert {stated: one_line(stated) for stated, _ in STATED} == dict(STATED)


def test_no_lines_change_nothing() -> None:
    assert header_added(b"x = 1\n", []) == b"x = 1\n"


UNITS = [b"#coding", b"# -*-", b"#\n", b"\n", b" ", b"# license\n", b"# a\n\n", b"\x0c"]


def test_a_megabyte_of_header_takes_no_time() -> None:
    for unit in UNITS:
        with processor_seconds(at_most=1):
            header_added(unit * (1024**2 // len(unit)), NOTICE)


_TOPS = st.lists(
    st.sampled_from(
        [
            b"#!/usr/bin/env python",
            b"# -*- coding: utf-8 -*-",
            b"# coding: latin-1",
            b"# Copyright 2024 Me",
            b"  # indented",
            b"#",
            b"",
            b" \t",
            b"\x0c",
            b"# Licensed under the MIT licence",
            b'"""Words."""',
            b"'''Copyright",
            b"'''",
            b"from __future__ import annotations",
            b"x = 1 \\",
            b"\\",
        ]
    ),
    max_size=6,
)
_ENDINGS = st.sampled_from([b"\n", b"\r\n", b"\r"])
_FILES = st.builds(
    lambda mark, lines, ending, module: mark + b"".join(line + ending for line in lines) + module,
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    _TOPS,
    _ENDINGS,
    st.one_of(MODULES.map(str.encode), st.binary(max_size=20)),
)
_LINES = st.lists(st.text(max_size=30), min_size=1, max_size=4)


@given(_FILES, st.lists(st.text("Copyright 2020 coding:=-", max_size=30), min_size=1, max_size=4))
def test_the_syntax_tree_never_changes(text: bytes, lines: list[str]) -> None:
    after = header_added(text, lines)
    assert _tree(after) == _tree(text)


@given(_FILES, _LINES)
def test_only_whole_comment_lines_go_in_and_without_them_the_file_is_as_before(text: bytes, lines: list[str]) -> None:
    try:
        after = header_added(text, lines)
    except UnwritableError:
        return
    places = (insertion_points(text, size)[0].offset for size in (0, len(after)))
    offset = next(each for each in places if after[:each] + after[len(after) - len(text) + each :] == text)
    inserted = after[offset : len(after) - len(text) + offset]
    assert after[:offset] + after[offset + len(inserted) :] == text
    assert all(not line or line.startswith(b"#") for line in inserted.replace(b"\r", b"\n").split(b"\n"))


@given(_FILES, _LINES)
def test_encoding_mark_and_first_line_stay(text: bytes, lines: list[str]) -> None:
    try:
        after = header_added(text, lines)
    except UnwritableError:
        return
    assert source_encoding(after) == source_encoding(text)
    assert after.startswith(b"\xef\xbb\xbf") == text.startswith(b"\xef\xbb\xbf")
    if text.startswith(b"#!"):
        assert after.splitlines()[0] == text.splitlines()[0]


def _tree(text: bytes) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.dump(ast.parse(text))
        except (SyntaxError, ValueError):
            return None
