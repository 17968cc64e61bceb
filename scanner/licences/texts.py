"""A text in, the licence texts that stand in it out, each with its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..arrays import Mask
from .occurrences import Occurrence, least_share, occurrences
from .phrases import named_licence
from .shingles import SIZE, shingles
from .table import Anchor, LicenceTable, Reference, shipped_table
from .words import Words, read_words

# Titles stand above what is alike in several licences. What must not stand there is looked for in the text alone: the
# next one in the file may well be the twin.
_MARGIN = 40
# Of a text with this share of a reference, so little is lost that a missing anchor is another licence, not a gap.
_NEARLY_WHOLE = 0.9
# What only this reference has must be there in about the measure that the whole is.
_LEAST_OWN = 0.4
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
    """The best of what overlaps; where one was refused, what follows has to show that it is not just alike."""
    count = max(len(words.hashes) - SIZE + 1, 0)
    taken, contested = np.zeros(count, bool), np.zeros(count, bool)
    for each in occurrences(shingles(words.hashes), table):
        if not _has_room(each, taken, table):
            continue
        reference = table.references[each.reference]
        in_doubt = bool(contested[each.hits].mean() > 0.5)
        if _is_it(each, reference, words) and (reference.anchor.required or not in_doubt):
            taken[each.first : each.last + 1] = True
            yield each
        else:
            contested[each.first : each.last + 1] = True


def _has_room(each: Occurrence, taken: Mask, table: LicenceTable) -> bool:
    """Whether it would still be there without what is explained already."""
    free = 1.0 - float(taken[each.hits].mean())
    return free * each.share >= least_share(int(table.kept[each.reference]))


def _is_it(each: Occurrence, reference: Reference, words: Words) -> bool:
    """Whether this is the licence rather than one of its twins."""
    if each.own is not None and each.own < _LEAST_OWN * each.share:
        return False
    if reference.anchor == Anchor():
        return True
    last = each.last + SIZE - 1
    if _any_of(reference.anchor.refused, words.between(each.first, last)):
        return False
    around = words.between(each.first - _MARGIN, last + _MARGIN)
    trusted = reference.is_notice or each.share >= _NEARLY_WHOLE
    return not trusted or all(_pattern(anchor).search(around) for anchor in reference.anchor.required)


def _any_of(anchors: tuple[str, ...], text: str) -> bool:
    return any(_pattern(anchor).search(text) for anchor in anchors)


@cache
def _pattern(anchor: str) -> re.Pattern[str]:
    return re.compile(anchor)
