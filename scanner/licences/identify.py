"""What may stand in a text in, what does stand there out: one reading of each stretch, and no twin for another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from msgspec import Struct

from ..rulebook.anchors import all_of, any_of
from ..support.arrays import F64, Mask
from ..support.lazy import lazy_pattern
from .licence_names import name_key
from .table import Anchor, LicenceTable, Reference, shipped_table
from .text_matches import Occurrence, least_share, occurrences
from .words import SIZE, Words, read_words, shingles

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


_MOST_WORDS = 14
_MOST_SENTENCES = 8
# Normalised text has no points: "2 0" was "2.0".
_POINT = lazy_pattern(r"(?<=\d) (?=\d)")
_VERSION = lazy_pattern(r"(?:license |licence )?(?:version |v )?v?\d")
_UNDER = lazy_pattern(
    r"\b(?:(?:licensed|licenced|released|distributed|available|published|provided|covered|governed|subject|redistribute)"
    r"(?: it| and or modify it)?(?: under| by| to)|according to|in accordance with)"
    r"(?: the)?(?: terms?)?(?: and)?(?: conditions?)?(?: of)?(?: the| an| a)? "
)
# The one family whose headers state name and version apart: "... as published by the ..., either version 2 of the ...".
_GNU = lazy_pattern(
    r"\b(?P<kind>(?:affero |lesser |library )?gnu (?:affero |lesser |library )?)general public licen[cs]e "
    r"(?:as published by the free software foundation )?(?:either )?"
    r"v(?:ersion )?(?P<major>\d)(?: (?P<minor>\d))?\b(?P<later>.{0,40}\bany later version)?"
)
_KIND = lazy_pattern(r"\b((?:affero |lesser |library )?(?:gnu )?(?:affero |lesser |library )?)general public\b")


def named_licence(text: str, table: LicenceTable) -> tuple[str, int, int] | None:
    """Its id and the first and last word of the sentence; None where none is named, or different ones are.

    ``text`` is words joined by single spaces.
    """
    if len(set(map(_gnu_letter, _KIND.findall(text)))) > 1:
        return None
    found = list(_gnu_licences(text, table)) or list(_licences(text, table))
    return found[0] if len({licence for licence, _, _ in found}) == 1 else None


def _gnu_letter(kind: str) -> str:
    return "a" if "affero" in kind else "l" if "l" in kind else ""


def _gnu_licences(text: str, table: LicenceTable) -> Iterator[tuple[str, int, int]]:
    for match in _GNU.finditer(text):
        later = "+" if match["later"] else ""
        name = f"{_gnu_letter(match['kind'])}gpl-{match['major']}.{match['minor'] or 0}{later}"
        if licence := table.names.get(name_key(name)):
            yield licence, text.count(" ", 0, match.start()), text.count(" ", 0, match.end())


def _licences(text: str, table: LicenceTable) -> Iterator[tuple[str, int, int]]:
    for match, _ in zip(_UNDER.finditer(text), range(_MOST_SENTENCES), strict=False):
        words = text[match.end() :].split(" ", _MOST_WORDS)[:_MOST_WORDS]
        if named := _longest_name(words, table):
            licence, count = named
            first = text.count(" ", 0, match.start())
            yield licence, first, text.count(" ", 0, match.end()) + count - 1


def _longest_name(words: list[str], table: LicenceTable) -> tuple[str, int] | None:
    """The most words from the first on that are a name, and how many those are: none before another version."""
    for count in range(len(words), 0, -1):
        name = _POINT.sub(".", " ".join(words[:count]))
        if licence := table.names.get(name_key(name)):
            return None if _VERSION.match(" ".join(words[count:])) else (licence, count)
    return None


# Where in a text its title is looked for, and the least share of words that are those of terms rather than of a README.
_TITLE_WORDS = 40
_LEAST_TERMS = 0.02
_TERMS = lazy_pattern(r"\b(?:shall|licensee|licensor|licen[cs]es?|agreement|terms|herein|hereby|hereunder)\b|许可|协议")


def titled_licence(words: Words, table: LicenceTable) -> str:
    """Its id; empty where the title names none, or several, or what follows does not read like terms."""
    title = words.between(0, _TITLE_WORDS)
    said = [
        licence
        for licence, anchor in table.titles.items()
        if anchor.required and all_of(anchor.required, title) and not any_of(anchor.refused, title)
    ]
    return said[0] if len(said) == 1 and _reads_like_terms(words) else ""


def _reads_like_terms(words: Words) -> bool:
    count = len(words.hashes)
    return len(_TERMS.findall(words.between(0, count))) >= _LEAST_TERMS * count


# A text no longer than this is also read for a sentence that names its licence; a longer one for a title.
_LONGEST_SNIPPET = 200


class LicenceText(Struct, frozen=True):
    """A licence's text, or its customary header, in a longer text.

    ``share`` is how much (0 to 1) of its known wording is there; 1 for a sentence that names it, 0 where its wording is
    not known and its title tells.
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
    ranked = occurrences(shingles(words.hashes), table)
    found = sorted(choose(ranked, words, table), key=lambda each: each.first - each.last)
    if found:
        return tuple(_described(each, words, table) for each in found)
    return _named(words, table) if len(words.hashes) <= _LONGEST_SNIPPET else _titled(words, table)


def _described(found: Occurrence, words: Words, table: LicenceTable) -> LicenceText:
    licence = table.references[found.reference].licence
    return LicenceText(licence, round(found.share, 4), words.line(found.first), words.line(found.last + SIZE - 1))


def _named(words: Words, table: LicenceTable) -> tuple[LicenceText, ...]:
    named = named_licence(words.between(0, len(words.hashes)), table)
    if named is None:
        return ()
    licence, first, last = named
    return (LicenceText(licence, 1.0, words.line(first), words.line(last)),)


def _titled(words: Words, table: LicenceTable) -> tuple[LicenceText, ...]:
    licence = titled_licence(words, table)
    return (LicenceText(licence, 0.0, words.line(0), words.line(len(words.hashes) - 1)),) if licence else ()
