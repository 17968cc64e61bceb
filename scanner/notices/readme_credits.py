"""The credits of a README: what its sections of thanks list, and what its sentences say was taken from where.

Edit this when such a section is not seen, or lists what is no code. Sentences are read as those in code, by
`credits.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..support.decoding import with_line_feeds
from ..support.lazy import lazy_pattern
from .credit_phrases import phrases_by_text
from .credit_sources import links, name_at
from .credits import MOST_CREDITS, credits_in
from .header import without_ignored
from .links import Leads
from .model import Credit, Strength
from .paragraphs import NumberedLine, Paragraph, split

# A README is read as far as this; longer lines are no prose.
MOST_CHARACTERS = 400_000
_LONGEST_LINE = 2_000
# An item of a list that is longer says more than a name.
_LONGEST_ITEM = 100

_HEADING = lazy_pattern(r"#{1,6}\s+(?P<title>[^\n]{1,200})|\*\*(?P<bold>[^*\n]{1,80})\*\*:?\s*\Z")
_UNDERLINE = lazy_pattern(r"(?:=+|-{3,})\Z")
_OF_CREDITS = lazy_pattern(
    r"acknowledg|\bcredits?\b|\bthanks\b|\battributions?\b|built (?:with|on|upon)|based on|third[- ]party|shout-?outs?|"
    r"standing on the shoulders",
    re.IGNORECASE,
)
# A sentence that begins a list of what was built on, in whatever section.
_BEGINS_LIST = lazy_pattern(
    r"\b(?:built|made|created|developed|possible|based|builds?)\b[^.\n]{0,60}\b(?:following|these|resources|projects|"
    r"repositories|help\s+of)\b[^.\n]{0,60}:?\s*\Z",
    re.IGNORECASE,
)
_FENCE = lazy_pattern(r"^[ \t]*(?:```|~~~).*?(?:^[ \t]*(?:```|~~~)[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_ITEM = lazy_pattern(r"(?:[-*+]|\d{1,3}[.)])\s+")
_BETWEEN_NAMES = lazy_pattern(r"\s*(?:\+|,|&|\band\b|;)\s*")
# A line of thanks for these is not about code.
_NO_CODE = lazy_pattern(
    r"\bdata\s?sets?\b|\bcorpus\b|\bcompute\b|\bGPUs?\b|\bfund\w*|\bsponsor\w*|\bpapers?\b|\bfeedback\b|\bdiscussions?\b",
    re.IGNORECASE,
)


class _Section(NamedTuple):
    """Lines of one section, or of a list in it; ``is_thanks`` when all it names are credits."""

    lines: list[NumberedLine]
    is_thanks: bool


def read_credits_in_prose(text: str) -> tuple[Credit, ...]:
    """The credits of a README or another text in Markdown, in order."""
    text = without_ignored(with_line_feeds(text[:MOST_CHARACTERS]))
    text = _FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), text)
    paragraphs = [
        (paragraph, section.is_thanks) for section in _sections(text.split("\n")) for paragraph in split(section.lines)
    ]
    phrases = phrases_by_text([paragraph.text for paragraph, _ in paragraphs])
    found: list[Credit] = []
    for index, (paragraph, is_thanks) in enumerate(paragraphs):
        said = list(credits_in(paragraph, phrases.get(index, ())))
        found += said
        if is_thanks:
            found += _listed(paragraph, said)
        if len(found) >= MOST_CREDITS:
            return tuple(found[:MOST_CREDITS])
    return tuple(sorted(found, key=lambda credit: credit.first_line))


def _sections(lines: list[str]) -> Iterator[_Section]:
    """The sections of a text, and within them the lists that a sentence makes lists of credits."""
    held: list[NumberedLine] = []
    is_thanks = False
    for number, line in enumerate(lines, 1):
        bare = line.strip()
        title = _title(bare, lines[number] if number < len(lines) else "")
        begins = bool(_BEGINS_LIST.search(bare[:_LONGEST_LINE]))
        if title or (begins and not is_thanks):
            yield _Section(held, is_thanks)
            held = []
            is_thanks = begins or bool(_OF_CREDITS.search(title))
        held.append((number, "" if title and not begins else bare if len(bare) <= _LONGEST_LINE else ""))
    yield _Section(held, is_thanks)


def _title(line: str, below: str) -> str:
    if match := _HEADING.match(line):
        return match["title"] or match["bold"]
    return line if line and _UNDERLINE.match(below.strip()) else ""


def _listed(paragraph: Paragraph, said: list[Credit]) -> Iterator[Credit]:
    """What a section of thanks links to, and the names its lists consist of, unless a sentence said it already."""
    known = {credit.url for credit in said if credit.url} | {credit.project for credit in said}
    for number, line in zip(paragraph.numbers, paragraph.text.split("\n"), strict=True):
        strength = Strength.IDEA if _NO_CODE.search(line) else Strength.BASED
        linked = [link for link in links(line, 0, len(line)) if link.leads in (Leads.CODE, Leads.ELSEWHERE)]
        for link in linked:
            if link.url not in known and link.project not in known:
                yield Credit(number, number, line[: _LONGEST_ITEM * 3], strength, link.url, link.project, link.path)
        item = _ITEM.match(line)
        if item and not linked and len(line) <= _LONGEST_ITEM:
            yield from _named(line[item.end() :], number, strength, known)


def _named(item: str, number: int, strength: Strength, known: set[str]) -> Iterator[Credit]:
    for piece in _BETWEEN_NAMES.split(item):
        name = name_at(piece, 0, len(piece))
        if name and name.said not in known and not re.search(r"\w", piece[name.end :]):
            yield Credit(number, number, item, strength, project=name.said)
