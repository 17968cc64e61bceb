"""Which texts may hold a phrase that credits, by the words it cannot be without."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from modelkin.notices.credit_phrases import _SHORT, HEAD, LINKED, PHRASES, may_hold, phrases_by_text

STEMS = sorted({stem for phrase in PHRASES for stems in phrase.stems for stem in stems})
# Letters that become two, or another of ASCII, in lower case; a place that no byte stands for alone.
ODD = ["layer", "\u0130", "\u212a", "\u00e9", "\U0001f40d", "the", "."]


def test_a_text_with_one_of_each_words_a_phrase_needs_may_hold_it() -> None:
    texts = [
        (phrase, " x ".join(stems[number % len(stems)] for stems in phrase.stems))
        for phrase in PHRASES
        for number in range(max(map(len, phrase.stems)))
    ]
    assert not [
        text for phrase, text in texts if not may_hold(text, phrase) or phrase not in phrases_by_text(["", text])[1]
    ]


@given(st.lists(st.lists(st.sampled_from([*STEMS, *ODD]), max_size=6).map(" ".join), max_size=6))
def test_a_phrase_is_found_in_each_text_that_may_hold_it(texts: list[str]) -> None:
    found = phrases_by_text([text.upper() for text in texts])
    for index, text in enumerate(texts):
        assert {phrase for phrase in PHRASES if may_hold(text.upper().lower(), phrase)} <= set(found.get(index, ()))


@given(st.lists(st.sampled_from([*STEMS, *ODD]), max_size=6).map("\n".join))
def test_phrases_keep_their_order(text: str) -> None:
    places = [PHRASES.index(phrase) for phrases in phrases_by_text([text]).values() for phrase in phrases]
    assert places == sorted(set(places))


@given(st.lists(st.sampled_from([*STEMS, *ODD, "\n", '  "']), max_size=12).map("".join))
def test_a_long_text_holds_the_phrases_of_its_parts(text: str) -> None:
    """Long texts are read with numpy, short ones without."""
    assert phrases_by_text([text, "x" * _SHORT]) == phrases_by_text([text])


def test_markup_at_a_line_s_end_hides_no_phrase() -> None:
    assert phrases_by_text(['# copy  "\n# from'])
    assert not phrases_by_text(["# a copy is\n# from"])


def test_most_texts_hold_none() -> None:
    assert not phrases_by_text(["", "cop", "layers of the model", "support for", "see the docs"])
    assert not phrases_by_text([])


def test_each_stem_looked_for_has_a_whole_head() -> None:
    sought = [LINKED if LINKED in phrase.stems else phrase.stems[0] for phrase in PHRASES]
    assert all(len(stem.partition("\n")[0]) >= HEAD for stems in sought for stem in stems)
