"""Patterns that are compiled, and digests that are loaded, when they are first used."""

from __future__ import annotations

import hashlib
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.support.lazy import blake2b, lazy_pattern, sha256_hex

SOURCE = r"(?P<verb>copied|adapted)\s+from\s+(\w+)"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is compiled while the test runs."""
    found: list[str] = []
    real = re.compile

    def counted(source: str, flags: int = 0) -> re.Pattern[str]:
        found.append(source)
        return real(source, flags)

    monkeypatch.setattr("modelkin.support.lazy.re.compile", counted)
    return found


def test_nothing_is_compiled_before_first_use(compiled: list[str]) -> None:
    lazy = lazy_pattern(SOURCE, re.IGNORECASE)
    assert not compiled
    assert lazy.search("Copied from lamps")
    assert compiled == [SOURCE]


def test_what_was_asked_for_once_is_not_asked_of_the_pattern_again(compiled: list[str]) -> None:
    lazy = lazy_pattern(SOURCE)
    assert [lazy.search(text) is None for text in ("adapted from lamps", "lamps")] == [False, True]
    assert compiled == [SOURCE]


@given(st.lists(st.sampled_from(["copied", "Adapted", "from", "lamps", ",", "\n"])).map(" ".join))
def test_it_answers_as_the_pattern_does(text: str) -> None:
    eager, lazy = re.compile(SOURCE, re.IGNORECASE), lazy_pattern(SOURCE, re.IGNORECASE)
    assert [each.span() for each in lazy.finditer(text)] == [each.span() for each in eager.finditer(text)]
    assert lazy.sub(r"\g<verb>", text) == eager.sub(r"\g<verb>", text)
    assert lazy.split(text) == eager.split(text)
    assert lazy.findall(text, 3) == eager.findall(text, 3)
    assert (lazy.match(text) is None) == (eager.match(text) is None)
    assert (lazy.fullmatch(text) is None) == (eager.fullmatch(text) is None)


def test_bytes_are_matched_by_a_pattern_of_bytes() -> None:
    match = lazy_pattern(rb"\d+").search(b"lamp 7b")
    assert match is not None
    assert match[0] == b"7"


def test_its_own_words_are_those_of_the_pattern() -> None:
    lazy = lazy_pattern(SOURCE, re.IGNORECASE)
    assert lazy.pattern == SOURCE
    assert lazy.flags & re.IGNORECASE
    assert dict(lazy.groupindex) == {"verb": 1}


def test_what_is_no_pattern_is_told_at_first_use() -> None:
    lazy = lazy_pattern("(")
    with pytest.raises(re.error):
        lazy.search("")


def test_what_a_pattern_has_not_it_has_not_either() -> None:
    with pytest.raises(AttributeError):
        lazy_pattern(SOURCE).verb  # type: ignore[attr-defined]  # noqa: B018 - asked for, to be refused


@pytest.mark.parametrize("few", [0, 1 << 20], ids=["OpenSSL", "Python"])
def test_a_digest_is_that_of_the_standard_library(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelkin.support.lazy._Digested.bytes", 0)
    monkeypatch.setattr("modelkin.support.lazy._FEW_BYTES", few)
    monkeypatch.delitem(sys.modules, "hashlib")
    assert sha256_hex(b"a lamp") == hashlib.sha256(b"a lamp").hexdigest()
    assert blake2b is hashlib.blake2b
