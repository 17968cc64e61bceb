"""Syntax in, tokens out: pre-order, without layout, names set apart from structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tree_sitter import Node

from .grammar import ACTIONS, NAMES, SYMBOLS, Action, symbol
from .literals import interpolated, number

# A symbol with the top bit set is an identifier in one of three namespaces, which Python keeps apart.
IDENTIFIER = 1 << 31
VARIABLE, ATTRIBUTE, KEYWORD = (IDENTIFIER | namespace << 29 for namespace in range(3))

_UNWRAP, _LEAF, _NAME, _NUMBER, _DESCEND, _SPECIAL_ACTION = (
    int(action)
    for action in (Action.UNWRAP, Action.LEAF, Action.IDENTIFIER, Action.NUMBER, Action.DESCEND, Action.SPECIAL)
)
_TARGETS = frozenset(
    ("tuple", "tuple_pattern", "pattern_list", "list", "list_pattern", "list_splat_pattern", "dictionary_splat_pattern",
     "list_splat", "typed_parameter", "default_parameter", "typed_default_parameter", "parameters", "lambda_parameters",
     "as_pattern_target", "parenthesized_expression", "identifier")
)  # fmt: skip
_FIRST_ONLY = frozenset(("typed_parameter", "default_parameter", "typed_default_parameter"))
_BINDERS = {
    "assignment": "left",
    "augmented_assignment": "left",
    "for_in_clause": "left",
    "named_expression": "name",
    "as_pattern_target": "",
    "parameters": "",
    "lambda_parameters": "",
}
_SYMBOL_OF = {name: symbol(name) for name in ("call", "subscript", "tuple", "slice", "string", "with_clause")}
_FORMATTED = symbol("formatted string")
CALL_SYMBOL = symbol("call")
ASSIGNMENT_SYMBOL = symbol("assignment")
STRING_SYMBOL = symbol("string")


class Token(NamedTuple):
    """Where an identifier token stands: its byte offset in the file, and its name."""

    offset: int
    name: bytes


def kept_children(node: Node) -> list[Node]:
    """The children that a stream has something of."""
    return [child for child in node.children if ACTIONS[child.kind_id]]


def _arguments(node: Node) -> list[Node]:
    """The arguments of a call, ``*args`` before keywords as Python itself orders them."""
    kept = kept_children(node)
    if any(NAMES[child.kind_id] == "list_splat" for child in kept):
        kept.sort(key=lambda child: NAMES[child.kind_id] in ("keyword_argument", "dictionary_splat"))
    return kept


class Emitter:
    """The tokens emitted so far, and the names bound on the way. An explicit stack: nesting has no limit here."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.symbols: list[int] = []
        self.identifiers: list[Token] = []
        self.bound: list[Token] = []
        self.free: list[Token] = []

    def run(self, nodes: list[Node]) -> None:
        """Emit ``nodes`` and all below them."""
        source, actions, symbols = self.source, ACTIONS, SYMBOLS
        emit, identify = self.symbols.append, self.identifiers.append
        stack = nodes[::-1]
        pop, push = stack.pop, stack.extend
        while stack:
            node = pop()
            kind = node.kind_id
            action = actions[kind]
            if action == _NAME:
                first = node.start_byte
                emit(VARIABLE)
                identify(Token(first, source[first : node.end_byte]))
            elif action == _SPECIAL_ACTION:
                _SPECIAL[NAMES[kind]](self, node, stack)
            elif action == _LEAF:
                emit(symbols[kind])
            elif action == _NUMBER:
                emit(number(source[node.start_byte : node.end_byte]))
            else:
                # DROP is 0: what is dropped is false.
                kept = [child for child in node.children if actions[child.kind_id]]
                push(kept[::-1])
                if action != _UNWRAP:
                    emit(symbols[kind] | min(len(kept), 1023))
                if action != _DESCEND:
                    self._note_binding(node, NAMES[kind])

    def identify(self, node: Node) -> None:
        """Emit the name of an identifier token already emitted."""
        self.identifiers.append(self._token(node))

    def _token(self, node: Node) -> Token:
        return Token(node.start_byte, self.source[node.start_byte : node.end_byte])

    def _note_binding(self, node: Node, name: str) -> None:
        if name in ("global_statement", "nonlocal_statement"):
            self.free.extend(self._token(child) for child in node.named_children)
        elif name in _BINDERS:
            target = node.child_by_field_name(_BINDERS[name]) if _BINDERS[name] else node
            if target is not None:
                self.bind(target)

    def bind(self, target: Node) -> None:
        """Record the plain names that assigning to ``target`` binds."""
        stack = [target]
        while stack:
            node = stack.pop()
            name = NAMES[node.kind_id]
            if name == "identifier":
                self.bound.append(self._token(node))
            elif name in _TARGETS:
                stack.extend(node.children[:1] if name in _FIRST_ONLY else node.children)

    def as_member(self) -> None:
        """In a class body, assigned names are attributes of the class."""
        bound, identifiers = {token.name for token in self.bound}, iter(self.identifiers)
        for place, code in enumerate(self.symbols):
            if code >= IDENTIFIER and next(identifiers).name in bound and code == VARIABLE:
                self.symbols[place] = ATTRIBUTE
        self.bound = []

    def attribute(self, node: Node, stack: list[Node]) -> None:
        kept = kept_children(node)
        self.symbols.append(ATTRIBUTE)
        self.identify(kept[-1])
        stack.extend(kept[:-1])

    def keyword_argument(self, node: Node, stack: list[Node]) -> None:
        kept = kept_children(node)
        self.symbols.append(KEYWORD)
        self.identify(kept[0])
        stack.extend(kept[:0:-1])

    def call(self, node: Node, stack: list[Node]) -> None:
        kept = kept_children(node)
        arguments = kept[-1:] if NAMES[kept[-1].kind_id] == "generator_expression" else _arguments(kept[-1])
        self.symbols.append(_SYMBOL_OF["call"] | min(len(arguments), 1023))
        stack.extend(reversed(arguments))
        stack.extend(reversed(kept[:-1]))

    def subscript(self, node: Node, stack: list[Node]) -> None:
        """``x[a, b]`` as ``x[(a, b)]``."""
        children = node.children
        value, *indices = [child for child in children if ACTIONS[child.kind_id]]
        self.symbols.append(_SYMBOL_OF["subscript"] | 2)
        if len(indices) > 1 or any(NAMES[child.kind_id] == "," for child in children):
            self.symbols.append(_SYMBOL_OF["tuple"] | min(len(indices), 1023))
        # The value comes after its index: a tuple's marker has to stand right before its parts.
        stack.append(value)
        stack.extend(reversed(indices))

    def slice(self, node: Node, stack: list[Node]) -> None:
        """The arity says which of start, stop and step are there."""
        place, mask, parts = 0, 0, []
        for child in node.children:
            if NAMES[child.kind_id] == ":":
                place += 1
            elif ACTIONS[child.kind_id]:
                mask |= 1 << place
                parts.append(child)
        self.symbols.append(_SYMBOL_OF["slice"] | mask)
        stack.extend(reversed(parts))

    def string(self, node: Node, stack: list[Node]) -> None:
        """One token, but for the expressions inside a formatted string."""
        parts = interpolated(node)
        self.symbols.append(_FORMATTED | min(len(parts), 1023) if parts else _SYMBOL_OF["string"])
        stack.extend(reversed(parts))

    def with_clause(self, node: Node, stack: list[Node]) -> None:
        """``with (a as b, c as d)`` as ``with a as b, c as d``."""
        items = kept_children(node)
        if len(items) == 1:
            inner = kept_children(items[0])
            if len(inner) == 1 and NAMES[inner[0].kind_id] == "tuple":
                parts = kept_children(inner[0])
                items = parts if any(NAMES[part.kind_id] == "as_pattern" for part in parts) else items
        self.symbols.append(_SYMBOL_OF["with_clause"] | min(len(items), 1023))
        stack.extend(reversed(items))

    def class_definition(self, node: Node, stack: list[Node]) -> None:
        """``class A():`` as ``class A:``."""
        name, *rest = kept_children(node)
        bases = [base for part in rest for base in _arguments(part)]
        self.symbols.append(symbol("class_definition", len(bases)))
        self.bound.append(self._token(name))
        stack.extend(reversed(bases))
        stack.append(name)

    def tuple_pattern(self, node: Node, stack: list[Node]) -> None:
        """``for (x) in y`` as ``for x in y``."""
        kept = kept_children(node)
        if len(kept) != 1 or any(NAMES[child.kind_id] == "," for child in node.children):
            self.symbols.append(_SYMBOL_OF["tuple"] | min(len(kept), 1023))
        stack.extend(reversed(kept))

    def expression_statement(self, node: Node, stack: list[Node]) -> None:
        """``a, b`` on its own is a tuple without a node."""
        kept = kept_children(node)
        if len(kept) > 1 or any(NAMES[child.kind_id] == "," for child in node.children):
            self.symbols.append(_SYMBOL_OF["tuple"] | min(len(kept), 1023))
        stack.extend(reversed(kept))


_SPECIAL: dict[str, Callable[[Emitter, Node, list[Node]], None]] = {
    "attribute": Emitter.attribute,
    "keyword_argument": Emitter.keyword_argument,
    "call": Emitter.call,
    "subscript": Emitter.subscript,
    "slice": Emitter.slice,
    "string": Emitter.string,
    "concatenated_string": Emitter.string,
    "with_clause": Emitter.with_clause,
    "class_definition": Emitter.class_definition,
    "expression_statement": Emitter.expression_statement,
    "tuple_pattern": Emitter.tuple_pattern,
}
