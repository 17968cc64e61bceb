"""The code of a file alone, a line for each statement, for people who compare two files.

It leaves out what comparing leaves out as well: comments, docstrings and other bare strings, imports, annotations. Edit
this when the two no longer agree.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import Any, TypeVar

from .comments import is_bare_string
from .grammar import NAMES
from .tree import syntax_tree

_Function = TypeVar("_Function", ast.FunctionDef, ast.AsyncFunctionDef)
_DROPPED = ("comment", "import_statement", "import_from_statement", "future_import_statement")


def code_lines(original: str, copy: str) -> tuple[list[str], list[str]]:
    """The lines of code of both files.

    Where Python's own parser refuses one (Python 2, a newer grammar, too deep), both keep their annotations, and their
    layout but for white space.
    """
    try:
        return _printed(original), _printed(copy)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # ValueError: a NUL byte, a number of 5,000 digits
        return _bare(original), _bare(copy)


def _printed(text: str) -> list[str]:
    """The lines of a file as printed from its syntax tree, so that quotes, brackets and line breaks are all one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = _Bare().visit(ast.parse(text, ""))  # unnamed: Python opens the file of that name to quote an error
    return [line for line in ast.unparse(tree).split("\n") if line]


class _Bare(ast.NodeTransformer):
    """Takes out what has no effect when run."""

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Pass) or _is_inert(node):
            return None
        visited = super().visit(node)
        body = getattr(visited, "body", None)
        if body == []:
            body.append(ast.Pass())
        return visited

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        bare = ast.Expr(node.target) if node.value is None else ast.Assign([node.target], node.value)
        return self.generic_visit(ast.copy_location(bare, node))

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: _Function) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)


def _is_inert(node: ast.AST) -> bool:
    """Whether it is a statement that only states a string, or `...`."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
        return False
    return isinstance(node.value.value, str) or node.value.value is ...


def _bare(text: str) -> list[str]:
    """The lines of a text, white space folded, without comments, bare strings and imports."""
    source = text.encode()
    kept, place = [], 0
    for first, last in _inert_spans(source):
        kept.append(source[place:first])
        place = last
    kept.append(source[place:])
    lines = b"".join(kept).decode("utf-8", "replace").split("\n")
    return [" ".join(line.split()) for line in lines if line.strip()]


def _inert_spans(source: bytes) -> Iterator[tuple[int, int]]:
    """First and last byte of each comment, import and bare string, in order."""
    stack = [syntax_tree(source).root]
    while stack:
        node = stack.pop()
        name = NAMES[node.kind_id]
        if name in _DROPPED or (name == "expression_statement" and is_bare_string(node)):
            yield node.start_byte, node.end_byte
        else:
            stack.extend(reversed(node.children))
