"""A text in, the licence texts that stand in it out, each with its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..arrays import F64, Mask
from .occurrences import Occurrence, least_share, occurrences
from .phrases import named_licence
from .shingles import SIZE, shingles
from .table import Anchor, LicenceTable, shipped_table
from .words import Words, read_words

# Titles stand above what is alike in several licences, and what sets one apart may follow it.
_MARGIN = 40
# Of a text with this share of a reference, so little is lost that a missing anchor is another licence, not a gap.
_NEARLY_WHOLE = 0.9
# Where a text has this much that no other has, and next to nothing of that is there, it is a version not known.
_ENOUGH_OWN = 40
_LEAST_OWN = 0.15
_LEAST_OWN_OF_VARIANT = 0.5
# How much of its own it must have for that to be asked; more where by far not all of it is kept.
_FEW_OWN = 2
_SOME_OWN = 5
# Where one text was refused, another must explain about as much: what is only alike explains less.
_NEARLY_AS_GOOD = 0.85
# A text no longer than this is also read for a sentence that names its licence.
_LONGEST_SNIPPET = 200


@dataclass(frozen=True, slots=True)
class LicenceText:
    """A licence's text, or its customary header, in a longer text.

    ``share`` is how much (0 to 1) of its known wording is there; 1 for a sentence that names it.
    """

    licence: str
    share: float
    first_line: int
    last_line: int


def identify(text: str, table: LicenceTable | None = None) -> tuple[LicenceText, ...]:
    """The licence texts in a LICENSE file, a header or a docstring, largest first; comment markers make no difference.

    Of what is longer than ``words.MOST_CHARACTERS`` the beginning is read. Unknown texts give nothing.
    """
    table = table or shipped_table()
    words = read_words(text)
    found = sorted(_standing(words, table), key=lambda each: each.first - each.last)
    if not found and len(words.hashes) <= _LONGEST_SNIPPET:
        return _named(words, table)
    return tuple(_described(each, words, table) for each in found)


def _described(found: Occurrence, words: Words, table: LicenceTable) -> LicenceText:
    licence = table.references[found.reference].licence
    return LicenceText(licence, round(found.share, 4), words.line(found.first), words.line(found.last + SIZE - 1))


def _named(words: Words, table: LicenceTable) -> tuple[LicenceText, ...]:
    named = named_licence(words.between(0, len(words.hashes)), table)
    if named is None:
        return ()
    licence, first, last = named
    return (LicenceText(licence, 1.0, words.line(first), words.line(last)),)


def _standing(words: Words, table: LicenceTable) -> Iterator[Occurrence]:
    """The best of what overlaps; what comes after one that was refused must explain about as much as that."""
    count = max(len(words.hashes) - SIZE + 1, 0)
    taken, refused, unlike = np.zeros(count, bool), np.zeros(count), np.zeros(count)
    for each in occurrences(shingles(words.hashes), table):
        if not _has_room(each, taken, table):
            continue
        if not _shows_its_own(each, table):
            _mark(unlike, each)
        elif _stands_out(each, refused, unlike, table) and _is_it(each, words, taken, table):
            taken[each.first : each.last + 1] = True
            yield each
        else:
            _mark(refused, each)


def _mark(scores: F64, each: Occurrence) -> None:
    run = scores[each.first : each.last + 1]
    np.maximum(run, each.score, out=run)


def _shows_its_own(each: Occurrence, table: LicenceTable) -> bool:
    """Whether a seldom variant, which no rule is about, shows what it alone has."""
    reference = table.references[each.reference]
    has_own = not reference.is_ruled and table.alone[each.reference] >= (_FEW_OWN if reference.rate == 1 else _SOME_OWN)
    return not has_own or each.own >= _LEAST_OWN_OF_VARIANT * each.share


def _stands_out(each: Occurrence, refused: F64, unlike: F64, table: LicenceTable) -> bool:
    """Whether it is more than a licence that is like the one refused: by anchors of its own, and by its score."""
    anchored = bool(table.references[each.reference].anchor.required)
    best_refused, best_unlike = float(refused[each.hits].max()), float(unlike[each.hits].max())
    good = each.score >= _NEARLY_AS_GOOD * max(best_refused, best_unlike)
    return good and (anchored or not best_refused)


def _has_room(each: Occurrence, taken: Mask, table: LicenceTable) -> bool:
    """Whether it would still be there without what is explained already."""
    free = 1.0 - float(taken[each.hits].mean())
    return free * each.share >= least_share(int(table.kept[each.reference]))


def _is_it(each: Occurrence, words: Words, taken: Mask, table: LicenceTable) -> bool:
    """Whether this is the licence rather than one of its twins."""
    reference = table.references[each.reference]
    if table.alone[each.reference] >= _ENOUGH_OWN and each.own < _LEAST_OWN * each.share:
        return False
    if reference.anchor == Anchor():
        return True
    last = each.last + SIZE - 1
    if _any_of(reference.anchor.refused, words.between(each.first, min(last + _MARGIN, _next_taken(taken, last)))):
        return False
    around = words.between(each.first - _MARGIN, last + _MARGIN)
    trusted = reference.is_notice or each.share >= _NEARLY_WHOLE
    return not trusted or all(_pattern(anchor).search(around) for anchor in reference.anchor.required)


def _next_taken(taken: Mask, word: int) -> int:
    """The last word before another text that begins after ``word``."""
    after = np.flatnonzero(taken[word + 1 :][: _MARGIN + 1])
    return word + int(after[0]) if len(after) else len(taken) + SIZE


def _any_of(anchors: tuple[str, ...], text: str) -> bool:
    return any(_pattern(anchor).search(text) for anchor in anchors)


@cache
def _pattern(anchor: str) -> re.Pattern[str]:
    return re.compile(anchor)
