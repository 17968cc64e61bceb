"""One statement as a run of tokens: which parts of its syntax count, and what is put before them.

Edit this when a statement should be read as another one or as several, as ``a, b = x, y`` is read as two assignments.
"""

from __future__ import annotations

from msgspec import Struct
from tree_sitter import Node

from .grammar import ACTIONS, NAMES, Action
from .parser import Role, Statement
from .token_format import as_bytes, kind_of, symbol, with_children
from .tokenizer import Emitter, Identifier, bound_in, kept_children

END_SYMBOL = symbol("end")

_TUPLES = frozenset(("expression_list", "pattern_list", "tuple", "tuple_pattern"))
_SPLATS = frozenset(("list_splat", "list_splat_pattern", "dictionary_splat"))
_PARALLEL = symbol("parallel assignment")
_ASSIGNMENT = symbol("assignment", 2)
_DEF = symbol("def", 1)
_FOR = symbol("for_statement")


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
    if (assignment := _lone_assignment(node)) is not None:
        right = assignment.child_by_field_name("right")
        if right is None and not in_class:  # `x: int` does nothing in a function
            return []
        if sides := _parallel_sides(assignment, right):
            heads = [[with_children(_PARALLEL, len(sides)), _ASSIGNMENT], *[[_ASSIGNMENT]] * (len(sides) - 1)]
            return [_linearised(head, list(pair), source, in_class) for head, pair in zip(heads, sides, strict=True)]
    head, nodes = _roots(node, statement.role)
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
        tuple(sorted(set(emitter.bound))),
        tuple(sorted(set(emitter.free))),
    )


def _roots(node: Node, role: Role) -> tuple[int, list[Node]]:
    """The marker that a statement begins with (0 for none), and the nodes whose tokens follow it."""
    if role is Role.NAME:
        return _DEF, [node]
    if role is Role.ELIF:
        nodes = kept_children(node)
        return symbol("elif_clause", len(nodes)), nodes
    if role is Role.PARAMETERS:
        nodes = [child for child in kept_children(node) if NAMES[child.kind_id] != "identifier"]
        return symbol("function_definition", len(nodes)), nodes
    if role is Role.HEADER and NAMES[node.kind_id] != "class_definition":
        nodes = kept_children(node)
        return symbol(NAMES[node.kind_id], len(nodes)), nodes
    return 0, [node]


def _lone_assignment(node: Node) -> Node | None:
    """The assignment that is all of a statement, or None."""
    if NAMES[node.kind_id] != "expression_statement" or node.child_count != 1:
        return None
    child = node.children[0]
    return child if NAMES[child.kind_id] == "assignment" else None


def _parallel_sides(assignment: Node, right: Node | None) -> list[tuple[Node, Node]]:
    """``[(a, x), (b, y)]`` for ``a, b = x, y``; empty for anything else."""
    if right is None or NAMES[right.kind_id] not in _TUPLES:
        return []
    left = assignment.child_by_field_name("left")
    if left is None or NAMES[left.kind_id] not in _TUPLES:
        return []
    lefts, rights = kept_children(left), kept_children(right)
    if len(lefts) != len(rights) or len(lefts) < 2 or any(NAMES[side.kind_id] in _SPLATS for side in lefts + rights):
        return []
    return list(zip(lefts, rights, strict=True))
