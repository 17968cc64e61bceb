"""Which names a program has, and in which function each is local: from `ast`, independent of modelkin's own parser."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from .identifiers import IDENTIFIER_FIELDS
from .swaps import Function, parameters

FILE = ""


class ScopedName(NamedTuple):
    """A name, and the qualified name of the function that it is local to; of the file's own names that is empty."""

    scope: str
    name: str


class Place(NamedTuple):
    """Where a name stands: the field of a node."""

    node: ast.AST
    field: str
    owned: ScopedName


def scoped_names(tree: ast.AST) -> set[ScopedName]:
    """Every name of the code but those in annotations and imports; attributes and keywords are names of the file."""
    return {place.owned for place in places(tree)}


def places(tree: ast.AST) -> list[Place]:
    """Where each of these names stands."""
    return list(_places(tree, "", []))


def _places(node: ast.AST, prefix: str, around: list[tuple[str, set[str]]]) -> Iterator[Place]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return
    field = IDENTIFIER_FIELDS.get(type(node), "")
    name = getattr(node, field) if field else None
    if name:
        yield Place(node, field, _owned(name, around) if _is_variable(node, around) else ScopedName(FILE, name))
    if isinstance(node, Function):
        qualname = prefix + node.name
        for decorator in node.decorator_list:
            yield from _places(decorator, prefix, around)
        for child in [node.args, *node.body]:
            yield from _places(child, f"{qualname}.", [*around, (qualname, _bound(node))])
        return
    inner = f"{prefix}{name}." if isinstance(node, ast.ClassDef) else prefix
    for child in _children(node):
        yield from _places(child, inner, around)


def _is_variable(node: ast.AST, around: list[tuple[str, set[str]]]) -> bool:
    """Methods, attributes and keywords are none; a function in a function is."""
    if isinstance(node, ast.ClassDef | Function):
        return bool(around) and node.name in around[-1][1]
    return not isinstance(node, ast.Attribute | ast.keyword)


def _owned(name: str, around: list[tuple[str, set[str]]]) -> ScopedName:
    for qualname, bound in reversed(around):
        if name in bound:
            return ScopedName(qualname, name)
    return ScopedName(FILE, name)


def _bound(function: Function) -> set[str]:
    """What the function binds, lambdas and comprehensions in it included, functions in it not."""
    found = set(parameters(function))
    free: set[str] = set()
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
                continue
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                found.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                free.update(names)
        waiting.extend(_children(node))
    return found - free


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield child
