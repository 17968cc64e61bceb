"""Texts in, the phrases that each may hold out: a word of every phrase is looked for in all texts at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from ..arrays import U32, Mask
from .header import folded
from .phrases import PHRASES
from .phrasing import LINKED, Phrase

# Stems are found by so many letters they begin with, which are one number.
HEAD = 4
# Up to here a line may be markup that is taken off.
_LINE_END = re.compile(r"[ \t\f\r\"']*(?:\n|\Z)")
_SPREAD = np.uint32(2_654_435_761)
_HALF = np.uint32(16)


class _Stem(NamedTuple):
    """What a phrase needs, up to the end of its line; ``breaks`` where the line must end there."""

    words: str
    breaks: bool
    phrases: tuple[int, ...]


def _sought() -> dict[str, tuple[_Stem, ...]]:
    """The stems of which each phrase needs one, by their heads.

    Where a phrase needs a link, that is looked for: what else it needs is in most texts.
    """
    phrases: dict[str, list[int]] = {}
    for index, phrase in enumerate(PHRASES):
        for stem in LINKED if LINKED in phrase.stems else phrase.stems[0]:
            phrases.setdefault(stem, []).append(index)
    found: dict[str, tuple[_Stem, ...]] = {}
    for stem, indices in phrases.items():
        words, line_end, _ = stem.partition("\n")
        found[stem[:HEAD]] = (*found.get(stem[:HEAD], ()), _Stem(words, bool(line_end), tuple(indices)))
    return found


def _slots(text: bytes) -> U32:
    """A number below 65,536 for each place that HEAD bytes begin at: equal bytes, equal numbers."""
    heads: U32 = np.ndarray((max(len(text) - HEAD + 1, 0),), "<u4", text, strides=(1,))
    slots: U32 = heads * _SPREAD >> _HALF
    return slots


def _table(heads: Iterable[str]) -> Mask:
    table: Mask = np.zeros(1 << 16, dtype=np.bool_)
    for head in heads:
        table[_slots(head.encode())] = True
    return table


_SOUGHT = _sought()
_TABLE = _table(_SOUGHT)


def phrases_by_text(texts: Sequence[str]) -> dict[int, list[Phrase]]:
    """By the index of each text that may hold phrases, these in their order. Most texts are in none."""
    found: dict[int, set[int]] = {}
    ends = [end + index for index, end in enumerate(accumulate(map(len, texts)))]
    text = 0
    for place, phrases in _hits(folded("\n".join(texts))):
        while ends[text] < place:
            text += 1
        found.setdefault(text, set()).update(phrases)
    return {text: [PHRASES[index] for index in sorted(phrases)] for text, phrases in found.items()}


def _hits(text: str) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Where a stem stands, and the indices of the phrases that need it."""
    for place in np.flatnonzero(_TABLE.take(_slots(text.encode("ascii", "replace")))).tolist():
        for stem in _SOUGHT.get(text[place : place + HEAD], ()):
            words = stem.words
            if text.startswith(words, place) and (not stem.breaks or _LINE_END.match(text, place + len(words))):
                yield place, stem.phrases
