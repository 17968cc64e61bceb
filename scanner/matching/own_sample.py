"""What is kept of a file's own code, as records, without what makes them (`own_code`): each start reads some.

Edit this when more, or less, is to be kept of each file.
"""

from __future__ import annotations

from msgspec import Struct

# What a statement counts is kept in one byte, in parts of a token.
VALUE_PARTS = 4


class OwnDefinition(Struct, frozen=True, array_like=True):
    """A definition of a file that no known upstream explains."""

    tokens_hash: int
    """The hash, 64 bits, of its normalised tokens: equal for copies whose names alone differ."""
    evidence: int
    """How many distinctive tokens it has."""
    qualname: str
    first_line: int


class OwnCode(Struct, frozen=True):
    """What of a file no known upstream explains, as a sample."""

    definitions: tuple[OwnDefinition, ...]
    """The definitions that tell most, in the order of the file."""
    evidence: int
    """The distinctive tokens in all such definitions."""
    statements: bytes
    """uint64[K]: the digests of a sample of such statements, little-endian, ascending."""
    values: bytes
    """uint8[K]: the distinctive tokens of each, times `VALUE_PARTS`."""
    statement_evidence: int
    """The distinctive tokens in all statements that the sample is of."""
    halvings: int = 0
    """The sample has the digests below 2^64 / 2^halvings, about one in 2^halvings."""
