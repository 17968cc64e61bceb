"""Anchors: a small language of patterns, which no text can make slow."""

from __future__ import annotations

import re

import pytest

from modelkin.rulebook.anchors import MOST_WAYS, anchor_problem
from modelkin.rulebook.loader import licence_rules
from modelkin.rulebook.model import LicenceRule

from ..support.processor_time import processor_seconds

LICENCES = licence_rules()
PATTERNS = sorted({each for rule in LICENCES for each in (*rule.anchors.required, *rule.anchors.refused)})


@pytest.mark.parametrize(
    "pattern",
    [
        "apache license",
        "llama 3.1",
        "(?:copyright|permission) notice",
        "licen[cs]e",
        r"\bpsf\b",
        "a.{0,80}b",
        "木兰",
        "uses?",
    ],
)
def test_words_choices_and_bounded_gaps_are_an_anchor(pattern: str) -> None:
    assert anchor_problem(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    [
        "a*",
        "a+",
        "a.*b",
        "(a)",
        "(?=a)",
        "a{2}",
        "a{1,}",
        ".{1,3}",
        r"\d",
        r"\1",
        "[^a]",
        "[a-z]",
        "A",
        "^a",
        "a$",
        "a-b",
        "(?P<n>a)",
    ],
)
def test_what_repeats_captures_or_looks_around_is_none(pattern: str) -> None:
    assert anchor_problem(pattern).startswith("may not use")


@pytest.mark.parametrize("pattern", ["(?:a", "a)", "?", "(?:a))"])
def test_what_is_no_pattern_is_no_anchor(pattern: str) -> None:
    assert anchor_problem(pattern).startswith("is no pattern")


@pytest.mark.parametrize("pattern", ["a?" * 20 + "a" * 20, "a.{0,99}b.{0,99}c", "(?:a|a)" * 20, ".{0,9999}b"])
def test_what_could_be_tried_in_too_many_ways_is_no_anchor(pattern: str) -> None:
    assert f"more than {MOST_WAYS:,}" in anchor_problem(pattern)


@pytest.mark.parametrize("rule", LICENCES, ids=lambda rule: rule.id)
def test_no_anchor_is_slow_on_a_hostile_megabyte(rule: LicenceRule) -> None:
    words = [*rule.anchors.required, *rule.anchors.refused, rule.title.lower()]
    for word in words:
        text = (re.sub(r"[^a-z0-9 ]", "", word) + " ") * (1_000_000 // (len(word) + 1))
        with processor_seconds(at_most=2):
            for pattern in (*rule.anchors.required, *rule.anchors.refused):
                re.findall(pattern, text)


def test_no_anchor_asks_for_what_normalising_takes_away() -> None:
    assert not [pattern for pattern in PATTERNS if re.search(r"^ | $|  ", pattern)]
