"""What may stand in a text in, what does stand there out: one reading of each stretch, and no twin for another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from ..arrays import F64, Mask
from .anchoring import all_of, any_of
from .runs import Occurrence, least_share
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
_LEAST_OWN_OF_VARIANT = 0.3
# Where one text was refused, another must explain about as much, since what is only alike explains less; not quite as
# much where its own words stand there, too.
_NEARLY_AS_GOOD = 0.85
_GOOD_ENOUGH = 0.6


def choose(ranked: Iterable[Occurrence], words: Words, table: LicenceTable) -> Iterator[Occurrence]:
    """The best of what overlaps; what comes after one that was refused must explain about as much as that."""
    count = max(len(words.hashes) - SIZE + 1, 0)
    taken, refused, unlike = np.zeros(count, bool), np.zeros(count), np.zeros(count)
    for each in ranked:
        if not _has_room(each, taken, table):
            continue
        reading = _Reading(each, table.references[each.reference], words, taken)
        if not _shows_its_own(each, table):
            _mark(unlike, each)
        elif _is_known_version(each, table) and reading.is_it(_best(refused, each), _best(unlike, each)):
            taken[each.first : each.last + 1] = True
            yield each
        else:
            _mark(refused, each)


def _mark(scores: F64, each: Occurrence) -> None:
    run = scores[each.first : each.last + 1]
    np.maximum(run, each.score, out=run)


def _best(scores: F64, each: Occurrence) -> float:
    """The least score marked where three quarters of it stand; 0 where it mostly stands elsewhere."""
    return float(np.sort(scores[each.hits])[len(each.hits) // 4])


def _shows_its_own(each: Occurrence, table: LicenceTable) -> bool:
    """Whether a seldom variant, which no rule is about, shows what it alone has."""
    reference = table.references[each.reference]
    is_told_otherwise = reference.is_ruled or reference.anchor.required
    return bool(is_told_otherwise) or each.own >= _LEAST_OWN_OF_VARIANT * each.share


def _is_known_version(each: Occurrence, table: LicenceTable) -> bool:
    return table.alone[each.reference] < _ENOUGH_OWN or each.own >= _LEAST_OWN * each.share


def _has_room(each: Occurrence, taken: Mask, table: LicenceTable) -> bool:
    """Whether it would still be there without what is explained already."""
    free = 1.0 - float(taken[each.hits].mean())
    return free * each.share >= least_share(int(table.kept[each.reference]))


class _Reading:
    """An occurrence in its text, to be told from the twins of its licence."""

    def __init__(self, each: Occurrence, reference: Reference, words: Words, taken: Mask) -> None:
        self.each, self.reference = each, reference
        last = each.last + SIZE - 1
        before, after = _free_before(taken, each.first), _free_after(taken, last)
        self.around = words.between(each.first - before, last + after) if reference.anchor != Anchor() else ""

    def is_it(self, best_refused: float, best_unlike: float) -> bool:
        """Whether it is this licence, where others of those scores were refused or not like enough."""
        anchor = self.reference.anchor
        if any_of(anchor.refused, self.around):
            return False
        says_so = all_of(anchor.required, self.around)
        if best_refused and not (anchor.required and says_so):
            return False
        if self.each.score < max(best_refused * _GOOD_ENOUGH, best_unlike * _NEARLY_AS_GOOD):
            return False
        return says_so or (self.reference.is_ruled and self._has_lost_words())

    def _has_lost_words(self) -> bool:
        longest = int(np.diff(self.each.hits).max(initial=1))
        is_near = self.each.share >= _NEARLY_WHOLE or longest > _LONGEST_LOSS * self.reference.rate
        return not self.reference.is_notice and not is_near


def _free_before(taken: Mask, word: int) -> int:
    """How many words right before ``word`` are in no other text, of those that may tell of this."""
    before = np.flatnonzero(taken[max(word - _MARGIN, 0) : word][::-1])
    return int(before[0]) if len(before) else _MARGIN


def _free_after(taken: Mask, word: int) -> int:
    after = np.flatnonzero(taken[word + 1 : word + 1 + _MARGIN])
    return int(after[0]) if len(after) else _MARGIN
