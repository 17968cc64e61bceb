"""Anchors: a small language of patterns, which no text can make slow."""

from __future__ import annotations

import re

import pytest

from modelkin.rulebook.anchors import MOST_WAYS, anchor_problem
from modelkin.rulebook.loader import licence_rules

from ..support.processor_time import processor_seconds

pytestmark = pytest.mark.unmeasured

LICENCES = licence_rules()
PATTERNS = sorted({each for rule in LICENCES for each in (*rule.anchors.required, *rule.anchors.refused)})


def test_words_choices_and_bounded_gaps_are_an_anchor() -> None:
    patterns = (
        *("apache license", "llama 3.1", "(?:copyright|permission) notice", "licen[cs]e"),
        *(r"\bpsf\b", "a.{0,80}b", "木兰", "uses?"),
    )
    assert not [pattern for pattern in patterns if anchor_problem(pattern)]


def test_what_repeats_captures_or_looks_around_is_none() -> None:
    patterns = (
        *("a*", "a+", "a.*b", "(a)", "(?=a)", "a{2}", "a{1,}", ".{1,3}", r"\d", r"\1"),
        *("[^a]", "[a-z]", "A", "^a", "a$", "a-b", "(?P<n>a)"),
    )
    assert not [pattern for pattern in patterns if not anchor_problem(pattern).startswith("may not use")]


def test_what_is_no_pattern_is_no_anchor() -> None:
    patterns = ("(?:a", "a)", "?", "(?:a))")
    assert not [pattern for pattern in patterns if not anchor_problem(pattern).startswith("is no pattern")]


def test_what_could_be_tried_in_too_many_ways_is_no_anchor() -> None:
    patterns = ("a?" * 20 + "a" * 20, "a.{0,99}b.{0,99}c", "(?:a|a)" * 20, ".{0,9999}b")
    assert not [pattern for pattern in patterns if f"more than {MOST_WAYS:,}" not in anchor_problem(pattern)]


def test_no_anchor_is_slow_on_a_hostile_megabyte() -> None:
    for rule in LICENCES:
        anchors = (*rule.anchors.required, *rule.anchors.refused)
        for word in (*anchors, rule.title.lower()):
            text = (re.sub(r"[^a-z0-9 ]", "", word) + " ") * (1_000_000 // (len(word) + 1))
            with processor_seconds(at_most=2):
                for anchor in anchors:
                    re.findall(anchor, text)


def test_no_anchor_asks_for_what_normalising_takes_away() -> None:
    assert not [pattern for pattern in PATTERNS if re.search(r"^ | $|  ", pattern)]
