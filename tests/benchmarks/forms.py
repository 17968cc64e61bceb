"""The reference answer to "is this only a renaming?", from `ast` and independent of modelkin's own parser."""

from __future__ import annotations

import ast
from typing import TypeVar

from .identifiers import IDENTIFIER_FIELDS

Tree = TypeVar("Tree", bound=ast.AST)
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_docstrings(tree: Tree) -> Tree:
    """Drop docstrings in place; an emptied body becomes ``pass``."""
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def same_code(one: str, other: str) -> bool:
    """Whether two texts are the same program, docstrings, comments and layout aside."""
    return _dump(one) == _dump(other)


def alpha_equal(one: str, other: str) -> bool:
    """Whether one text is the other under a consistent renaming of all its identifiers (strings read as one)."""
    return alpha_form(one) == alpha_form(other)


def alpha_form(text: str) -> str:
    """The tree with identifiers numbered by first occurrence in the text, annotations gone, all strings the same."""
    tree = _without_annotations(without_docstrings(ast.parse(text)))
    numbers: dict[str, str] = {}
    _number(tree, numbers)
    return ast.dump(tree)


def _without_annotations(tree: Tree) -> Tree:
    for node in ast.walk(tree):
        match node:
            case ast.arg():
                node.annotation = None
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                node.returns = None
            case ast.AnnAssign():
                node.annotation = ast.Constant(None)
    return tree


def _number(node: ast.AST, numbers: dict[str, str]) -> None:
    # Depth first, so that "first occurrence" is that of the text; `ast.walk` goes breadth first.
    field = IDENTIFIER_FIELDS.get(type(node))
    if field and (name := getattr(node, field)):
        setattr(node, field, numbers.setdefault(name, f"v{len(numbers)}"))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node.value = "string"
    for child in ast.iter_child_nodes(node):
        _number(child, numbers)


def _dump(text: str) -> str | None:
    try:
        return ast.dump(without_docstrings(ast.parse(text)))
    except SyntaxError:
        return None
