"""Reads an upstream file for a corpus: its code normalised, its fingerprints, what its header says and credits.

The same text is read once, however many releases hold it. Edit this when something else of a file should be known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from msgspec.structs import replace

from ..fingerprints.normalize import NormalisedFile, normalise, normalise_plainly
from ..fingerprints.plain_form import PlainForm
from ..fingerprints.statement_cache import StatementCache
from ..fingerprints.winnowing import Fingerprints, winnow
from ..notices.credits import read_credits
from ..notices.model import Credit, Notice, Strength
from ..notices.notice import read_notice
from ..notices.project_names import second_hand
from ..support.budget import budget
from ..syntax.parser import Definition, parse

# Of the sources that a file names; one that names more lists what it was compared with.
MOST_SOURCES = 8


class ReadFile(NamedTuple):
    """What a corpus takes of a file; its names are numbers of the reader's ``cache``."""

    code: NormalisedFile
    prints: Fingerprints
    plain: NormalisedFile | None
    notice: Notice


class FileReader:
    """Reads files, with the names and statements of all of them in one ``cache``.

    With ``plain``, their definitions are read in the plain form as well. What it ``keeps`` it does not read again:
    several builders may share a reader, for releases that hold the same files.
    """

    def __init__(self, plain: bool = True, keeps: bool = False) -> None:
        self.cache = StatementCache()
        self.is_plain = plain
        self._form = PlainForm(self.cache.names) if plain else None
        self._keeps = keeps
        self._kept: dict[str, ReadFile] = {}

    def read(self, text: bytes, sha256: str, timeout: float | None = None) -> ReadFile:
        """The file with that digest. Raises OverBudgetError."""
        found = self._kept.get(sha256)
        if found is None:
            found = self._read(text, timeout)
            if self._keeps:
                plain = found.plain and _without_tokens(found.plain)
                found = found._replace(code=_without_tokens(found.code), plain=plain)
                self._kept[sha256] = found
        return found

    def _read(self, text: bytes, timeout: float | None) -> ReadFile:
        # Not abrupt, and nothing is added in it: the tables of all files are never left half changed.
        with budget(len(text), timeout, abrupt=False):
            parsed = parse(text)
            code = normalise(parsed, text, self.cache)
            plain = normalise_plainly(parsed, text, self.cache, self._form, code) if self._form else None
            notice = replace(read_notice(text), sources=named_sources(text, code.definitions))
            return ReadFile(code, winnow(code), plain, notice)


def _without_tokens(code: NormalisedFile) -> NormalisedFile:
    """What a corpus takes of it, in a tenth of the memory."""
    none = code.tokens[:0].copy()
    return replace(
        code,
        definitions=tuple(replace(definition, statements=[]) for definition in code.definitions),
        scope_names=(),
        **dict.fromkeys(("tokens", "distances", "strings", "namespaces", "scopes", "called", "stored"), none),
    )


def named_sources(text: bytes, definitions: Sequence[Definition]) -> tuple[str, ...]:
    """What the credits above the first of the definitions in a file name as the source of its code, in order.

    Each is an address, else a project by its name, else a path; ``definitions[0]`` is the module. What a source is from
    by the same sentence comes after it.
    """
    first = min((each.first_line for each in definitions[1:]), default=0)
    above = b"".join(text.splitlines(keepends=True)[: first - 1]) if first else text
    return tuple(dict.fromkeys(islice(_sources(read_credits(above), above), MOST_SOURCES)))


def _sources(given: Iterable[Credit], text: bytes) -> Iterator[str]:
    lines = text.decode("utf-8", "replace").splitlines()
    for credit in given:
        source = credit.url or credit.project or credit.path
        if credit.strength is not Strength.IDEA and source:
            yield source
            # The sentence may go on in the next line.
            words = " ".join(line.strip(" \t#*") for line in lines[credit.first_line - 1 : credit.last_line + 1])
            yield from second_hand(words)
