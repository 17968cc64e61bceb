"""One statement as a run of tokens: which parts of its syntax count, and what is put before them.

Edit this when a statement should be read as another one or as several, as ``a, b = x, y`` is read as two assignments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from tree_sitter import Node

from ..support.budget import check
from .grammar import ACTIONS, LANGUAGE, NAMES, SYMBOLS, Action
from .parser import Role, Statement
from .token_format import TOKEN_SIZE, as_bytes, kind_of, symbol, with_children
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
    """The tokens of one statement, or of one side of a tuple assignment; all as uint32 arrays have them in memory."""

    symbols: bytes
    """One for each token."""
    offsets: bytes
    """Where in the file each token that is a name stands, in bytes."""
    names: bytes
    """The numbers of these names."""
    bound: tuple[tuple[int, int], ...]
    """Where it binds names in its scope, and their numbers; in order and each once."""
    free: tuple[tuple[int, int], ...]
    """Where it declares names global or nonlocal; in the same way."""


_Run = tuple[int, int, int, int, tuple[Identifier, ...], tuple[Identifier, ...]]
"""Of one linear statement: its first and last among all tokens, its first and last among all names, those it binds and
those it frees."""


def linearise(
    statements: Iterable[Statement], source: bytes, numbers: Mapping[bytes, int]
) -> list[tuple[LinearStatement, ...]]:
    """The tokens of each statement; of a tuple assignment (``a, b = x, y``), apart for each name and its value.

    ``numbers`` has the number of each name.
    """
    # Statements are many, and short: all are emitted together, and taken apart as bytes.
    emitter = Emitter(source)
    runs = [
        [_emitted(emitter, head, nodes, statement.in_class) for head, nodes in _parts(statement)]
        for statement in statements
    ]
    symbols, offsets = as_bytes(emitter.symbols), as_bytes(emitter.offsets)
    names = as_bytes([numbers[name] for name in emitter.names])
    return [
        tuple(
            [
                LinearStatement(
                    symbols[first * TOKEN_SIZE : last * TOKEN_SIZE],
                    offsets[first_name * TOKEN_SIZE : last_name * TOKEN_SIZE],
                    names[first_name * TOKEN_SIZE : last_name * TOKEN_SIZE],
                    tuple([(offset, numbers[name]) for offset, name in bound]) if bound else (),
                    tuple([(offset, numbers[name]) for offset, name in free]) if free else (),
                )
                for first, last, first_name, last_name, bound, free in several
            ]
        )
        for several in runs
    ]


def _parts(statement: Statement) -> list[tuple[list[int], list[Node]]]:
    """The markers that a statement, or each side of a tuple assignment, begins with, and the nodes after them."""
    check()
    if statement.node is None:
        return [([END_SYMBOL], [])]
    # A node keeps the children it was asked for; those of a copy go with it, those of this one with the whole file.
    node = statement.node.walk().node
    assert node is not None
    lone = _lone_expression(node)
    if lone is None:
        return [_roots(node, statement.role)]
    if lone.kind_id == _ASSIGNS:
        right = lone.child_by_field_id(_RIGHT)
        if right is None and not statement.in_class:  # `x: int` does nothing in a function
            return []
        if sides := _parallel_sides(lone, right):
            heads = [[with_children(_PARALLEL, len(sides)), _ASSIGNMENT], *[[_ASSIGNMENT]] * (len(sides) - 1)]
            return list(zip(heads, sides, strict=True))
    return [([], [lone])]


def _emitted(emitter: Emitter, head: list[int], nodes: list[Node], in_class: bool) -> _Run:
    first, first_name = len(emitter.symbols), len(emitter.names)
    if head:
        emitter.symbols += head
        if head[-1] in (_ASSIGNMENT, _DEF):
            emitter.bound += bound_in(nodes[0], emitter.source)
        elif kind_of(head[-1]) == _FOR:
            target = next(node for node in nodes if ACTIONS[node.kind_id] != Action.LEAF)
            emitter.bound += bound_in(target, emitter.source)
    emitter.run(nodes)
    if in_class:
        emitter.assign_attributes(first, first_name)
    last, last_name = len(emitter.symbols), len(emitter.names)
    return first, last, first_name, last_name, _taken(emitter.bound), _taken(emitter.free)


def _taken(places: list[Identifier]) -> tuple[Identifier, ...]:
    """These places, in order and each once; the list is left empty."""
    if not places:
        return ()
    taken = tuple(sorted(set(places)) if len(places) > 1 else places)
    places.clear()
    return taken


def _roots(node: Node, role: Role) -> tuple[list[int], list[Node]]:
    """The marker that a statement begins with, if any, and the nodes whose tokens follow it."""
    if role is Role.NAME:
        return [_DEF], [node]
    if role is Role.ELIF:
        nodes = kept_children(node)
        return [with_children(_ELIF, len(nodes))], nodes
    if role is Role.PARAMETERS:
        nodes = [child for child in kept_children(node) if child.kind_id != _IDENTIFIER]
        return [with_children(_FUNCTION, len(nodes))], nodes
    if role is Role.HEADER and node.kind_id != _CLASS:
        nodes = kept_children(node)
        return [with_children(SYMBOLS[node.kind_id], len(nodes))], nodes
    return [], [node]


def _lone_expression(node: Node) -> Node | None:
    """The expression or assignment that is all of a statement, or None."""
    if node.kind_id != _EXPRESSION or node.child_count != 1:
        return None
    child = node.children[0]
    return child if ACTIONS[child.kind_id] else None


def _parallel_sides(assignment: Node, right: Node | None) -> list[list[Node]]:
    """``[[a, x], [b, y]]`` for ``a, b = x, y``; empty for anything else."""
    if right is None or right.kind_id not in _TUPLES:
        return []
    left = assignment.child_by_field_id(_LEFT)
    if left is None or left.kind_id not in _TUPLES:
        return []
    lefts, rights = kept_children(left), kept_children(right)
    if len(lefts) != len(rights) or len(lefts) < 2 or any(side.kind_id in _SPLATS for side in lefts + rights):
        return []
    return [list(pair) for pair in zip(lefts, rights, strict=True)]
