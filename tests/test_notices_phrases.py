"""Which texts may hold a phrase that credits, by the words it cannot be without."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.notices.phrases import PHRASES, is_worth_reading, phrases_in
from modelkin.notices.phrasing import Phrase

WORDS = sorted({word for phrase in PHRASES for words in phrase.stems for word in words})


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.stems[0][0])
def test_a_text_with_one_of_each_words_a_phrase_needs_may_hold_it(phrase: Phrase) -> None:
    text = " x ".join(words[-1] for words in phrase.stems)
    assert phrase in phrases_in(text)
    assert is_worth_reading(text)


@given(st.lists(st.sampled_from([*WORDS, "layer", "the", "."]), max_size=6))
def test_a_text_is_worth_reading_exactly_where_it_may_hold_a_phrase(words: list[str]) -> None:
    text = " ".join(words)
    assert is_worth_reading(text) == bool(phrases_in(text))


@pytest.mark.parametrize("text", ["", "taken as it is", "see the docs", "https://lamp.test"])
def test_words_that_need_others_are_not_enough_alone(text: str) -> None:
    assert not is_worth_reading(text)
