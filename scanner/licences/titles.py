"""A longer text in, the licence that its title names out, where no text of that licence is known."""

from __future__ import annotations

from ..patterns import lazy_pattern
from .anchoring import all_of, any_of
from .table import LicenceTable
from .words import Words

# Where in a text its title is looked for, and the least share of words that are those of terms rather than of a README.
_TITLE_WORDS = 40
_LEAST_TERMS = 0.02
_TERMS = lazy_pattern(r"\b(?:shall|licensee|licensor|licen[cs]es?|agreement|terms|herein|hereby|hereunder)\b|许可|协议")


def titled_licence(words: Words, table: LicenceTable) -> str:
    """Its id; empty where the title names none, or several, or what follows does not read like terms."""
    title = words.between(0, _TITLE_WORDS)
    said = [
        licence
        for licence, anchor in table.titles.items()
        if anchor.required and all_of(anchor.required, title) and not any_of(anchor.refused, title)
    ]
    return said[0] if len(said) == 1 and _reads_like_terms(words) else ""


def _reads_like_terms(words: Words) -> bool:
    count = len(words.hashes)
    return len(_TERMS.findall(words.between(0, count))) >= _LEAST_TERMS * count
