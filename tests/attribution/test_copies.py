"""What a copied file's own text says of its source and its changes."""

from __future__ import annotations

import pytest

from modelkin.attribution.copies import KnownLines, read_copy
from modelkin.notices.notice import read_notice

from ..support.attributed import LAMP, LAMP_HEADER, copy_of
from ..support.processor_time import processor_seconds


def changes(text: str) -> str:
    copy = copy_of(LAMP)
    return read_copy(copy.verdict, read_notice(text.encode()), text.encode()).changes


CHANGES = [
    "Modified by Harbour AI, 2024",
    "Modifications Copyright 2024 Harbour AI",
    "This file has been modified by the Harbour team.",
    "Modified from lamp 1.0",
    "Adapted for Harbour",
    "Changes: the attention is windowed.",
]


def test_a_line_says_that_the_file_was_changed_wherever_in_the_header_it_stands() -> None:
    headers = (
        "# coding=utf-8\n" + LAMP_HEADER + "# {}\n",
        '"""A model.\n\n{}\n"""\n',
        'r"""A model.\n\n* {}\n"""\n',
        "'A model.'\n# {}\n",
    )
    found = [(line, header) for line in CHANGES for header in headers]
    failures = [(line, header) for line, header in found if changes(header.format(line) + "import x\n") != line]
    assert not failures


def test_a_line_in_an_ignored_region_says_nothing() -> None:
    assert not [each for each in CHANGES if changes(f"# REUSE-IgnoreStart\n# {each}\n# REUSE-IgnoreEnd\nimport x\n")]


TERMS = [
    "Licensed under the Apache License, Version 2.0; you may not use this file except in compliance with it.",
    "Redistribution and use in source and binary forms, with or without modification, are permitted",
    "You must cause any modified files to carry prominent notices",
    "to prepare Derivative Works of, modified or not",
    "A model that was changed my life",
]


def test_terms_and_talk_say_nothing_of_changes() -> None:
    assert not [line for line in TERMS if changes(f"# {line}\nimport x\n")]


def test_what_stands_below_the_header_is_not_read() -> None:
    assert changes("import x\n# Modified by Harbour AI\n") == ""


def test_a_line_that_other_files_have_is_known() -> None:
    copy = copy_of(LAMP, text="# Copyright 2024 Lumen Labs.\nimport x\n", known=("Copyright (c) 2019, LUMEN LABS",))
    assert copy.known == ()
    copy = copy_of(LAMP, text="# Copyright 2024 Lumen Labs.\nimport x\n", known=("Copyright 2019-2022 Lumen Labs",))
    assert copy.known == ("Copyright 2024 Lumen Labs.",)
    known = KnownLines(["Copyright 2024 Lumen Labs.", "(c) 2020 Lamp"])
    found = [
        "Copyright 2024 Lumen Labs.",
        "COPYRIGHT (c) 2019-2023, Lumen Labs",
        "Copyright Lumen Labs",
        "(c) Lamp Inc",
    ]
    assert [line in known for line in found] == [True, False, True, False]


@pytest.mark.parametrize("hostile", ["# modified " * 100_000, "#" * 1_000_000, "'''" * 300_000, "# a\n" * 250_000])
def test_a_hostile_megabyte_takes_bounded_time(hostile: str) -> None:
    with processor_seconds(at_most=20):
        changes(hostile)
