"""One statement as a run of tokens: which parts of its syntax count, and what is put before them.

Edit this when a statement should be read as another one or as several, as ``a, b = x, y`` is read as two assignments.
"""

from __future__ import annotations

from msgspec import Struct
from tree_sitter import Node

from .grammar import ACTIONS, LANGUAGE, NAMES, SYMBOLS, Action
from .parser import Role, Statement
from .token_format import as_bytes, kind_of, symbol, with_children
from .tokenizer import Emitter, Identifier, bound_in, kept_children

END_SYMBOL = symbol("end")


def _kinds(*names: str) -> frozenset[int]:
    return frozenset(kind for kind, name in NAMES.items() if name in names)


_TUPLES = _kinds("expression_list", "pattern_list", "tuple", "tuple_pattern")
_SPLATS = _kinds("list_splat", "list_splat_pattern", "dictionary_splat")
_EXPRESSION, _ASSIGNS, _CLASS, _IDENTIFIER = (
    LANGUAGE.id_for_node_kind(name, True)
    for name in ("expression_statement", "assignment", "class_definition", "identifier")
)
_LEFT, _RIGHT = (LANGUAGE.field_id_for_name(name) or 0 for name in ("left", "right"))
_PARALLEL = symbol("parallel assignment")
_ASSIGNMENT = symbol("assignment", 2)
_DEF = symbol("def", 1)
_FOR, _ELIF, _FUNCTION = (symbol(kind) for kind in ("for_statement", "elif_clause", "function_definition"))


class LinearStatement(Struct, frozen=True, gc=False):
    """The tokens of one statement, or of one side of a tuple assignment, before its names are numbered."""

    symbols: bytes
    """One for each token, as a uint32 array has them in memory."""
    offsets: tuple[int, ...] = ()
    """Where in the file each token that is a name stands, in bytes."""
    names: tuple[bytes, ...] = ()
    """The names, in the same order."""
    bound: tuple[Identifier, ...] = ()
    """Where it binds names in its scope, in order and each once."""
    free: tuple[Identifier, ...] = ()
    """Where it declares names global or nonlocal, in order and each once."""


def linearise(statement: Statement, source: bytes) -> list[LinearStatement]:
    """The tokens of a statement; of a tuple assignment (``a, b = x, y``), apart for each name and its value."""
    if statement.node is None:
        return [LinearStatement(as_bytes([END_SYMBOL]))]
    # A node keeps the children it was asked for; those of a copy go with it, those of this one with the whole file.
    node, in_class = statement.node.walk().node, statement.in_class
    assert node is not None
    lone = _lone_expression(node)
    if lone is not None and lone.kind_id == _ASSIGNS:
        right = lone.child_by_field_id(_RIGHT)
        if right is None and not in_class:  # `x: int` does nothing in a function
            return []
        if sides := _parallel_sides(lone, right):
            heads = [[with_children(_PARALLEL, len(sides)), _ASSIGNMENT], *[[_ASSIGNMENT]] * (len(sides) - 1)]
            return [_linearised(head, list(pair), source, in_class) for head, pair in zip(heads, sides, strict=True)]
    head, nodes = (0, [lone]) if lone is not None else _roots(node, statement.role)
    return [_linearised([head] if head else [], nodes, source, in_class)]


def _linearised(head: list[int], nodes: list[Node], source: bytes, in_class: bool) -> LinearStatement:
    emitter = Emitter(source)
    if head:
        emitter.symbols += head
        if head[-1] in (_ASSIGNMENT, _DEF):
            emitter.bound += bound_in(nodes[0], source)
        elif kind_of(head[-1]) == _FOR:
            emitter.bound += bound_in(next(node for node in nodes if ACTIONS[node.kind_id] != Action.LEAF), source)
    emitter.run(nodes)
    if in_class:
        emitter.assign_attributes()
    return LinearStatement(
        as_bytes(emitter.symbols),
        tuple(emitter.offsets),
        tuple(emitter.names),
        _in_order(emitter.bound) if emitter.bound else (),
        _in_order(emitter.free) if emitter.free else (),
    )


def _in_order(places: list[Identifier]) -> tuple[Identifier, ...]:
    return tuple(sorted(set(places)) if len(places) > 1 else places)


def _roots(node: Node, role: Role) -> tuple[int, list[Node]]:
    """The marker that a statement begins with (0 for none), and the nodes whose tokens follow it."""
    if role is Role.NAME:
        return _DEF, [node]
    if role is Role.ELIF:
        nodes = kept_children(node)
        return with_children(_ELIF, len(nodes)), nodes
    if role is Role.PARAMETERS:
        nodes = [child for child in kept_children(node) if child.kind_id != _IDENTIFIER]
        return with_children(_FUNCTION, len(nodes)), nodes
    if role is Role.HEADER and node.kind_id != _CLASS:
        nodes = kept_children(node)
        return with_children(SYMBOLS[node.kind_id], len(nodes)), nodes
    return 0, [node]


def _lone_expression(node: Node) -> Node | None:
    """The expression or assignment that is all of a statement, or None."""
    if node.kind_id != _EXPRESSION or node.child_count != 1:
        return None
    child = node.children[0]
    return child if ACTIONS[child.kind_id] else None


def _parallel_sides(assignment: Node, right: Node | None) -> list[tuple[Node, Node]]:
    """``[(a, x), (b, y)]`` for ``a, b = x, y``; empty for anything else."""
    if right is None or right.kind_id not in _TUPLES:
        return []
    left = assignment.child_by_field_id(_LEFT)
    if left is None or left.kind_id not in _TUPLES:
        return []
    lefts, rights = kept_children(left), kept_children(right)
    if len(lefts) != len(rights) or len(lefts) < 2 or any(side.kind_id in _SPLATS for side in lefts + rights):
        return []
    return list(zip(lefts, rights, strict=True))
