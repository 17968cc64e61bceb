"""What a statement reads and writes: enough to know when two statements may change places."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

BARRIERS = (ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr)
MUTATORS = frozenset({"append", "extend", "insert", "pop", "popitem", "remove", "clear", "update", "setdefault", "add"})
Block = list[ast.stmt]


@dataclass(frozen=True, slots=True)
class Effects:
    """Dotted paths (``x``, ``self.dense``) that a statement reads and binds."""

    reads: frozenset[str]
    writes: frozenset[str]


def effects(statement: ast.stmt) -> Effects | None:
    """The effects of a plain assignment; None for a statement that must stay where it is.

    Plain: binds names or attributes of ``self``, and calls nothing known to change its receiver. A call is otherwise
    taken to have no effect but its value (the state of random generators aside), as in a module's forward pass.
    """
    match statement:
        case ast.Assign(targets=[target], value=value) if (bound := _bound(target)) and not _is_barrier(value):
            return Effects(frozenset(read_paths(value)), frozenset(bound))
    return None


def independent(one: ast.stmt, other: ast.stmt) -> bool:
    """Whether two neighbours may change places."""
    first, second = effects(one), effects(other)
    if first is None or second is None:
        return False
    return not (
        _overlap(first.writes, second.reads)
        or _overlap(second.writes, first.reads)
        or _overlap(first.writes, second.writes)
    )


def read_paths(node: ast.AST) -> Iterator[str]:
    """Every dotted path the node loads; a call of a method of ``self`` may read all of ``self``."""
    if isinstance(node, ast.Call) and (called := _path(node.func)) and called.startswith("self."):
        yield "self"
    path = _path(node)
    if path:
        yield path
    else:
        for child in ast.iter_child_nodes(node):
            yield from read_paths(child)


def blocks(tree: ast.AST) -> Iterator[Block]:
    """Every list of statements inside the tree's functions, outer ones first."""
    for function in functions(tree):
        for node in ast.walk(function):
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if isinstance(block, list):
                    yield block


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Functions and methods that stand in no other function."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.FunctionDef):
            yield child
        else:
            yield from functions(child)


def _bound(target: ast.expr) -> list[str]:
    if isinstance(target, ast.Tuple):
        parts = [_bound(part) for part in target.elts]
        return [path for part in parts for path in part] if all(parts) else []
    path = _path(target)
    return [path] if path and (path.startswith("self.") or "." not in path) else []


def _is_barrier(value: ast.expr) -> bool:
    nodes = list(ast.walk(value))
    return any(isinstance(node, BARRIERS) or (isinstance(node, ast.Call) and _mutates(node)) for node in nodes)


def _mutates(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(attr=name):
            return name in MUTATORS or name.endswith("_")
        case ast.Name(id=name):
            return name in ("next", "setattr", "super")
    return True


def _path(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute) if parent := _path(value):
            return f"{parent}.{attribute}"
    return ""


def _overlap(some: frozenset[str], others: frozenset[str]) -> bool:
    pairs = [(f"{one}.", f"{other}.") for one in some for other in others]
    return any(one.startswith(other) or other.startswith(one) for one, other in pairs)
