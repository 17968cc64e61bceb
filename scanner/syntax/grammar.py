"""The Python grammar as tables: what becomes of each kind of syntax node when code is read.

Edit this when a release of the grammar brings new kinds, or when a kind should be left out, kept or taken for another.
"""

from __future__ import annotations

from enum import IntEnum
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any

import tree_sitter

from .token_format import symbol


def _binding() -> Any:
    """What holds the grammar. Its package would also load what finds files in packages, as long as ten modules here."""
    package = find_spec("tree_sitter_python")
    found = PathFinder.find_spec("tree_sitter_python._binding", package.submodule_search_locations if package else None)
    if found is None or found.loader is None:
        import tree_sitter_python

        return tree_sitter_python
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


LANGUAGE = tree_sitter.Language(_binding().language())


class Action(IntEnum):
    """What linearising does at a node of some kind. Up to BIND, its children count as they stand."""

    DROP = 0
    DESCEND = 1  # emit the kind with its number of children, then the children
    UNWRAP = 2  # the children stand for the node
    BIND = 3  # as DESCEND, and it says what scope a name belongs to
    LEAF = 4  # emit the kind alone
    IDENTIFIER = 5
    NUMBER = 6
    SPECIAL = 7  # handled by name in tokenizer.py
    ATTRIBUTE = 8
    CALL = 9


class Step(IntEnum):
    """What walking a block does at a node of some kind."""

    PASS = 0
    EXPRESSION = 1
    SIMPLE = 2
    COMPOUND = 3
    DEFINITION = 4
    BLOCK = 5
    ERROR = 6


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


STEPS_BY_NAME = {
    "expression_statement": Step.EXPRESSION,
    "block": Step.BLOCK,
    **dict.fromkeys("pass_statement import_statement import_from_statement future_import_statement".split(), Step.PASS),
    **dict.fromkeys("function_definition class_definition decorated_definition".split(), Step.DEFINITION),
    **dict.fromkeys(
        "if_statement for_statement while_statement with_statement try_statement match_statement elif_clause "
        "else_clause except_clause finally_clause case_clause".split(),
        Step.COMPOUND,
    ),
}


def _step(kind: int) -> Step:
    name = NAMES[kind]
    if not LANGUAGE.node_kind_is_named(kind):
        return Step.PASS
    return STEPS_BY_NAME.get(name, Step.SIMPLE if name.endswith("_statement") else Step.PASS)


def _action(kind: int) -> Action:
    name = NAMES[kind]
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


class _Names(dict[int, str]):
    def __missing__(self, kind: int) -> str:
        return "ERROR"


# ERROR nodes have the last of all 16-bit numbers.
_COUNT = LANGUAGE.node_kind_count
_NUMBERS = 65536
NAMES = _Names((kind, LANGUAGE.node_kind_for_id(kind) or "") for kind in range(_COUNT))
ACTIONS = bytes(map(_action, NAMES)).ljust(_NUMBERS, bytes([Action.DROP]))
STEPS = bytes(map(_step, NAMES)).ljust(_NUMBERS, bytes([Step.ERROR]))
SYMBOLS = [symbol(SYNONYMS.get(name, name)) for name in NAMES.values()]
