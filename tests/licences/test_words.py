"""Words of a text: what makes no difference, and where they stand."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelkin.licences.words import MOST_CHARACTERS, WORDS_IN_SHINGLE, plain, read_words, shingles

from ..support.processor_time import processor_seconds

TEXT = "Permission is granted, free of charge, to any person obtaining a copy"


def hashes(text: str) -> list[int]:
    return [int(value) for value in read_words(text).hashes]


ALIKE = {
    "upper case": TEXT.upper(),
    "hashes": "\n".join(f"# {line}" for line in TEXT.split(", ")),
    "stars": "/*\n" + "\n".join(f" * {word}" for word in TEXT.split()) + "\n */",
    "typography": TEXT.replace(",", " —").replace(" a ", " “a” "),
    "Windows": TEXT.replace(" ", "\r\n"),
    "old Mac": TEXT.replace(" ", "\r"),
    "byte order mark": "\ufeff" + TEXT,
    "UTF-16 misread": TEXT.encode("utf-16-le").decode("latin-1"),
}


def test_layout_case_and_comment_markers_make_no_difference() -> None:
    assert not [name for name, text in ALIKE.items() if hashes(text) != hashes(TEXT)]


def test_another_letter_is_another_word() -> None:
    others = (TEXT + " x", TEXT.replace("free", "fee"), TEXT.replace("copy", "copy2"), TEXT[::-1])
    assert not [other for other in others if hashes(other) == hashes(TEXT)]


def test_the_places_of_letters_count() -> None:
    assert len(set(hashes("stop post pots spot tops opts"))) == 6


def test_ideographs_are_words_one_by_one_so_that_a_line_break_makes_no_difference() -> None:
    assert hashes("模型许可协议") == hashes("模型\n许可·协议")
    assert len(hashes("模型许可 licence 协议")) == 7


def test_words_know_their_lines() -> None:
    words = read_words("one two\n\n# three\nfour")
    assert [words.line(place) for place in range(4)] == [1, 1, 3, 4]


def test_words_between_two_are_plain_and_stay_inside() -> None:
    words = read_words("Llama 3.1 COMMUNITY\n# Licence: “Agreement”")
    assert words.between(0, 3) == "llama 3 1 community"
    assert words.between(-5, 50) == plain("Llama 3.1 community licence agreement")
    assert words.between(9, 4) == ""


@given(st.text(max_size=300))
def test_any_text_has_words_in_its_order(text: str) -> None:
    words = read_words(text)
    assert len(words.hashes) == len(words.first) == len(words.end)
    assert np.all(words.first < words.end)
    assert np.all(words.end[:-1] <= words.first[1:])
    assert len(shingles(words.hashes)) == max(len(words.hashes) - WORDS_IN_SHINGLE + 1, 0)


@given(st.lists(st.from_regex(r"[a-z0-9]{1,80}", fullmatch=True), max_size=40))
def test_words_are_what_white_space_parts(parts: list[str]) -> None:
    words = read_words(" \n".join(parts))
    assert len(words.hashes) == len(parts)
    assert words.between(0, len(parts)) == " ".join(parts)


def test_what_is_huge_is_read_up_to_a_bound() -> None:
    for text in ("a" * 5_000_000, "<" * 2_000_000, "a " * 5_000_000, "\n" * 3_000_000, "é" * 2_000_000):
        with processor_seconds(at_most=2):
            words = read_words(text)
        assert len(words.hashes) <= MOST_CHARACTERS // 2 + 1
