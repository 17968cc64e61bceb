"""What parsing, normalising and winnowing make of a source, as their tests look at it."""

from __future__ import annotations

from itertools import pairwise

from modelkin.fingerprints.normalize import NormalisedFile, normalise
from modelkin.fingerprints.statement_cache import StatementCache
from modelkin.fingerprints.window import WINNOWING, Winnowing
from modelkin.fingerprints.winnowing import winnow
from modelkin.syntax.parser import parse

Sequences = list[tuple[str, tuple[int, ...]]]


def normalised(source: str | bytes, cache: StatementCache | None = None) -> NormalisedFile:
    """A source normalised, alone or after all that ``cache`` has seen."""
    text = source.encode() if isinstance(source, str) else source
    return normalise(parse(text), text, StatementCache() if cache is None else cache)


def sequences(source: str | bytes, cache: StatementCache | None = None) -> Sequences:
    """The kind and the token sequence of each definition, the module first."""
    file = normalised(source, cache)
    parts = [tuple(file.tokens[first:last].tolist()) for first, last in pairwise(file.token_starts.tolist())]
    return [(definition.kind, part) for definition, part in zip(file.definitions, parts, strict=True)]


def fingerprints_in_order(source: str | bytes, winnowing: Winnowing = WINNOWING) -> list[set[int]]:
    """The fingerprints of each definition, the module's first."""
    found = winnow(normalised(source), winnowing)
    return [set(found.hashes[first:last].tolist()) for first, last in pairwise(found.starts.tolist())]


def fingerprints(source: str | bytes, winnowing: Winnowing = WINNOWING) -> dict[str, set[int]]:
    """The fingerprints of each definition by its name."""
    names = [definition.qualname for definition in normalised(source).definitions]
    return dict(zip(names, fingerprints_in_order(source, winnowing), strict=True))
