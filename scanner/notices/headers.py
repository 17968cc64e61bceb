"""A source file's text in, its own copyright lines and licence out: what its header and docstring say."""

from __future__ import annotations

import re

from .model import Notice

# Headers stand above the code; a docstring may follow them. Longer ones were not seen in 57,000 files.
HEADER_BYTES = 6_000

_SPDX = re.compile(r"SPDX-License-Identifier:\s*([A-Za-z0-9.+\-() ]+?)\s*(?:\*/|-->|$)", re.MULTILINE)
_COPYRIGHT = re.compile(
    r"^[ \t#*\"'/]*(?:.{0,60}?\b)?(?:SPDX-FileCopyrightText:\s*|copyright\b|©|\(c\)\s*(?=\d{4}))(?P<rest>.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_STATEMENT = re.compile(r"\(c\)|©|\b(?:19|20)\d\d\b|SPDX-FileCopyrightText|copyright\s+(?:by\s+)?[A-Z]", re.IGNORECASE)
_NOT_STATEMENT = re.compile(
    r"copyright (?:notice|holder|owner|law|licen[cs]e|and licen[cs]e|ownership)|original copyright|see the copyright",
    re.IGNORECASE,
)
# The first that is found decides, so the more specific stand first.
_LICENCES = tuple(
    (re.compile(pattern, re.IGNORECASE), spdx)
    for pattern, spdx in (
        (
            r"Apache License,?\s+Version 2\.0|apache\.org/licenses/LICENSE-2\.0|Apache-2\.0|Apache 2\.0 licen[cs]e",
            "Apache-2.0",
        ),
        (r"GNU Affero General Public License|AGPL-3\.0", "AGPL-3.0-or-later"),
        (r"GNU Lesser General Public License", "LGPL-3.0-or-later"),
        (r"GNU General Public License", "GPL-3.0-or-later"),
        (r"Mozilla Public License,?\s+v?(?:ersion)?\s*\.?\s*2\.0", "MPL-2.0"),
        (r"Attribution-NonCommercial 4\.0|CC-BY-NC-4\.0|CC BY-NC 4\.0", "CC-BY-NC-4.0"),
        (r"BSD[- ]3[- ]Clause|neither the name of", "BSD-3-Clause"),
        (r"BSD[- ]2[- ]Clause", "BSD-2-Clause"),
        (r"Permission is hereby granted, free of charge|\bMIT licen[cs]e|licensed under (?:the )?MIT", "MIT"),
        (r"BSD[- ]style licen[cs]e|BSD licen[cs]e", "BSD-3-Clause"),
    )
)


def read_notice(text: bytes) -> Notice:
    """The notices in the header comment and module docstring of a Python file."""
    header = _header(text[:HEADER_BYTES].decode("utf-8", "replace"))
    return Notice(_licence(header), _copyrights(header))


def _header(text: str) -> str:
    """Everything above the first line of code."""
    kept, closing = [], ""
    for line in text.splitlines():
        bare = line.strip()
        if closing:
            closing = "" if closing in bare else closing
        elif match := re.match(r"[rRuUbB]?(\"\"\"|''')", bare):
            closing = "" if match[1] in bare[match.end() :] else match[1]
        elif bare and not bare.startswith("#"):
            break
        kept.append(line)
    return "\n".join(kept)


def _licence(header: str) -> str:
    if match := _SPDX.search(header):
        return match[1]
    return next((spdx for pattern, spdx in _LICENCES if pattern.search(header)), "")


def _copyrights(header: str) -> tuple[str, ...]:
    found = []
    for match in _COPYRIGHT.finditer(header):
        line = match[0].strip().lstrip("#*/\"' \t").rstrip("\"' \t")
        if _STATEMENT.search(line) and not _NOT_STATEMENT.search(line) and line not in found:
            found.append(line)
    return tuple(found)
