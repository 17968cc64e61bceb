"""JSON of strangers: what is taken, what is refused, each in one line."""

from __future__ import annotations

import pytest

from modelkin.support.json_text import BrokenJsonError, JsonBounds, parse_json

from .processor_time import processor_seconds

REFUSED = {
    "": "not valid JSON: Expecting value: line 1 column 1 (char 0)",
    "{": "not valid JSON: Expecting property name",
    "{'a': 1}": "not valid JSON: Expecting property name",
    '{"a": 1} {"a": 1}': "not valid JSON: Extra data",
    '{"a": 1, "a": 2}': 'not valid JSON: the key "a" stands twice in one object',
    '{"x": {"a\\nb": 1, "a\\nb": 1}}': 'the key "a\\nb" stands twice',
    '{"a": NaN}': "not valid JSON: NaN is no value of JSON",
    '{"a": -Infinity}': "-Infinity is no value of JSON",
    '{"a": 1e999}': "the number 1e999 is too large or too long",
    '{"a": ' + "9" * 41 + "}": "a number of 41 digits",
    '{"a": ' + "9" * 100_000 + "}": "a number of 100,000 digits",
    '{"a": 0.' + "1" * 100_000 + "}": "is too large or too long",
    "[" * 101 + "]" * 101: "not valid JSON: nested too deeply",
    '{"a":' * 100_000: "not valid JSON: nested too deeply",
    '{"a": "\x01"}': "not valid JSON: Invalid control character",
    '{"a": "' + "b" * 500 + '", "' + "k" * 500 + '": 1, "' + "k" * 500 + '": 1}': "stands twice",
}


def reason(text: str | bytes, most_values: int = 1_000) -> str:
    """Why ``text`` is refused."""
    with pytest.raises(BrokenJsonError) as raised:
        parse_json(text, JsonBounds(most_values))
    return str(raised.value)


def test_what_is_no_json_or_over_a_bound_is_refused_in_one_line() -> None:
    found = {
        text[:40]: (said, expected) for text, expected in REFUSED.items() if expected not in (said := reason(text))
    }
    assert not found
    assert not [text[:40] for text in REFUSED if "\n" in reason(text) or len(reason(text)) > 400]


def test_too_many_values_are_not_read() -> None:
    assert reason("[" + "1," * 1_001 + "1]") == "more than 1,000 values: not read"
    assert len(parse_json("[" + "1," * 1_000 + "1]", JsonBounds(1_000))) == 1_001


def test_a_refusal_takes_bounded_time() -> None:
    with processor_seconds(at_most=2):
        for text in REFUSED:
            reason(text)


def test_what_real_files_hold_is_read_as_it_stands() -> None:
    text = '{"model_max_length": 1000000000000000019884624838656, "eps": 1e-05, "token": "\\ud800", "none": null}'
    values = {"model_max_length": 1000000000000000019884624838656, "eps": 1e-5, "token": "\ud800", "none": None}
    assert parse_json(text) == parse_json(text.encode()) == values


def test_unless_strict_the_last_of_two_equal_keys_counts() -> None:
    assert parse_json('{"a": 1, "a": 2}', strict=False) == {"a": 2}
