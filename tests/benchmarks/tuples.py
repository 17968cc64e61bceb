"""Tuple assignments split into single ones, and single ones joined into tuples."""

from __future__ import annotations

import ast
from random import Random

from .dataflow import Block, blocks, independent
from .identifiers import fresh_name, names_in


def reshape_tuples(tree: ast.Module, rng: Random) -> None:
    """Split every tuple assignment that can be, and join independent neighbours half of the time."""
    taken = names_in(tree)
    for block in blocks(tree):
        joined = _joined(block, rng)
        block[:] = [new for statement in joined for new in _split(statement, block, rng, taken)]


def _split(statement: ast.stmt, block: Block, rng: Random, taken: set[str]) -> Block:
    match statement:
        # What was joined a moment ago stands in no block yet, and is left joined.
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)) if statement in block:
            single = [_assign(name, value) for name, value in zip(names, values, strict=False)]
            apart = all(independent(one, other) for one in single for other in single if one is not other)
            return single if apart and len(names) == len(values) and not _has_star(names + values) else [statement]
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=value) if _is_sized(value) and not _has_star(names):
            whole = fresh_name(rng, taken)
            taken.add(whole)
            parts = [_assign(name, _item(whole, index)) for index, name in enumerate(names)]
            return [_assign(ast.Name(whole, ast.Store()), value), *parts]
    return [statement]


def _item(name: str, index: int) -> ast.expr:
    return ast.Subscript(ast.Name(name, ast.Load()), ast.Constant(index), ast.Load())


def _joined(block: Block, rng: Random) -> Block:
    out: Block = []
    for statement in block:
        fits = out and _is_single(out[-1]) and _is_single(statement) and independent(out[-1], statement)
        if fits and rng.random() < 0.5:
            out.append(_join(out.pop(), statement))
        else:
            out.append(statement)
    return out


def _join(one: ast.stmt, other: ast.stmt) -> ast.stmt:
    assert isinstance(one, ast.Assign)
    assert isinstance(other, ast.Assign)
    names = ast.Tuple([one.targets[0], other.targets[0]], ast.Store())
    return _assign(names, ast.Tuple([one.value, other.value], ast.Load()))


def _is_single(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name() | ast.Attribute()], value=value):
            return not isinstance(value, ast.Tuple)
    return False


def _is_sized(value: ast.expr) -> bool:
    """Whether the value is sure to be a sequence: a shape, or ``.size()``."""
    match value:
        case ast.Attribute(attr="shape") | ast.Call(func=ast.Attribute(attr="size"), args=[]):
            return True
    return False


def _has_star(names: list[ast.expr]) -> bool:
    return any(isinstance(name, ast.Starred) for name in names)


def _assign(target: ast.expr, value: ast.expr) -> ast.stmt:
    return ast.Assign([target], value, lineno=0)
