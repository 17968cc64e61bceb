"""Calls of a module's small functions replaced by their bodies."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from random import Random

from .dataflow import Block, blocks, functions
from .identifiers import fresh_name, names_in
from .swaps import SCOPES, parameters

LONGEST = 12
# Where a call may not happen at all, or happen often: lifting it out of there would change what runs.
GUARDED = (*SCOPES, ast.IfExp, ast.BoolOp, ast.NamedExpr, ast.Await, ast.Compare)


def inline_functions(tree: ast.Module, rng: Random) -> None:
    """Replace calls of straight-line functions, then drop those that nothing mentions any more."""
    local = {name for function in functions(tree) for name in _local_names(function)}
    straight = [node for node in tree.body if isinstance(node, ast.FunctionDef) and _is_straight(node)]
    # A name that is global to the function and local to some caller would change its meaning there.
    inlined = {node.name: node for node in straight if local.isdisjoint(_mentioned(node) - _local_names(node))}
    taken = names_in(tree)
    for block in blocks(tree):
        block[:] = [new for statement in block for new in _expanded(statement, inlined, rng, taken)]
    unused = [inlined[name] for name in inlined.keys() - _mentioned(tree)]
    tree.body = [node for node in tree.body if node not in unused]


def _mentioned(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _local_names(function: ast.FunctionDef) -> set[str]:
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    return parameters(function) | {name.id for name in names if isinstance(name.ctx, ast.Store)}


def _is_straight(function: ast.FunctionDef) -> bool:
    """Assignments to names, then one return; plain positional parameters; no decorators."""
    *steps, last = function.body
    arguments = function.args
    plain = not (arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs)
    return (
        plain
        and not function.decorator_list
        and len(steps) < LONGEST
        and all(isinstance(step, ast.Assign) and not _opens_scope(step) for step in steps)
        and isinstance(last, ast.Return)
        and last.value is not None
        and not _opens_scope(last)
    )


def _opens_scope(statement: ast.stmt) -> bool:
    return any(isinstance(node, (*SCOPES, ast.Yield, ast.YieldFrom)) for node in ast.walk(statement))


def _expanded(statement: ast.stmt, inlined: Mapping[str, ast.FunctionDef], rng: Random, taken: set[str]) -> Block:
    if not isinstance(statement, ast.Assign | ast.Return | ast.AugAssign) or statement.value is None:
        return [statement]
    call = _first_call(statement.value, inlined)
    if call is None or not isinstance(call.func, ast.Name):
        return [statement]
    function = inlined[call.func.id]
    values = _arguments(call, function)
    if values is None:
        return [statement]
    steps, result = _body(function, values, rng, taken)
    return [*steps, _Replace(call, result).visit(statement)]


def _first_call(node: ast.AST, inlined: Mapping[str, ast.FunctionDef]) -> ast.Call | None:
    """The first call of such a function that is sure to happen when the statement runs."""
    if isinstance(node, GUARDED):
        return None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in inlined:
        return node
    found = (_first_call(child, inlined) for child in ast.iter_child_nodes(node))
    return next((call for call in found if call), None)


def _arguments(call: ast.Call, function: ast.FunctionDef) -> dict[str, ast.expr] | None:
    """Parameter to value; None when the call unpacks, or leaves a parameter without one."""
    names = [argument.arg for argument in function.args.args]
    if any(isinstance(value, ast.Starred) for value in call.args) or any(word.arg is None for word in call.keywords):
        return None
    defaults = function.args.defaults
    values = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    values.update(zip(names, call.args, strict=False))
    values.update({word.arg: word.value for word in call.keywords if word.arg})
    return values if values.keys() == set(names) else None


def _body(
    function: ast.FunctionDef, values: Mapping[str, ast.expr], rng: Random, taken: set[str]
) -> tuple[Block, ast.expr]:
    function = copy.deepcopy(function)
    renaming = {}
    for name in sorted(_local_names(function)):
        renaming[name] = fresh_name(rng, taken)
        taken.add(renaming[name])
    _rename_variables(function, renaming)
    bound = [_assign(renaming[name], copy.deepcopy(value)) for name, value in values.items()]
    *steps, last = function.body
    assert isinstance(last, ast.Return)
    assert last.value is not None
    return [*bound, *steps], last.value


def _rename_variables(function: ast.FunctionDef, renaming: Mapping[str, str]) -> None:
    # Attributes and keyword arguments may share a local's spelling and are other names.
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            node.id = renaming.get(node.id, node.id)


def _assign(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value, lineno=0)


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old, self.new = old, new

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if node is self.old:
            return self.new
        self.generic_visit(node)
        return node
