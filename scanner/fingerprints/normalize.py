"""A parsed file in, its canonical token streams out: identifiers become distances to their previous occurrence.

Parameterised encoding after Baker, "A theory of parameterized pattern matching" (1993): two definitions have the same
stream exactly when a consistent, injective renaming turns one into the other. Variables are told apart by the
function they belong to, attributes and keyword arguments by their spelling in the file.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..support.arrays import I64, U8, U32, U64, Mask, pack_pairs, run_bounds, run_sums
from ..syntax.linear import END_SYMBOL
from ..syntax.parser import Definition, ParsedFile
from ..syntax.token_format import (
    TOKEN_SIZE,
    Namespace,
    kinds_of,
    name_places,
    namespaces_of,
    pack_spaces,
    with_distances,
)
from ..syntax.tokenizer import ASSIGNMENT_SYMBOL, CALL_SYMBOL, STRING_SYMBOL
from .statement_cache import Line, Lines


class CanonicalFile(NamedTuple):
    """The streams of a file's definitions, one after the other, as flat arrays.

    ``stream`` uint32[T]: the tokens, as `token_format` describes them. ``back`` int64[T]: the distance of each name,
    however far, and -1 for other tokens. ``token_starts`` int64[D+1] and ``statement_starts`` int64[D+1] bound the
    definitions; ``statement_tokens`` int64[S+1] the statements; ``digests`` uint64[S] are the statements' own canonical
    hashes; ``hashes`` the definitions'. ``order`` uint32[N] are the names of each statement in order of first
    occurrence, bounded by ``order_starts`` int64[S+1]; ``namespaces`` uint8[N] their namespaces, ``scopes`` int64[N]
    the function that owns each (0 for the file), ``called`` bool[N] whether it is what a call calls, ``stored`` bool[N]
    whether it is what an assignment assigns. ``spellings`` uint64[D] hash the names of each definition: equal hashes
    and equal spellings are equal code. ``offsets`` int64[S]: where each statement starts in the text, in bytes.
    """

    definitions: tuple[Definition, ...]
    scope_names: tuple[str, ...]
    errors: int
    stream: U32
    back: I64
    token_starts: I64
    statement_starts: I64
    statement_tokens: I64
    strings: I64
    digests: U64
    hashes: U64
    order: U32
    order_starts: I64
    namespaces: U8
    scopes: I64
    called: Mask
    stored: Mask
    spellings: U64
    offsets: I64


class _Tokens(NamedTuple):
    """A file's tokens before encoding: ``symbols`` uint32[T], and for each identifier token its ``places``, ``names``,
    ``namespaces``, owning ``scopes`` and the ``statements`` it stands in."""

    lines: list[Line]
    statement_starts: I64
    statement_tokens: I64
    offsets: I64
    symbols: U32
    places: I64
    names: U32
    namespaces: U32
    scopes: I64
    statements: I64


def canonicalise(parsed: ParsedFile, text: bytes, lines: Lines) -> CanonicalFile:
    """The canonical form of a file, with its names in the numbering of ``lines``."""
    tokens = _gather(parsed, text, lines)
    places, symbols = tokens.places, tokens.symbols
    token_starts = tokens.statement_tokens[tokens.statement_starts]
    previous = _previous(tokens)
    back = np.full(len(symbols), -1, np.int64)
    back[places] = _distances(places, previous, token_starts)
    stream = symbols.copy()
    stream[places] = with_distances(symbols[places], back[places])
    first = previous < tokens.statement_tokens[tokens.statements]
    order = tokens.names[first]
    order_starts = run_bounds(np.bincount(tokens.statements[first], minlength=len(tokens.lines)))
    before = kinds_of(symbols[np.maximum(places - 1, 0)][first])
    spelled = lines.names.hashes[order]
    return CanonicalFile(
        definitions=parsed.definitions,
        scope_names=parsed.scope_names,
        errors=parsed.errors,
        stream=stream,
        back=back,
        token_starts=token_starts,
        statement_starts=tokens.statement_starts,
        statement_tokens=tokens.statement_tokens,
        strings=run_sums(symbols == STRING_SYMBOL, tokens.statement_tokens),
        digests=_digests(tokens, previous, first),
        hashes=_hashes(stream, token_starts),
        order=order,
        order_starts=order_starts,
        namespaces=tokens.namespaces[first].astype(np.uint8),
        scopes=tokens.scopes[first],
        called=before == CALL_SYMBOL,
        stored=before == ASSIGNMENT_SYMBOL,
        spellings=_sequence_hashes(spelled, order_starts[tokens.statement_starts]),
        offsets=tokens.offsets,
    )


def _gather(parsed: ParsedFile, text: bytes, lines: Lines) -> _Tokens:
    """Lay the lines of all statements end to end."""
    held = [lines.of_all(definition.statements, text) for definition in parsed.definitions]
    flat = [line for found in held for each in found for line in each]
    counts = [len(each) for found in held for each in found]
    origins = [statement for definition in parsed.definitions for statement in definition.statements]
    scopes = np.repeat(np.array([statement.scope for statement in origins], np.int64), counts)
    offsets = np.repeat(np.array([statement.start for statement in origins], np.int64), counts)
    symbols = np.frombuffer(b"".join([line.symbols for line in flat]), np.uint32)
    names = np.frombuffer(b"".join([line.names for line in flat]), np.uint32)
    statements = np.repeat(np.arange(len(flat)), np.array([line.identifiers for line in flat], np.int64))
    places = name_places(symbols)
    namespaces = namespaces_of(symbols[places])
    stands_in = np.where(namespaces == Namespace.VARIABLE, scopes[statements], 0)
    owners = _owners(_local_names(flat, scopes.tolist()), parsed.scopes, names, stands_in)
    return _Tokens(
        flat,
        run_bounds([sum(map(len, found)) for found in held]),
        run_bounds(np.array([line.width for line in flat], np.int64)),
        offsets,
        symbols,
        places,
        names,
        namespaces,
        owners,
        statements,
    )


def _local_names(flat: list[Line], scopes: list[int]) -> I64:
    """The names bound in each function, sorted, as scope and name in one number."""
    bound: set[tuple[int, int]] = set()
    free: set[tuple[int, int]] = set()
    for line, scope in zip(flat, scopes, strict=True):
        if line.bound:
            bound.update([(scope, name) for name in line.bound])
        if line.free:
            free.update([(scope, name) for name in line.free])
    pairs = np.array([pair for pair in bound - free if pair[0]], np.int64).reshape(-1, 2)
    return np.sort(pack_pairs(pairs[:, 0], pairs[:, 1]))


def _owners(table: I64, parents: tuple[int, ...], names: U32, stands_in: I64) -> I64:
    """For each identifier token the function whose local it is, seen from the scope it stands in; 0 for the file."""
    if not len(table):
        return np.zeros_like(stands_in)
    owners, above = stands_in, np.maximum(np.array(parents, np.int64), 0)
    unsettled = np.flatnonzero(owners)
    while len(unsettled):
        keys = pack_pairs(owners[unsettled], names[unsettled])
        found = np.minimum(np.searchsorted(table, keys), len(table) - 1)
        unsettled = unsettled[table[found] != keys]
        owners[unsettled] = above[owners[unsettled]]
        unsettled = unsettled[owners[unsettled] > 0]
    return owners


def _previous(tokens: _Tokens) -> I64:
    """For each identifier token the place of the one before it with the same name; far below 0 where there is none."""
    keys = pack_pairs(pack_spaces(tokens.scopes, tokens.namespaces), tokens.names)
    order = np.argsort(keys, kind="stable")
    same = keys[order[1:]] == keys[order[:-1]]
    previous = np.full(len(keys), np.iinfo(np.int64).min // 2, np.int64)
    previous[order[1:][same]] = tokens.places[order[:-1][same]]
    return previous


def _distances(places: I64, previous: I64, token_starts: I64) -> I64:
    """Distances to the previous occurrence in the same definition, 0 where there is none."""
    starts = token_starts[np.searchsorted(token_starts, places, side="right") - 1]
    return np.where(previous >= starts, places - previous, 0)


def _hashes(stream: U32, token_starts: I64) -> U64:
    """A 64-bit hash of each definition's stream."""
    data, bounds = memoryview(stream.tobytes()), (token_starts * TOKEN_SIZE).tolist()
    digests = [hashlib.blake2b(data[first:last], digest_size=8).digest() for first, last in pairwise(bounds)]
    return np.frombuffer(b"".join(digests), np.uint64)


