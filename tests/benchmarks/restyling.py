"""The same program in another style: temporary names, conditions, comprehensions and spellings the other way."""

from __future__ import annotations

import ast
from collections import Counter
from random import Random

from .dataflow import Block, blocks, effects, functions
from .identifiers import fresh_name, names_in

# What runs once, where its statement stands.
PLAIN = (ast.Assign, ast.Return, ast.Expr, ast.AugAssign)
# What opens a scope, or may not run its parts or run them often.
GUARDED = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp, ast.BoolOp, ast.NamedExpr,
           ast.Compare, ast.JoinedStr)  # fmt: skip
SIMPLE = (ast.Name, ast.Constant, ast.Attribute)


def inline_locals(tree: ast.Module, _: Random) -> None:
    """Write what a local holds where it is read, if that is once, in the next statement."""
    for function in functions(tree):
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        stored = Counter(node.id for node in names if not isinstance(node.ctx, ast.Load))
        loaded = Counter(node.id for node in names if isinstance(node.ctx, ast.Load))
        single = {name for name in stored if stored[name] == loaded[name] == 1} - _fixed(function)
        for block in blocks(function):
            _inline(block, single)


def _fixed(function: ast.FunctionDef) -> set[str]:
    arguments = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    declared = [node.names for node in ast.walk(function) if isinstance(node, ast.Global | ast.Nonlocal)]
    return arguments | {name for names in declared for name in names}


def _inline(block: Block, single: set[str]) -> None:
    for place in range(len(block) - 2, -1, -1):
        statement, following = block[place], block[place + 1]
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in single and effects(statement):
                if isinstance(following, PLAIN) and (read := _sure_read(following, name)):
                    _Replaced(read, value).visit(following)
                    del block[place]


def _sure_read(node: ast.AST, name: str) -> ast.Name | None:
    """Where a name is read, if that is sure to happen once when the statement runs."""
    if isinstance(node, GUARDED):
        return None
    if isinstance(node, ast.Name):
        return node if node.id == name and isinstance(node.ctx, ast.Load) else None
    return next((found for child in ast.iter_child_nodes(node) if (found := _sure_read(child, name))), None)


class _Replaced(ast.NodeTransformer):
    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def introduce_locals(tree: ast.Module, rng: Random) -> None:
    """Give half of the results a name before they are returned, and half of the first arguments that are calls."""
    taken = names_in(tree)
    for block in blocks(tree):
        out: Block = []
        for statement in block:
            out += _named_first(statement, rng, taken)
        block[:] = out


def _named_first(statement: ast.stmt, rng: Random, taken: set[str]) -> Block:
    before: Block = []
    match statement:
        case (
            ast.Assign(value=ast.Call(args=[ast.Call() as inner, *_]) as call)
            | ast.Return(value=ast.Call(args=[ast.Call() as inner, *_]) as call)
        ) if rng.random() < 0.5 and _is_named(call.func):
            name = _fresh(rng, taken)
            before.append(_assigned(name, inner))
            call.args[0] = ast.Name(name, ast.Load())
    match statement:
        case ast.Return(value=ast.Call() | ast.BinOp() as value) if rng.random() < 0.5:
            name = _fresh(rng, taken)
            return [*before, _assigned(name, value), ast.Return(ast.Name(name, ast.Load()))]
    return [*before, statement]


def _is_named(function: ast.expr) -> bool:
    while isinstance(function, ast.Attribute):
        function = function.value
    return isinstance(function, ast.Name)


def _fresh(rng: Random, taken: set[str]) -> str:
    name = fresh_name(rng, taken)
    taken.add(name)
    return name


def _assigned(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value, lineno=0)


def rewrite_conditions(tree: ast.Module, rng: Random) -> None:
    """Asserts gone; conditional assignments as conditional expressions and back; branches in the other order, and after
    a jump without `else`."""
    for block in blocks(tree):
        out: Block = []
        for statement in block:
            if not isinstance(statement, ast.Assert):
                out += _other_condition(statement, rng)
        block[:] = out or [ast.Pass()]


