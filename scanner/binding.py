"""Syntax in, the plain names that it binds out."""

from __future__ import annotations

from tree_sitter import Node

from .grammar import NAMES

# Where an identifier token stands: its byte offset in the file, and its name.
Token = tuple[int, bytes]

_TARGETS = frozenset(
    ("tuple", "tuple_pattern", "pattern_list", "list", "list_pattern", "list_splat_pattern", "dictionary_splat_pattern",
     "list_splat", "typed_parameter", "default_parameter", "typed_default_parameter", "parameters", "lambda_parameters",
     "as_pattern_target", "parenthesized_expression", "identifier")
)  # fmt: skip
_FIRST_ONLY = frozenset(("typed_parameter", "default_parameter", "typed_default_parameter"))
_BINDERS = {
    "assignment": "left",
    "augmented_assignment": "left",
    "for_in_clause": "left",
    "named_expression": "name",
    "as_pattern_target": "",
    "parameters": "",
    "lambda_parameters": "",
}


def token(node: Node, source: bytes) -> Token:
    """The identifier ``node``."""
    first = node.start_byte
    return first, source[first : node.end_byte]


def bound_by(node: Node, source: bytes) -> list[Token]:
    """The plain names that an assignment, a loop or a list of parameters binds."""
    field = _BINDERS.get(NAMES[node.kind_id])
    if field is None:
        return []
    target = node.child_by_field_name(field) if field else node
    return bound_in(target, source) if target is not None else []


def bound_in(target: Node, source: bytes) -> list[Token]:
    """The plain names that assigning to ``target`` binds."""
    bound: list[Token] = []
    stack = [target]
    while stack:
        node = stack.pop()
        name = NAMES[node.kind_id]
        if name == "identifier":
            bound.append(token(node, source))
        elif name in _TARGETS:
            stack.extend(node.children[:1] if name in _FIRST_ONLY else node.children)
    return bound
