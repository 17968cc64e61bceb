"""The shape of a phrase that credits, and the words phrases are made of."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from .model import Strength
from .origins import Certainty

Words = tuple[str, ...]


class Phrase(NamedTuple):
    """A way to credit. ``least`` is what must be named; a name counts with ``of_code`` only where it is called code.

    ``loose`` phrases are everyday words: only a link to code itself makes a credit of them. Of each of ``stems``, one
    stands in every text the phrase is found in, in lower case.
    """

    strength: Strength
    words: str
    least: Certainty
    stems: tuple[Words, ...]
    of_code: bool = False
    loose: bool = False


# Up to seven words between a verb and its "from": "copied with minor changes from".
GAP = r"(?:[\s,/&(+]{1,3}[\w'-]{1,24}\)?){0,7}?"
FROM = r"[\s:,)]{1,3}from\b"
VERSION_OF = r"(?:\s+[\w,]{1,20}){0,5}?\s+(?:versions?|variants?|forms?|copy|forks?|ports?)\s+of\b"
LINE = r"(?:(?<=\n)|\A|(?<=[.;:)]\s))[-*\s]{0,4}"
LINK_AHEAD = r"(?=[\s<`'\"(\[]{0,4}(?:https?:|(?:www\.)?(?:github|gitlab|huggingface)\.))"
CODE_WORDS = r"(?:code|codes|impl(?:ementations?|s)?\.?|repo(?:sitory)?|sources?|authors?|version|work|licen[cs]e)"
OF: Words = ("from", "of")
LINKED: Words = ("http", "github.", "gitlab.", "huggingface.")


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
