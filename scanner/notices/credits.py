"""What the comments and docstrings of a source file say was taken from where: its credits.

Edit this when a credit is missed, or read where none is; the phrases that give credit are in phrases.py.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ..patterns import lazy_pattern
from ..trees import SyntaxTree
from .comments import Paragraph, Run, runs, split
from .credited import origin_of
from .header import blanked_in_place
from .links import Leads
from .model import Credit, Strength
from .origins import Origin, links, sentence_end
from .phrasing import Phrase, may_hold, pattern
from .stems import phrases_by_text

# Beyond these a text is a list of links, or hostile.
MOST_CREDITS = 500
MOST_LINKS = 8
MOST_WORDS = 400
_DENIED = lazy_pattern(
    r"(?:\bno\s+longer|\bdiffer\w*|\bapart|\bfar|\bnot|n't|\bnever|\brather\s+than|\binstead\s+of|\btodo\s?\([^)]{0,40}\):?)"
    r"(?:\s+(?:be(?:en)?|yet|\w+ly))?\s*\Z",
    re.IGNORECASE,
)
# Between the links of one list stand marks, an "and", a label of a few words.
_LIST = lazy_pattern(
    r"[\s,;&*>)\]\[(<`'\"_#\d.:-]*(?:(?:and|also|plus|with)\b)?[\s*`(\[<:-]*"
    r"(?:(?!\w+ (?:\w+ )?(?:is|are|at|see|for)\b)[\w./'+-]{1,40}(?: [\w./'+-]{1,40}){0,3}\]?[\s:(<`-]{1,4})?",
    re.IGNORECASE,
)


def read_credits(text: bytes, tree: SyntaxTree | None = None) -> tuple[Credit, ...]:
    """The credits in the comments and docstrings of Python code, in order; of a notebook, its joined code cells.

    ``text`` is as a ``SourceFile`` has it; ``tree`` is its syntax tree, where it was parsed before.
    """
    shown = blanked_in_place(text, "REUSE-Ignore") if b"REUSE-IgnoreStart" in text else text
    spoken = list(runs(text, shown, tree))
    found = dict.fromkeys(islice(_credits(spoken), MOST_CREDITS))  # what is broken may be read as two things
    return tuple(sorted(found, key=lambda credit: credit.first_line))


def _credits(spoken: Sequence[Run]) -> Iterator[Credit]:
    """The credits, those of a docstring before those of the comments above it."""
    for index, phrases in phrases_by_text([run.text for run in spoken]).items():
        for paragraph in split(spoken[index].lines()):
            yield from credits_in(paragraph, phrases)


def credits_in(paragraph: Paragraph, phrases: Iterable[Phrase]) -> Iterator[Credit]:
    """The credits by ``phrases`` in a paragraph, in order; where they overlap, the first that names a source counts."""
    text = paragraph.text
    lowered = text.lower()
    matches = [
        (match, phrase) for phrase in phrases if may_hold(lowered, phrase) for match in pattern(phrase).finditer(text)
    ]
    firm = sorted(match.start() for match, phrase in matches if not phrase.loose)
    done = 0
    for match, phrase in sorted(matches, key=lambda each: each[0].start()):
        start = match.start()
        next_phrase = _next(firm, start + 1)
        # An everyday word before a phrase is a part of it.
        if (
            start < done
            or (phrase.loose and next_phrase < match.end())
            or _DENIED.search(text, max(start - 40, 0), start)
        ):
            continue
        # What the next phrase names is not what this one does.
        end = min(sentence_end(text, match.end()), _next(firm, match.end()))
        if not (origin := origin_of(text, match, phrase, end)):
            continue
        yield _credit(paragraph, start, phrase.strength, origin)
        done = origin.end
        for further in _further(text, origin, end) if origin.url else ():
            yield _credit(paragraph, start, phrase.strength, further, match[0])
            done = further.end


def _next(starts: list[int], place: int) -> int:
    """The first of the sorted places from ``place`` on."""
    index = bisect_left(starts, place)
    return starts[index] if index < len(starts) else sys.maxsize


def _further(text: str, origin: Origin, end: int) -> Iterator[Origin]:
    """More links to code in the same list."""
    last, limit = origin.end, min(len(text), max(end, origin.end + 600))
    for count, link in enumerate(links(text, last, limit)):
        if count == MOST_LINKS or link.leads is not Leads.CODE or not _LIST.fullmatch(text, last, link.start):
            return
        yield link
        last = link.end


def _credit(paragraph: Paragraph, start: int, strength: Strength, origin: Origin, lead: str = "") -> Credit:
    """The phrase up to the end of the line its source ends on; of a further link, the phrase's lead and the link."""
    text = paragraph.text
    if lead:
        said, start = f"{lead} {text[origin.start : origin.end]}", origin.start
    else:
        start += len(text[start:]) - len(text[start:].lstrip(" \t\n-*"))
        line_end = text.find("\n", origin.end)
        said = text[start : line_end if line_end >= 0 else None]
    return Credit(
        first_line=paragraph.line_at(start),
        last_line=paragraph.line_at(origin.end - 1),
        words=" ".join(said.split())[:MOST_WORDS],
        strength=strength,
        url=origin.url,
        project=origin.project,
        path=origin.path,
    )
