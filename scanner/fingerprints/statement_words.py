"""Texts of statements taken apart into words and what stands between them, many texts at once.

Two texts in which only names, white space and what strings hold differ have the same between their words. Edit this
when a text is taken apart wrongly, so that two statements of unlike syntax seem to be alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, compress

from msgspec import Struct

# What is put between texts. A text that holds one of these is not taken apart.
_BETWEEN, _WORD_MARK = b"\1", b"\0"

# Strings without their prefix, which end within their text.
_STRINGS = (
    rb"""'''[^'\\\1]*(?:(?:\\[^\1]|'(?!''))[^'\\\1]*)*'''"""
    rb"""|\"\"\"[^"\\\1]*(?:(?:\\[^\1]|"(?!""))[^"\\\1]*)*\"\"\""""
    rb"""|'[^'\\\n\1]*(?:\\[^\1][^'\\\n\1]*)*'"""
    rb"""|"[^"\\\n\1]*(?:\\[^\1][^"\\\n\1]*)*\""""
)
# A comment may hold quotes, and a string a hash: whichever comes first decides.
_STRING_OR_COMMENT = re.compile(_STRINGS + rb"|#[^\n\1]*")
# Once strings are emptied: the prefix of one that is not formatted. That no letter stands before it comes last, since
# a search for one of a few letters is quick.
_PREFIX = re.compile(rb"[bruBRU](?<!\w.)[bruBRU]?''")
_PREFIX_ENDS = tuple(b"%c''" % letter for letter in b"bruBRU")
_WORD = re.compile(rb"([A-Za-z_]\w*)")
# A word where one begins: slower, and right where a number ends in letters, as `1e-5` does.
_WHOLE_WORD = re.compile(rb"\b" + _WORD.pattern)
_WORD_IN_NUMBER = re.compile(rb"[0-9]\0")
# Words do not tell the names of a text with a formatted string, with `1.e5`, or with letters beyond ASCII.
_UNTOLD = re.compile(rb"''(?<=[\0\w]..)|\.\0(?<=\d..)")
_FOREIGN = re.compile(rb"[\x80-\xff]")
_BLANKS = b" \t\r\n\f\v"
# Not the prefix of a string, of which a quote is left.
_PLACED_WORD = re.compile(rb"\b[A-Za-z_]\w*(?![\w'\"])")


class SplitTexts(Struct, frozen=True):
    """Texts taken apart."""

    places: list[int]
    """Which of all texts they are."""
    gaps: list[bytes | None]
    """Of each text all but its words, its comments, white space, and what strings hold, with a NUL for each word; None
    where its words do not tell its names."""
    firsts: list[int]
    """Where the words of each text begin among ``words``."""
    lasts: list[int]
    """Where they end."""
    words: list[bytes]


def split_texts(texts: Sequence[bytes]) -> Iterator[SplitTexts]:
    """Take texts apart, in groups of those that are taken apart alike."""
    joined = _BETWEEN.join(texts)
    if b"#" not in joined:
        yield from _split(list(range(len(texts))), _STRING_OR_COMMENT.sub(b"''", joined))
        return
    plain = [place for place, text in enumerate(texts) if b"#" not in text]
    commented = [place for place, text in enumerate(texts) if b"#" in text]
    if plain:
        yield from _split(plain, _STRING_OR_COMMENT.sub(b"''", _BETWEEN.join([texts[place] for place in plain])))
    yield from _split(commented, _STRING_OR_COMMENT.sub(_emptied, _BETWEEN.join([texts[place] for place in commented])))


def _emptied(found: re.Match[bytes]) -> bytes:
    return b"" if found[0][:1] == b"#" else b"''"


def _split(places: list[int], joined: bytes, word: re.Pattern[bytes] = _WORD) -> Iterator[SplitTexts]:
    """Take apart the texts at ``places``, whose strings are emptied, and which are joined."""
    if joined.count(_BETWEEN) >= len(places) or _WORD_MARK in joined:
        yield SplitTexts(places, [None] * len(places), places, places, [])
        return
    if any(end in joined for end in _PREFIX_ENDS):
        joined = _PREFIX.sub(b"''", joined)
    parts = word.split(joined)
    marked = _WORD_MARK.join(parts[::2])
    gaps: list[bytes | None] = [*marked.translate(None, _BLANKS).split(_BETWEEN)]
    lasts = list(accumulate([gap.count(_WORD_MARK) for gap in gaps if gap is not None]))
    firsts = [0, *lasts[:-1]]
    untold = (_UNTOLD,) if marked.isascii() else (_UNTOLD, _FOREIGN)
    for place in [place for pattern in untold for place in _found_in(pattern, marked)]:
        gaps[place] = None
    again = _found_in(_WORD_IN_NUMBER, marked) if word is _WORD else ()
    if again:
        texts = joined.split(_BETWEEN)
        yield from _split([places[i] for i in again], _BETWEEN.join([texts[i] for i in again]), _WHOLE_WORD)
        kept = [i not in again for i in range(len(places))]
        places, gaps = list(compress(places, kept)), list(compress(gaps, kept))
        firsts, lasts = list(compress(firsts, kept)), list(compress(lasts, kept))
    yield SplitTexts(places, gaps, firsts, lasts, parts[1::2])


def _found_in(pattern: re.Pattern[bytes], joined: bytes) -> dict[int, None]:
    """In which of the texts that are joined a pattern is found."""
    found: dict[int, None] = {}
    place = last = 0
    for each in pattern.finditer(joined):
        first = each.start()
        place += joined.count(_BETWEEN, last, first)
        last = first
        found[place] = None
    return found


def word_places(text: bytes) -> Iterator[int]:
    """Where in a text that is taken apart each of its words begins."""
    return (found.start() for found in _PLACED_WORD.finditer(_STRING_OR_COMMENT.sub(_blanked, text)))


def _blanked(found: re.Match[bytes]) -> bytes:
    return found[0][:1].ljust(len(found[0]))
