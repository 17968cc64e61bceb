"""The copyright lines of a legal text are found, however many stand there, in bounded time."""

from __future__ import annotations

import time

import pytest

from modelkin.statements.legal import MOST_MARKED_LINES, copyright_lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MIT\n\nCopyright (c) 2023 The Lantern Authors\n\ntext\n", ("Copyright (c) 2023 The Lantern Authors",)),
        ("> Copyright 2023 Lantern\n* Copyright 2024 Lamp\n", ("Copyright 2023 Lantern", "Copyright 2024 Lamp")),
        ("Copyright 2023 Lantern,\nBulb and Lamp Inc.\n", ("Copyright 2023 Lantern, Bulb and Lamp Inc.",)),
        ("Copyright 2023 Lantern\nCopyright 2023 Lantern\n", ("Copyright 2023 Lantern",)),
        ("The above copyright notice shall be included in all copies.\n", ()),
        ('"Licensor" shall mean the copyright owner or entity authorized by the copyright owner\n', ()),
        ("Copyright [yyyy] [name of copyright owner]\n", ()),
        ("REUSE-IgnoreStart\nCopyright 2023 Lantern\nREUSE-IgnoreEnd\nCopyright 2024 Lamp\n", ("Copyright 2024 Lamp",)),
        ("", ()),
    ],
)
def test_copyright_lines_of_prose(text: str, expected: tuple[str, ...]) -> None:
    assert copyright_lines(text) == expected


@pytest.mark.parametrize("gap", ["\n", "\n\ntext\n" * 8])
def test_every_statement_of_a_long_file_is_found(gap: str) -> None:
    statements = [f"Copyright 2023 Holder{number} Inc." for number in range(900)]
    assert list(copyright_lines(gap.join(statements))) == statements


@pytest.mark.parametrize(
    "text",
    ["(c)\n" * 500_000, "(c)" * 700_000, "copyright 2020 A,\n" * 100_000, "copyright " * 200_000, "(" * 2_000_000],
)
def test_a_hostile_text_takes_bounded_time(text: str) -> None:
    began = time.perf_counter()
    assert len(copyright_lines(text)) <= MOST_MARKED_LINES
    assert time.perf_counter() - began < 4
