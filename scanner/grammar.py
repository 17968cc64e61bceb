"""The Python grammar as tables: what becomes of each node kind when a syntax tree is linearised.

A node kind is named by a checksum of its name, not by its number, so that a corpus outlives a release of the grammar.
"""

from __future__ import annotations

import zlib
from enum import IntEnum

import tree_sitter
import tree_sitter_python

LANGUAGE = tree_sitter.Language(tree_sitter_python.language())


class Action(IntEnum):
    """What linearising does at a node of some kind."""

    DROP = 0
    DESCEND = 1  # emit the kind with its number of children, then the children
    UNWRAP = 2  # the children stand for the node
    LEAF = 3  # emit the kind alone
    IDENTIFIER = 4
    NUMBER = 5
    BIND = 6  # as DESCEND, and it says what scope a name belongs to
    SPECIAL = 7  # handled by name in emitting.py
    ATTRIBUTE = 8
    CALL = 9


def _checksum(name: str) -> int:
    return (zlib.crc32(name.encode()) & 0xFFFFF) << 10


DROPPED = frozenset(
    "comment line_continuation type type_parameter block elif_clause else_clause except_clause finally_clause "
    "case_clause type_conversion format_specifier "
    "import_statement import_from_statement future_import_statement".split()
)
UNWRAPPED = frozenset(
    "parenthesized_expression parenthesized_list_splat as_pattern_target with_item "
    "typed_parameter case_pattern interpolation format_expression".split()
)
# Different spellings of one meaning: `a, b` and `(a, b)`; a default with and without its annotation.
SYNONYMS = {
    "expression_list": "tuple",
    "pattern_list": "tuple",
    "tuple_pattern": "tuple",
    "list_pattern": "list",
    "typed_default_parameter": "default_parameter",
    "list_splat_pattern": "list_splat",
    "dictionary_splat_pattern": "dictionary_splat",
    "<>": "!=",
}
SPECIAL = frozenset(
    "keyword_argument subscript slice string concatenated_string with_clause class_definition "
    "expression_statement tuple_pattern".split()
)
OWN_ACTION = {
    "identifier": Action.IDENTIFIER,
    "integer": Action.NUMBER,
    "float": Action.NUMBER,
    "attribute": Action.ATTRIBUTE,
    "call": Action.CALL,
}
BINDING = frozenset(
    "assignment augmented_assignment for_in_clause named_expression parameters lambda_parameters "
    "global_statement nonlocal_statement".split()
)
# Of the tokens without a name, only these carry meaning that the kinds around them do not.
KEPT_TOKENS = frozenset(
    "+ - * / // % ** @ & | ^ ~ << >> < <= == != >= > <> += -= *= /= //= %= **= @= &= |= ^= <<= >>= "
    "and or in is async from _".split()
) | {"not in", "is not"}
LEAVES = frozenset("true false none ellipsis positional_separator keyword_separator".split())


def _action(kind: int) -> Action:
    name = LANGUAGE.node_kind_for_id(kind) or ""
    if not LANGUAGE.node_kind_is_named(kind):
        return Action.LEAF if name in KEPT_TOKENS else Action.DROP
    if name in OWN_ACTION:
        return OWN_ACTION[name]
    if name in SPECIAL:
        return Action.SPECIAL
    if name in BINDING:
        return Action.BIND
    if name in UNWRAPPED:
        return Action.UNWRAP
    if name in LEAVES:
        return Action.LEAF
    return Action.DROP if name in DROPPED else Action.DESCEND


# Padded to all 16-bit numbers, since ERROR nodes have the last of them.
_COUNT = LANGUAGE.node_kind_count
_UNKNOWN = 65536 - _COUNT
_KNOWN = [LANGUAGE.node_kind_for_id(kind) or "" for kind in range(_COUNT)]
NAMES = _KNOWN + ["ERROR"] * _UNKNOWN
ACTIONS = [int(_action(kind)) for kind in range(_COUNT)] + [int(Action.DROP)] * _UNKNOWN
SYMBOLS = [_checksum(SYNONYMS.get(name, name)) for name in _KNOWN] + [0] * _UNKNOWN


def symbol(name: str, arity: int = 0) -> int:
    """The symbol of a node kind, or of a marker of our own, with ``arity`` children."""
    return _checksum(name) | min(arity, 1023)
