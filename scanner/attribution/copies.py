"""A copied file with what it says itself of its source and of its changes, and what the check of all copies gives.

Edit this when a notice of change is not seen, or when a sentence of a licence is taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Container

from msgspec import Struct

from ..notices.header import read_header
from ..notices.model import Credit, Notice
from ..results import Attribution, FileVerdict, Finding, Region
from ..support.lazy import lazy_pattern
from ..syntax.tree import SyntaxTree

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


class CheckResult(Struct, frozen=True):
    """What the check of one repository gave: an attribution for each copy that owes something, and the findings."""

    attributions: tuple[Attribution, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_copy(
    verdict: FileVerdict, notice: Notice, text: bytes, known: Container[str] = (), tree: SyntaxTree | None = None
) -> Copy:
    """The file of ``verdict``, whose text is UTF-8, with all that it says of where it is from.

    ``known`` are the copyright lines of all known upstream files, as ``letters`` gives them; ``tree`` is its syntax
    tree, where it was parsed before.
    """
    from ..notices.credits import read_credits  # loaded only where something was copied: most files are nobody's copy

    lines = tuple(line for line in notice.copyrights if letters(line) in known)
    return Copy(verdict, notice, read_credits(text, tree), _changes(text), lines)


def letters(line: str) -> str:
    """A copyright line without years, punctuation and case, in which files of one project differ."""
    return "".join(filter(str.isalpha, line.casefold()))


def _changes(text: bytes) -> str:
    """The line of the header comment or docstring that says the file was changed; empty where none does."""
    lines = read_header(text).text.split("\n")
    return next((line for line in lines if _CHANGES.search(line) and not _TERMS.search(line)), "")
