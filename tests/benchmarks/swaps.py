"""One local variable of a module's text used in place of another."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from random import Random

Function = ast.FunctionDef | ast.AsyncFunctionDef
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, *COMPREHENSIONS)


def one_swap(text: str, rng: Random) -> str | None:
    """The text after the swap; None when no function of it has two locals, one of them read."""
    tree = ast.parse(text)
    sites = [site for node in ast.walk(tree) if isinstance(node, Function) for site in _sites(node)]
    if not sites:
        return None
    use, others = rng.choice(sites)
    use.id = rng.choice(others)
    return ast.unparse(tree) + "\n"


def _sites(function: Function) -> Iterator[tuple[ast.Name, list[str]]]:
    names = [node for statement in function.body for node in own_nodes(statement) if isinstance(node, ast.Name)]
    local = parameters(function) | {name.id for name in names if isinstance(name.ctx, ast.Store)}
    for name in names:
        others = sorted(local - {name.id, "self", "cls"})
        if isinstance(name.ctx, ast.Load) and name.id in local - {"self", "cls"} and others:
            yield name, others


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all below it that stand in the same scope."""
    yield node
    if not isinstance(node, SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from own_nodes(child)


def parameters(function: Function) -> set[str]:
    """The names of a function's parameters."""
    return {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
