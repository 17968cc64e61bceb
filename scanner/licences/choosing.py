"""What may stand in a text in, what does stand there out: one reading of each stretch, and no twin for another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from ..arrays import F64, Mask
from .anchoring import all_of, any_of
from .occurrences import Occurrence, least_share
from .shingles import SIZE
from .table import Anchor, LicenceTable, Reference
from .words import Words

# Titles stand above what is alike in several licences, and what sets one apart may follow it.
_MARGIN = 40
# Where words were lost here and there, an anchor may be among them; with nearly all there, or a longer stretch missing,
# what is not there is not meant to be.
_NEARLY_WHOLE = 0.9
_LONGEST_LOSS = 25
# Where a text has this much that no other has, and next to nothing of that is there, it is a version not known.
_ENOUGH_OWN = 40
_LEAST_OWN = 0.15
_LEAST_OWN_OF_VARIANT = 0.5
# How much of its own it must have for that to be asked; more where by far not all of it is kept.
_FEW_OWN = 2
_SOME_OWN = 5
# Where one text was refused, another must explain about as much: what is only alike explains less.
_NEARLY_AS_GOOD = 0.85


def choose(ranked: Iterable[Occurrence], words: Words, table: LicenceTable) -> Iterator[Occurrence]:
    """The best of what overlaps; what comes after one that was refused must explain about as much as that."""
    count = max(len(words.hashes) - SIZE + 1, 0)
    taken, refused, unlike = np.zeros(count, bool), np.zeros(count), np.zeros(count)
    for each in ranked:
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
    if any_of(reference.anchor.refused, words.between(each.first, min(last + _MARGIN, _next_taken(taken, last)))):
        return False
    around = words.between(each.first - _MARGIN, last + _MARGIN)
    return _has_lost_words(each, reference) or all_of(reference.anchor.required, around)


def _has_lost_words(each: Occurrence, reference: Reference) -> bool:
    longest = int(np.diff(each.hits).max(initial=1))
    return not reference.is_notice and each.share < _NEARLY_WHOLE and longest <= _LONGEST_LOSS * reference.rate


def _next_taken(taken: Mask, word: int) -> int:
    """The last word before another text that begins after ``word``."""
    after = np.flatnonzero(taken[word + 1 :][: _MARGIN + 1])
    return word + int(after[0]) if len(after) else len(taken) + SIZE
