"""The phrases that credit a source ("adapted from", "a port of"), and which texts may hold which of them.

Edit this when a way to credit is not known, or is none: ``PHRASES`` has them all. What a phrase goes on to name is read
in `credit_sources.py`. Few texts hold any: stems, looked for in all texts at once, spare most of them the patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate
from operator import itemgetter
from typing import TYPE_CHECKING

from msgspec import Struct

from ..support.lazy import lazy_pattern
from .credit_sources import Certainty
from .header import folded
from .model import Strength

if TYPE_CHECKING:
    from ..support.arrays import U32, Mask

# Words of which one must be there.
OneOf = tuple[str, ...]
# Stems are found by so many letters they begin with, which are one number.
HEAD = 4
# Up to here a line may be markup that is taken off.
_LINE_END = lazy_pattern(r"[ \t\f\r\"']*(?:\n|\Z)")
# Multiplied so and cut to the upper half, heads spread over a table of 65,536 (Knuth's multiplicative hash).
_SPREAD = 2_654_435_761
_HALF = 16
# Up to here, as most READMEs are, stems are found one by one, and no start waits for numpy.
_SHORT = 16_384


class Phrase(Struct, frozen=True):
    """A way to credit."""

    strength: Strength
    "What it says was taken."
    words: str
    "Its pattern, whatever the case."
    least: Certainty
    "How surely its source must be named."
    stems: tuple[OneOf, ...]
    "In lower case, of each one that every text with the phrase has."
    of_code: bool = False
    "Whether a name counts only where it is called code."
    loose: bool = False
    "Whether these are everyday words: only a link to code itself makes a credit of them."


# Up to seven words between a verb and its "from": "copied with minor changes from".
_GAP = r"(?:[\s,/&(+]{1,3}[\w'-]{1,24}\)?){0,7}?"
_FROM = r"[\s:,)]{1,3}from\b"
_VERSION_OF = r"(?:\s+[\w,]{1,20}){0,5}?\s+(?:versions?|variants?|forms?|copy|forks?|ports?)\s+of\b"
_LINE_BEGINS = r"(?:(?<=\n)|\A|(?<=[.;:)]\s))[-*\s]{0,4}"
_LINK_AHEAD = r"(?=[\s<`'\"(\[]{0,4}(?:https?:|(?:www\.)?(?:github|gitlab|huggingface)\.))"
_NAMED_LINK = r"(?=[`'\"(]{0,2}\[[^\]\n]{1,60}\]\(https?:)"
_CODE_WORDS = r"(?:code|codes|impl(?:ementations?|s)?\.?|repo(?:sitory)?|sources?|authors?|version|work|licen[cs]e)"
_OF: OneOf = ("from", "of")
LINKED: OneOf = ("http", "github.", "gitlab.", "huggingface.")
PHRASES = (
    Phrase(
        Strength.COPIED,
        r"\b(?:copied|(?:copy|cut)[\s/&-]{1,3}(?:(?:and|n)\s)?past(?:ed?|ing)|borrow(?:s|ed|ing)?|lifted|"
        r"forked|duplicated|cloned|excerpt(?:ed)?|backported|inlined|cribbed)"
        + _GAP + _FROM,
        Certainty.NAME,
        (
            ("copied", "paste", "pasting", "borrow", "lifted", "forked", "duplicated", "cloned", "excerpt",
             "backported", "inlined", "cribbed"),
            _OF,
        ),
    ),
    Phrase(
        Strength.COPIED,
        r"\b(?:taken|extracted|moved|vendored|pulled|ripped|originat(?:es?|ed|ing)|originally|comes?|grabbed|"
        r"sourced|reused|synced|edited)" + _GAP + _FROM,
        Certainty.NAME,
        (
            ("taken", "extracted", "moved", "vendored", "pulled", "ripped", "originat", "originally", "come from",
             "comes from", "grabbed", "sourced", "reused", "synced", "edited"),
            _OF,
        ),
        of_code=True,
    ),
    Phrase(Strength.COPIED, r"\bcopy\s+from\b", Certainty.NAME, (("copy from", "copy\nfrom"),), of_code=True),
    Phrase(
        Strength.COPIED,
        r"\bcopy\s+(?:and|&)\s+(?:modif|adapt)\w{1,8}\s+from\b",
        Certainty.NAME,
        (("copy and", "copy &"), _OF),
    ),
    Phrase(
        Strength.COPIED,
        r"(?<!obtain\sa\s)(?<!make\sa\s)(?<!create\sa\s)\b(?:copy|clone)\s+of\b",
        Certainty.MODULE,
        (("copy of", "copy\nof", "clone of"),),
    ),
    Phrase(Strength.COPIED, r"\bforks?\s+of\b", Certainty.NAME, (("fork",), _OF)),
    Phrase(
        Strength.ADAPTED,
        r"\b(?:adapt(?:ed|s|ations?|ing)?|adpa?a?ted|addapted|adapated|adatped|adopt(?:ed|s)?|ported)(?:" + _GAP + _FROM
        + "|" + _VERSION_OF + r")|\b(?:adaptations?|port)\s+of\b|\bport\s+from\b",
        Certainty.NAME,
        (("adap", "adpa", "adpted", "addapted", "adat", "adopt", "ported", "port of", "port\nof", "port from"), _OF),
    ),
    Phrase(
        Strength.ADAPTED,
        r"\b(?:modif(?:ied|y|ies|ed|ications?)|derived|derivative|derivation|simplified|refactored|rewritten|translated|"
        r"re-?implement(?:ed|ations?)|reproduced|reworked|tweaked)(?:" + _GAP + _FROM
        + "|" + _VERSION_OF + r")|\b(?:modifications?|re-?implementations?|derivatives?|translations?)\s+of\b",
        Certainty.NAME,
        (
            ("modif", "deriv", "simplified", "refactored", "rewritten", "translat", "implement", "reproduced",
             "reworked", "tweaked"),
            _OF,
        ),
        of_code=True,
    ),
    Phrase(
        Strength.BASED,
        r"\bbased\s{1,3}(?:up)?on\b(?!\s+(?:the\s+)?following\s+(?:factors?|criteri\w+|rules?|conditions?|settings?|values?)\b)|\bbuil(?:t|ds?|ding)\s{1,3}(?:up)?on(?:\s+top\s+of)?\b|\bbased\s+off(?:\s+of)?\b",
        Certainty.NAME,
        (("based", "built on", "built upon", "build on", "builds on", "building on"),),
        of_code=True,
    ),
    Phrase(
        Strength.BASED,
        _LINE_BEGINS + r"(?:the\s+)?(?:original|official)(?:ly)?(?:\s+[\w/&+'-]{1,24}){0,4}?[\s/]+" + _CODE_WORDS
        + r"(?:\s+(?:and|&)\s+(?:\w+\s+)?(?:weights|models?))?"
        r"(?:\s*\([^()]{0,40}\))?(?:\s+(?:is|are|can\s+be\s+found|available|here|from|at|in|by|on|it)\b){0,4}[\s:,<`-]{1,6}"
        + _LINK_AHEAD,
        Certainty.LINK,
        (("original", "official"), LINKED),
    ),
    Phrase(
        Strength.BASED,
        r"\boriginal\s+(?:[\w-]{1,24}\s+){0,2}" + _CODE_WORDS + r"\s*:" + _LINK_AHEAD,
        Certainty.LINK,
        (("original",), LINKED),
    ),
    Phrase(
        Strength.ADAPTED,
        r"\b(?:ported|adapted|converted|translated|rewritten)\s+(?:to|for|in)\s+(?:[\w.+-]{1,24}\s+){1,3}"
        r"(?:by|thanks\s+to)\s+(?=\[|@|https?:)",
        Certainty.LINK,
        (("ported", "adapted", "converted", "translated", "rewritten"), LINKED),
    ),
    Phrase(
        Strength.BASED,
        _LINE_BEGINS + r"source(?:\s+code)?\s*:",
        Certainty.FILE,
        (("source:", "source code:", "source :"),),
    ),
    Phrase(Strength.BASED, _LINE_BEGINS + r"credits?\s*:", Certainty.FILE, (("credit:", "credits:", "credits :"),)),
    Phrase(
        Strength.BASED,
        r"\bfollow(?:s|ed|ing)?(?:\s+(?!doc|instruction|guide|model|weight|checkpoint)\w{1,20}){0,2}\s+from\b[\s:]{1,3}"
        + _LINK_AHEAD,
        Certainty.LINK,
        (("follow",), LINKED),
    ),
    Phrase(
        Strength.BASED,
        r"\bfollow(?:s|ed|ing)?(?:\s+\w{1,20}){0,2}\s+(?:official|original)\s+" + _CODE_WORDS
        + r"(?:\s+(?:in|from|at|of|by)\b)?[\s:(<`]{1,4}" + _LINK_AHEAD,
        Certainty.LINK,
        (("follow",), LINKED),
    ),
    Phrase(
        Strength.BASED,
        _LINE_BEGINS + r"original(?:ly)?\s+from\b(?:\s+(?!https?:)[\w.-]{1,24}){0,3}[\s:]{1,3}" + _LINK_AHEAD,
        Certainty.LINK,
        (("original",), ("from",), LINKED),
    ),
    Phrase(
        Strength.ADAPTED,
        r"\b(?:modified|adapted)\s+on\s+(?:the\s+)?(?:(?:basis|top)\s+of\s+(?:the\s+)?)?(?:v?\d[\w.]{0,12}\s+)?(?=[`'\"]?\w)",
        Certainty.MODULE,
        (("modified on", "adapted on", "modified\non", "adapted\non"),),
    ),
    Phrase(
        Strength.COPIED,
        r"(?:\.py\b[`'\")]{0,3}\s+(?:is|are|was|were)|\b(?:uses?|used|contains?|includes?)\s+(?:\w{1,12}\s+){0,2}?code)"
        r"(?:\s+(?:mostly|mainly|largely|partly))?\s+from\b",
        Certainty.LINK,
        ((".py", "code"), ("from",), LINKED),
    ),
    Phrase(
        Strength.BASED,
        r"\bcredits?(?:\s+goes)?(?:\s+to|\s+for\s+[\w\s]{1,40}\sto)?[\s:]{1,3}" + _LINK_AHEAD,
        Certainty.LINK,
        (("credit",), LINKED),
    ),
    Phrase(
        Strength.BASED,
        r"\bshout[\s-]?outs?\s+to\b[\s:]{1,3}(?:" + _LINK_AHEAD + "|" + _NAMED_LINK + ")",
        Certainty.LINK,
        (("shout",), LINKED),
    ),
    Phrase(
        Strength.BASED,
        r"\b(?:implementations?|impl|codes?|modules?|class(?:es)?|functions?)\s+from\b[\s:]{1,3}" + _NAMED_LINK,
        Certainty.LINK,
        (("from",), LINKED),
    ),
    Phrase(
        Strength.BASED,
        r"\b(?:portions?|parts?|some|much|most|bits)\s+of\s+(?:this|the|these|our)\s+(?:[\w-]{1,20}\s+){1,3}"
        r"(?:is|are|comes?|were|was)\s+from\b",
        Certainty.NAME,
        (("portion", "part of", "parts of", "some of", "much of", "most of", "bits of"), ("from",)),
    ),
    Phrase(
        Strength.COPIED,
        _LINE_BEGINS + r"from\s+(?=[\w-]{2,20}\s+(?:internals|source\s+code|codebase)\b)",
        Certainty.NAME,
        (("internals", "source code", "codebase"), ("from",)),
    ),
    Phrase(
        Strength.BASED,
        r"\bfrom\b[\s:]{1,3}(?:(?!(?:is|are|was|in|to|on|and|with|by)\b)[\w'-]{1,24}[\s:(]{1,3}){0,5}?" + _LINK_AHEAD,
        Certainty.LINK,
        (("from",), LINKED),
        loose=True,
    ),
    Phrase(
        Strength.IDEA,
        r"\b(?:inspired|influenced|motivated)\s+(?:by|from)\b",
        Certainty.NAME,
        (("inspired", "influenced", "motivated"),),
    ),
    Phrase(
        Strength.IDEA,
        r"\b(?:credits?|thanks|courtesy|kudos)\b(?:\s+goes)?(?:\s+(?:to|of))?",
        Certainty.NAME,
        (("credit", "thanks", "courtesy", "kudos"),),
    ),
    Phrase(
        Strength.IDEA,
        r"\b(?:references?|refer(?:red|s)?\s+to|see(?:\s+also)?|implementation|code)\b[\s:]{1,4}"
        r"(?:(?!from\b)[\w'-]{1,24}[\s:(]{1,3}){0,3}?" + _LINK_AHEAD,
        Certainty.LINK,
        (("refer", "see", "implementation", "code"), LINKED),
        loose=True,
    ),
)  # fmt: skip


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


def may_hold(folded: str, phrase: Phrase) -> bool:
    """Whether one of each of a phrase's stems stands in a text in lower case."""
    for words in phrase.stems:
        for word in words:
            if word in folded:
                break
        else:
            return False
    return True


