"""A copied file's text and notice in, what it says of its source and of its changes out."""

from __future__ import annotations

import re
from collections.abc import Container

from ..notices import HEADER_BYTES, Notice, read_credits
from ..patterns import lazy_pattern
from ..verdict import FileVerdict
from .model import Copy

# What a licence calls a notice of change: somebody changed this, or these are changes.
_CHANGES = lazy_pattern(
    r"(?:modified|modifications?|changed|changes|adapted|ported|converted|rewritten|edited|altered)\b[^\n]{0,80}?"
    r"(?:\bby\b|\bfrom\b|\bfor\b|\bto\b|\bmade\b|\bcopyright\b|\(c\)|\b20\d\d\b|:)"
    r"|has been (?:modified|changed|adapted)\b|this file is modified\b",
    re.IGNORECASE,
)
# Sentences of licences themselves, which speak of changes that others may make.
_TERMS = lazy_pattern(
    r"derivative works|with or without|must carry|redistribut|permission is|you (?:may|must|can)|permitted",
    re.IGNORECASE,
)


def read_copy(verdict: FileVerdict, notice: Notice, text: bytes, known: Container[str] = ()) -> Copy:
    """The file of ``verdict``, whose text is UTF-8, with all that it says of where it is from.

    ``known`` are the copyright lines of all known upstream files, as ``letters`` gives them.
    """
    lines = tuple(line for line in notice.copyrights if letters(line) in known)
    return Copy(verdict, notice, read_credits(text), _changes(text), lines)


def letters(line: str) -> str:
    """A copyright line without years, punctuation and case, in which files of one project differ."""
    return "".join(filter(str.isalpha, line.casefold()))


def _changes(text: bytes) -> str:
    """The line of the header comment or docstring that says the file was changed; empty where none does."""
    closing = ""
    for line in text[:HEADER_BYTES].decode("utf-8", "replace").splitlines():
        bare = line.strip()
        if closing:
            closing = "" if closing in bare else closing
        elif bare.startswith(('"""', "'''")):
            closing = "" if bare[:3] in bare[3:] else bare[:3]
        elif bare and not bare.startswith("#"):
            return ""
        if _CHANGES.search(bare) and not _TERMS.search(bare):
            return bare.strip("#\"' \t")
    return ""
