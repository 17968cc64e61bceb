"""A copied file with what it says itself of its source and of its changes, and what the check of all copies gives.

Edit this when a notice of change is not seen, or when talk of what may change, of data that a function changes, or a
sentence of a licence is taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from ..matching.own_sample import OwnCode
from ..notices.header import read_header
from ..notices.model import Credit, Notice
from ..notices.notice import notices_within
from ..results import Attribution, FileVerdict, Finding, Region, Unread
from ..support.lazy import lazy_pattern

if TYPE_CHECKING:
    from ..evidence.model_origin import ModelOrigins
    from ..notices.paragraphs import Run

# How many verbs of a sentence are looked at, and how far before each.
_MOST_VERBS, _REACH = 20, 400
# What is done to a file, with what such a notice goes on with: by whom, from what, for what, when.
_DONE = lazy_pattern(
    r"\b(?:modified|changed|adapted|ported|converted|rewritten|edited|altered|patched|customi[sz]ed|reworked)\b"
    r"(?=[^\n]{0,80}?(?:\b(?:by|from|for|to|with|since|based\s+on|copyright|(?:19|20)\d\d)\b|\(c\)|:)"
    r"|\W{0,3}(?:\n|\Z))",
    re.IGNORECASE,
)
# The same as nouns, with what says that they were made.
_MADE = lazy_pattern(
    r"\b(?:modifications?|changes|adaptations?|alterations|additions)\b"
    r"(?=\s*(?:[^\s.]{1,20}\s+){0,4}?(?::|\(c\)|(?:copyright|by|made|are\s+marked|include|19\d\d|20\d\d)\b)"
    r"|(?:\s+and\s+\w+)?\s+(?:from|to|over|since|against|relative\s+to|compared\s+(?:to|with))\s+(?:the\s+)?"
    r"(?:original|upstream|official|source|support|remove|make|enable|fit|allow|work|add|use|run"
    r"|this\s+(?:code|file|script|module))\b)"
    r"|\b(?:with|including|contains|has)[^\S\n]+(?:[\w.]{1,12}\s+){0,3}?(?:modifications?|changes)\b"
    r"|\b(?:slight|minor|small|significant|few|heavy|several|two|three|(?<![.\d])\d)[^\S\n]+modifications?\b"
    r"|\b(?:we|i)\s+(?:have\s+)?(?:\w+ly\s+)?(?:modified|changed|adapted|rewrote|ported|edited|altered)\b",
    re.IGNORECASE,
)
# Before a verb: what may, must or will be, or was not. Of nouns, anywhere in the sentence.
_NOT_DONE = lazy_pattern(
    r"\b(?:may|might|can|could|will|would|should|shall|must|cannot|never|not|no|without|unless|whenever|please|"
    r"subject\s+to|going\s+to|needs?\s+to|has\s+to|have\s+to|want\s+to|need\s+not|to\s+be|any|future|breaking|un|"
    r"don't|isn't|wasn't|aren't|easily|where|when|if|as)\b|\bun\Z|\bself-?\Z",
    re.IGNORECASE,
)
# Sentences of licences themselves, which speak of changes that others may make.
_TERMS = lazy_pattern(
    r"derivative works|with or without|must carry|redistribut|permission is|you (?:may|must|can)|permitted|licensor"
    r"|hereby",
    re.IGNORECASE,
)
_SENTENCE = lazy_pattern(
    r"(?<!\bv)(?<!\binc)(?<!\bco)(?<!\bltd)[.;!?]\s+(?=\S)|\n\s*\n|\n\s*[-*\u2022]\s", re.IGNORECASE
)
_WORDS = lazy_pattern(r"[^\W\d_]+(?:'\w+)?")
# Who reads "inputs are converted to floats" reads of no file: only these may stand before the verb,
_BEFORE = frozenset(
    "this the our these codebase artifacts noqa all some most much many part parts portion portions piece pieces "
    "of in and or is was were are has have been being then also further later first originally original heavily "
    "slightly lightly mostly partly partially largely greatly copied taken copy borrowed based on from by with "
    "for code codes file files source sources script scripts module modules implementation implementations "
    "version class classes function functions header program software package work notebook example examples it "
    "its here note notes todo date author authors last which that significantly minor minimally locally manually "
    "automatically re fork forked contains contain includes vendored imported nd st rd th written created "
    "generated developed added https http www com github io org py id s a an official".split()
)
# or in any sentence with one of these as what is changed.
_OF_FILE = lazy_pattern(
    r"\b(?:this|the|our|original|following)\s+(?:\w+\s+){0,2}?(?:code|file|script|implementation|module|version|source|notebook)\b"
    r"[^.;]{0,60}?\b(?:was|is|has|have|been|were|are)\b[^.;]{0,30}\Z",
    re.IGNORECASE,
)


# A line that is a notice, a name or a link is no prose that goes on in the next.
_WHOLE_LINE = lazy_pattern(r"copyright|\(c\)|\u00a9|https?:|reserved|[:)>]\s*\Z", re.IGNORECASE)
_STEM = lazy_pattern(
    r"modif|chang|adapt|\bported|convert|rewr|edit|alter|patched|custom|rework|addition", re.IGNORECASE
)


class Copy(Struct, frozen=True):
    """A file that stands on an upstream, and what its own text says; of one that owes nothing, only its notice."""

    verdict: FileVerdict
    notice: Notice
    credits: tuple[Credit, ...]
    changes: str = ""
    """Its line that says it was changed; empty where none does."""
    known: tuple[str, ...] = ()
    """Those of its copyright lines that known upstream files have as well."""
    works: tuple[Copy, ...] = ()
    """Where its file holds whole upstream files and more, each of them as if it stood alone: these owe something."""
    place: Region | None = None
    """Of one of ``works``, where it stands."""
    within: tuple[Notice, ...] = ()
    """What notices below its header say, of parts of it."""


class StatedLicence(Struct, frozen=True):
    """The licence that the header of a file states, whether the file stands on an upstream or not."""

    path: str
    licence: str
    """An SPDX id or expression."""
    last_line: int = 0
    """The last line (1-based) of the header's notices."""


