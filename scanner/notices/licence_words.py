"""A header in folded case in, the licences its words name out, as SPDX ids."""

from __future__ import annotations

from collections.abc import Iterator

from .licence_families import families, gnu
from .wording import Wording, pattern

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
_BSD = r"redistribution and use in source and binary forms"
_THIRD_CLAUSE = r"neither the names?|specific prior written permission|may not be used to endorse"
_WEIGHTS = r"\bweights?\b|\bcheckpoints?\b|\bdata ?sets?\b"


def texts(folded: str) -> Iterator[Wording]:
    """The customary headers and whole texts in it, in no order."""
    for word, begins, licence, tail in _TEXTS:
        if word in folded and (match := pattern(begins).search(folded)):
            yield Wording(licence, match.start(), match.end(), tail)
    if "redistribution and" in folded and (match := pattern(_BSD).search(folded)):
        yield Wording(_bsd(folded), match.start(), match.end(), "possibility of such damage")
    if "free software" in folded and "redistribute" in folded:
        yield from gnu(folded)


def names(folded: str) -> Iterator[Wording]:
    """The names and links in it, in no order; what is said of weights or data alone is left out."""
    named: set[str] = set()
    for word, said, licence in _NAMES:
        if word in folded and word not in named and (match := pattern(said).search(folded)):
            named.add(word)
            yield from _of_code(folded, Wording(licence, match.start(), match.end()))
    for wording in families(folded):
        yield from _of_code(folded, wording)


def _bsd(folded: str) -> str:
    if "all advertising materials" in folded:
        return "BSD-4-Clause"
    return "BSD-3-Clause" if pattern(_THIRD_CLAUSE).search(folded) else "BSD-2-Clause"


def _of_code(folded: str, wording: Wording) -> Iterator[Wording]:
    first, last = folded.rfind("\n", 0, wording.start) + 1, folded.find("\n", wording.end)
    line = folded[first : last if last >= 0 else None]
    if "code" in line or not pattern(_WEIGHTS).search(line):
        yield wording
