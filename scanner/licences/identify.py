"""Which licence a text is: by its wording, else by a sentence that names it, else by its title.

Edit this when a licence is taken for its near twin, or one that is only named or entitled is not known. What may stand
in the text, overlapping, is found by `text_matches.py`; here one match is chosen for each stretch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from msgspec import Struct

from ..rulebook.anchors import all_of, any_of
from ..support.arrays import F64, Mask
from ..support.lazy import lazy_pattern
from .licence_names import name_key
from .table import Anchor, LicenceTable, Reference, shipped_table
from .text_matches import Match, find_matches, least_containment
from .words import WORDS_IN_SHINGLE, Words, read_words, shingles

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

# A text no longer than this is also read for a sentence that names its licence; a longer one for a title.
_LONGEST_SNIPPET = 200

# In sentences that name a licence: how long a name may be, and how many sentences are looked at.
_MOST_WORDS_OF_NAME = 14
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

# Where in a text its title is looked for, and the least share of words that are those of terms rather than of a README.
_TITLE_WORDS = 40
_LEAST_TERMS = 0.02
_TERMS = lazy_pattern(r"\b(?:shall|licensee|licensor|licen[cs]es?|agreement|terms|herein|hereby|hereunder)\b|许可|协议")


class LicenceMatch(Struct, frozen=True):
    """A licence's text, or its customary header, in a longer text."""

    licence: str
    "Its id."
    containment: float
    "How much (0 to 1) of its known wording is there: 1 for a sentence that names it, 0 where only its title tells."
    first_line: int
    "The first line (1-based) that it stands on,"
    last_line: int
    "and the last."


def identify(text: str, table: LicenceTable | None = None) -> tuple[LicenceMatch, ...]:
    """The licence texts in a LICENSE file, a header or a docstring, largest first; comment markers make no difference.

    Of what is longer than ``words.MOST_CHARACTERS`` the beginning is read. Unknown texts give nothing.
    """
    table = table or shipped_table()
    words = read_words(text)
    ranked = find_matches(shingles(words.hashes), table)
    found = sorted(_chosen(ranked, words, table), key=lambda each: each.first - each.last)
    if found:
        return tuple(_described(each, words, table) for each in found)
    return _named(words, table) if len(words.hashes) <= _LONGEST_SNIPPET else _titled(words, table)


def _described(found: Match, words: Words, table: LicenceTable) -> LicenceMatch:
    licence = table.references[found.reference].licence
    return LicenceMatch(
        licence, round(found.containment, 4), words.line(found.first), words.line(found.last + WORDS_IN_SHINGLE - 1)
    )


def _named(words: Words, table: LicenceTable) -> tuple[LicenceMatch, ...]:
    named = _named_licence(words.between(0, len(words.hashes)), table)
    if named is None:
        return ()
    licence, first, last = named
    return (LicenceMatch(licence, 1.0, words.line(first), words.line(last)),)


def _titled(words: Words, table: LicenceTable) -> tuple[LicenceMatch, ...]:
    licence = _titled_licence(words, table)
    return (LicenceMatch(licence, 0.0, words.line(0), words.line(len(words.hashes) - 1)),) if licence else ()


def _chosen(ranked: Iterable[Match], words: Words, table: LicenceTable) -> Iterator[Match]:
    """The best of the matches that overlap; what follows a refused one must explain about as much as that."""
    count = max(len(words.hashes) - WORDS_IN_SHINGLE + 1, 0)
    taken, refused, unlike = np.zeros(count, bool), np.zeros(count), np.zeros(count)
    for each in ranked:
        if not _has_room(each, taken, table):
            continue
        in_context = _InContext(each, table.references[each.reference], words, taken)
        if not _shows_its_own(each, table):
            _mark(unlike, each)
        elif _is_known_version(each, table) and in_context.is_it(_best(refused, each), _best(unlike, each)):
            taken[each.first : each.last + 1] = True
            yield each
        else:
            _mark(refused, each)


def _has_room(each: Match, taken: Mask, table: LicenceTable) -> bool:
    """Whether it would still be there without what is explained already."""
    free = 1.0 - float(taken[each.hits].mean())
    return free * each.containment >= least_containment(int(table.kept[each.reference]))


def _shows_its_own(each: Match, table: LicenceTable) -> bool:
    """Whether a seldom variant, which no rule is about, shows what it alone has."""
    reference = table.references[each.reference]
    is_told_otherwise = reference.is_ruled or reference.anchor.required
    return bool(is_told_otherwise) or each.own_containment >= _LEAST_OWN_OF_VARIANT * each.containment


def _is_known_version(each: Match, table: LicenceTable) -> bool:
    return table.alone[each.reference] < _ENOUGH_OWN or each.own_containment >= _LEAST_OWN * each.containment


def _mark(scores: F64, each: Match) -> None:
    run = scores[each.first : each.last + 1]
    np.maximum(run, each.score, out=run)


def _best(scores: F64, each: Match) -> float:
    """The least score marked where three quarters of it stand; 0 where it mostly stands elsewhere."""
    return float(np.sort(scores[each.hits])[len(each.hits) // 4])


class _InContext:
    """A match and the words around it, to be told from the twins of its licence."""

    def __init__(self, each: Match, reference: Reference, words: Words, taken: Mask) -> None:
        self.each, self.reference = each, reference
        last = each.last + WORDS_IN_SHINGLE - 1
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
        is_near = self.each.containment >= _NEARLY_WHOLE or longest > _LONGEST_LOSS * self.reference.rate
        return not self.reference.is_notice and not is_near


def _free_before(taken: Mask, word: int) -> int:
    """How many words right before ``word`` are in no other match, of those that may tell of this one."""
    before = np.flatnonzero(taken[max(word - _MARGIN, 0) : word][::-1])
    return int(before[0]) if len(before) else _MARGIN


def _free_after(taken: Mask, word: int) -> int:
    after = np.flatnonzero(taken[word + 1 : word + 1 + _MARGIN])
    return int(after[0]) if len(after) else _MARGIN


def _named_licence(text: str, table: LicenceTable) -> tuple[str, int, int] | None:
    """The id of the one licence that a sentence names, and that sentence's first and last word; else None.

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
        words = text[match.end() :].split(" ", _MOST_WORDS_OF_NAME)[:_MOST_WORDS_OF_NAME]
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


def _titled_licence(words: Words, table: LicenceTable) -> str:
    """The id that the title names; empty where it names none or several, or what follows does not read like terms."""
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
