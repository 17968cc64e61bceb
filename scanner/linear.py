"""One statement in, its token streams out: which parts of its syntax they start from."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from .emitting import Emitter, Token, kept_children
from .grammar import ACTIONS, NAMES, Action, symbol
from .parsing import Role, Statement

_TUPLES = frozenset(("expression_list", "pattern_list", "tuple", "tuple_pattern"))
_SPLATS = frozenset(("list_splat", "list_splat_pattern", "dictionary_splat"))
_PARALLEL = symbol("parallel assignment")
END_SYMBOL = symbol("end")
_ASSIGNMENT = symbol("assignment", 2)
_DEF = symbol("def", 1)
_FOR = symbol("for_statement")


class Stream(NamedTuple):
    """What one statement, or one side of a tuple assignment, linearises to.

    ``symbols`` has one code per token; ``identifiers`` one token for each code that is an identifier, in the same
    order; ``bound`` where it binds names in its scope, ``free`` where it declares them global or nonlocal.
    """

    symbols: list[int]
    identifiers: list[Token]
    bound: frozenset[Token]
    free: frozenset[Token]


def linearise(statement: Statement, source: bytes) -> list[Stream]:
    """The streams of a statement: one, or one for each side of a tuple assignment (``a, b = x, y``)."""
    if statement.node is None:
        return [Stream([END_SYMBOL], [], frozenset(), frozenset())]
    if not statement.member and _only_annotates(statement.node):
        return []
    sides = _parallel_sides(statement)
    if not sides:
        head, nodes = _roots(statement)
        return [_stream(head, nodes, source, statement.member)]
    streams = [_stream(_ASSIGNMENT, list(pair), source, statement.member) for pair in sides]
    streams[0].symbols.insert(0, _PARALLEL | min(len(sides), 1023))
    return streams


def _stream(head: int, nodes: list[Node], source: bytes, member: bool) -> Stream:
    emitter = Emitter(source)
    if head:
        emitter.symbols.append(head)
    if head in (_ASSIGNMENT, _DEF):
        emitter.bind(nodes[0])
    elif head & ~1023 == _FOR:
        emitter.bind(next(node for node in nodes if ACTIONS[node.kind_id] != Action.LEAF))
    emitter.run(nodes)
    if member:
        emitter.as_member()
    return Stream(emitter.symbols, emitter.identifiers, frozenset(emitter.bound), frozenset(emitter.free))


def _roots(statement: Statement) -> tuple[int, list[Node]]:
    """The marker and the nodes a statement's stream starts from."""
    node, role = statement.node, statement.role
    assert node is not None
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


def _only_annotates(node: Node) -> bool:
    """Whether a statement is ``x: int``, which in a function does nothing."""
    if node.child_count != 1 or NAMES[node.children[0].kind_id] != "assignment":
        return False
    return node.children[0].child_by_field_name("right") is None


def _parallel_sides(statement: Statement) -> list[tuple[Node, Node]]:
    """``[(a, x), (b, y)]`` for ``a, b = x, y``; empty for anything else."""
    node = statement.node
    if node is None or node.child_count != 1 or NAMES[node.children[0].kind_id] != "assignment":
        return []
    assignment = node.children[0]
    left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    if left is None or right is None or not {NAMES[left.kind_id], NAMES[right.kind_id]} <= _TUPLES:
        return []
    lefts, rights = kept_children(left), kept_children(right)
    if len(lefts) != len(rights) or len(lefts) < 2 or any(NAMES[side.kind_id] in _SPLATS for side in lefts + rights):
        return []
    return list(zip(lefts, rights, strict=True))
