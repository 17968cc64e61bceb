"""Python text taken apart into definitions (functions, classes, the module's own code) and their statements.

Edit this when something else should count as a definition or as a statement, or belong to another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import tree_sitter
from msgspec import Struct, field

from ..support.budget import check
from .comments import STRING_STARTS, is_bare_string
from .grammar import NAMES, STEPS, Step
from .tree import LineOf, SyntaxTree, syntax_tree

# Python itself refuses more than 100 levels of indentation.
DEEPEST_BLOCK = 100

# A docstring, another bare string, or `...`: what does nothing begins with one of these.
_INERT_STARTS = STRING_STARTS | frozenset(b".")
# As plain numbers: the walk looks at one for every node that stands in a block.
_EXPRESSION, _SIMPLE, _COMPOUND, _DEFINITION, _BLOCK, _ERROR = (int(step) for step in Step if step)
_STATEMENTS = frozenset((_EXPRESSION, _SIMPLE))


class Role(IntEnum):
    """Which part of a syntax node a statement is."""

    SIMPLE = 0
    HEADER = 1  # a compound statement without its blocks
    ELIF = 2  # an `if` that stands alone in an `else`: the same as `elif`
    NAME = 3  # the name in `def name`, which belongs to the scope outside
    PARAMETERS = 4
    END = 5  # of a block


class Statement(Struct, frozen=True, gc=False):
    """One statement or header: its text, its syntax, and where it stands.

    Equal texts of equal ``form`` are read alike, but for broken ones.
    """

    text: bytes
    role: Role
    node: tree_sitter.Node | None
    """None for the end of a block."""
    scope: int
    """The number of the function whose locals it sees; 0 for the module."""
    in_class: bool
    """Whether it stands in a class body, where assigned names are attributes."""
    start: int
    """Where it starts in the file, in bytes."""
    form: int
    """The kind of the node, ``role`` and ``in_class`` in one number: a broken file may have one text in two kinds.

    Negative for a header with an error in it or in its blocks: such a text alone does not tell its syntax.
    """


class Definition(Struct):
    """A function or method with all it holds, a class body without its methods, or a module without its definitions.

    Functions and classes inside a function are part of it.
    """

    qualname: str
    """Its dotted name; empty for the module."""
    kind: str
    """``module``, ``class`` or ``function``."""
    first_line: int
    """From 1; that of its first decorator, if it has one."""
    last_line: int
    parent: int
    """The number of the definition around it; -1 for the module."""
    statements: list[Statement] = field(default_factory=list)


class ParsedFile(Struct, frozen=True):
    """What a file consists of. Scopes are numbered: that of the module is 0, and each function has one."""

    definitions: tuple[Definition, ...]
    """In the order of the text; the first is the module."""
    scopes: tuple[int, ...]
    """For each scope the one around it; -1 for the module's."""
    scope_names: tuple[str, ...]
    """For each scope the dotted name of its function."""
    errors: int
    """How many regions did not parse and were left out."""
    tree: SyntaxTree
    """What all this was read from."""


def parse(text: bytes) -> ParsedFile:
    """Parse UTF-8 ``text``, tolerating errors, into definitions in source order. Raises OverBudgetError."""
    tree = syntax_tree(text)
    walk = _Walk(text, tree.root, tree.line_of)
    # An error inside a header or signature is left out with it, and not met by the walk.
    errors = max(walk.errors, int(tree.root.has_error))
    return ParsedFile(tuple(walk.definitions), tuple(walk.scopes), tuple(walk.scope_names), errors, tree)


END = Statement(b"", Role.END, None, 0, False, 0, Role.END << 1)