def _other_condition(statement: ast.stmt, rng: Random) -> Block:
    match statement:
        case ast.If(
            test=test, body=[ast.Assign(targets=[one], value=yes)], orelse=[ast.Assign(targets=[other], value=no)]
        ) if ast.dump(one) == ast.dump(other):
            return [ast.Assign([one], ast.IfExp(test, yes, no), lineno=0)]
        case ast.Assign(targets=[target], value=ast.IfExp(test=test, body=yes, orelse=no)):
            branches: list[Block] = [[ast.Assign([target], value, lineno=0)] for value in (yes, no)]
            return [ast.If(test, branches[0], branches[1])]
        case ast.If(body=[*_, ast.Return() | ast.Raise()], orelse=[_, *_] as rest):
            statement.orelse = []
            return [statement, *rest]
        case ast.If(test=test, body=body, orelse=[_, *_] as rest) if not isinstance(rest[0], ast.If):
            if rng.random() < 0.5:
                return [ast.If(ast.UnaryOp(ast.Not(), test), rest, body)]
    return [statement]


def unroll_comprehensions(tree: ast.Module, _: Random) -> None:
    """``x = []`` and a loop that appends, for ``x = [...]`` over one list."""
    for function in functions(tree):
        bound = Counter(
            node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        )
        for block in blocks(function):
            block[:] = [new for statement in block for new in _unrolled(statement, bound)]


def _unrolled(statement: ast.stmt, bound: Counter[str]) -> Block:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.ListComp(elt=item, generators=[loop]) as value):
            match loop.target:
                case ast.Name(id=each) if bound[each] == 1 and name not in names_in(value) and not loop.is_async:
                    return [_assigned(name, ast.List([], ast.Load())), _loop(name, item, loop)]
    return [statement]


def _loop(name: str, item: ast.expr, loop: ast.comprehension) -> ast.stmt:
    method = ast.Attribute(ast.Name(name, ast.Load()), "append", ast.Load())
    body: Block = [ast.Expr(ast.Call(method, [item], []))]
    for test in reversed(loop.ifs):
        body = [ast.If(test, body, [])]
    return ast.For(loop.target, loop.iter, body, [], lineno=0)


def respell(tree: ast.Module, rng: Random) -> None:
    """Half of what can be spelled in another way, so."""
    respelled = _Respelled(rng)
    for function in functions(tree):
        respelled.generic_visit(function)


class _Respelled(ast.NodeTransformer):
    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def visit(self, node: ast.AST) -> ast.AST:
        node = super().visit(node)
        return _spelled(node) if self.rng.random() < 0.5 else node


def _spelled(node: ast.AST) -> ast.AST:
    match node:
        case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
            return ast.Assign([target], ast.BinOp(ast.Name(name, ast.Load()), op, value), lineno=0)
        case ast.Compare(left=left, ops=[ast.Gt() | ast.GtE() as op], comparators=[right]):
            if isinstance(left, SIMPLE) and isinstance(right, SIMPLE):
                return ast.Compare(right, [ast.Lt() if isinstance(op, ast.Gt) else ast.LtE()], [left])
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[right]):
            return ast.UnaryOp(ast.Not(), ast.Compare(left, [ast.Is()], [right]))
        case ast.Compare(left=left, ops=[one, other], comparators=[ast.Name() | ast.Constant() as middle, right]):
            return ast.BoolOp(ast.And(), [ast.Compare(left, [one], [middle]), ast.Compare(middle, [other], [right])])
        case ast.Call(args=args, keywords=[_, _, *_] as keywords) if all(word.arg for word in keywords):
            if all(isinstance(word.value, SIMPLE) for word in keywords):
                return ast.Call(node.func, args, keywords[::-1])
        case ast.ListComp(elt=item, generators=loops):
            return ast.Call(ast.Name("list", ast.Load()), [ast.GeneratorExp(item, loops)], [])
        case ast.JoinedStr(values=values):
            return _formatted(values) or node
    return node


def _formatted(values: list[ast.expr]) -> ast.expr | None:
    """``"{}".format(x)`` for a formatted string without nested ones."""
    text, arguments = "", []
    for value in values:
        match value:
            case ast.Constant(value=str() as part):
                text += part.replace("{", "{{").replace("}", "}}")
            case ast.FormattedValue(value=inner, conversion=conversion, format_spec=None):
                text += f"{{!{chr(conversion)}}}" if conversion > 0 else "{}"
                arguments.append(inner)
            case _:
                return None
    if not arguments:
        return None
    return ast.Call(ast.Attribute(ast.Constant(text), "format", ast.Load()), arguments, [])
