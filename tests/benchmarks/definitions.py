"""The classes and functions of a release's modules, cut out as texts of their own."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .releases import python_files

DefinitionNode = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Definition:
    """One class or function with the text of its lines, dedented; ``first_line`` counts its decorators."""

    path: str
    qualname: str
    is_class: bool
    first_line: int
    text: str

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    @property
    def model(self) -> str:
        """The model's folder: ``llama`` of ``transformers/models/llama/modeling_llama.py``."""
        return self.path.split("/")[-2]

    @property
    def role(self) -> str:
        """What the definition does in its model: the last two words of a class name, a function's whole name."""
        name = self.qualname.split(".")[-1]
        return "".join(re.findall(r"[A-Z][a-z0-9]+", name)[-2:]) if self.is_class else name


@dataclass(frozen=True, slots=True)
class Module:
    """One file of a release: its lines and its definitions by qualified name (the first one wins)."""

    path: str
    lines: tuple[str, ...]
    definitions: dict[str, Definition]


def read_modules(root: Path) -> dict[str, Module]:
    """Every file of the ``transformers`` package that parses, by path."""
    read = (_read(root, path) for path in python_files(root, "transformers/**/*.py"))
    return {module.path: module for module in read if module}


def _read(root: Path, path: str) -> Module | None:
    try:
        return cut_module(path, (root / path).read_text(encoding="utf-8"))
    except SyntaxError:
        return None


def cut_module(path: str, text: str) -> Module:
    """Cut one text into definitions; raises SyntaxError as `ast.parse` does."""
    lines = tuple(text.splitlines())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        found = [_cut(node, qualname, path, lines) for node, qualname in definitions(ast.parse(text))]
    return Module(path, lines, {definition.qualname: definition for definition in reversed(found)})


def definitions(parent: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[DefinitionNode, str]]:
    """Classes, functions and methods with their qualified names; functions inside functions belong to those."""
    for node in parent.body:
        if isinstance(node, DefinitionNode):
            yield node, prefix + node.name
            if isinstance(node, ast.ClassDef):
                yield from definitions(node, f"{prefix}{node.name}.")


def _cut(node: DefinitionNode, qualname: str, path: str, lines: tuple[str, ...]) -> Definition:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    text = textwrap.dedent("\n".join(lines[first - 1 : node.end_lineno])) + "\n"
    return Definition(path, qualname, isinstance(node, ast.ClassDef), first, text)
