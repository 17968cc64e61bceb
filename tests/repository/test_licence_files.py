"""The copyright lines of a legal text are found, however many stand there, in bounded time."""

from __future__ import annotations

from modelkin.repository.layout import legal_place
from modelkin.repository.licence_files import MOST_MARKED_LINES, copyright_lines, read_legal

from ..support.cases import failures
from ..support.processor_time import processor_seconds

PROSE: list[tuple[str, tuple[str, ...]]] = [
    ("MIT\n\nCopyright (c) 2023 The Lantern Authors\n\ntext\n", ("Copyright (c) 2023 The Lantern Authors",)),
    ("> Copyright 2023 Lantern\n* Copyright 2024 Lamp\n", ("Copyright 2023 Lantern", "Copyright 2024 Lamp")),
    ("Copyright 2023 Lantern,\nBulb and Lamp Inc.\n", ("Copyright 2023 Lantern, Bulb and Lamp Inc.",)),
    ("Copyright 2023 Lantern\nCopyright 2023 Lantern\n", ("Copyright 2023 Lantern",)),
    ("The above copyright notice shall be included in all copies.\n", ()),
    ('"Licensor" shall mean the copyright owner or entity authorized by the copyright owner\n', ()),
    ("Copyright [yyyy] [name of copyright owner]\n", ()),
    ("REUSE-IgnoreStart\nCopyright 2023 Lantern\nREUSE-IgnoreEnd\nCopyright 2024 Lamp\n", ("Copyright 2024 Lamp",)),
    ("2.1 Copyright Grant. Subject to the terms, each Licensor grants to you a licence,\n", ()),
    (
        'c. You shall retain in any copy the notice "Lamp is licensed under the Lamp terms, Copyright (c) Lamp"\n',
        (),
    ),
    ("Copyright 2019-2025\nLantern Lab,\nBulb University\n", ("Copyright 2019-2025 Lantern Lab,",)),
    ("Copyright 2019-2025\n", ("Copyright 2019-2025",)),
    ("Portions of it Copyright 2024 Lamp\n", ("Portions of it Copyright 2024 Lamp",)),
    ("", ()),
]


def test_copyright_lines_of_prose() -> None:
    assert not failures(copyright_lines, PROSE)


def test_whose_the_text_of_a_licence_is_says_nothing_of_the_work() -> None:
    text = (
        "Licensed under the GNU General Public License v3.0.\n\n"
        "Copyright (C) 2007 Free Software Foundation, Inc. <https://fsf.org/>\n\nCopyright 2024 Lamp Inc.\n"
    )
    place = legal_place("COPYING")
    assert place is not None
    assert read_legal("COPYING", place, text).copyrights == ("Copyright 2024 Lamp Inc.",)


def test_every_copyright_line_of_a_long_file_is_found() -> None:
    lines = [f"Copyright 2023 Holder{number} Inc." for number in range(900)]
    assert list(copyright_lines("\n".join(lines))) == lines
    assert list(copyright_lines(("\n\ntext\n" * 8).join(lines))) == lines


HOSTILE = ["(c)\n" * 500_000, "(c)" * 700_000, "copyright 2020 A,\n" * 100_000, "copyright " * 200_000, "(" * 2_000_000]


def test_a_hostile_text_takes_bounded_time() -> None:
    for text in HOSTILE:
        with processor_seconds(at_most=4):
            assert len(copyright_lines(text)) <= MOST_MARKED_LINES
