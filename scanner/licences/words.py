"""The words of a text as hashes, with the lines they stand on, and its shingles: a hash for each four words in a row.

Edit this when layout, case, comment markers or typography make two equal texts differ. What words hash to is in the
data file: with any change of that it has to be built again (`build.py`).
"""

from __future__ import annotations

import re

import numpy as np
from msgspec import Struct

from ..support.arrays import I64, U32, U64

# What of a file is read: the longest LICENSE files of wheels, with all their third parties, have some 700,000.
MOST_CHARACTERS = 1_000_000
WORDS_IN_SHINGLE = 4

_NOT_ASCII_WORDS = re.compile(r"[^\w\x00-\x7f]+")
_IDEOGRAPHS = (0xE3, 0xE9)  # the lead bytes, in UTF-8, of U+3000 to U+9FFF: written without spaces
_NEW_LINE = 10
# Powers of an odd number: where in its word a letter stands changes what it adds.
_LONGEST_TOLD_APART = 64
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_WORD_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SHINGLE_MIX = np.uint64(0x94D049BB133111EB)
# One for each word of a shingle: their order counts.
_FACTORS = tuple(
    np.uint64(factor) for factor in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)
)


def _letter_values() -> U64:
    """What each byte adds to the hash of its word; 0 for what is in no word. Case makes no difference."""
    values = np.zeros(256, np.uint64)
    for byte in (*range(0x30, 0x3A), *range(0x61, 0x7B), *range(0x80, 0x100)):
        values[byte] = byte
    values[0x41:0x5B] = values[0x61:0x7B]
    mixed: U64 = (values * _MULTIPLIER) ^ (values << np.uint64(23))
    return mixed


_VALUES = _letter_values()
# Bytes of words in lower case, spaces for all others.
_PLAIN = bytes(ord(chr(byte).lower()) if chr(byte).isalnum() else 0x20 for byte in range(128))
_PLAIN += bytes(range(128, 256))
_POWERS = np.cumprod(np.full(_LONGEST_TOLD_APART, 0xD6E8FEB86659FD93, np.uint64))


class Words(Struct, frozen=True):
    """The words of a text, n of them."""

    text: bytes
    "What was read, in UTF-8."
    hashes: U64
    "[n]"
    first: I64
    "[n] The byte of ``text`` that each begins at,"
    end: I64
    "[n] and that it ends before."
    breaks: I64
    "The bytes of its line ends."

    def line(self, word: int) -> int:
        """The line (1-based) that a word stands on."""
        return int(np.searchsorted(self.breaks, self.first[word])) + 1

    def between(self, first: int, last: int) -> str:
        """Words ``first`` to ``last``, as far as there are such, in the form that anchors are written for."""
        first, last = max(first, 0), min(last, len(self.first) - 1)
        return _plain(self.text[self.first[first] : self.end[last]]) if first <= last else ""


def read_words(text: str) -> Words:
    """The words of the first ``MOST_CHARACTERS`` of ``text``: letters and digits together, ideographs one by one."""
    read = _without_typography(_with_line_feeds(text[:MOST_CHARACTERS])).encode("utf-8", "replace")
    codes = np.frombuffer(read, np.uint8)
    values = _VALUES[codes]
    inside = values != 0
    starts = inside & ((codes >= _IDEOGRAPHS[0]) & (codes <= _IDEOGRAPHS[1]))
    starts[1:] |= inside[1:] & ~inside[:-1]
    starts[:1] |= inside[:1]
    ends = inside.copy()
    ends[:-1] &= ~inside[1:] | starts[1:]
    first = np.flatnonzero(starts)
    letters = np.flatnonzero(inside)
    hashes = _hashes(values[letters], np.flatnonzero(starts[letters]))
    return Words(read, hashes, first, np.flatnonzero(ends) + 1, np.flatnonzero(codes == _NEW_LINE))


def plain(text: str) -> str:
    """Words in lower case, joined by single spaces."""
    return _plain(_without_typography(text).encode("utf-8", "replace"))


def shingles(words: U64) -> U32:
    """The hash of words i to i + 3, for each i: [n - 3], none for fewer than four words."""
    count = max(len(words) - WORDS_IN_SHINGLE + 1, 0)
    sums = np.zeros(count, np.uint64)
    for place, factor in enumerate(_FACTORS):
        sums += words[place : place + count] * factor
    mixed = (sums ^ (sums >> np.uint64(29))) * _SHINGLE_MIX
    hashes: U32 = (mixed >> np.uint64(32)).astype(np.uint32)
    return hashes


def _plain(text: bytes) -> str:
    return b" ".join(text.translate(_PLAIN).split()).decode("utf-8", "ignore")


def _hashes(letters: U64, first: I64) -> U64:
    """One hash a word, of letters that begin one at each ``first``: values, each times the power of its place."""
    if not len(first):
        return np.empty(0, np.uint64)
    place = np.arange(len(letters)) - np.repeat(first, np.diff(first, append=len(letters)))
    sums = np.add.reduceat(letters * _POWERS[np.minimum(place, _LONGEST_TOLD_APART - 1)], first)
    mixed: U64 = (sums ^ (sums >> np.uint64(31))) * _WORD_MIX
    return mixed


def _without_typography(text: str) -> str:
    """Curly quotes, dashes, bullets and the like as spaces."""
    return text if text.isascii() else _NOT_ASCII_WORDS.sub(" ", text)


def _with_line_feeds(text: str) -> str:
    """Zeros, which an ASCII text read as UTF-16 is full of the other way round, dropped; old Mac line ends replaced."""
    text = text.replace("\0", "")
    return text.replace("\r", "\n") if "\r" in text and "\n" not in text else text
