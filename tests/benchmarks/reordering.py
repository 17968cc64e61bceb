"""Definitions and statements put in another order that means the same."""

from __future__ import annotations

import ast
from random import Random

from .dataflow import blocks, independent

PASSES = 3
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Import = ast.Import | ast.ImportFrom


def reorder_definitions(tree: ast.Module, rng: Random) -> None:
    """Shuffle a module's definitions and each class's methods, none before what it needs when it is defined."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            node.body = _shuffled(node.body, rng)


def reorder_statements(tree: ast.Module, rng: Random) -> None:
    """Let neighbours that are independent change places, a few times over."""
    for block in blocks(tree):
        for _ in range(PASSES):
            for index in range(len(block) - 1):
                if independent(block[index], block[index + 1]) and rng.random() < 0.5:
                    block[index], block[index + 1] = block[index + 1], block[index]


def _shuffled(body: list[ast.stmt], rng: Random) -> list[ast.stmt]:
    """A random topological order; statements that are no definitions keep theirs."""
    waiting = dict(enumerate(_needs(body)))
    ordered: list[int] = []
    while waiting:
        ready = [index for index, needs in waiting.items() if needs.isdisjoint(waiting)]
        ordered.append(rng.choice(ready))
        del waiting[ordered[-1]]
    return [body[index] for index in ordered]


def _needs(body: list[ast.stmt]) -> list[set[int]]:
    """For each statement, the earlier ones it has to follow."""
    needs: list[set[int]] = []
    for index, statement in enumerate(body):
        if not isinstance(statement, Definition):
            # It may call anything defined so far, and what follows it may depend on what it does.
            needs.append(set(range(index)) if _runs_code(statement) else _plain(body[:index]))
            continue
        used = _names_at_definition(statement) | {statement.name}
        needs.append({earlier for earlier in range(index) if _precedes(body[earlier], used)})
    return needs


def _precedes(earlier: ast.stmt, used: set[str]) -> bool:
    return isinstance(earlier, Import) or not used.isdisjoint(_binds(earlier))


def _plain(body: list[ast.stmt]) -> set[int]:
    return {index for index, statement in enumerate(body) if not isinstance(statement, Definition)}


def _runs_code(statement: ast.stmt) -> bool:
    return not isinstance(statement, Import) and any(
        isinstance(node, ast.Call | ast.Name) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
        for node in ast.walk(statement)
    )


def _binds(statement: ast.stmt) -> set[str]:
    if isinstance(statement, Definition):
        return {statement.name}
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _names_at_definition(definition: ast.AST) -> set[str]:
    """Names evaluated while the definition is made: bases, decorators, defaults, annotations, a class's own body."""
    if isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        parts = [definition.args, *definition.decorator_list, *([definition.returns] if definition.returns else [])]
    else:
        parts = list(ast.iter_child_nodes(definition))
    own = {definition.id} if isinstance(definition, ast.Name) else set()
    return own.union(*(_names_at_definition(part) for part in parts))
