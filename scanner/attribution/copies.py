"""What a copied file itself says of its source and of its changes.

Edit this when a notice of change is not seen, or when a sentence of a licence is taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Container

from ..notices.credits import read_credits
from ..notices.header import read_header
from ..notices.model import Notice
from ..results import FileVerdict
from ..support.lazy import lazy_pattern
from ..syntax.tree import SyntaxTree
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


def read_copy(
    verdict: FileVerdict, notice: Notice, text: bytes, known: Container[str] = (), tree: SyntaxTree | None = None
) -> Copy:
    """The file of ``verdict``, whose text is UTF-8, with all that it says of where it is from.

    ``known`` are the copyright lines of all known upstream files, as ``letters`` gives them; ``tree`` is its syntax
    tree, where it was parsed before.
    """
    lines = tuple(line for line in notice.copyrights if letters(line) in known)
    return Copy(verdict, notice, read_credits(text, tree), _changes(text), lines)


def letters(line: str) -> str:
    """A copyright line without years, punctuation and case, in which files of one project differ."""
    return "".join(filter(str.isalpha, line.casefold()))


def _changes(text: bytes) -> str:
    """The line of the header comment or docstring that says the file was changed; empty where none does."""
    lines = read_header(text).text.split("\n")
    return next((line for line in lines if _CHANGES.search(line) and not _TERMS.search(line)), "")
