"""The notice of a source file: its copyright lines, and the licence that its header states.

A licence is stated by a tag, by its words, by pointing to a file, or by its name. Edit this when of several things that
a header says of licences the wrong one counts. Which words name a licence is in `licence_phrases.py`, of what it is
said in `mentions.py`, and the copyright lines are read in `copyright_lines.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from ..results import LicenceForm
from ..support.lazy import lazy_pattern
from .copyright_lines import MOST_CHARACTERS, find_copyrights
from .header import (
    HEADER_BYTES,
    Header,
    folded,
    read_header,
    without_ignored,
    without_snippets,
)
from .licence_phrases import Wording, common_names, end_of_text, texts, unnamed_terms
from .mentions import Subject, listed_names, says_this_file, subject_of, unknown_names
from .model import Notice

if TYPE_CHECKING:
    from .paragraphs import Run

_SNIPPET = lazy_pattern(r"SPDX-SnippetCopyrightText:[ \t]*(?=[^\s<\[{])[^\n]*")
# What a notice below the header cannot be without, in lower case.
_OF_NOTICES = lazy_pattern(r"copyright|\(c\)|\u00a9|licen[cs]e|permission is hereby|redistributions? ")
# Of a file that is put together from many so many are read.
_MOST_WITHIN = 50
# Of a file of snippets so many are read.
_MOST_SNIPPETS = 100

_TAG = lazy_pattern(r"SPDX-License-Identifier:[ \t]*(?P<value>[^\n]*)", re.IGNORECASE)
_TAG_END = lazy_pattern(r"\s*(?:\*/|-->|#).*|[.,;\s]+\Z")
# One id, as most tags have, is told without what reads expressions, whose import is felt at start-up.
_ID = lazy_pattern(r"[A-Za-z0-9][\w.+:-]*")
_LOWER_CASE = lazy_pattern(r" (?:and|or|with) ")

# The file is named in capitals, or called a file: "the License" alone is the licence itself.
_FILE = r"(?:LICEN[CS]E|COPYING)"
# Compiled where a licence is spoken of and none is stated: compiling it is felt at start-up.
_POINTER = (
    rf"(?<![/\w]){_FILE}(?:[._-]\w{{1,12}})?\W{{1,3}}(?i:file|for|in\s{{1,3}}the\s{{1,3}}(?:root|project|repo))\b"
    rf"|\bfile\s{{1,6}}[\"'`]{{0,2}}{_FILE}\b|\bCOPYRIGHT\s{{1,3}}file\b"
    rf"|(?i:licen[cs]e|terms)\s{{1,3}}(?i:is\s{{1,3}})?in\s{{1,3}}(?:the\s{{1,3}})?{_FILE}\b"
    r"|(?i:see|refer\s{1,3}to|found\s{1,3}in|under|per)\s{1,6}(?i:the\s{1,6}(?:\w{1,20}\s{1,6})?)?"
    rf"\W{{0,3}}(?:\.\./)?{_FILE}\b"
    r"|(?i:\blicen[cs]e(?:\.(?:txt|md|rst))?\s{1,6}files?\b|\bsee\s{1,6}licen[cs]e\.(?:txt|md|rst)\b)"
)
_LEGAL_FILE = lazy_pattern(r"licen[cs]e|copying|copyright\s{1,3}file")
# How far around such a word a pointer is looked for.
_AROUND = 80
# A pointer names its licence in the same breath: "the MIT license found in the LICENSE file".
_NEAR = 200
# What stands between two licences of which one may be chosen, or which both hold.
_BETWEEN = lazy_pattern(
    r"[\s,\"'`)]*(?:licen[cs]es?\b)?[\s,\"'`)]*(?P<how>and/or|or|and|/|\|)\s*(?:(?:under|licen[cs]ed|the|terms|of|an?)\s+){0,4}"
)
_THIS_IS = lazy_pattern(
    r"\bthis\s{1,3}(?:source\s{1,3})?(?:code|file|software|program|script|module)\s{1,3}is\s{1,3}"
    r"(?:licen[cs]ed|released|distributed|provided|published)\s{1,3}under\s{1,3}the\s{1,3}(?!licen[cs]e\b)"
)
_THIS_IS_FOUND = lazy_pattern(
    r"\bthis\s{1,3}(?:source\s{1,3})?(?:code|file)\s{1,3}is\s{1,3}licen[cs]ed\s{1,3}under\s{1,3}the\s{1,3}licen[cs]e\b"
)
_COPYRIGHT = lazy_pattern(r"copyright|\(c\)|\u00a9")
# Of these words a licence has many; a header with fewer only speaks of one.
_OF_LICENCES = lazy_pattern(
    r"\b(licensor|licensee|hereby|herein|hereunder|warrant|liabilit|redistribut|derivative works?|grants?|permitted|"
    r"terminat|obligations?|agreement|limitations?|definitions|infring|sublicen[cs]e)"
)
_LEAST_OF_LICENCES = 4
_LEAST_TEXT = 400
_UNKNOWN_TEXT = "LicenseRef-Unknown"


class StatedLicence(Struct, frozen=True):
    """The licence a header states, how, and the last place it is stated at; -1 where it states none."""

    licence: str
    form: LicenceForm
    place: int


class _Mention(Struct, frozen=True):
    """A licence that the header names, and whose it is."""

    wording: Wording
    subject: Subject


def read_notice(text: bytes) -> Notice:
    """The notices in the header comment and module docstring of a Python file, and of the SPDX snippets in it."""
    header = read_header(text)
    stated = find_licence(without_snippets(header))
    copyrights = dict(find_copyrights(header))
    last_line = max(copyrights.values(), default=0)
    if stated.place >= 0:
        last_line = max(last_line, header.line_at(stated.place))
    if b"SPDX-Snippet" in text:
        copyrights |= dict.fromkeys(_snippet_copyrights(text), 0)
    return Notice(stated.licence, tuple(copyrights), stated.form, last_line)


def notice_of_part(notice: Notice, text: bytes) -> Notice:
    """The ``notice`` of a file, with what the header says that ``text`` begins with: a part of it, from elsewhere."""
    own = read_notice(text)
    states = own if own.form is not LicenceForm.NONE else notice
    lines = tuple(dict.fromkeys((*own.copyrights, *notice.copyrights)))
    return Notice(states.licence, lines, states.form, notice.last_line)


def notices_within(text: bytes, spoken: Sequence[Run]) -> tuple[Notice, ...]:
    """The notices in comments and docstrings below the header of ``text``, each of a part taken from somewhere.

    ``spoken`` are those of the whole file.
    """
    below = read_header(text).text.count("\n") + 1
    found = (_notice_of_run(run) for run in spoken if run.first > below)
    return tuple(islice((each for each in found if each), _MOST_WITHIN))


def _notice_of_run(run: Run) -> Notice | None:
    if not _OF_NOTICES.search(folded(run.text)):
        return None
    said = "\n".join(line for _, line in run.lines())[:HEADER_BYTES]
    header = Header(said, folded(said))
    stated, lines = find_licence(header), tuple(line for line, _ in find_copyrights(header))
    licence = stated.licence if stated.form is not LicenceForm.POINTER else ""
    return Notice(licence, lines, stated.form, run.first) if lines or licence else None


def _snippet_copyrights(text: bytes) -> Iterator[str]:
    """The copyright lines of all SPDX-SnippetBegin … SPDX-SnippetEnd regions, wherever in the file."""
    whole = without_ignored(text.decode("utf-8", "replace"))
    for number, match in enumerate(_SNIPPET.finditer(whole)):
        if number == _MOST_SNIPPETS:
            return
        yield match[0].rstrip(" \t\r#*/\"'")[:MOST_CHARACTERS]


def find_licence(header: Header) -> StatedLicence:
    """What the header states: a tag decides, then the texts in it, then what it names of this file, then a pointer."""
    folded = header.folded
    found = sorted(texts(folded), key=_start)
    place = max((end_of_text(folded, wording) for wording in found), default=-1)
    if "spdx-license-identifier" in folded and (tags := _tags(header.text)):
        return StatedLicence(_all_of([tag for tag, _ in tags]), LicenceForm.TAG, max(place, tags[-1][1]))
    if found:
        said_too = _stated_beside(folded, found)
        return StatedLicence(_all_of([each.licence for each in (*said_too, *found)]), LicenceForm.TEXT, place)
    pointer, said = _pointer(header), _mentions(header)
    if whole := _whole_text(header, said):
        return whole
    named = _chosen(folded, said, pointer)
    end = max((pointer.end() if pointer else 0), (named.end if named else 0)) - 1
    if pointer and (not named or abs(named.start - pointer.start()) <= _NEAR):
        return StatedLicence(named.licence if named else "", LicenceForm.POINTER, end)
    if named:
        return StatedLicence(named.licence, LicenceForm.NAMED, named.end - 1)
    return StatedLicence("", LicenceForm.NONE, -1)


def _stated_beside(folded: str, found: Sequence[Wording]) -> list[Wording]:
    """What the header says of this file beside texts of other licences: those came along with a part of it."""
    if not _THIS_IS.search(folded):
        return []
    families = {_family(wording) for wording in found}
    named = sorted(common_names(folded), key=_start)
    return [each for each in named if _family(each) not in families and says_this_file(folded, each)][:1]


def _family(wording: Wording) -> str:
    return wording.licence.partition("-")[0]


def _start(wording: Wording) -> int:
    return wording.start


def _tags(text: str) -> list[tuple[str, int]]:
    """The expression of each tag, and its place. A value that is none is read as the words of a licence."""
    found = []
    for match in _TAG.finditer(text):
        value = " ".join(_TAG_END.sub("", match["value"]).split())
        if not _is_expression(value):
            value = next((wording.licence for wording in common_names(value.lower())), "")
        if value:
            found.append((value, match.end() - 1))
    return found


def _is_expression(value: str) -> bool:
    """In lower case an operator may be a word like others, as in "GPL-2.0 or later": what it joins must be known."""
    if _ID.fullmatch(value):
        return True
    from ..licences.expressions import is_expression, licences_stated
    from ..licences.licence_names import licence_ids

    return is_expression(value) and (not _LOWER_CASE.search(value) or all(map(licence_ids, licences_stated(value))))


def _all_of(licences: list[str]) -> str:
    """One id, or the expression that all of them hold."""
    if len(set(licences)) == 1:
        return licences[0]
    from ..licences.expressions import conjunction

    return conjunction(licences)


def _whole_text(header: Header, said: Sequence[_Mention]) -> StatedLicence | None:
    """A licence text that stands whole in the header, and is nobody's common one: known by its words, or by its name.

    One that nothing tells of is stated all the same, as unknown.
    """
    folded = header.folded
    if len(folded) < _LEAST_TEXT or len(set(_OF_LICENCES.findall(folded))) < _LEAST_OF_LICENCES:
        return None
    from ..licences.identify import identify

    last = len(folded.rstrip()) - 1
    known = [part.licence for part in identify(header.text)]
    if known:
        return StatedLicence(_all_of(known), LicenceForm.TEXT, last)
    if any(each.subject > Subject.OTHERS for each in said):
        return None
    return StatedLicence(_UNKNOWN_TEXT, LicenceForm.TEXT, last) if _speaks_as_licence(folded) else None


def _speaks_as_licence(folded: str) -> bool:
    return "hereby" in folded or "licensor" in folded or "licensee" in folded


def _pointer(header: Header) -> re.Match[str] | None:
    """Looked for around the words it cannot be without: the pattern alone would try every word of a long docstring."""
    for word in _LEGAL_FILE.finditer(header.folded):
        if match := re.compile(_POINTER).search(header.text, max(word.start() - _AROUND, 0), word.end() + _AROUND):
            return match
    return None


def _mentions(header: Header) -> list[_Mention]:
    """What the header names, in its order, each place once: common names first, then others, then unknown ones."""
    kept: list[Wording] = []
    for source in (common_names(header.folded), listed_names(header), unknown_names(header)):
        for wording in source:
            if not any(wording.start < other.end and other.start < wording.end for other in kept):
                kept.append(wording)
    if not kept:
        kept.extend(unnamed_terms(header.folded))
    return [_Mention(each, subject_of(header.folded, each)) for each in sorted(kept, key=_start)]


def _chosen(folded: str, said: Sequence[_Mention], pointer: re.Match[str] | None) -> Wording | None:
    """Of the licences named the first that is said of this file, else of nobody, else of what it was made from.

    A pointer without a name goes before a name that stands behind another holder's notice, or is an original's.
    """
    if not (best := max((each.subject for each in said), default=Subject.NOBODYS)) > Subject.OTHERS:
        return None
    chosen = next(index for index, each in enumerate(said) if each.subject is best)
    if pointer and _is_another(folded, said[chosen], pointer):
        return None
    return _joined(folded, said[chosen:])


def _is_another(folded: str, mention: _Mention, pointer: re.Match[str]) -> bool:
    """Whether a pointer speaks of the file, and the mention, apart from it, of another thing."""
    if pointer.start() < mention.wording.end:
        between = folded[pointer.end() : mention.wording.start]
        return mention.subject is Subject.ORIGINALS or _COPYRIGHT.search(between) is not None
    between = folded[mention.wording.end : pointer.start()]
    is_apart = "\n\n" in between or _COPYRIGHT.search(between) or _THIS_IS_FOUND.search(between)
    return mention.subject is Subject.ORIGINALS and bool(is_apart)


def _joined(folded: str, said: Sequence[_Mention]) -> Wording:
    """The first licence, with those that are to choose from, or hold as well, in the same breath."""
    first, *others = (each.wording for each in said)
    group, how = [first], ""
    for wording in others:
        between = _BETWEEN.fullmatch(folded, group[-1].end, wording.start)
        if not between or (how and _operator(between) != how):
            break
        how = _operator(between)
        group.append(wording)
    licences = tuple(dict.fromkeys(each.licence for each in group))
    if len(licences) == 1:
        return first
    return Wording(f" {how} ".join(licences), first.start, group[-1].end)


def _operator(between: re.Match[str]) -> str:
    return "AND" if between["how"] == "and" else "OR"
