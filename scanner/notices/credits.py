"""The credits in comments and docstrings: phrases such as "adapted from" that name a source, if it is one of code.

Edit this when a credit is missed, or a sentence about data, papers or classes is taken for one. The phrases are in
`credit_phrases.py`, what they name in `credit_sources.py`; this module puts the two together, sentence by sentence.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from ..sources.specs import CODE_SUFFIXES
from ..support.lazy import lazy_pattern
from .credit_phrases import Phrase, may_hold, pattern, phrases_by_text
from .credit_sources import (
    Certainty,
    Origin,
    ProperName,
    calls_it_code,
    first_link,
    first_module,
    first_path,
    links,
    name_at,
    sentence_end,
    speaks_of_code,
)
from .links import Leads
from .model import Credit, Strength
from .paragraphs import Paragraph, Run, split, spoken_in

if TYPE_CHECKING:
    from ..syntax.tree import SyntaxTree

# How far before a phrase its sentence says what it is about.
_SUBJECT = 120
# Beyond these a text is a list of links, or hostile: of credits, of links after one phrase, of signs kept of a phrase.
MOST_CREDITS = 500
_MOST_LINKS = 8
_MOST_CHARACTERS = 400

# Before a phrase: it says the contrary.
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
# What a source may be of without being of code.
_OF_DATA = lazy_pattern(
    r"\b(?:weights?|checkpoints?|pre-?trained|data\s?sets?|corpus|vocab\w*|text|texts|quotes?|images?|photos?|tables?|figures?|"
    r"notation|equations?|formulas?|lyrics|download\w*|install\w*|clone|setup|load\w*|labels?|hub|wheels?|urls?)\b[^.;\n]{0,45}\Z|\bdata(?:\s+(?:is|are|was|were))?\s*\Z"
    r"|\bmodel\s+parameters\s*\Z|\b(?:select|choose|download|load|use|one\s+of)\b[^.;\n]{0,60}\bmodels?\s*\Z",
    re.IGNORECASE,
)
# Code that is named with data is code.
_AND_CODE = lazy_pattern(r"\bcodes?\s*(?:/|&|\band\b|,)\s*(?:[\w-]+\s+){0,2}weights?\b", re.IGNORECASE)
# A class is derived from another, a value comes from somewhere.
_OFTEN_NO_CODE = lazy_pattern(r"deriv|come|extract|moved|pulled|originat", re.IGNORECASE)
# What is said of a link's page rather than of its code.
_THOUGHT = lazy_pattern(r"\b(?:propos\w+|ideas?|suggest\w*|discuss\w*|concept|notes?|tests?)\b", re.IGNORECASE)
_LEADS_ON = lazy_pattern(r"(?::|\bsee|\bfollowing\b[^.;]{0,60})\s*\Z", re.IGNORECASE)
_ITEM = lazy_pattern(r"\n\s?[-*] ")


def read_credits(text: bytes, tree: SyntaxTree | None = None) -> tuple[Credit, ...]:
    """The credits in the comments and docstrings of Python code, in order; of a notebook, its joined code cells.

    ``text`` is as a ``SourceFile`` has it; ``tree`` is its syntax tree, where it was parsed before.
    """
    return credits_of(spoken_in(text, tree))


def credits_of(spoken: Sequence[Run]) -> tuple[Credit, ...]:
    """The same of comments and docstrings that were read before."""
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
        if not (origin := _origin_of(text, match, phrase, end)):
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
        if count == _MOST_LINKS or link.leads is not Leads.CODE or not _LIST.fullmatch(text, last, link.start):
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
        words=" ".join(said.split())[:_MOST_CHARACTERS],
        strength=strength,
        url=origin.url,
        project=origin.project,
        path=origin.path,
    )


def _origin_of(text: str, match: re.Match[str], phrase: Phrase, end: int) -> Origin | None:
    """The source named after a phrase, when it is one that the phrase can mean."""
    before = _subject(text, match.start())
    named = _named(text, match, phrase, end, before)
    if named is None or _is_code_file(named) or not _OF_DATA.search(before):
        return named
    return named if _AND_CODE.search(before) else None


def _named(text: str, match: re.Match[str], phrase: Phrase, end: int, before: str) -> Origin | None:
    """The first of a link, a path, a module and a name that stands after a phrase and is enough for it."""
    start, end = match.end(), _before_list(text, match.end(), end)
    link = first_link(text, start, end)
    if link and _leads_to_code(text, link, match, phrase, before):
        return link
    if phrase.least is Certainty.LINK:
        return None
    found = first_path(text, start, end)
    if found and (found.path or _may_be_repository(match, phrase, before, text[start : found.start])):
        return found
    if phrase.least is Certainty.FILE:
        return None
    takes_modules = phrase.strength is not Strength.BASED and not _OFTEN_NO_CODE.match(match[0])
    module = first_module(text, start, end) if takes_modules else None
    if module and text[start : module.start].isspace():
        return module
    name = name_at(text, start, end) if phrase.least is Certainty.NAME else None
    if module and not (name and name.is_known and name.start < module.start):
        return module
    if name is None or not _may_be_code(text, name, match, phrase, before):
        return None
    return Origin(Certainty.NAME, name.start, name.end, "", name.said)


def _may_be_repository(match: re.Match[str], phrase: Phrase, before: str, between: str) -> bool:
    """Whether "org/repo" without a link is code: a model is based on another, by the same spelling."""
    if phrase.strength is Strength.BASED:
        return speaks_of_code(f"{before} {match[0]} {between}")
    return not _OFTEN_NO_CODE.match(match[0])


def _may_be_code(text: str, name: ProperName, match: re.Match[str], phrase: Phrase, before: str) -> bool:
    """Whether a name stands for code: by the phrase, by what it is called, or by what the sentence is about."""
    is_based = phrase.strength is Strength.BASED or bool(_OFTEN_NO_CODE.match(match[0]))
    if is_based and "." in name.said:
        return False
    if not name.is_known and any(each.leads is Leads.READING for each in links(text, name.end, name.end + 160)):
        return False
    if not phrase.of_code or (name.is_known and not is_based):
        return True
    said_before = f"{before} {text[match.end() : name.start]}"
    return speaks_of_code(said_before, or_part=not is_based) or calls_it_code(text, name.end, name.end + 60)


def _leads_to_code(text: str, link: Origin, match: re.Match[str], phrase: Phrase, before: str) -> bool:
    between = text[match.end() : link.start]
    if _THOUGHT.search(between) and not link.path:
        return False
    said = f"{before} {match[0]} {between}"
    if link.leads is Leads.CODE:
        if phrase.strength is Strength.BASED and not link.path and between.endswith("]("):
            # "Based on [SentencePiece](…)" says what is used.
            return speaks_of_code(said)
        return (
            not phrase.loose
            or phrase.strength is Strength.IDEA
            or bool(link.path)
            or not before
            or speaks_of_code(said, True)
        )
    if phrase.strength in (Strength.COPIED, Strength.ADAPTED):
        return True
    if link.leads is Leads.CHANGE:
        return phrase.strength is Strength.BASED and not phrase.loose
    return link.leads is Leads.ELSEWHERE and not phrase.loose and speaks_of_code(said, or_part=True)


def _before_list(text: str, start: int, end: int) -> int:
    """A list after a source has been named is not about it; one right after the phrase is of sources."""
    item = _ITEM.search(text, start, end)
    if not item or _LEADS_ON.search(text, start, item.start()) or not re.search(r"\w", text[start : item.start()]):
        return end
    return item.start()


def _subject(text: str, start: int) -> str:
    """What stands before a phrase in its sentence; a phrase that begins a line with a capital begins a sentence."""
    if text[start : start + 1].isupper() and text[start - 1 : start] in ("", "\n"):
        return ""
    before = text[max(start - _SUBJECT, 0) : start]
    return re.split(r"[.!?;]\s|\n\s*[-*]\s", before)[-1].strip()


def _is_code_file(origin: Origin) -> bool:
    return origin.path.endswith((*CODE_SUFFIXES, ".cu", ".cpp")) or origin.certainty is Certainty.MODULE
