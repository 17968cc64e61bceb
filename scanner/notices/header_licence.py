"""The licence that a header states: by a tag, by a licence's customary words, by pointing to a file, or by its name.

Edit this when a licence in a header is missed or mistaken, or one more has words of its own: the tables ``_TEXTS`` and
``_NAMES`` have most; GNU and Creative Commons ids are put together from the parts that are said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from ..results import LicenceForm
from ..support.lazy import lazy_pattern
from .header import Header

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
    r"|(?i:see|refer\s{1,3}to|found\s{1,3}in|under|per)\s{1,6}(?i:the\s{1,6}(?:\w{1,20}\s{1,6})?)?"
    rf"\W{{0,3}}(?:\.\./)?{_FILE}\b"
    r"|(?i:\blicen[cs]e(?:\.(?:txt|md|rst))?\s{1,6}file\b|\bsee\s{1,6}licen[cs]e\.(?:txt|md|rst)\b)"
)
_LEGAL_FILE = lazy_pattern(r"licen[cs]e|copying")
# How far around such a word a pointer is looked for.
_AROUND = 80
# A pointer names its licence in the same breath: "the MIT license found in the LICENSE file".
_NEAR = 200

_END_OF_APACHE = "limitations under the license"
# Customary headers and whole texts: a word each cannot be without, how it begins, its id, the words it ends with.
_TEXTS = (
    (
        "you may not use",
        r"licen[cs]ed under the apache licen[cs]e=?,? version 2\.0=?,? \(the .{1,4}licen[cs]e",
        "Apache-2.0",
        _END_OF_APACHE,
    ),
    ("january 2004", r"apache licen[cs]e version 2\.0, january 2004", "Apache-2.0", _END_OF_APACHE),
    ("free of charge", r"permission is hereby granted, free of charge, to any", "MIT", "dealings in the software"),
    (
        "permission to use",
        r"permission to use, copy, modify, (?:and|and/or|or) distribute this software",
        "ISC",
        "performance of this software",
    ),
    (
        "mozilla",
        r"to the terms of the mozilla public licen[cs]e, v(?:\.|ersion) 2\.0",
        "MPL-2.0",
        "mozilla.org/mpl/2.0",
    ),
    ("unencumbered", r"this is free and unencumbered software", "Unlicense", "unlicense.org"),
    ("boost", r"boost software licen[cs]e - version 1\.0", "BSL-1.0", "dealings in the software"),
    ("eclipse", r"under the terms of the eclipse public licen[cs]e,? v(?:\.|ersion)?\s{0,3}2\.0", "EPL-2.0", "epl-2.0"),
)
# Words of terms: a text goes on over the paragraphs that have one.
_TERMS = lazy_pattern(r"redistribut|warrant|liab|permi|conditions|licen[cs]e|neither the name")
# The three BSD licences begin alike.
_BSD = r"redistribution and use in source and binary forms"
_THIRD_CLAUSE = r"neither the names?|specific prior written permission|may not be used to endorse"

_UNDER = r"licen[cs]ed? (?:under )?(?:the )?(?:terms of (?:the )?)?"
_APACHE_2 = r"apache[\s-]{0,3}(?:software )?(?:licen[cs]e)?[\s=,-]{0,5}\(?(?:v(?:ersion|\.)?)?\s{0,3}2(?:\.0)?(?!\.?\d)"
_BSD_2 = r"(?:simplified|freebsd) (?:bsd )?licen[cs]e|bsd[\s-]{1,3}2[\s-]{1,3}clause|2[\s-]clause bsd"
_BSD_3 = r"bsd[\s-]{1,3}3[\s-]{1,3}clause|bsd[\s-]clause[\s-]3|3[\s-]clause bsd|(?:new|modified) bsd"
# Names and links. The first row of a word that is found decides, so the more specific stand first.
_NAMES = (
    ("apache", rf"{_APACHE_2}|apache[\s-]{{1,3}}licen[cs]ed?\b|apache\.org/licenses/license-2\.0", "Apache-2.0"),
    ("bsd", _BSD_2, "BSD-2-Clause"),
    ("bsd", rf"{_BSD_3}|bsd(?:[\s-]style)?[\s-]{{1,3}}licen[cs]ed?\b|{_UNDER}bsd\b", "BSD-3-Clause"),
    ("mozilla", r"mozilla public licen[cs]e[\s,-]{1,4}(?:v(?:\.|ersion)?)?\s{0,3}2\.0", "MPL-2.0"),
    ("mpl", r"\bmpl[\s-]{0,2}(?:v\.?)?2\.0", "MPL-2.0"),
    ("mit", r"\bmit[\s-]no[\s-]attribution|\bmit-0\b", "MIT-0"),
    ("mit", rf"(?<!modified\s)\bmit[\s-]{{1,3}}licen[cs]ed?\b|{_UNDER}mit\b|licen[cs]e: mit\b|licenses/mit\b", "MIT"),
    ("isc", rf"\bisc licen[cs]e|{_UNDER}isc\b", "ISC"),
    ("wtfpl", r"\bwtfpl\b", "WTFPL"),
    ("unlicense", r"\bunlicense\b", "Unlicense"),
    ("eclipse", r"eclipse public licen[cs]e[\s,-]{1,4}(?:v(?:\.|ersion)?)?\s{0,3}2\.0", "EPL-2.0"),
    ("eupl", r"\beupl[\s,-]{0,4}(?:v(?:\.|ersion)?)?\s{0,3}1\.2", "EUPL-1.2"),
    ("boost", r"boost software licen[cs]e", "BSL-1.0"),
    ("zlib", r"\bzlib licen[cs]e", "Zlib"),
)
# A line of these alone is not about code.
_WEIGHTS = r"\bweights?\b|\bcheckpoints?\b|\bdata ?sets?\b"

_GNU = (
    r"gnu (?:(?P<long>affero|lesser|library) )?general public licen[cs]e"
    r"|(?<![a-z])(?P<short>a|l)?gpl(?=[\s,.+)\]v-]|\d|\Z)"
)
_VERSION = r"(?:(?<![a-z])v(?:ersion|\.)?[\s-]{0,3}|gpl[\s-]?v?)(\d)(?:\.(\d))?"
_LATER = r"or \(at your option\) any later|any later version|or later|or-later|or newer|gpl-?v?\d(?:\.\d)?\+"
_PREFIXES = {"affero": "A", "a": "A", "lesser": "L", "library": "L", "l": "L", None: ""}
# A header that names no version leaves the choice to who takes the code (GPL-3.0 §14): the oldest in use of each.
_OLDEST = {"A": "3.0", "L": "2.1", "": "2.0"}

_CC_URL = r"creativecommons\.org/(?:licenses/(?P<terms>by(?:-nc|-sa|-nd){0,2})/(?P<version>\d\.\d)|publicdo)"
_CC_SHORT = r"(?<![a-z])cc[\s-]by(?P<terms>(?:[\s-](?:nc|sa|nd)){0,2})[\s-]{1,2}v?(?P<version>\d\.\d)"
_CC_LONG = (
    r"attribution(?P<terms>(?:[\s-]{1,3}(?:non-?commercial|share-?alike|no-?deriv(?:ative)?s)){0,2})"
    r" (?:international )?(?:\(cc[^)\n]{0,12}\) )?v?(?P<version>\d\.\d)"
)
_CC_ZERO = r"(?<![a-z])cc0(?![a-z])|publicdomain/zero/1\.0"


class StatedLicence(NamedTuple):
    """The licence a header states, how, and the last place it is stated at; -1 where it states none."""

    licence: str
    form: LicenceForm
    place: int


class Wording(NamedTuple):
    """Where a folded header names ``licence``: from ``start`` to ``end``. The text of a licence ends with ``tail``."""

    licence: str
    start: int
    end: int
    tail: str = ""


def find_licence(header: Header) -> StatedLicence:
    """What the header states: a tag decides, then the texts in it, then a pointer, then what is named first."""
    folded = header.folded
    found = sorted(_texts(folded), key=_start)
    place = max((_end_of_text(folded, wording) for wording in found), default=-1)
    if "spdx-license-identifier" in folded and (tags := _tags(header.text)):
        return StatedLicence(_all_of([tag for tag, _ in tags]), LicenceForm.TAG, max(place, tags[-1][1]))
    if found:
        return StatedLicence(_all_of([wording.licence for wording in found]), LicenceForm.TEXT, place)
    said = sorted(_names(folded), key=_start)
    if pointer := _pointer(header):
        near = next((each for each in said if abs(each.start - pointer.start()) <= _NEAR), Wording("", 0, 0))
        return StatedLicence(near.licence, LicenceForm.POINTER, max(pointer.end(), near.end) - 1)
    if said:
        return StatedLicence(said[0].licence, LicenceForm.NAMED, said[0].end - 1)
    return StatedLicence("", LicenceForm.NONE, -1)


def _start(wording: Wording) -> int:
    return wording.start


def _tags(text: str) -> list[tuple[str, int]]:
    """The expression of each tag, and its place. A value that is none is read as the words of a licence."""
    found = []
    for match in _TAG.finditer(text):
        value = " ".join(_TAG_END.sub("", match["value"]).split())
        if not _is_expression(value):
            value = next((wording.licence for wording in _names(value.lower())), "")
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


def _texts(folded: str) -> Iterator[Wording]:
    """The customary headers and whole texts in it, in no order."""
    for word, begins, licence, tail in _TEXTS:
        if word in folded and (match := _pattern(begins).search(folded)):
            yield Wording(licence, match.start(), match.end(), tail)
    if "redistribution and" in folded and (match := _pattern(_BSD).search(folded)):
        yield Wording(_bsd(folded), match.start(), match.end(), "possibility of such damage")
    if "free software" in folded and "redistribute" in folded:
        yield from _gnu(folded)


def _bsd(folded: str) -> str:
    if "all advertising materials" in folded:
        return "BSD-4-Clause"
    return "BSD-3-Clause" if _pattern(_THIRD_CLAUSE).search(folded) else "BSD-2-Clause"


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


def _pointer(header: Header) -> re.Match[str] | None:
    """Looked for around the words it cannot be without: the pattern alone would try every word of a long docstring."""
    for word in _LEGAL_FILE.finditer(header.folded):
        if match := re.compile(_POINTER).search(header.text, max(word.start() - _AROUND, 0), word.end() + _AROUND):
            return match
    return None


def _names(folded: str) -> Iterator[Wording]:
    """The names and links in it, in no order; what is said of weights or data alone is left out."""
    named: set[str] = set()
    for word, said, licence in _NAMES:
        if word in folded and word not in named and (match := _pattern(said).search(folded)):
            named.add(word)
            yield from _of_code(folded, Wording(licence, match.start(), match.end()))
    for wording in _families(folded):
        yield from _of_code(folded, wording)


def _of_code(folded: str, wording: Wording) -> Iterator[Wording]:
    first, last = folded.rfind("\n", 0, wording.start) + 1, folded.find("\n", wording.end)
    line = folded[first : last if last >= 0 else None]
    if "code" in line or not _pattern(_WEIGHTS).search(line):
        yield wording


def _families(folded: str) -> Iterator[Wording]:
    """The first of each family that is named."""
    yield from _gnu(folded)
    if "cc" in folded or "creative" in folded:
        yield from _creative_commons(folded)


def _gnu(folded: str) -> Iterator[Wording]:
    """GPL, LGPL or AGPL, of the version and with the "or later" that the words around say."""
    if "gpl" not in folded and "gnu" not in folded:
        return
    if not (match := _pattern(_GNU).search(folded)):
        return
    prefix = _PREFIXES[match["long"] or match["short"]]
    around = folded[max(match.start() - 40, 0) : match.end() + 220]
    version = _pattern(_VERSION).search(folded, match.start(), match.end() + 120) or _pattern(_VERSION).search(around)
    said = f"{version[1]}.{version[2] or 0}" if version else _OLDEST[prefix]
    later = "only" if version and not _pattern(_LATER).search(around) else "or-later"
    yield Wording(f"{prefix}GPL-{said}-{later}", match.start(), match.end(), "gnu.org/licenses")


def _creative_commons(folded: str) -> Iterator[Wording]:
    """A Creative Commons licence; one whose version is not said has no id."""
    if match := _pattern(_CC_ZERO).search(folded):
        yield Wording("CC0-1.0", match.start(), match.end())
    for shape in (_CC_URL, _CC_SHORT, _CC_LONG):
        if (match := _pattern(shape).search(folded)) and match["version"]:
            yield Wording(_cc_id(match["terms"], match["version"]), match.start(), match.end())
            return


def _cc_id(terms: str, version: str) -> str:
    squeezed = re.sub(r"[\s-]", "", terms)
    kinds = (("NC", "nc", "noncommercial"), ("SA", "sa", "sharealike"), ("ND", "nd", "noderiv"))
    said = [name for name, *spelled in kinds if any(each in squeezed for each in spelled)]
    return "-".join(("CC-BY", *said, version))


# Compiled on first use: most runs meet a few licences only, and compiling all is felt at start-up.
@cache
def _pattern(words: str) -> re.Pattern[str]:
    """A pattern of words in lower case; a space in it is any white space, a line end too, of bounded length."""
    return re.compile(words.replace(" ", r"\s{1,6}"))