@cache
def pattern(phrase: Phrase) -> re.Pattern[str]:
    """Compiled on first use: a run over files without credits needs none of them."""
    return re.compile(phrase.words, re.IGNORECASE)


class _Stem(Struct, frozen=True):
    """A stem up to the end of its line, ``breaks`` where the line must end there, and the phrases that need it."""

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


_SOUGHT = _sought()
_STEMS = tuple(stem for stems in _SOUGHT.values() for stem in stems)


def _hits(text: str) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Where a stem stands, in order, and the indices of the phrases that need it."""
    if len(text) > _SHORT:
        return _hits_by_heads(text)
    found = (
        (place, stem.phrases) for stem in _STEMS for place in _places(text, stem.words) if _stands(text, place, stem)
    )
    return iter(sorted(found, key=itemgetter(0)))


def _places(text: str, words: str) -> Iterator[int]:
    place = text.find(words)
    while place >= 0:
        yield place
        place = text.find(words, place + 1)


def _stands(text: str, place: int, stem: _Stem) -> bool:
    """Whether a stem stands at a place that begins with its words."""
    return not stem.breaks or _LINE_END.match(text, place + len(stem.words)) is not None


def _hits_by_heads(text: str) -> Iterator[tuple[int, tuple[int, ...]]]:
    """As `_hits`, of a long text: in few places at least the heads stand."""
    import numpy as np

    for place in np.flatnonzero(_table().take(_slots(text.encode("ascii", "replace")))).tolist():
        for stem in _SOUGHT.get(text[place : place + HEAD], ()):
            if text.startswith(stem.words, place) and _stands(text, place, stem):
                yield place, stem.phrases


def _slots(text: bytes) -> U32:
    """A number below 65,536 for each place that HEAD bytes begin at: equal bytes, equal numbers."""
    import numpy as np

    heads: U32 = np.ndarray((max(len(text) - HEAD + 1, 0),), "<u4", text, strides=(1,))
    slots: U32 = heads * np.uint32(_SPREAD) >> np.uint32(_HALF)
    return slots


@cache
def _table() -> Mask:
    """Which numbers heads of stems have."""
    import numpy as np

    table: Mask = np.zeros(1 << 16, dtype=np.bool_)
    for head in _SOUGHT:
        table[_slots(head.encode())] = True
    return table