def _digests(tokens: _Tokens, previous: I64, first: Mask) -> U64:
    """A 64-bit hash of each statement's own tokens, names counted from their first occurrence in it."""
    local = tokens.symbols.astype(np.uint64)
    local[tokens.places] |= np.where(first, 0, tokens.places - previous).astype(np.uint64)
    return _sequence_hashes(local, tokens.statement_tokens)


def _sequence_hashes(values: U64, bounds: I64) -> U64:
    """A hash of each run of values: a sum over values mixed with their place in the run."""
    starts, widths = bounds[:-1], np.diff(bounds)
    place = np.arange(len(values), dtype=np.uint64) - np.repeat(starts, widths).astype(np.uint64)
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(mix(values ^ mix(place + np.uint64(1))), out=sums[1:])
    return mix(sums[bounds[1:]] - sums[starts] + widths.astype(np.uint64))


def mix(values: U64) -> U64:
    """Spread each value over all 64 bits (Steele, Lea, Flood 2014, the finaliser of SplitMix64)."""
    values = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    spread: U64 = values ^ values >> np.uint64(31)
    return spread


# The digest of the marker that closes a block; it is part of a definition's stream but of no statement.
END_DIGEST = int(_sequence_hashes(np.array([END_SYMBOL], np.uint64), np.array([0, 1], np.int64))[0])
