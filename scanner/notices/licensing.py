"""A header in, the licence it states out: by a tag, by its text, by a pointer to a file, by its name."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..patterns import lazy_pattern
from .header import Header
from .licence_words import names, texts
from .model import LicenceForm
from .wording import Wording

_TAG = lazy_pattern(r"SPDX-License-Identifier:[ \t]*(?P<value>[^\n]*)", re.IGNORECASE)
# One id, as most tags have, is told without what reads expressions, whose import is felt at start-up.
_ID = lazy_pattern(r"[A-Za-z0-9][\w.+:-]*")
_LOWER_CASE = lazy_pattern(r" (?:and|or|with) ")
_TAG_END = lazy_pattern(r"\s*(?:\*/|-->|#).*|[.,;\s]+\Z")
# The file is named in capitals, or called a file: "the License" alone is the licence itself.
_FILE = r"(?:LICEN[CS]E|COPYING)"
# Compiled where a licence is spoken of and none is stated: compiling it is felt at start-up.
_POINTER = (
    rf"(?<![/\w]){_FILE}(?:[._-]\w{{1,12}})?\W{{1,3}}(?i:file|for|in\s{{1,3}}the\s{{1,3}}(?:root|project|repo))\b"
    r"|(?i:see|refer\s{1,3}to|found\s{1,3}in|under|per)\s{1,6}(?i:the\s{1,6}(?:\w{1,20}\s{1,6})?)?"
    rf"\W{{0,3}}(?:\.\./)?{_FILE}\b"
    r"|(?i:\blicen[cs]e(?:\.(?:txt|md|rst))?\s{1,6}file\b|\bsee\s{1,6}licen[cs]e\.(?:txt|md|rst)\b)"
)
_TERMS = lazy_pattern(r"redistribut|warrant|liab|permi|conditions|licen[cs]e|neither the name")
_LEGAL_FILE = lazy_pattern(r"licen[cs]e|copying")
WORDS_BEFORE = 80
# A pointer names its licence in the same breath: "the MIT license found in the LICENSE file".
NEAR = 200


class Licensing(NamedTuple):
    """The licence a header states, how, and the last place it is stated at; -1 where it states none."""

    licence: str
    form: LicenceForm
    place: int


def find_licence(header: Header) -> Licensing:
    """What the header states: a tag decides, then the texts in it, then a pointer, then what is named first."""
    folded = header.folded
    found = sorted(texts(folded), key=_start)
    place = max((_end_of_text(folded, wording) for wording in found), default=-1)
    if "spdx-license-identifier" in folded and (tags := _tags(header.text)):
        return Licensing(_all_of([tag for tag, _ in tags]), LicenceForm.TAG, max(place, tags[-1][1]))
    if found:
        return Licensing(_all_of([wording.licence for wording in found]), LicenceForm.TEXT, place)
    said = sorted(names(folded), key=_start)
    if pointer := _pointer(header):
        near = next((each for each in said if abs(each.start - pointer.start()) <= NEAR), Wording("", 0, 0))
        return Licensing(near.licence, LicenceForm.POINTER, max(pointer.end(), near.end) - 1)
    if said:
        return Licensing(said[0].licence, LicenceForm.NAMED, said[0].end - 1)
    return Licensing("", LicenceForm.NONE, -1)


def _pointer(header: Header) -> re.Match[str] | None:
    """Looked for around the words it cannot be without: the pattern alone would try every word of a long docstring."""
    for word in _LEGAL_FILE.finditer(header.folded):
        if match := re.compile(_POINTER).search(
            header.text, max(word.start() - WORDS_BEFORE, 0), word.end() + WORDS_BEFORE
        ):
            return match
    return None


def _start(wording: Wording) -> int:
    return wording.start


def _tags(text: str) -> list[tuple[str, int]]:
    """The expression of each tag, and its place. A value that is none is read as the words of a licence."""
    found = []
    for match in _TAG.finditer(text):
        value = " ".join(_TAG_END.sub("", match["value"]).split())
        if not _is_expression(value):
            value = next((wording.licence for wording in names(value.lower())), "")
        if value:
            found.append((value, match.end() - 1))
    return found


def _is_expression(value: str) -> bool:
    """In lower case an operator may be a word like others, as in "GPL-2.0 or later": what it joins must be known."""
    if _ID.fullmatch(value):
        return True
    from ..licences import licence_ids
    from ..licences.expressions import is_expression, licences_stated

    return is_expression(value) and (not _LOWER_CASE.search(value) or all(map(licence_ids, licences_stated(value))))


def _all_of(licences: list[str]) -> str:
    """One id, or the expression that all of them hold."""
    if len(set(licences)) == 1:
        return licences[0]
    from ..licences.expressions import conjunction

    return conjunction(licences)


def _end_of_text(folded: str, wording: Wording) -> int:
    """The last place of a licence's text: its last words, else the end of the paragraphs that speak of terms."""
    place = wording.start
    tail = folded.find(wording.tail, place)
    if tail >= 0:
        return tail + len(wording.tail) - 1
    for paragraph in folded[place:].split("\n\n"):
        if not _TERMS.search(paragraph):
            break
        place += len(paragraph) + 2
    return max(place - 2, wording.end) - 1
