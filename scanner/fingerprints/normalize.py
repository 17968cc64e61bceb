"""Names taken out of a file's tokens: each becomes the distance to its previous occurrence.

Two definitions then have the same token sequence exactly when a renaming, one name to one name, turns one into the
other (Baker 1993, "A theory of parameterized pattern matching"). Variables are told apart by the function they belong
to, attributes and keyword arguments by their spelling. Edit this when names should be told apart in another way.
"""

from __future__ import annotations

from functools import cache
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from ..support.arrays import I64, U8, U32, U64, Mask, pack_pairs, run_bounds, run_sums
from ..support.lazy import blake2b
from ..syntax.linear import END_SYMBOL
from ..syntax.parser import Definition, ParsedFile, Statement
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
from .statement_cache import EncodedStatement, StatementCache

if TYPE_CHECKING:
    from .plain_form import PlainForm

# Of SplitMix64.
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)
_FACTORS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_FIRST_PLACES = 1 << 10


class NormalisedFile(Struct, frozen=True):
    """A file's definitions as flat arrays, one definition after the other.

    T counts tokens, D definitions, S statements, N names: each name of a statement once, in order of first occurrence.
    Bounds have one more entry than what they bound.
    """

    definitions: tuple[Definition, ...]
    scope_names: tuple[str, ...]
    """The dotted name of the function of each scope."""
    errors: int
    """How many regions did not parse and were left out."""
    tokens: U32
    """[T], normalised, as `token_format` describes them."""
    distances: I64
    """[T]: how far back each name last stood, however far that is; -1 for tokens that are no names."""
    token_starts: I64
    """[D+1]: bounds of the tokens of each definition."""
    statement_starts: I64
    """[D+1]: bounds of the statements of each definition."""
    statement_token_starts: I64
    """[S+1]: bounds of the tokens of each statement."""
    strings: I64
    """[S]: how many tokens are strings."""
    digests: U64
    """[S]: a hash of each statement alone, its names told apart by their first occurrence in it."""
    hashes: U64
    """[D]: a hash of the token sequence of each definition."""
    order: U32
    """[N]: the names of each statement, by their number in the name table."""
    order_starts: I64
    """[S+1]: bounds of the names of each statement."""
    namespaces: U8
    """[N]: the namespace of the name."""
    scopes: I64
    """[N]: the function that owns the name; 0 for the file."""
    called: Mask
    """[N]: whether it is what a call calls."""
    stored: Mask
    """[N]: whether it is what an assignment assigns."""
    spellings: U64
    """[D]: a hash of the names of each definition; where ``hashes`` are equal as well, so is the code."""


class _FileSymbols(Struct, frozen=True):
    """The tokens of a file before their distances are known: all symbols, and of each that is a name where it stands,
    its number, its namespace, the scope that owns it and the number of its statement."""

    encoded: list[EncodedStatement]
    statement_starts: I64
    statement_token_starts: I64
    symbols: U32
    places: I64
    names: U32
    namespaces: U32
    scopes: I64
    statements: I64


def normalise(parsed: ParsedFile, text: bytes, cache: StatementCache) -> NormalisedFile:
    """Normalise a file; its names are numbered as in the name table of ``cache``."""
    return _normalised(parsed, _gather(parsed, _read(parsed, text, cache)), cache)


def normalise_plainly(
    parsed: ParsedFile, text: bytes, cache: StatementCache, form: PlainForm, known: NormalisedFile
) -> NormalisedFile:
    """The plain form of a file that is ``known`` in the first one, whose hashes of definitions it keeps.

    ``form`` is for the name table of ``cache``.
    """
    encoded = iter(cache.encode_all(_statements(parsed), text))
    read = [
        form.statements(definition.statements, list(islice(encoded, len(definition.statements))))
        for definition in parsed.definitions
    ]
    statements = [each for several, _ in read for each in several]
    scopes = np.array([scope for _, several in read for scope in several], np.int64)
    starts = run_bounds([len(several) for several, _ in read])
    plain = _normalised(parsed, _gather(parsed, _Read(statements, scopes, starts)), cache)
    return replace(plain, hashes=known.hashes, spellings=known.spellings)


class _Read(Struct, frozen=True):
    """The statements of a file, the scope of each, and where those of each definition start."""

    statements: list[EncodedStatement]
    scopes: I64
    starts: I64


def _read(parsed: ParsedFile, text: bytes, cache: StatementCache) -> _Read:
    """The statements of a file as they stand."""
    statements = _statements(parsed)
    encoded = cache.encode_all(statements, text)
    counts = np.fromiter(map(len, encoded), np.int64, len(encoded))
    scopes = np.array([statement.scope for statement in statements], np.int64)
    bounds = run_bounds([len(definition.statements) for definition in parsed.definitions])
    return _Read(list(chain.from_iterable(encoded)), np.repeat(scopes, counts), run_bounds(counts)[bounds])


def _statements(parsed: ParsedFile) -> list[Statement]:
    return [statement for definition in parsed.definitions for statement in definition.statements]


