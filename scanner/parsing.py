"""Source text in, its definitions out: each a flat list of statements, in order, with the scope each one stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

import tree_sitter

from .grammar import LANGUAGE, NAMES

# Python itself refuses more than 100 levels of indentation.
DEEPEST_BLOCK = 100

DROPPED_STATEMENTS = frozenset(
    (
        "comment",
        "pass_statement",
        "import_statement",
        "import_from_statement",
        "future_import_statement",
        "line_continuation",
    )
)
COMPOUND = frozenset(
    ("if_statement", "for_statement", "while_statement", "with_statement", "try_statement", "match_statement",
     "elif_clause", "else_clause", "except_clause", "finally_clause", "case_clause")
)  # fmt: skip


class Role(IntEnum):
    """Which part of a syntax node a statement is."""

    SIMPLE = 0
    HEADER = 1  # a compound statement without its blocks
    ELIF = 2  # an `if` that stands alone in an `else`: the same as `elif`
    NAME = 3  # the name in `def name`, which belongs to the scope outside
    PARAMETERS = 4
    END = 5  # of a block


class Statement(NamedTuple):
    """One statement or header: its text, its syntax, and where it stands.

    ``scope`` numbers the function whose locals it sees (0 for the module); ``member`` says that it stands in a class
    body, where assigned names are attributes.
    """

    text: bytes
    role: Role
    node: tree_sitter.Node | None
    scope: int
    member: bool
    start: int


@dataclass(slots=True)
class Definition:
    """A function or method with all it holds, a class body without its methods, or a module without its definitions.

    ``parent`` is the index of the enclosing definition in the file, -1 for the module itself.
    """

    qualname: str
    kind: str
    first_line: int
    last_line: int
    parent: int
    statements: list[Statement] = field(default_factory=list)


class ParsedFile(NamedTuple):
    """``definitions[0]`` is the module. ``scopes[i]`` is the scope that encloses scope ``i`` (-1 for the module's), and
    ``scope_names[i]`` the dotted name of its function.

    ``errors`` counts the regions that did not parse and were left out.
    """

    definitions: tuple[Definition, ...]
    scopes: tuple[int, ...]
    scope_names: tuple[str, ...]
    errors: int


def parse(text: bytes) -> ParsedFile:
    """Parse UTF-8 ``text``, tolerating errors, into definitions in source order."""
    root = tree_sitter.Parser(LANGUAGE).parse(text).root_node
    walk = _Walk(text, root)
    # An error inside a header or signature is left out with it, and not met by the walk.
    errors = max(walk.errors, int(root.has_error))
    return ParsedFile(tuple(walk.definitions), tuple(walk.scopes), tuple(walk.scope_names), errors)


END = Statement(b"", Role.END, None, 0, False, 0)


class _Walk:
    """The state of one pass over a syntax tree, statement by statement."""

    def __init__(self, text: bytes, root: tree_sitter.Node) -> None:
        self.text = text
        self.broken = root.has_error
        self.errors = 0
        self.scopes = [-1]
        self.scope_names = [""]
        module = Definition("", "module", 1, root.end_point[0] + 1, -1)
        self.definitions = [module]
        self._block(root, module, 0, 0, 0)

    def _block(self, block: tree_sitter.Node, unit: Definition, index: int, scope: int, depth: int) -> None:
        """Add the statements of ``block`` to ``unit`` (number ``index``), and the definitions in it to the file."""
        member = unit.kind == "class"
        add = unit.statements.append
        for node in block.children:
            name = NAMES[node.kind_id]
            if name == "expression_statement":
                if not _inert(node) and not self._erroneous(node):
                    add(
                        Statement(
                            self.text[node.start_byte : node.end_byte],
                            Role.SIMPLE,
                            node,
                            scope,
                            member,
                            node.start_byte,
                        )
                    )
            elif name in DROPPED_STATEMENTS or not node.is_named:
                continue
            elif name in COMPOUND:
                self._compound(node, unit, index, scope, depth, Role.HEADER)
            elif name in ("function_definition", "class_definition", "decorated_definition"):
                self._definition(node, unit, index, scope, depth)
            elif name == "ERROR":
                self.errors += 1
                if depth < DEEPEST_BLOCK:
                    self._block(node, unit, index, scope, depth + 1)
            elif name.endswith("_statement") and not self._erroneous(node):
                add(
                    Statement(
                        self.text[node.start_byte : node.end_byte], Role.SIMPLE, node, scope, member, node.start_byte
                    )
                )

    def _erroneous(self, node: tree_sitter.Node) -> bool:
        if self.broken and node.has_error:
            self.errors += 1
            return True
        return False

    def _compound(
        self, node: tree_sitter.Node, unit: Definition, index: int, scope: int, depth: int, role: Role
    ) -> None:
        """Add a header, its blocks each closed by END, and its clauses."""
        if depth >= DEEPEST_BLOCK:
            self.errors += 1
            return
        children = node.children
        block = next((child for child in children if NAMES[child.kind_id] == "block"), None)
        end = block.start_byte if block is not None else node.end_byte
        unit.statements.append(
            Statement(self.text[node.start_byte : end], role, node, scope, unit.kind == "class", node.start_byte)
        )
        for child in children:
            name = NAMES[child.kind_id]
            if name == "block":
                self._block(child, unit, index, scope, depth + 1)
                unit.statements.append(END)
            elif name == "else_clause" and (nested := _lone_if(node, child)) is not None:
                self._compound(nested, unit, index, scope, depth + 1, Role.ELIF)
            elif name in COMPOUND:
                self._compound(child, unit, index, scope, depth + 1, Role.HEADER)

    def _definition(self, node: tree_sitter.Node, unit: Definition, index: int, scope: int, depth: int) -> None:
        """Add a class or function: a definition of its own, unless it stands inside a function."""
        if depth >= DEEPEST_BLOCK:
            self.errors += 1
            return
        target = node.child_by_field_name("definition") or node
        name = target.child_by_field_name("name")
        body = target.child_by_field_name("body")
        if name is None or body is None:
            self.errors += 1
            return
        is_class = NAMES[target.kind_id] == "class_definition"
        inner, inner_index = unit, index
        if unit.kind != "function":
            inner_index = len(self.definitions)
            inner = self._open(node, unit, index, self.text[name.start_byte : name.end_byte], is_class)
        member = unit.kind == "class"
        for decorator in node.children if target is not node else ():
            if NAMES[decorator.kind_id] == "decorator":
                inner.statements.append(self._statement(decorator, decorator.end_byte, Role.SIMPLE, scope, False))
        if is_class:
            inner.statements.append(self._statement(target, body.start_byte, Role.HEADER, scope, member))
            inner_scope = scope
        else:
            inner.statements.append(self._statement(name, name.end_byte, Role.NAME, scope, member))
            inner_scope = len(self.scopes)
            self.scopes.append(scope)
            self.scope_names.append(self._dotted(unit, scope, inner, name))
            inner.statements.append(self._statement(target, body.start_byte, Role.PARAMETERS, inner_scope, False))
        self._block(body, inner, inner_index, inner_scope, depth + 1)
        inner.statements.append(END)

    def _open(self, node: tree_sitter.Node, unit: Definition, index: int, name: bytes, is_class: bool) -> Definition:
        qualname = name.decode("utf-8", "replace")
        qualname = f"{unit.qualname}.{qualname}" if unit.qualname else qualname
        kind = "class" if is_class else "function"
        definition = Definition(qualname, kind, node.start_point[0] + 1, node.end_point[0] + 1, index)
        self.definitions.append(definition)
        return definition

    def _dotted(self, unit: Definition, scope: int, inner: Definition, name: tree_sitter.Node) -> str:
        if inner is not unit:
            return inner.qualname
        return f"{self.scope_names[scope]}.{self.text[name.start_byte : name.end_byte].decode('utf-8', 'replace')}"

    def _statement(self, node: tree_sitter.Node, end: int, role: Role, scope: int, member: bool) -> Statement:
        return Statement(self.text[node.start_byte : end], role, node, scope, member, node.start_byte)


def _inert(node: tree_sitter.Node) -> bool:
    """Whether an expression statement does nothing: a docstring, another bare string, or `...`."""
    children: Sequence[tree_sitter.Node] = node.children
    return len(children) == 1 and NAMES[children[0].kind_id] in ("string", "concatenated_string", "ellipsis")


def _lone_if(node: tree_sitter.Node, clause: tree_sitter.Node) -> tree_sitter.Node | None:
    """The `if` that is all an `else` of an `if` holds, or None."""
    if NAMES[node.kind_id] not in ("if_statement", "elif_clause"):
        return None
    body = clause.child_by_field_name("body")
    if body is None:
        return None
    held = [child for child in body.named_children if NAMES[child.kind_id] != "comment"]
    return held[0] if len(held) == 1 and NAMES[held[0].kind_id] == "if_statement" else None