class _Walk:
    """The state of one pass over a syntax tree, statement by statement."""

    def __init__(self, text: bytes, root: tree_sitter.Node, line_of: LineOf) -> None:
        self.text = text
        self.line_of = line_of
        self.broken = root.has_error
        self.errors = 0
        self.scopes = [-1]
        self.scope_names = [""]
        module = Definition("", "module", 1, line_of(root.end_point, root.end_byte), -1)
        self.definitions = [module]
        self._block(root, module, 0, 0, 0)

    def _block(self, block: tree_sitter.Node, definition: Definition, index: int, scope: int, depth: int) -> None:
        """Add the statements of ``block`` to ``definition``, number ``index``; the definitions in it, to the file."""
        check()
        text, broken, in_class, add = self.text, self.broken, definition.kind == "class", definition.statements.append
        for node in block.children:
            kind = node.kind_id
            step = STEPS[kind]
            if step in _STATEMENTS:
                start = node.start_byte
                if step == _EXPRESSION and text[start] in _INERT_STARTS and _inert(node):
                    continue
                if not (broken and self._erroneous(node)):
                    form = kind << 4 | in_class
                    add(Statement(text[start : node.end_byte], Role.SIMPLE, node, scope, in_class, start, form))
            elif step == _COMPOUND:
                self._compound(node, definition, index, scope, depth, Role.HEADER)
            elif step == _DEFINITION:
                self._definition(node, definition, index, scope, depth)
            elif step == _ERROR:
                self.errors += 1
                if depth < DEEPEST_BLOCK:
                    self._block(node, definition, index, scope, depth + 1)

    def _erroneous(self, node: tree_sitter.Node) -> bool:
        self.errors += node.has_error
        return node.has_error

    def _compound(
        self, node: tree_sitter.Node, definition: Definition, index: int, scope: int, depth: int, role: Role
    ) -> None:
        """Add a header, its blocks each closed by END, and its clauses."""
        if depth >= DEEPEST_BLOCK:
            self.errors += 1
            return
        children: Sequence[tree_sitter.Node] = node.children
        steps = [STEPS[child.kind_id] for child in children]
        end = children[steps.index(_BLOCK)].start_byte if _BLOCK in steps else node.end_byte
        definition.statements.append(self._statement(node, end, role, scope, definition.kind == "class"))
        for step, child in zip(steps, children, strict=True):
            if step == _BLOCK:
                self._block(child, definition, index, scope, depth + 1)
                definition.statements.append(END)
            elif step == _COMPOUND:
                nested = _lone_if(node, child)
                self._compound(
                    nested or child, definition, index, scope, depth + 1, Role.ELIF if nested else Role.HEADER
                )

    def _definition(self, node: tree_sitter.Node, definition: Definition, index: int, scope: int, depth: int) -> None:
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
        inner, inner_index = definition, index
        if definition.kind != "function":
            inner_index = len(self.definitions)
            inner = self._open(node, definition, index, self.text[name.start_byte : name.end_byte], is_class)
        in_class = definition.kind == "class"
        for decorator in node.children if target is not node else ():
            if NAMES[decorator.kind_id] == "decorator":
                inner.statements.append(self._statement(decorator, decorator.end_byte, Role.SIMPLE, scope, False))
        if is_class:
            inner.statements.append(self._statement(target, body.start_byte, Role.HEADER, scope, in_class))
            inner_scope = scope
        else:
            inner.statements.append(self._statement(name, name.end_byte, Role.NAME, scope, in_class))
            inner_scope = len(self.scopes)
            self.scopes.append(scope)
            self.scope_names.append(self._dotted(definition, scope, inner, name))
            inner.statements.append(self._statement(target, body.start_byte, Role.PARAMETERS, inner_scope, False))
        self._block(body, inner, inner_index, inner_scope, depth + 1)
        inner.statements.append(END)

    def _open(
        self, node: tree_sitter.Node, definition: Definition, index: int, name: bytes, is_class: bool
    ) -> Definition:
        qualname = name.decode("utf-8", "replace")
        qualname = f"{definition.qualname}.{qualname}" if definition.qualname else qualname
        kind = "class" if is_class else "function"
        first, last = self.line_of(node.start_point, node.start_byte), self.line_of(node.end_point, node.end_byte)
        opened = Definition(qualname, kind, first, last, index)
        self.definitions.append(opened)
        return opened

    def _dotted(self, definition: Definition, scope: int, inner: Definition, name: tree_sitter.Node) -> str:
        if inner is not definition:
            return inner.qualname
        return f"{self.scope_names[scope]}.{self.text[name.start_byte : name.end_byte].decode('utf-8', 'replace')}"

    def _statement(self, node: tree_sitter.Node, end: int, role: Role, scope: int, in_class: bool) -> Statement:
        form = node.kind_id << 4 | role << 1 | in_class
        if self.broken and node.has_error:
            form = ~form
        return Statement(self.text[node.start_byte : end], role, node, scope, in_class, node.start_byte, form)


def _inert(node: tree_sitter.Node) -> bool:
    """Whether an expression statement does nothing: a docstring, another bare string, or `...`."""
    children: Sequence[tree_sitter.Node] = node.children
    return is_bare_string(node) or (len(children) == 1 and NAMES[children[0].kind_id] == "ellipsis")


def _lone_if(node: tree_sitter.Node, clause: tree_sitter.Node) -> tree_sitter.Node | None:
    """The `if` that is all an `else` of an `if` holds, or None."""
    if NAMES[clause.kind_id] != "else_clause" or NAMES[node.kind_id] not in ("if_statement", "elif_clause"):
        return None
    body = clause.child_by_field_name("body")
    if body is None:
        return None
    held = [child for child in body.named_children if NAMES[child.kind_id] != "comment"]
    return held[0] if len(held) == 1 and NAMES[held[0].kind_id] == "if_statement" else None
