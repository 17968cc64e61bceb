"""Real edits, one at a time, of a module's text: what a renaming must not be confused with."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from random import Random

from .identifiers import names_in

Change = Callable[[], None]
Edit = tuple[str, Change]

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult, ast.Mod: ast.FloorDiv,
}  # fmt: skip
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
# Library calls another of the same shape can stand in for: no structure changes, only what is computed.
LIBRARY = {
    "softmax": "sigmoid", "sigmoid": "softmax", "relu": "gelu", "gelu": "relu", "silu": "tanh", "tanh": "sigmoid",
    "LayerNorm": "BatchNorm1d", "BatchNorm2d": "InstanceNorm2d", "mean": "sum", "sum": "mean", "zeros": "ones",
    "ones": "zeros", "zeros_like": "ones_like", "ones_like": "zeros_like", "cos": "sin", "sin": "cos", "max": "min",
    "min": "max", "exp": "log", "log": "exp", "sqrt": "rsqrt", "rsqrt": "sqrt", "squeeze": "unsqueeze", "any": "all",
    "bmm": "dot", "Dropout": "AlphaDropout", "cat": "stack", "stack": "cat", "argmax": "argmin",
    "Conv2d": "ConvTranspose2d", "permute": "reshape", "all": "any", "ReLU": "GELU", "GELU": "ReLU", "Tanh": "Sigmoid",
    "transpose": "movedim",
}  # fmt: skip


def one_edit(text: str, rng: Random) -> tuple[str, str] | None:
    """The edited text and the kind of edit, each kind that fits equally likely; None when nothing can be edited."""
    tree = ast.parse(text)
    by_kind: dict[str, list[Change]] = {}
    for kind, change in _possible(tree):
        by_kind.setdefault(kind, []).append(change)
    if not by_kind:
        return None
    kind = rng.choice(sorted(by_kind))
    rng.choice(by_kind[kind])()
    return ast.unparse(tree) + "\n", kind


def edited_statements(text: str, rng: Random, share: float) -> str:
    """The text with one edit inside of that share of its simple statements, or of as many as can be edited."""
    tree = ast.parse(text)
    known, attributes = names_in(tree), _own_attributes(tree)
    simple = [node for node in _code(tree) if isinstance(node, ast.stmt) and not hasattr(node, "body")]
    rng.shuffle(simple)
    left = round(share * len(simple))
    for statement in simple:
        nodes = [*_code(statement)]
        possible = [edit for node in nodes for edit in _in_place(node, known, attributes)]
        if possible and left:
            rng.choice(possible)[1]()
            left -= 1
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _in_place(node: ast.AST, known: set[str], attributes: Sequence[str]) -> Iterator[Edit]:
    """The edits that leave all statements where they are."""
    yield from _in_expression(node)
    yield from _in_attribute(node, attributes)
    yield from _in_call(node, known)


def _possible(tree: ast.Module) -> Iterator[Edit]:
    known, attributes = names_in(tree), _own_attributes(tree)
    for node in _code(tree):
        yield from _in_place(node, known, attributes)
        yield from _in_block(node)


def _code(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those of type annotations, which are no part of what runs."""
    yield tree
    for field, value in ast.iter_fields(tree):
        if field not in ("annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _code(child)


def _in_expression(node: ast.AST) -> Iterator[Edit]:
    match node:
        case ast.BinOp(op=operator) if type(operator) in OPERATORS:
            yield "operator", _set(node, "op", OPERATORS[type(operator)]())
        case ast.Constant(value=bool(value)):
            yield "boolean flipped", _set(node, "value", not value)
        case ast.Constant(value=int(value) | float(value)):
            # Twice plus one, since adding 1 to a mask value like 1e30 changes nothing.
            yield "constant", _set(node, "value", 2 * value + 1)
        case ast.Compare(ops=[operator, *rest]):
            yield "comparison", _set(node, "ops", [COMPARISONS[type(operator)](), *rest])
        case ast.BoolOp(op=operator):
            yield "and/or", _set(node, "op", ast.Or() if isinstance(operator, ast.And) else ast.And())
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield "condition negated", _set(node, "test", _negated(test))


def _in_attribute(node: ast.AST, attributes: Sequence[str]) -> Iterator[Edit]:
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Load()) if (
            name in attributes and len(attributes) > 1
        ):
            another = attributes[(attributes.index(name) + 1) % len(attributes)]
            yield "attribute swapped", _set(node, "attr", another)


def _own_attributes(tree: ast.AST) -> Sequence[str]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)]
    return sorted({node.attr for node in found if isinstance(node.value, ast.Name) and node.value.id == "self"})


def _in_call(node: ast.AST, known: set[str]) -> Iterator[Edit]:
    match node:
        case ast.Call(args=[first, second, *rest]) if ast.dump(first) != ast.dump(second):
            if not isinstance(first, ast.Starred) and not isinstance(second, ast.Starred):
                yield "arguments swapped", _set(node, "args", [second, first, *rest])
        case ast.Attribute(attr=name, value=ast.Name(id="torch" | "F" | "nn" | "tf" | "jnp") | ast.Attribute()) if (
            name in LIBRARY and LIBRARY[name] not in known
        ):
            yield "library call", _set(node, "attr", LIBRARY[name])


def _in_block(node: ast.AST) -> Iterator[Edit]:
    if not isinstance(node, ast.FunctionDef | ast.If | ast.For | ast.With):
        return
    for index, statement in enumerate(node.body):
        match statement:
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield "statement added", _insert(node.body, index + 1, f"{name} = {name}.contiguous()")
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr) and len(node.body) > 1:
            yield "statement dropped", _drop(node.body, index)


def _negated(test: ast.expr) -> ast.expr:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
    return ast.UnaryOp(ast.Not(), copy.deepcopy(test))


def _set(node: ast.AST, field: str, value: object) -> Change:
    return lambda: setattr(node, field, value)


def _insert(body: list[ast.stmt], index: int, code: str) -> Change:
    return lambda: body.insert(index, ast.parse(code).body[0])


def _drop(body: list[ast.stmt], index: int) -> Change:
    return lambda: body.__delitem__(index)
