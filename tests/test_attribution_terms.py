"""Licence expressions, and which licence of a whole covers another."""

from __future__ import annotations

import pytest

from modelkin.attribution.terms import choices, covered, rules, stated, taken

from .processor_time import processor_seconds


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("", ()),
        ("MIT", (("MIT",),)),
        ("MIT OR Apache-2.0", (("MIT",), ("Apache-2.0",))),
        ("MIT AND Apache-2.0", (("MIT", "Apache-2.0"),)),
        ("mit or (apache-2.0 and  bsd-3-clause)", (("mit",), ("apache-2.0", "bsd-3-clause"))),
        ("Apache-2.0 WITH LLVM-exception", (("Apache-2.0",),)),
    ],
)
def test_an_expression_is_its_choices(expression: str, expected: tuple[tuple[str, ...], ...]) -> None:
    assert choices(expression) == expected


def test_a_choice_is_made_as_the_licence_of_the_whole_makes_it() -> None:
    assert taken("GPL-2.0-only OR MIT", ["MIT"]) == ("MIT",)
    assert taken("GPL-2.0-only OR MIT", ["Apache-2.0"]) == ("GPL-2.0-only",)
    assert taken("", ["MIT"]) == ()


@pytest.mark.parametrize(
    ("licence", "whole", "expected"),
    [
        ("MIT", ["Apache-2.0", "MIT"], True),
        ("mit", ["MIT"], True),
        ("MIT", ["Apache-2.0"], False),
        ("GPL-2.0-or-later", ["GPL-3.0-only"], True),
        ("GPL-2.0-only", ["GPL-3.0-only"], False),
        ("GPL-3.0-only", ["GPL-3.0-or-later"], True),
        ("GPL-3.0-or-later", ["GPL-2.0-or-later"], False),
        ("GPL-3.0-or-later", ["AGPL-3.0-or-later"], False),
        ("LGPL-2.1-or-later", ["LGPL-3.0-only"], True),
    ],
)
def test_a_later_version_covers_what_allows_it(licence: str, whole: list[str], expected: bool) -> None:
    assert covered(licence, whole) is expected


def test_licences_without_a_rule_have_none() -> None:
    assert [rule.id for rule in rules(["MIT", "LicenseRef-Nobody", "../MIT", ""])] == ["MIT"]


def test_all_ids_of_an_expression_are_named() -> None:
    assert stated("MIT OR Apache-2.0 AND ISC") == ("MIT", "Apache-2.0", "ISC")


@pytest.mark.parametrize("hostile", [" " * 500_000, "MIT OR " * 100_000, "(" * 500_000, " WITH" * 100_000])
def test_a_hostile_expression_takes_no_time(hostile: str) -> None:
    with processor_seconds(at_most=2):
        choices(hostile)
