"""How much of each statement tells it apart: from any other, and from those of other names.

A copy may rename everything, so that names and strings are no part of what is compared. What is left of a table of
strings, of a call with an option's name and help, or of ``self.x = x`` is the same in code that has nothing to do with
it: a plain statement tells something only where its names agree as well. Edit this when unrelated code is said to be
alike, or when a kind of statement should count for more.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from msgspec import Struct

from ..fingerprints.normalize import END_DIGEST, NormalisedFile, mix, sequence_hashes
from ..fingerprints.statement_cache import name_digest
from ..support.arrays import I64, U32, U64, Array, FewNumbers, Mask, first_of_each, run_sums
from ..syntax.token_format import Namespace, are_names, are_numbers, kinds_of, number_token, symbol, without_distances
from ..syntax.tokenizer import CALL_SYMBOL, STRING_SYMBOL

# The kinds that give a statement a structure of its own; one without any of them, and of one call at most, is plain.
_STRUCTURE = (
    "binary_operator boolean_operator not_operator comparison_operator subscript slice lambda conditional_expression "
    "list_comprehension set_comprehension dictionary_comprehension generator_expression augmented_assignment "
    "named_expression await yield if_statement elif_clause for_statement while_statement with_statement try_statement "
    "match_statement case_clause assert_statement delete_statement"
).split()
# Numbers that stand everywhere: two tables of them are no more alike than two of names.
_USUAL_NUMBERS = (
    *map(str, range(257)),
    *(str(2**power) for power in range(9, 17)),
    *(str(10**power) for power in range(3, 10)),
    *(repr(digit * 10.0**power) for power in range(-12, 4) for digit in (1, 2, 5)),
    *(repr(value / 100) for value in range(101)),
)
# Names that nobody chooses.
_USUAL_NAMES = (
    "self cls super object type property staticmethod classmethod int float str bool bytes list dict tuple set "
    "frozenset len range print open enumerate zip Exception ValueError TypeError KeyError RuntimeError "
    "NotImplementedError __name__ __file__ __all__ __version__ __author__ __slots__ __init__"
).split()
# What is left of a plain statement without its names counts as this part of its tokens.
PLAIN_PART = 0.25
# Each token of structure has so many others tell something: a long list does not become one by a sum in it.
STRUCTURED = 8
# About the IDF weight of a plain statement with its names, which are known only of what is aligned.
PLAIN_WEIGHT = 0.4
# The name that a plain statement gives something is what it is about, and counts as so many tokens.
STORED_NAME = 4
# A string that may differ leaves so many tokens of a plain statement in doubt.
UNKNOWN_STRING = 4
# A table of fewer strings than this is of no size that tells anything.
LEAST_TABLE = 4
_ANY_NUMBER = number_token("")
# Of two symbols in one number the upper one.
_ONE_BEFORE = np.uint64(0xFFFFFFFF00000000)


class Telling(Struct, frozen=True):
    """What tells each statement of a file apart, in tokens [S]."""

    bare: Array
    """Where names and strings are not looked at."""
    figures: Array
    """How much of that is numbers that do not stand everywhere."""
    named: Array
    """Where all names are equal, too, and strings may differ."""
    backed: Array
    """Where what stands around it is the same, too."""
    plain: Mask
    """Statements without a structure of their own."""
    forms: U64
    """A hash of the statement without its names and numbers."""


def telling(code: NormalisedFile, name_hashes: U64) -> Telling:
    """What tells the statements of ``code`` apart; ``name_hashes`` are those of its name table."""
    starts, tokens, strings = code.statement_token_starts, code.tokens, code.strings
    lengths = starts[1:] - starts[:-1]
    owner = np.arange(len(lengths)).repeat(lengths)
    numbers = are_numbers(tokens)
    symbols = np.where(numbers, np.uint32(_ANY_NUMBER), np.where(are_names(tokens), without_distances(tokens), tokens))
    fresh = _fresh(np.where(numbers, tokens, symbols), symbols, owner, starts[:-1]) & (tokens != STRING_SYMBOL)
    whole = _counts(owner[fresh], lengths)
    places = (fresh & numbers).nonzero()[0]
    fresh_numbers = figures = _counts(owner[places], lengths)
    if len(places):
        figures = figures - _counts(owner[places[_usual_numbers().places_in(tokens[places])]], lengths)
    form, named = whole - fresh_numbers, code.order_starts[1:] - code.order_starts[:-1]
    # A number beside a name says something, be it usual; a long row of numbers does not.
    backed = np.minimum(lengths - strings, form + named + np.maximum(figures, np.minimum(fresh_numbers, named)))
    own = run_sums(_own(code, name_hashes) * np.where(code.stored, STORED_NAME, 1), code.order_starts)
    size = np.where((own > 0) & (strings >= LEAST_TABLE), np.log2(1.0 + strings), 0.0)
    structure = _structure(tokens, owner, lengths)
    vouched = STRUCTURED * structure
    named = np.minimum(np.maximum(own + figures + size, backed - UNKNOWN_STRING * strings) + vouched, backed)
    bare = np.minimum(whole, figures + PLAIN_PART * np.where(strings > 0, 0, form) + vouched)
    real = code.digests != END_DIGEST
    forms = sequence_hashes(symbols.astype(np.uint64), starts)
    return Telling(bare * real, figures * real, named * real, backed * real, structure == 0, forms)


def possible_values(told: Telling, idf_weights: Array, first_of_form: Mask) -> Array:
    """float64[S]: how many distinctive tokens each statement would give, were it known; ``idf_weights`` are of 255.

    ``first_of_form`` bool[S] are the first statements of each form.
    """
    value: Array = np.where(told.plain, told.named * PLAIN_WEIGHT, told.bare * idf_weights / 255.0)
    return value * (told.plain | first_of_form)


def _counts(owners: I64, lengths: I64) -> I64:
    """int64[S]: how often each statement is among ``owners``."""
    return np.bincount(owners, minlength=len(lengths))


def _structure(tokens: U32, owner: I64, lengths: I64) -> I64:
    """int64[S]: how many tokens give each statement a structure of its own; a call alone gives none."""
    # No name and no number has the kind of a token of syntax.
    kinds = kinds_of(tokens)
    places = _structural_kinds().places_in(kinds)
    are_calls = kinds[places] == CALL_SYMBOL
    calls = _counts(owner[places[are_calls]], lengths)
    return _counts(owner[places[~are_calls]], lengths) + np.maximum(calls - 1, 0)


def _fresh(told: U32, symbols: U32, owner: I64, starts: I64) -> Mask:
    """bool[T]: the tokens that do not repeat what their statement says: after the two before them, they are new.

    Two tokens say the same where what is ``told`` of them is equal, and the ``symbols`` before them are: all names of
    one namespace are alike there, and all numbers.
    """
    wide = symbols.astype(np.uint64)
    before = np.zeros(len(told) + 2, np.uint64)
    before[1:-1] = wide << np.uint64(32)
    before[2:] |= wide
    # Of the second token of a statement only the first one is, and of that nothing.
    before[starts + 1] &= _ONE_BEFORE
    before[starts] = 0
    statement = mix(np.arange(len(starts), dtype=np.uint64))[owner]
    return first_of_each(mix(before[:-2]) ^ statement ^ told)


def _own(code: NormalisedFile, name_hashes: U64) -> Mask:
    """bool[N]: the names that a file gives or chooses itself: no keyword, nothing that is called, nothing usual."""
    own: Mask = (code.namespaces != Namespace.KEYWORD) & ~code.called
    chosen = own.nonzero()[0]
    own[chosen[_usual_names().places_in(name_hashes[code.order[chosen]])]] = False
    return own


@cache
def _usual_names() -> FewNumbers:
    digests = (name_digest(name.encode()) for name in _USUAL_NAMES)
    return FewNumbers(np.frombuffer(b"".join(digests), np.uint64))


@cache
def _structural_kinds() -> FewNumbers:
    """The kinds of tokens that give a structure, and that of calls."""
    return FewNumbers(np.array([CALL_SYMBOL, *map(symbol, _STRUCTURE)], np.uint32))


@cache
def _usual_numbers() -> FewNumbers:
    return FewNumbers(np.array([number_token(value) for value in _USUAL_NUMBERS], np.uint32))
