"""The words by which headers state licences: customary headers and whole texts, and the names of the common licences.

Edit this when one more licence has words of its own, or a name is missed or mistaken: the tables ``_TEXTS`` and
``_NAMES`` have most; GNU and Creative Commons ids are put together from the parts that are said. Names that stand in
the rules (`rule_names.py`) need no row here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from msgspec import Struct

from ..support.lazy import lazy_pattern

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
        r"permission to use, copy, modify, (?:and|and/or|or) distribute this software(?!,? and its documentation)",
        "ISC",
        "performance of this software",
    ),
    (
        "documentation",
        r"permission to use, copy, modify,? (?:and|and/or|or) distribute this software,? and its documentation",
        "HPND",
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
    # Headers that allow nothing by themselves.
    (
        "strictly prohibited",
        r"without an express licen[cs]e agreement from nvidia",
        "LicenseRef-NvidiaProprietary",
        "strictly prohibited",
    ),
    (
        "computer program",
        r"is holder of all proprietary rights on this computer program",
        "LicenseRef-Max-Planck",
        "liable to prosecution",
    ),
)
# What else is forbidden without an agreement, in words of many makers. Only where no licence is named beside.
_FORBIDDEN = (
    r"without an? express(?:ed)? (?:written )?(?:licen[cs]e agreement|permission|consent) (?:from|of) .{2,60}?strictly"
    r" prohibited|unauthori[sz]ed (?:copying|use|reproduction|distribution) of this .{1,80}?(?:strictly )?prohibited"
)
_ONLY_NON_COMMERCIAL = (
    r"\bfree for (?:(?:academic|research|educational|personal|and|or|scientific),? ){0,4}non-?commercial\b"
    r"(?:,? [a-z]{2,12}){0,5},? (?:use|purposes?)\b"
    r"|(?:for|to) (?:(?:academic|research|educational|personal|and|or|scientific),? ){0,4}non-?commercial"
    r"(?: [a-z]{3,12}){0,3} (?:use|purposes?|research) only\b|only for (?:[a-z]{2,11} ){0,4}?non-?commercial\b"
    r"|\bonly be used for (?:[a-z]{3,12},? ){0,3}?non-?commercial\b"
    r"|\bonly non-?commercial (?:use|purposes?) (?:is|are) (?:permitted|allowed)\b"
    r"|\b(?:may|can) ?not be used for commercial purposes?|\bno commercial use (?:is )?(?:allowed|permitted)\b"
    r"|\bnot for commercial (?:use|purposes?|applications?)\b"
    r"|\bcommercial use (?:(?:of|in) [^.;]{1,40} )?is (?:strictly |expressly )?"
    r"(?:prohibited|forbidden|not (?:permitted|allowed))"
)
# Words of terms: a text goes on over the paragraphs that have one.
_TERMS = lazy_pattern(r"redistribut|warrant|liab|permi|conditions|licen[cs]e|neither the name")
# The three BSD licences begin alike.
_BSD = r"redistribution and use in source and binary forms"
_THIRD_CLAUSE = r"neither the names?|specific prior written permission|may not be used to endorse"

_UNDER = r"licen[cs]ed? (?:under )?(?:the )?(?:terms of (?:the )?)?"
_APACHE_2 = r"apache[\s-]{0,3}(?:software )?(?:licen[cs]e)?[\s=,-]{0,5}\(?(?:v(?:ersion|\.)?)?\s{0,3}2(?:\.0)?(?!\.?\d)"
_APACHE = r"apache[\s-]{1,3}licen[cs]ed?\b(?!,?\s{1,3}(?:v(?:ersion|\.)?\s{0,3})?1)|apache\.org/licenses/license-2\.0"
_BSD_0 = r"\b0[\s-]?bsd\b|\b(?:zero|0)[\s-]clause bsd|bsd[\s-]{1,3}(?:zero|0)[\s-]{1,3}clause"
_LABEL = r"licen[cs]es?\s{0,3}[:=]\s{0,8}(?:the )?"
_BSD_2 = (
    r"(?:simplified|freebsd) (?:bsd )?licen[cs]e|simplified[\s-]bsd|2[\s-]clause bsd"
    r"|bsd[\s-]{1,3}\(?2(?:[\s-]{1,3}clause)?\b"
)
_BSD_3 = (
    r"bsd[\s-]{1,3}\(?3(?:[\s-]{1,3}clause)?\b|bsd[\s-]clause[\s-]3|3[\s-]clause bsd|(?:new|modified|revised)[\s-]bsd"
)
_MIT = (
    rf"(?<!modified\s)(?<!apple\s)\bmit[\s-]{{1,3}}licen[cs]ed?\b|{_UNDER}mit\b|{_LABEL}mit\b|licenses/mit\b"
    r"|\bmit[/ ]\(?x11\b|(?<=\sis\s)mit\b(?=\s{0,3}(?:[.,;)]|since\b|\Z))|(?<=code:\s)mit\b|\bexpat licen[cs]e"
    r"|\bmit(?=\s{0,3},?\s{0,3}(?:or|and|/|\|)\s{0,3}(?:the )?apache)|(?<=apache-2\.0\sor\s)mit\b"
)
# Names and links. The first row of a word that is found decides, so the more specific stand first.
_NAMES = (
    ("apache", rf"{_APACHE_2}|{_APACHE}|{_LABEL}apache\b(?!,? (?:v(?:ersion|\.)? ?)?1)", "Apache-2.0"),
    ("bsd", _BSD_2, "BSD-2-Clause"),
    (
        "bsd",
        rf"{_BSD_3}|(?<!clause\s)(?<!clause-)bsd(?:[\s-]style)?[\s-]{{1,3}}licen[cs]ed?\b|{_UNDER}bsd\b|{_LABEL}bsd\b",
        "BSD-3-Clause",
    ),
    ("mozilla", r"mozilla public licen[cs]e[\s,-]{1,4}(?:v(?:\.|ersion)?)?\s{0,3}2\.0", "MPL-2.0"),
    ("mpl", r"\bmpl[\s-]{0,2}(?:v\.?)?2\.0", "MPL-2.0"),
    ("mit", r"\bmit[\s-]no[\s-]attribution|\bmit-0\b", "MIT-0"),
    (
        "mit",
        _MIT,
        "MIT",
    ),
    ("isc", rf"\bisc licen[cs]e|{_UNDER}isc\b", "ISC"),
    ("wtfpl", r"\bwtfpl\b", "WTFPL"),
    ("unlicense", r"\bunlicense\b", "Unlicense"),
    ("eclipse", r"eclipse public licen[cs]e[\s,-]{1,4}(?:v(?:\.|ersion)?)?\s{0,3}2\.0", "EPL-2.0"),
    ("eupl", r"\beupl[\s,-]{0,4}(?:v(?:\.|ersion)?)?\s{0,3}1\.2", "EUPL-1.2"),
    ("boost", r"boost software licen[cs]e", "BSL-1.0"),
    ("zlib", r"\bzlib licen[cs]e", "Zlib"),
    ("0", _BSD_0, "0BSD"),
    ("zero", _BSD_0, "0BSD"),
)
# Their ids: what is called by one word alone is read by these patterns, and by no other name.
COMMON = frozenset(licence for _, _, licence in _NAMES)

_GNU = (
    r"gnu (?:(?P<long>affero|lesser|library) )?(?:general public licen[cs]e|gpl\b)"
    r"|(?:gnu )?(?P<only>lesser|affero) (?:gnu |general )?public licen[cs]e"
    r"|(?P<bare>(?<![a-z])(?P<short>a|l)?gpl(?=[\s,.+)\]v-]|\d|\Z))"
)
_VERSION = r"(?:(?<![a-z])v(?:ersion|\.)?[\s-]{0,3}|gpl[\s-]?v?)(\d)(?:\.(\d))?"
# "version 3 or later of the" before the name.
_VERSION_BEFORE = r"(?<![a-z])v(?:ersion|\.)?[\s-]{0,3}(\d)(?:\.(\d))?,? (?:or[^.;]{1,40}? )?of the \Z"
_LATER = (
    r"or \(at your option\) any later|any later version|or later|or-later|or newer|or (?:any )?(?:higher|greater)"
    r"|gpl-?v?\d(?:\.\d)?\+"
    r"|(?<![a-z])v(?:ersion|\.)?\s{0,3}\d(?:\.\d)?\s?\+"
)
_PREFIXES = {"affero": "A", "a": "A", "lesser": "L", "library": "L", "l": "L", None: ""}
# A header that names no version leaves the choice to who takes the code (GPL-3.0 §14): the oldest in use of each.
_OLDEST = {"A": "3.0", "L": "2.1", "": "2.0"}

_CC_URL = r"creativecommons\.org/(?:licenses/(?P<terms>by(?:-nc|-sa|-nd){0,2})/(?P<version>\d\.\d)|publicdo)"
_CC_SHORT = r"(?<![a-z])cc[\s-]by(?P<terms>(?:[\s-](?:nc|sa|nd)){0,2})[\s-]{1,2}v?(?P<version>\d\.\d)"
_CC_LONG = (
    r"attribution(?P<terms>(?:[\s-]{1,3}(?:non-?commercial|share-?alike|no-?deriv(?:ative)?s)){0,2})"
    r" (?:international )?(?:\(cc[^)\n]{0,12}\) )?v?(?P<version>\d\.\d)"
)
# What code is put under without a version: of those with NC the last one, as the field's LICENSE files beside have it.
_CC_BARE = (
    rf"{_UNDER}(?:creative commons )?(?:cc[\s-])?by(?P<terms>(?:[\s-](?:nc|sa|nd)){{1,2}})(?P<version>)\b(?![\s-]v?\d)"
)
_CC_LATEST = "4.0"
_CC_ZERO = r"(?<![a-z])cc0(?![a-z])|publicdomain/zero/1\.0"
_SAID_TO_BE = lazy_pattern(
    r"(?:licen[cs]e[ds]?\b\W*(?:is\s+)?(?:the\s+)?|\bunder\s+(?:the\s+)?(?:terms\s+of\s+(?:the\s+)?)?|[(|,]\s*)\Z"
)
# The web server has versions, too.
_SERVER = lazy_pattern(r"2\.0|licen")
# Of one phrase so many are looked at: a header that repeats a name more often is a list.
_MOST_OF_ONE = 40


class Wording(Struct, frozen=True):
    """Where a folded header names ``licence``: from ``start`` to ``end``. The text of a licence ends with ``tail``."""

    licence: str
    start: int
    end: int
    tail: str = ""


def texts(folded: str) -> Iterator[Wording]:
    """The customary headers and whole texts in it, in no order."""
    for word, begins, licence, tail in _TEXTS:
        if word in folded and (match := _pattern(begins).search(folded)):
            yield Wording(licence, match.start(), match.end(), tail)
    if "redistribution and" in folded and (match := _pattern(_BSD).search(folded)):
        yield Wording(_bsd(folded), match.start(), match.end(), "possibility of such damage")
    if "free software" in folded and "redistribute" in folded:
        yield from islice(gnu_names(folded), 1)


def _bsd(folded: str) -> str:
    if "all advertising materials" in folded:
        return "BSD-4-Clause"
    return "BSD-3-Clause" if _pattern(_THIRD_CLAUSE).search(folded) else "BSD-2-Clause"


def end_of_text(folded: str, wording: Wording) -> int:
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


def common_names(folded: str) -> Iterator[Wording]:
    """Every place that names a common licence or links to it, in no order."""
    named: set[str] = set()
    for word, said, licence in _NAMES:
        if word in folded and word not in named:
            matches = islice(_pattern(said).finditer(folded), _MOST_OF_ONE)
            found = [
                Wording(licence, *match.span()) for match in matches if word != "apache" or _is_licence(folded, match)
            ]
            if found:
                named.add(word)
            yield from found
    yield from islice(gnu_names(folded), _MOST_OF_ONE)
    if "cc" in folded or "creative" in folded:
        yield from _creative_commons(folded)


def _is_licence(folded: str, match: re.Match[str]) -> bool:
    """Whether "Apache 2" is the licence: it has a point and zero, or is near the word."""
    return _SERVER.search(folded, max(match.start() - 40, 0), match.end() + 40) is not None


def unnamed_terms(folded: str) -> Iterator[Wording]:
    """What is forbidden, or allowed for non-commercial purposes alone, without the name of a licence."""
    if "prohibited" in folded and (match := _pattern(_FORBIDDEN).search(folded)):
        yield Wording("LicenseRef-Proprietary", match.start(), match.end())
    if "commercial" in folded:
        for match in islice(_pattern(_ONLY_NON_COMMERCIAL).finditer(folded), _MOST_OF_ONE):
            yield Wording("LicenseRef-Non-Commercial", match.start(), match.end())


def gnu_names(folded: str) -> Iterator[Wording]:
    """GPL, LGPL or AGPL, of the version and with the "or later" that the words around say, else those beside them."""
    if "gpl" not in folded and "gnu" not in folded:
        return
    found = [(match, *_gnu_version(folded, match)) for match in islice(_pattern(_GNU).finditer(folded), _MOST_OF_ONE)]
    told: dict[str, str] = {}
    for match, version, span in reversed(found):
        if version:
            told[_prefix(match)] = f"{version}-{span}"
    for match, version, span in found:
        prefix = _prefix(match)
        said = f"{version}-{span}" if version else told.get(prefix, f"{_OLDEST[prefix]}-or-later")
        if version or not match["bare"] or _names_a_licence(folded, match):
            yield Wording(f"{prefix}GPL-{said}", match.start(), match.end(), "gnu.org/licenses")


def _prefix(match: re.Match[str]) -> str:
    return _PREFIXES[match["long"] or match["only"] or match["short"]]


def _gnu_version(folded: str, match: re.Match[str]) -> tuple[str, str]:
    """The version that is said of a GNU licence, and whether it is that one only; "" where none is said."""
    before, after = folded[max(match.start() - 60, 0) : match.start()], folded[match.end() : match.end() + 220]
    version = _pattern(_VERSION).search(folded, match.start(), match.end() + 120)
    version = _pattern(_VERSION_BEFORE).search(before) or version
    if not version:
        return "", ""
    is_later = _pattern(_LATER).search(before[-40:] + match[0] + after)
    return f"{version[1]}.{version[2] or 0}", "or-later" if is_later else "only"


def _names_a_licence(folded: str, match: re.Match[str]) -> bool:
    """Whether "GPL" alone is put forward as a licence, and no kind of binaries or of what a licence may be."""
    before, after = folded[max(match.start() - 30, 0) : match.start()], folded[match.end() : match.end() + 12]
    return _SAID_TO_BE.search(before) is not None or "licen" in after


def _creative_commons(folded: str) -> Iterator[Wording]:
    """Creative Commons licences; one whose version is not said has no id but for what code is put under it."""
    for match in islice(_pattern(_CC_ZERO).finditer(folded), _MOST_OF_ONE):
        yield Wording("CC0-1.0", match.start(), match.end())
    for shape in (_CC_URL, _CC_SHORT, _CC_LONG):
        for match in islice(_pattern(shape).finditer(folded), _MOST_OF_ONE):
            if match["version"]:
                yield Wording(_cc_id(match["terms"], match["version"]), match.start(), match.end())
    for match in islice(_pattern(_CC_BARE).finditer(folded), _MOST_OF_ONE):
        yield Wording(_cc_id(match["terms"], _CC_LATEST), match.start(), match.end())


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
