"""A parsed file in, its canonical token streams out: identifiers become distances to their previous occurrence.

Parameterised encoding after Baker, "A theory of parameterized pattern matching" (1993): two definitions have the same stream
exactly when a consistent, injective renaming turns one into the other. Variables are told apart by the function they belong to,
attributes and keyword arguments by their spelling in the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .linear import ASSIGNMENT_SYMBOL, CALL_SYMBOL, END_SYMBOL, STRING_SYMBOL
from .lines import Line, Lines
from .parsing import Definition, ParsedFile

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

_IDENTIFIER = np.uint32(1 << 31)
_NAMESPACE = np.uint32(3 << 29)
_KIND = np.uint32(~1023 & 0xFFFFFFFF)
_FARTHEST = (1 << 29) - 1



@dataclass(frozen=True, slots=True)
class CanonicalFile:
    """The streams of a file's definitions, one after the other, as flat arrays.

    ``stream`` uint32[T]: a symbol per token; an identifier's is its namespace and its distance to its previous occurrence in the
    definition, 0 for the first. ``back`` int64[T]: that distance for identifiers, -1 for other tokens.
    ``token_starts`` int64[D+1] and ``statement_starts`` int64[D+1] bound the definitions; ``statement_tokens`` int64[S+1] the
    statements; ``digests`` uint64[S] are the statements' own canonical hashes; ``hashes`` the definitions'.
    ``order`` uint32[N] are the names of each statement in order of first occurrence, bounded by ``order_starts`` int64[S+1];
    ``namespaces`` uint8[N] their namespaces, ``scopes`` int64[N] the function that owns each (0 for the file), ``called``
    bool[N] whether it is what a call calls, ``stored`` bool[N] whether it is what an assignment assigns.
    ``spellings`` uint64[D] hash the names of each definition: equal hashes and equal spellings are equal code.
    ``offsets`` int64[S]: where each statement starts in the text, in bytes.
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
    namespaces: npt.NDArray[np.uint8]
    scopes: I64
    called: npt.NDArray[np.bool_]
    stored: npt.NDArray[np.bool_]
    spellings: U64
    offsets: I64


def canonicalise(parsed: ParsedFile, text: bytes, lines: Lines) -> CanonicalFile:
    """The canonical form of a file, with its names in the numbering of ``lines``."""
    flat: list[Line] = []
    scopes: list[int] = []
    offsets: list[int] = []
    bounds = [0]
    for definition in parsed.definitions:
        for statement in definition.statements:
            for line in lines.of(statement, text):
                flat.append(line)
                scopes.append(statement.scope)
                offsets.append(statement.start)
        bounds.append(len(flat))
    statement_starts = np.array(bounds, np.int64)
    widths = np.array([line.width for line in flat], np.int64)
    statement_tokens = _ends(widths)
    token_starts = statement_tokens[statement_starts]
    symbols = np.frombuffer(b"".join([line.symbols for line in flat]), np.uint32)
    names = np.frombuffer(b"".join([line.names for line in flat]), np.uint32)
    statement_of = np.repeat(np.arange(len(flat)), np.array([line.identifiers for line in flat], np.int64))
    places = np.flatnonzero(symbols & _IDENTIFIER)
    namespaces = (symbols[places] & _NAMESPACE) >> np.uint32(29)
    owners = _owners(flat, scopes, parsed.scopes, names, namespaces, np.array(scopes, np.int64)[statement_of])
    previous = _previous(names, namespaces, owners, places)
    back = _distances(places, previous, token_starts)
    stream = symbols.copy()
    stream[places] |= np.minimum(back, _FARTHEST).astype(np.uint32)
    within = places - previous <= places - statement_tokens[statement_of]
    local = symbols.copy()
    local[places] |= np.where(within, places - previous, 0).astype(np.uint32)
    first = ~within
    full_back = np.full(len(symbols), -1, np.int64)
    full_back[places] = back
    before = symbols[np.maximum(places - 1, 0)] & _KIND
    order = names[first]
    order_starts = _ends(np.bincount(statement_of[first], minlength=len(flat)))
    return CanonicalFile(
        definitions=parsed.definitions,
        scope_names=parsed.scope_names,
        errors=parsed.errors,
        stream=stream,
        back=full_back,
        token_starts=token_starts,
        statement_starts=statement_starts,
        statement_tokens=statement_tokens,
        strings=_counts(symbols == STRING_SYMBOL, statement_tokens),
        digests=_digests(local, statement_tokens),
        hashes=_hashes(stream, token_starts),
        order=order,
        order_starts=order_starts,
        namespaces=namespaces[first].astype(np.uint8),
        scopes=owners[first],
        called=(before == CALL_SYMBOL)[first],
        stored=(before == ASSIGNMENT_SYMBOL)[first],
        spellings=_sequence_hashes(np.array(lines.names.hashes, np.uint64)[order], order_starts[statement_starts]),
        offsets=np.array(offsets, np.int64),
    )