class Examined(Struct, frozen=True):
    """What one file is."""

    verdict: FileVerdict
    """What the file is to each known upstream."""
    copy: Copy | None
    """What its own text says of where it is from; None when it stands on no upstream."""
    header_last_line: int = 0
    """The line on which the notices of its header end, counted from 1; 0 without any."""
    own: OwnCode | None = None
    """What of it no known upstream explains, where that is asked for; None, too, where it is little."""

    @property
    def path(self) -> str:
        """The path of the file."""
        return self.verdict.path

    @property
    def stated(self) -> StatedLicence | None:
        """The licence that its header states; None where it states none."""
        licence = self.verdict.licence
        return StatedLicence(self.verdict.path, licence, self.header_last_line) if licence else None


class AllFiles(Struct, frozen=True):
    """What is known of the files of a source, whether they stand on an upstream or not."""

    stated: tuple[StatedLicence, ...] = ()
    """What their headers say of their licence."""
    unread: tuple[Unread, ...] = ()
    """Those that hold code and were not read."""
    model: ModelOrigins | None = None
    """What known models have in common with the model among them; None where there is none."""


class CheckResult(Struct, frozen=True):
    """What the check of one repository gave: an attribution for each copy that owes something, and the findings."""

    attributions: tuple[Attribution, ...] = ()
    findings: tuple[Finding, ...] = ()


class KnownLines:
    """The copyright lines of all known upstream files: one is among them whatever its years, punctuation and case."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = frozenset(lines)

    def __contains__(self, line: str) -> bool:
        return line in self._lines or _letters(line) in self._bare

    @cached_property
    def _bare(self) -> frozenset[str]:
        return frozenset(map(_letters, self._lines))


def _letters(line: str) -> str:
    """A copyright line without what files of one project differ in."""
    return "".join(filter(str.isalpha, line.casefold()))


def read_copy(
    verdict: FileVerdict,
    notice: Notice,
    text: bytes,
    known: KnownLines = KnownLines(()),
    spoken: Sequence[Run] | None = None,
    said: tuple[Credit, ...] | None = None,
) -> Copy:
    """The file of ``verdict``, whose text is UTF-8, with all that it says of where it is from.

    ``known`` are the copyright lines of all known upstream files; ``spoken`` are its comments and docstrings, ``said``
    its credits, where these were read before.
    """
    # Loaded only where something was copied: most files are nobody's copy.
    from ..notices.credits import credits_of
    from ..notices.paragraphs import spoken_in

    lines = tuple(line for line in notice.copyrights if line in known)
    spoken = spoken_in(text) if spoken is None else spoken
    said = credits_of(spoken) if said is None else said
    return Copy(verdict, notice, said, _changes(text), lines, within=notices_within(text, spoken))


def _changes(text: bytes) -> str:
    """The line of the header comment or docstring that says the file was changed; empty where none does."""
    return change_stated(read_header(text).text)


def change_stated(header: str) -> str:
    """The line of a header's text that says the file was changed; empty where none does."""
    for sentence in _sentences(header) if _STEM.search(header) else ():
        if not _STEM.search(sentence) or _TERMS.search(sentence):
            continue
        place = _place(sentence)
        if place >= 0:
            return _line(sentence, place)
    return ""


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text, with the line ends in them."""
    last = 0
    for match in _SENTENCE.finditer(text):
        yield text[last : match.start() + 1]
        last = match.end()
    yield text[last:]


def _place(sentence: str) -> int:
    """Where a sentence says that something was done to the file; -1 where it does not."""
    for match in islice(_DONE.finditer(sentence), _MOST_VERBS):
        before = sentence[max(match.start() - _REACH, 0) : match.start()]
        if not _NOT_DONE.search(before) and (_is_first(before, match[0]) or _OF_FILE.search(before)):
            return match.start()
    made = _MADE.search(sentence)
    return made.end() - 1 if made and not _NOT_DONE.search(sentence) else -1


def _is_first(before: str, verb: str) -> bool:
    """Whether what stands before a verb in its sentence is about the file and nothing else.

    A bracket begins a sentence, and so does a line whose first word has a capital, or that follows a whole one.
    """
    if _is_about_the_file(before[max(before.rfind("("), before.rfind(": ")) + 1 :]):
        return True
    above, _, line = before.rpartition("\n")
    begins = (line.strip(" -*:\u2022") or verb)[0].isupper() or _WHOLE_LINE.search(above.rsplit("\n", 1)[-1])
    return bool(begins) and _is_about_the_file(line)


def _is_about_the_file(words: str) -> bool:
    return all(word in _BEFORE or word.endswith("ly") for word in _WORDS.findall(words.lower()))


def _line(sentence: str, place: int) -> str:
    first, last = sentence.rfind("\n", 0, place) + 1, sentence.find("\n", place)
    return sentence[first : last if last >= 0 else None].strip()
