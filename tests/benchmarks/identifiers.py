"""Every identifier a syntax tree defines, renamed consistently to names that mean nothing."""

from __future__ import annotations

import ast
import builtins
import keyword
from collections.abc import Iterator, Mapping
from random import Random

import tree_sitter
import tree_sitter_python

# Where `ast` keeps identifiers: node type -> field. Lists of names and import aliases are handled apart.
IDENTIFIER_FIELDS: Mapping[type[ast.AST], str] = {
    ast.Name: "id",
    ast.arg: "arg",
    ast.Attribute: "attr",
    ast.keyword: "arg",
    ast.ExceptHandler: "name",
    ast.FunctionDef: "name",
    ast.AsyncFunctionDef: "name",
    ast.ClassDef: "name",
    ast.MatchAs: "name",
    ast.MatchStar: "name",
    ast.MatchMapping: "rest",
}
# `forward` is how torch calls a module: a copy that renames it no longer runs.
KEPT = frozenset({"self", "cls", "forward", *keyword.kwlist, *keyword.softkwlist, *dir(builtins)})
SYLLABLES = ("ba", "co", "di", "fu", "ge", "hi", "jo", "ku", "la", "ni", "po", "qua", "ru", "se", "vo", "wy", "xe")
PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))


def full_renaming(tree: ast.AST, rng: Random) -> dict[str, str]:
    """A one-to-one map from every name the tree defines to a new name of the same letter case."""
    names = sorted(_defined(tree) - _imported(tree))
    taken = set(names) | {name for _, _, name in _identifiers(tree)} | KEPT
    renaming = {}
    for name in names:
        renaming[name] = fresh_name(rng, taken, capital=name[:1].isupper())
        taken.add(renaming[name])
    return renaming


def fresh_name(rng: Random, taken: set[str], capital: bool = False) -> str:
    """A name of two to four syllables that is not taken."""
    while True:
        name = "".join(rng.choices(SYLLABLES, k=rng.randint(2, 4)))
        name = name.title() if capital else name
        if name not in taken:
            return name


def rename(tree: ast.AST, renaming: Mapping[str, str]) -> None:
    """Rename in place, the insides of f-strings included."""
    for node, field, name in _identifiers(tree):
        setattr(node, field, renaming.get(name, name))
    for node in ast.walk(tree):
        if isinstance(node, ast.Global | ast.Nonlocal):
            node.names = [renaming.get(name, name) for name in node.names]


def rename_text(text: str, renaming: Mapping[str, str]) -> str:
    """Rename and leave every other byte, layout and comments included, as it stands."""
    source = text.encode()
    out, position = [], 0
    for node in _identifier_nodes(PARSER.parse(source).root_node):
        old = source[node.start_byte : node.end_byte].decode()
        out += [source[position : node.start_byte].decode(), renaming.get(old, old)]
        position = node.end_byte
    return "".join(out) + source[position:].decode()


def names_in(tree: ast.AST) -> set[str]:
    """Every identifier the tree mentions."""
    return {name for _, _, name in _identifiers(tree)}


def _identifiers(tree: ast.AST) -> Iterator[tuple[ast.AST, str, str]]:
    for node in ast.walk(tree):
        field = IDENTIFIER_FIELDS.get(type(node))
        if field and (name := getattr(node, field)):
            yield node, field, name


def _defined(tree: ast.AST) -> set[str]:
    found = set()
    for node, _, name in _identifiers(tree):
        bound = isinstance(getattr(node, "ctx", ast.Store()), ast.Store) and not isinstance(node, ast.keyword)
        if bound and name not in KEPT and not name.startswith("__"):
            found.add(name)
    return found


def _imported(tree: ast.AST) -> set[str]:
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    aliases = [alias for statement in statements for alias in statement.names]
    return {(alias.asname or alias.name).split(".")[0] for alias in aliases}


def _identifier_nodes(root: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "identifier":
            yield node
        elif not node.type.startswith("import"):
            stack.extend(reversed(node.children))