def _ends(counts: I64) -> I64:
    """``counts`` [n] -> the bounds [n+1] of runs of those lengths."""
    bounds = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=bounds[1:])
    return bounds


def _counts(mask: npt.NDArray[np.bool_], bounds: I64) -> I64:
    """How often ``mask`` is set in each run."""
    sums = _ends(mask.astype(np.int64))
    return sums[bounds[1:]] - sums[bounds[:-1]]


def _owners(
    flat: list[Line], scopes: list[int], parents: tuple[int, ...], names: U32, namespaces: U32, statement_scopes: I64
) -> I64:
    """For each identifier token the function whose local it is; 0 for names of the whole file."""
    bound: set[tuple[int, int]] = set()
    free: set[tuple[int, int]] = set()
    for line, scope in zip(flat, scopes, strict=True):
        if line.bound:
            bound.update([(scope, name) for name in line.bound])
        if line.free:
            free.update([(scope, name) for name in line.free])
    owners = np.where(namespaces == 0, statement_scopes, 0)
    locals_ = sorted(scope << 32 | name for scope, name in bound - free if scope)
    if not locals_:
        return np.zeros_like(owners)
    table = np.array(locals_, np.int64)
    above = np.array(parents, np.int64)
    above[0] = 0
    open_ = np.flatnonzero(owners)
    while len(open_):
        keys = owners[open_] << 32 | names[open_]
        found = np.searchsorted(table, keys)
        found[found == len(table)] = 0
        open_ = open_[table[found] != keys]
        owners[open_] = above[owners[open_]]
        open_ = open_[owners[open_] > 0]
    return owners


def _previous(names: U32, namespaces: U32, owners: I64, places: I64) -> I64:
    """For each identifier token the place of the token before it with the same name, -1 where there is none."""
    keys = (owners << 2 | namespaces) << 32 | names
    order = np.argsort(keys, kind="stable")
    same = keys[order[1:]] == keys[order[:-1]]
    previous = np.full(len(keys), np.iinfo(np.int64).min // 2, np.int64)
    previous[order[1:][same]] = places[order[:-1][same]]
    return previous


def _distances(places: I64, previous: I64, token_starts: I64) -> I64:
    """Distances to the previous occurrence in the same definition, 0 where there is none."""
    starts = token_starts[np.searchsorted(token_starts, places, side="right") - 1]
    return np.where(previous >= starts, places - previous, 0)


def _hashes(stream: U32, token_starts: I64) -> U64:
    """A 64-bit hash of each definition's stream."""
    view, bounds = memoryview(stream).cast("B"), (token_starts * 4).tolist()
    digests = [
        hashlib.blake2b(view[first:last], digest_size=8).digest()
        for first, last in zip(bounds[:-1], bounds[1:], strict=True)
    ]
    return np.frombuffer(b"".join(digests), np.uint64)


def _digests(local: U32, statement_tokens: I64) -> U64:
    """A 64-bit hash of each statement's own tokens."""
    return _sequence_hashes(local.astype(np.uint64), statement_tokens)


def _sequence_hashes(values: U64, bounds: I64) -> U64:
    """A hash of each run of values: a sum over values mixed with their place in the run."""
    starts, widths = bounds[:-1], np.diff(bounds)
    place = np.arange(len(values), dtype=np.uint64) - np.repeat(starts, widths).astype(np.uint64)
    sums = np.zeros(len(values) + 1, np.uint64)
    np.cumsum(mix(values ^ mix(place + np.uint64(1))), out=sums[1:])
    return mix(sums[bounds[1:]] - sums[starts] + widths.astype(np.uint64))


def _end_digest() -> int:
    return int(_digests(np.array([END_SYMBOL], np.uint32), np.array([0, 1], np.int64))[0])


def mix(values: U64) -> U64:
    """Spread each value over all 64 bits (Steele, Lea, Flood 2014, the finaliser of SplitMix64)."""
    values = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return values ^ values >> np.uint64(31)


# The digest of the marker that closes a block; it is part of a definition's stream but of no statement.
END_DIGEST = _end_digest()
