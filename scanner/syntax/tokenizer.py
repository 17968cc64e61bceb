"""The tokens of a piece of syntax, and the names that it binds: the walk that most of the time on new code goes into.

Edit this when two spellings of the same code should give the same tokens, or when Python gets another way to write or
to bind something. Which pieces a statement consists of is for `linear`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from tree_sitter import Node

from .grammar import ACTIONS, LANGUAGE, NAMES, SYMBOLS, Action
from .token_format import ATTRIBUTE, KEYWORD, MOST_CHILDREN, VARIABLE, is_name, number_token, symbol, with_children

# Where an identifier token stands: its byte offset in the file, and its name.
Identifier = tuple[int, bytes]

CALL_SYMBOL = symbol("call")
ASSIGNMENT_SYMBOL = symbol("assignment")
STRING_SYMBOL = symbol("string")

# As plain numbers and names of this module: `Emitter.run` looks at one for every node of a file.
_DESCEND, _UNWRAP, _BIND, _LEAF, _NAME, _NUMBER, _ATTRIBUTE, _CALL = (
    int(Action[name]) for name in "DESCEND UNWRAP BIND LEAF IDENTIFIER NUMBER ATTRIBUTE CALL".split()
)
_SPLAT, _GENERATOR = (LANGUAGE.id_for_node_kind(name, True) for name in ("list_splat", "generator_expression"))
_COMMA = LANGUAGE.id_for_node_kind(",", False)
_KEYWORDS_LAST = ("keyword_argument", "dictionary_splat")
_QUOTES = frozenset(b"\"'")
_SYMBOL_OF = {name: symbol(name) for name in ("tuple", "slice", "with_clause")}
_SUBSCRIPT = symbol("subscript", 2)
# `x[a]` has so many parts.
_PLAIN_SUBSCRIPT = 4
_FORMATTED = symbol("formatted string")
# The parts of a string that are text only.
_TEXT = frozenset(("string_start", "string_content", "string_end", "escape_sequence", "escape_interpolation"))
# The kinds that a target of an assignment may consist of; of the second, only the first child is bound.
_TARGETS = frozenset(
    ("tuple", "tuple_pattern", "pattern_list", "list", "list_pattern", "list_splat_pattern", "dictionary_splat_pattern",
     "list_splat", "typed_parameter", "default_parameter", "typed_default_parameter", "parameters", "lambda_parameters",
     "as_pattern_target", "parenthesized_expression", "identifier")
)  # fmt: skip
_FIRST_ONLY = frozenset(("typed_parameter", "default_parameter", "typed_default_parameter"))
# By number, what a node in a target binds: itself, or what its first child does, or what all of them do; or nothing.
_ITSELF, _FIRST, _ALL = 1, 2, 3
_BINDS = bytes(
    0 if name not in _TARGETS else _ITSELF if name == "identifier" else _FIRST if name in _FIRST_ONLY else _ALL
    for name in NAMES.values()
).ljust(len(ACTIONS), b"\0")
# Which field of a node holds what it binds; where it is empty, the node itself does.
_BINDERS = {
    "assignment": "left",
    "augmented_assignment": "left",
    "for_in_clause": "left",
    "named_expression": "name",
    "as_pattern_target": "",
    "parameters": "",
    "lambda_parameters": "",
}
# The same by number; 0 is no field's.
_BINDER_OF = {
    kind: (LANGUAGE.field_id_for_name(_BINDERS[name]) or 0) if _BINDERS[name] else 0
    for kind, name in NAMES.items()
    if name in _BINDERS
}
_FREEING = frozenset(kind for kind, name in NAMES.items() if name in ("global_statement", "nonlocal_statement"))
# What is longer is read each time that it is met: a number may be as long as its file.
_LONGEST_NUMBER = 32


class Emitter:
    """Collects tokens, and the names bound on the way.

    ``symbols`` has one for each token; ``offsets`` and ``names`` have one for each that is a name, in the same order.
    The stack is explicit, so that code may be nested without limit. Comments and errors stand between the parts of a
    node: its first and its last child are parts of it.
    """

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.symbols: list[int] = []
        self.offsets: list[int] = []
        self.names: list[bytes] = []
        self.bound: list[Identifier] = []
        self.free: list[Identifier] = []

    def run(self, nodes: list[Node]) -> None:
        """Emit ``nodes`` and all below them.

        Code that was not seen before takes most of its time here: that is why `with_children` is written out.
        """
        source, actions, symbols = self.source, ACTIONS, SYMBOLS
        emit, stand, name = self.symbols.append, self.offsets.append, self.names.append
        stack = nodes[::-1]
        pop, push, push_all = stack.pop, stack.append, stack.extend
        while stack:
            node = pop()
            kind = node.kind_id
            action = actions[kind]
            if action == _NAME:
                emit(VARIABLE)
                stand(first := node.start_byte)
                name(source[first : node.end_byte])
            elif action <= _BIND:
                kept = [child for child in node.children if actions[child.kind_id]]
                push_all(kept[::-1])
                if action != _UNWRAP:
                    count = len(kept)
                    emit(symbols[kind] | (count if count < MOST_CHILDREN else MOST_CHILDREN))
                if action != _DESCEND:
                    self._note_binding(node)
            elif action == _LEAF:
                emit(symbols[kind])
            elif action == _NUMBER:
                emit(_number(source[node.start_byte : node.end_byte]))
            elif action == _CALL:
                children = node.children
                arguments = _arguments(children[-1])
                count = len(arguments)
                emit(CALL_SYMBOL | (count if count < MOST_CHILDREN else MOST_CHILDREN))
                push_all(arguments[::-1])
                push(children[0])
            elif action == _ATTRIBUTE:
                children = node.children
                leaf = children[-1]
                emit(ATTRIBUTE)
                stand(first := leaf.start_byte)
                name(source[first : leaf.end_byte])
                push(children[0])
            else:
                _FORM_OF[kind](self, node, stack)

    def _note_binding(self, node: Node) -> None:
        kind = node.kind_id
        if kind in _FREEING:
            self.free += [identifier(child, self.source) for child in node.named_children]
        elif (field := _BINDER_OF.get(kind)) is not None:
            target = node.child_by_field_id(field) if field else node
            if target is not None:
                self.bound += bound_in(target, self.source)

    def assign_attributes(self, first: int, first_name: int) -> None:
        """Make the names that were assigned attributes: in a class body they are those of the class.

        Of the tokens from the ``first`` on, and of the names from that of number ``first_name`` on.
        """
        bound, names = {name for _, name in self.bound}, iter(self.names[first_name:])
        for place, code in enumerate(self.symbols[first:], first):
            if is_name(code) and next(names) in bound and code == VARIABLE:
                self.symbols[place] = ATTRIBUTE
        self.bound.clear()

    def keyword_argument(self, node: Node, stack: list[Node]) -> None:
        """The name, then the value."""
        children = node.children
        keyword = children[0]
        self.symbols.append(KEYWORD)
        self.offsets.append(first := keyword.start_byte)
        self.names.append(self.source[first : keyword.end_byte])
        stack.append(children[-1])

    def subscript(self, node: Node, stack: list[Node]) -> None:
        """``x[a, b]`` as ``x[(a, b)]``."""
        value, *indices = kept_children(node)
        self.symbols.append(_SUBSCRIPT)
        if node.child_count > _PLAIN_SUBSCRIPT and (len(indices) > 1 or _has_comma(node)):
            self._tuple_of(len(indices))
        # The value comes after its index: a tuple's marker has to stand right before its parts.
        stack.append(value)
        stack.extend(reversed(indices))

    def slice(self, node: Node, stack: list[Node]) -> None:
        """The number of children says which of start, stop and step are there."""
        place, mask, parts = 0, 0, []
        for child in node.children:
            if NAMES[child.kind_id] == ":":
                place += 1
            elif ACTIONS[child.kind_id]:
                mask |= 1 << place
                parts.append(child)
        self.symbols.append(with_children(_SYMBOL_OF["slice"], mask))
        stack.extend(reversed(parts))

    def string(self, node: Node, stack: list[Node]) -> None:
        """One token, but for the expressions inside a formatted string, which has a prefix."""
        if self.source[node.start_byte] in _QUOTES:
            self.symbols.append(STRING_SYMBOL)
        else:
            self.concatenated_string(node, stack)

    def concatenated_string(self, node: Node, stack: list[Node]) -> None:
        """As the one string it is."""
        parts = _interpolated(node)
        self.symbols.append(with_children(_FORMATTED, len(parts)) if parts else STRING_SYMBOL)
        stack.extend(reversed(parts))

    def with_clause(self, node: Node, stack: list[Node]) -> None:
        """``with (a as b, c as d)`` as ``with a as b, c as d``."""
        items = kept_children(node)
        if len(items) == 1:
            inner = kept_children(items[0])
            if len(inner) == 1 and NAMES[inner[0].kind_id] == "tuple":
                parts = kept_children(inner[0])
                items = parts if any(NAMES[part.kind_id] == "as_pattern" for part in parts) else items
        self.symbols.append(with_children(_SYMBOL_OF["with_clause"], len(items)))
        stack.extend(reversed(items))

    def class_definition(self, node: Node, stack: list[Node]) -> None:
        """``class A():`` as ``class A:``."""
        name, *rest = kept_children(node)
        bases = [base for part in rest for base in _arguments(part)]
        self.symbols.append(symbol("class_definition", len(bases)))
        self.bound.append(identifier(name, self.source))
        stack.extend(reversed(bases))
        stack.append(name)

    def tuple_pattern(self, node: Node, stack: list[Node]) -> None:
        """``for (x) in y`` as ``for x in y``."""
        kept = kept_children(node)
        if len(kept) != 1 or _has_comma(node):
            self._tuple_of(len(kept))
        stack.extend(reversed(kept))

    def expression_statement(self, node: Node, stack: list[Node]) -> None:
        """``a, b`` on its own is a tuple without a node."""
        kept = kept_children(node)
        if len(kept) > 1 or _has_comma(node):
            self._tuple_of(len(kept))
        stack.extend(reversed(kept))

    def _tuple_of(self, parts: int) -> None:
        self.symbols.append(with_children(_SYMBOL_OF["tuple"], parts))


_FORMS: dict[str, Callable[[Emitter, Node, list[Node]], None]] = {
    "keyword_argument": Emitter.keyword_argument,
    "subscript": Emitter.subscript,
    "slice": Emitter.slice,
    "string": Emitter.string,
    "concatenated_string": Emitter.concatenated_string,
    "with_clause": Emitter.with_clause,
    "class_definition": Emitter.class_definition,
    "expression_statement": Emitter.expression_statement,
    "tuple_pattern": Emitter.tuple_pattern,
}
_FORM_OF = {kind: _FORMS[name] for kind, name in NAMES.items() if name in _FORMS}


def kept_children(node: Node) -> list[Node]:
    """The children that give tokens."""
    # DROP is 0: what is dropped is false.
    return [child for child in node.children if ACTIONS[child.kind_id]]


def _arguments(node: Node) -> list[Node]:
    """The arguments of a call, ``*args`` before keywords as Python itself orders them."""
    if node.kind_id == _GENERATOR:
        return [node]
    kept = kept_children(node)
    if len(kept) > 1 and _SPLAT in [child.kind_id for child in kept]:
        kept.sort(key=lambda child: NAMES[child.kind_id] in _KEYWORDS_LAST)
    return kept


def _has_comma(node: Node) -> bool:
    return _COMMA in [child.kind_id for child in node.children]


def _interpolated(node: Node) -> list[Node]:
    """The expressions in a string's replacement fields and their format specifications, in order."""
    parts: list[Node] = []
    stack = node.children[::-1]
    while stack:
        child = stack.pop()
        name = NAMES[child.kind_id]
        if name in ("interpolation", "string", "format_specifier", "format_expression"):
            stack.extend(reversed(child.children))
        elif name not in _TEXT and ACTIONS[child.kind_id] and child.is_named:
            parts.append(child)
    return parts


