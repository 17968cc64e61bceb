"""Sources in, canonical streams out, as the tests of parsing, canonicalising and winnowing look at them."""

from __future__ import annotations

from itertools import pairwise

from modelkin.fingerprints.normalize import CanonicalFile, canonicalise
from modelkin.fingerprints.statement_cache import Lines
from modelkin.fingerprints.winnowing import WINNOWING, Winnowing, winnow
from modelkin.syntax.parser import parse

Streams = list[tuple[str, tuple[int, ...]]]


def canonical(source: str | bytes, lines: Lines | None = None) -> CanonicalFile:
    """The canonical form of a source, alone or after all that ``lines`` has seen."""
    text = source.encode() if isinstance(source, str) else source
    return canonicalise(parse(text), text, Lines() if lines is None else lines)


def streams(source: str | bytes, lines: Lines | None = None) -> Streams:
    """The kind and the stream of each definition, the module first."""
    file = canonical(source, lines)
    parts = [tuple(file.stream[first:last].tolist()) for first, last in pairwise(file.token_starts.tolist())]
    return [(definition.kind, part) for definition, part in zip(file.definitions, parts, strict=True)]


def fingerprints_in_order(source: str | bytes, winnowing: Winnowing = WINNOWING) -> list[set[int]]:
    """The fingerprints of each definition, the module's first."""
    found = winnow(canonical(source), winnowing)
    return [set(found.hashes[first:last].tolist()) for first, last in pairwise(found.starts.tolist())]


def fingerprints(source: str | bytes, winnowing: Winnowing = WINNOWING) -> dict[str, set[int]]:
    """The fingerprints of each definition by its name."""
    names = [definition.qualname for definition in canonical(source).definitions]
    return dict(zip(names, fingerprints_in_order(source, winnowing), strict=True))
