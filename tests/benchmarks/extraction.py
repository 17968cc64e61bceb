"""Runs of statements moved out of functions into new functions of the module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from random import Random

from .dataflow import BARRIERS, Block
from .identifiers import fresh_name, names_in
from .swaps import COMPREHENSIONS, own_nodes, parameters

LONGEST, SHORTEST, LEAST_BODY = 5, 2, 6
MOVABLE = (ast.Assign, ast.AugAssign, ast.Expr)


def extract_functions(tree: ast.Module, rng: Random) -> None:
    """Of every long function, move one run of plain statements into a new function that stands before the class."""
    taken = names_in(tree)
    body: Block = []
    for statement in tree.body:
        members = statement.body if isinstance(statement, ast.ClassDef) else [statement]
        for function in members:
            if isinstance(function, ast.FunctionDef) and (extracted := _extract(function, rng, taken)):
                body.append(extracted)
        body.append(statement)
    tree.body = body


def _extract(function: ast.FunctionDef, rng: Random, taken: set[str]) -> ast.FunctionDef | None:
    runs = list(_runs(function.body))
    rebinds = any(isinstance(node, ast.Global | ast.Nonlocal) for node in ast.walk(function))
    if len(function.body) < LEAST_BODY or not runs or rebinds:
        return None
    first, last = rng.choice(runs)
    inside, rest = function.body[first:last], function.body[:first] + function.body[last:]
    before = parameters(function) | _stored(function.body[:first])
    inputs = sorted(before & _mentioned(inside))
    outputs = sorted(_stored(inside) & _mentioned(rest))
    name = fresh_name(rng, taken)
    taken.add(name)
    function.body[first:last] = [_call(name, inputs, outputs)]
    return _function(name, inputs, outputs, inside)


def _runs(body: Block) -> Iterator[tuple[int, int]]:
    for first in range(len(body)):
        for last in range(first + SHORTEST, min(first + LONGEST, len(body)) + 1):
            if all(map(_is_movable, body[first:last])):
                yield first, last


def _is_movable(statement: ast.stmt) -> bool:
    """Plain, and without what only works where it stands."""
    is_docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return isinstance(statement, MOVABLE) and not is_docstring and not any(map(_is_bound, ast.walk(statement)))


def _is_bound(node: ast.AST) -> bool:
    """Whether the node means something else in another function: ``super()``, yields, closures, private names."""
    match node:
        case ast.Name(id=name):
            return name in ("super", "locals", "__class__")
        case ast.Attribute(attr=name):
            return name.startswith("__") and not name.endswith("__")
    return isinstance(node, (*BARRIERS, ast.Lambda, *COMPREHENSIONS))


def _function(name: str, inputs: list[str], outputs: list[str], body: Block) -> ast.FunctionDef:
    heading = ast.parse(f"def {name}({', '.join(inputs)}):\n    return {', '.join(outputs)}").body[0]
    assert isinstance(heading, ast.FunctionDef)
    heading.body = [*body, *(heading.body if outputs else [])]
    return heading


def _call(name: str, inputs: list[str], outputs: list[str]) -> ast.stmt:
    call = f"{name}({', '.join(inputs)})"
    return ast.parse(f"{', '.join(outputs)} = {call}" if outputs else call).body[0]


def _stored(body: Block) -> set[str]:
    names = [node for statement in body for node in own_nodes(statement) if isinstance(node, ast.Name)]
    return {name.id for name in names if isinstance(name.ctx, ast.Store)}


def _mentioned(body: Block) -> set[str]:
    return {node.id for statement in body for node in ast.walk(statement) if isinstance(node, ast.Name)}