def _number(text: bytes) -> int:
    """A number by its value: ``1e-5`` is ``0.00001`` and ``0x10`` is ``16``, but ``1`` is not ``1.0``."""
    return _known_value(text) if len(text) <= _LONGEST_NUMBER else _value(text)


def _value(text: bytes) -> int:
    digits = text.replace(b"_", b"").lower()
    try:
        if digits[-1:] == b"j":
            value = repr(complex(digits.decode()))
        elif digits.isdigit() or digits[:2] in (b"0x", b"0o", b"0b"):
            value = str(int(digits, 10 if digits.isdigit() else 0))
        else:
            value = repr(float(digits))
    except ValueError:  # Python 2's `10L`, or more digits than int() takes
        value = digits.decode("ascii", "replace")
    return number_token(value)


_known_value = lru_cache(4096)(_value)


def identifier(node: Node, source: bytes) -> Identifier:
    """Where the identifier ``node`` stands, and its name."""
    first = node.start_byte
    return first, source[first : node.end_byte]


def bound_in(target: Node, source: bytes) -> list[Identifier]:
    """The plain names that assigning to ``target`` binds."""
    bound: list[Identifier] = []
    stack = [target]
    while stack:
        node = stack.pop()
        binds = _BINDS[node.kind_id]
        if binds == _ITSELF:
            bound.append(identifier(node, source))
        elif binds:
            stack.extend(node.children[:1] if binds == _FIRST else node.children)
    return bound
