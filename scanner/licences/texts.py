"""A text in, the licence texts that stand in it out, each with its lines."""

from __future__ import annotations

from msgspec import Struct

from .choosing import choose
from .occurrences import occurrences
from .phrases import named_licence
from .runs import Occurrence
from .shingles import SIZE, shingles
from .table import LicenceTable, shipped_table
from .titles import titled_licence
from .words import Words, read_words

# A text no longer than this is also read for a sentence that names its licence; a longer one for a title.
_LONGEST_SNIPPET = 200


class LicenceText(Struct, frozen=True):
    """A licence's text, or its customary header, in a longer text.

    ``share`` is how much (0 to 1) of its known wording is there; 1 for a sentence that names it, 0 where its wording is
    not known and its title tells.
    """

    licence: str
    share: float
    first_line: int
    last_line: int


def identify(text: str, table: LicenceTable | None = None) -> tuple[LicenceText, ...]:
    """The licence texts in a LICENSE file, a header or a docstring, largest first; comment markers make no difference.

    Of what is longer than ``words.MOST_CHARACTERS`` the beginning is read. Unknown texts give nothing.
    """
    table = table or shipped_table()
    words = read_words(text)
    ranked = occurrences(shingles(words.hashes), table)
    found = sorted(choose(ranked, words, table), key=lambda each: each.first - each.last)
    if found:
        return tuple(_described(each, words, table) for each in found)
    return _named(words, table) if len(words.hashes) <= _LONGEST_SNIPPET else _titled(words, table)


def _described(found: Occurrence, words: Words, table: LicenceTable) -> LicenceText:
    licence = table.references[found.reference].licence
    return LicenceText(licence, round(found.share, 4), words.line(found.first), words.line(found.last + SIZE - 1))


def _named(words: Words, table: LicenceTable) -> tuple[LicenceText, ...]:
    named = named_licence(words.between(0, len(words.hashes)), table)
    if named is None:
        return ()
    licence, first, last = named
    return (LicenceText(licence, 1.0, words.line(first), words.line(last)),)


def _titled(words: Words, table: LicenceTable) -> tuple[LicenceText, ...]:
    licence = titled_licence(words, table)
    return (LicenceText(licence, 0.0, words.line(0), words.line(len(words.hashes) - 1)),) if licence else ()