def _normalised(parsed: ParsedFile, gathered: _FileSymbols, cache: StatementCache) -> NormalisedFile:
    places, symbols = gathered.places, gathered.symbols
    token_starts = gathered.statement_token_starts[gathered.statement_starts]
    previous = _previous(gathered)
    distances = np.full(len(symbols), -1, np.int64)
    distances[places] = _distances(places, previous, token_starts)
    tokens = symbols.copy()
    tokens[places] = with_distances(symbols[places], distances[places])
    first = previous < gathered.statement_token_starts[gathered.statements]
    order = gathered.names[first]
    order_starts = run_bounds(np.bincount(gathered.statements[first], minlength=len(gathered.encoded)))
    before = kinds_of(symbols[np.maximum(places - 1, 0)][first])
    spelled = cache.names.hashes[order]
    return NormalisedFile(
        definitions=parsed.definitions,
        scope_names=parsed.scope_names,
        errors=parsed.errors,
        tokens=tokens,
        distances=distances,
        token_starts=token_starts,
        statement_starts=gathered.statement_starts,
        statement_token_starts=gathered.statement_token_starts,
        strings=run_sums(symbols == STRING_SYMBOL, gathered.statement_token_starts),
        digests=_digests(gathered, previous, first),
        hashes=_hashes(tokens, token_starts),
        order=order,
        order_starts=order_starts,
        namespaces=gathered.namespaces[first].astype(np.uint8),
        scopes=gathered.scopes[first],
        called=before == CALL_SYMBOL,
        stored=before == ASSIGNMENT_SYMBOL,
        spellings=sequence_hashes(spelled, order_starts[gathered.statement_starts]),
    )


def _gather(parsed: ParsedFile, read: _Read) -> _FileSymbols:
    """Lay the tokens of all statements end to end."""
    flat, scopes = read.statements, read.scopes
    symbols = np.frombuffer(b"".join([each.symbols for each in flat]), np.uint32)
    names = np.frombuffer(b"".join([each.names for each in flat]), np.uint32)
    statements = np.repeat(np.arange(len(flat)), np.array([each.identifiers for each in flat], np.int64))
    places = name_places(symbols)
    namespaces = namespaces_of(symbols[places])
    stands_in = np.where(namespaces == Namespace.VARIABLE, scopes[statements], 0)
    owners = _owners(_local_names(flat, scopes), parsed.scopes, names, stands_in)
    return _FileSymbols(
        flat,
        read.starts,
        run_bounds(np.array([each.width for each in flat], np.int64)),
        symbols,
        places,
        names,
        namespaces,
        owners,
        statements,
    )


def _local_names(flat: list[EncodedStatement], scopes: I64) -> I64:
    """The names bound in each function, sorted, as scope and name in one number."""
    packed = pack_pairs(scopes, np.zeros_like(scopes)).tolist()
    bound = {of_scope | name for each, of_scope in zip(flat, packed, strict=True) if of_scope for name in each.bound}
    free = {of_scope | name for each, of_scope in zip(flat, packed, strict=True) if of_scope for name in each.free}
    return np.array(sorted(bound - free), np.int64)


def _owners(table: I64, parents: tuple[int, ...], names: U32, stands_in: I64) -> I64:
    """For each name among the tokens, the function whose local it is; 0 for a name of the file."""
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


def _previous(gathered: _FileSymbols) -> I64:
    """For each name among the tokens, where it last stood before; far below 0 where it did not."""
    keys = pack_pairs(pack_spaces(gathered.scopes, gathered.namespaces), gathered.names)
    order = np.argsort(keys, kind="stable")
    same = keys[order[1:]] == keys[order[:-1]]
    previous = np.full(len(keys), np.iinfo(np.int64).min // 2, np.int64)
    previous[order[1:][same]] = gathered.places[order[:-1][same]]
    return previous


def _distances(places: I64, previous: I64, token_starts: I64) -> I64:
    """Distances to the previous occurrence in the same definition, 0 where there is none."""
    starts = token_starts[np.searchsorted(token_starts, places, side="right") - 1]
    return np.where(previous >= starts, places - previous, 0)


def _hashes(tokens: U32, token_starts: I64) -> U64:
    """A 64-bit hash of each definition's tokens."""
    data, bounds = memoryview(tokens.tobytes()), (token_starts * TOKEN_SIZE).tolist()
    digests = [blake2b(data[first:last], digest_size=8).digest() for first, last in pairwise(bounds)]
    return np.frombuffer(b"".join(digests), np.uint64)


def _digests(gathered: _FileSymbols, previous: I64, first: Mask) -> U64:
    """A 64-bit hash of each statement's own tokens, names counted from their first occurrence in it."""
    local = gathered.symbols.astype(np.uint64)
    local[gathered.places] |= np.where(first, 0, gathered.places - previous).astype(np.uint64)
    return sequence_hashes(local, gathered.statement_token_starts)


def sequence_hashes(values: U64, bounds: I64) -> U64:
    """A hash of each run of values: a sum over values mixed with their place in the run."""
    starts = bounds[:-1]
    widths = bounds[1:] - starts
    place = np.arange(len(values)) - starts.repeat(widths)
    longest = int(widths.max(initial=0))
    mixed = _mixed_places()[place] if longest <= _FIRST_PLACES else mix(place.astype(np.uint64) + np.uint64(1))
    sums = np.zeros(len(values) + 1, np.uint64)
    mix(values ^ mixed).cumsum(out=sums[1:])
    return mix(sums[bounds[1:]] - sums[starts] + widths.astype(np.uint64))


@cache
def _mixed_places() -> U64:
    """Most runs are short: of the first places, what each becomes."""
    return mix(np.arange(1, _FIRST_PLACES + 1, dtype=np.uint64))


def mix(values: U64) -> U64:
    """Spread each value over all 64 bits (Steele, Lea, Flood 2014, the finaliser of SplitMix64)."""
    spread: U64 = values >> _SHIFTS[0]
    spread ^= values
    spread *= _FACTORS[0]
    shifted = spread >> _SHIFTS[1]
    spread ^= shifted
    spread *= _FACTORS[1]
    np.right_shift(spread, _SHIFTS[2], out=shifted)
    spread ^= shifted
    return spread


# The digest of the marker that closes a block: a token of the definition, but no statement.
END_DIGEST = int(sequence_hashes(np.array([END_SYMBOL], np.uint64), np.array([0, 1], np.int64))[0])
