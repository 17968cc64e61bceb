"""What each bit of a token says. A token is a uint32, and the code of every definition a sequence of them.

=======  =========  ===========================================================================================
Token    Bits       What they say
=======  =========  ===========================================================================================
syntax   31, 30     0, 0
         29 to 10   the kind: a checksum of its name in the grammar, or of the name of a marker of our own
         9 to 0     how many children it has, at most 1023; of a slice, which of start (1), stop (2), step (4)
number   31, 30     0, 1
         29 to 0    a checksum of its value: that of ``1e-5`` is that of ``0.00001``
name     31         1
         30, 29     its `Namespace`
         28 to 0    how many tokens ago the same name last stood in the definition, 0 for the first time
=======  =========  ===========================================================================================

A kind goes by a checksum of its name, not by its number, so that a corpus outlives a release of the grammar. Strings
are told apart only by the expressions inside them. Before the names of a file are compared, all have distance 0: such a
token is called a symbol.

Change a bit here, and all hashes of code change: raise FORMAT of the corpora, and build them again.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable
from enum import IntEnum

import numpy as np

from ..support.arrays import I64, U32, Array, Mask

# In bytes.
TOKEN_SIZE = 4


class Namespace(IntEnum):
    """Where a name is looked up: Python keeps the three apart."""

    VARIABLE = 0
    ATTRIBUTE = 1
    KEYWORD = 2


_NAME = 1 << 31
_NUMBER = 1 << 30
_NAMESPACE_BITS = 2
_DISTANCE_BITS = 29
_MOST_DISTANCE = (1 << _DISTANCE_BITS) - 1
_KIND_BITS = 20
_CHILDREN_BITS = 10
# More children are not told apart.
MOST_CHILDREN = (1 << _CHILDREN_BITS) - 1

VARIABLE, ATTRIBUTE, KEYWORD = (_NAME | namespace << _DISTANCE_BITS for namespace in Namespace)


def symbol(kind: str, children: int = 0) -> int:
    """The token of a kind of syntax with so many children."""
    return with_children((zlib.crc32(kind.encode()) & (1 << _KIND_BITS) - 1) << _CHILDREN_BITS, children)


def with_children(kind: int, children: int) -> int:
    """The token of a kind, which is a token without children, with so many."""
    return kind | min(children, MOST_CHILDREN)


def kind_of(token: int) -> int:
    """A token of syntax without its children."""
    return token & ~MOST_CHILDREN


def kinds_of(tokens: U32) -> U32:
    """Tokens of syntax without their children."""
    kinds: U32 = tokens & ~np.uint32(MOST_CHILDREN)
    return kinds


def number_token(value: str) -> int:
    """The token of a number whose value is written so."""
    return _NUMBER | zlib.crc32(value.encode()) >> 2


def is_name(token: int) -> bool:
    """Whether a token is a name's."""
    return token >= _NAME


def as_bytes(tokens: Iterable[int]) -> bytes:
    """Tokens as a uint32 array has them in memory."""
    return array("I", tokens).tobytes()


def are_names(tokens: U32) -> Mask:
    """Which tokens are names."""
    names: Mask = tokens >= _NAME
    return names


def are_numbers(tokens: U32) -> Mask:
    """Which tokens are numbers."""
    numbers: Mask = (tokens >= _NUMBER) & (tokens < _NAME)
    return numbers


def name_places(tokens: U32) -> I64:
    """Where in a sequence the names are."""
    return np.flatnonzero(tokens >= _NAME)


def namespaces_of(names: U32) -> U32:
    """The namespace of each name."""
    namespaces: U32 = names >> np.uint32(_DISTANCE_BITS) & np.uint32((1 << _NAMESPACE_BITS) - 1)
    return namespaces


def with_distances(names: U32, distances: I64) -> U32:
    """Names of distance 0 with their distances; those that are too far are told apart no more."""
    return names | np.minimum(distances, _MOST_DISTANCE).astype(np.uint32)


def without_distances(names: U32) -> U32:
    """Names as if each stood for the first time."""
    first: U32 = names & ~np.uint32(_MOST_DISTANCE)
    return first


def pack_spaces(scopes: I64, namespaces: Array) -> I64:
    """A number for each pair of the function that owns a name and the namespace of the name, in the order of pairs."""
    return scopes << _NAMESPACE_BITS | namespaces


def unpack_spaces(spaces: I64) -> tuple[I64, I64]:
    """The functions and the namespaces that `pack_spaces` made these numbers of."""
    return spaces >> _NAMESPACE_BITS, spaces & (1 << _NAMESPACE_BITS) - 1
