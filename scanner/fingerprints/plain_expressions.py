"""Expressions in a plain form: of several ways to write one thing, one is kept.

Edit this when another pair of spellings should count as the same in `plain_form`. A rule sees one node whose parts are
plain already, and must give the same for all spellings; what it gives need not be how a person would write it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..syntax.token_format import ATTRIBUTE, KEYWORD, MOST_CHILDREN, VARIABLE, symbol
from ..syntax.token_trees import CALL, Tree, call_of, has_at_most, tree_of

COMPARISON = symbol("comparison_operator")
BOOLEAN = symbol("boolean_operator")
BINARY = symbol("binary_operator")
CONDITIONAL = symbol("conditional_expression")
NOT = symbol("not_operator")
AND = symbol("and")
STRING = symbol("string")
FORMATTED = symbol("formatted string")
TUPLE = symbol("tuple")
_GENERATOR = symbol("generator_expression")
_PAIR = symbol("pair")
_DICTIONARY = symbol("dictionary")
_SPLATS = frozenset((symbol("list_splat"), symbol("dictionary_splat")))
_PERCENT = symbol("%")

# What says the opposite, and what says the same the other way round.
_DENIALS = {symbol(denial): symbol(said) for denial, said in (("!=", "=="), ("is not", "is"), ("not in", "in"))}
_OPPOSITES = _DENIALS | {said: denial for denial, said in _DENIALS.items()}
_TURNED = {symbol(">"): symbol("<"), symbol(">="): symbol("<=")}
# `a < b < c` becomes two comparisons; what is said twice for that has at most so many tokens.
_LONGEST_MIDDLE = 8
# Built-in functions that do what a display does, by the kinds that take their place.
_DISPLAYS = {
    name: tuple(symbol(kind) if kind else 0 for kind in kinds)
    for name, kinds in {
        b"list": ("list", "list_comprehension"),
        b"set": ("", "set_comprehension"),
        b"tuple": ("tuple", ""),
        b"dict": ("dictionary", ""),
    }.items()
}


# What a rule asks for: one of these tokens, two keywords, or one of these names. Without them none changes anything.
_CHANGED_TOKENS = frozenset(
    (
        *_TURNED,
        *(COMPARISON | parts for parts in range(5, MOST_CHILDREN)),
        BOOLEAN | 3,
        NOT | 1,
        CONDITIONAL | 3,
        _PERCENT,
    )
)
_CHANGED_NAMES = frozenset((b"super", b"format", *_DISPLAYS))


class PlainExpressions:
    """The rules for one name table, of which ``spelled`` has the name of each number, now and later."""

    def __init__(self, spelled: Sequence[bytes]) -> None:
        self._spelled = spelled
        # By kind: the rule, and how many parts it asks for; any number, where it is 0.
        self._rules: dict[int, tuple[Callable[[Tree], Tree], int]] = {
            CALL: (self._call, 0),
            COMPARISON: (_comparison, 0),
            BOOLEAN: (_boolean, 3),
            NOT: (_negation, 1),
            CONDITIONAL: (_conditional, 3),
            BINARY: (_formatting, 3),
        }

    def may_change(self, symbols: list[int], names: Iterable[int]) -> bool:
        """Whether any rule may change a statement of these tokens, with these names among them."""
        if not _CHANGED_TOKENS.isdisjoint(symbols) or symbols.count(KEYWORD) > 1:
            return True
        return not _CHANGED_NAMES.isdisjoint([self._spelled[name] for name in names])

    def plain(self, tree: Tree) -> Tree:
        """A node in its plain form, its parts being in theirs."""
        rule, parts = self._rules.get(tree.kind, (None, 0))
        return rule(tree) if rule and len(tree.children) == (parts or len(tree.children)) else tree

    def _call(self, tree: Tree) -> Tree:
        function, *arguments = tree.children
        if function.token == VARIABLE:
            return self._call_of_name(tree, self._spelled[function.name], arguments)
        if function.token == ATTRIBUTE and self._spelled[function.name] == b"format" and arguments:
            text = function.children[0]
            if text.kind == STRING and not any(each.kind in _SPLATS for each in arguments):
                return tree_of(FORMATTED, *(each.children[0] if each.token == KEYWORD else each for each in arguments))
        return call_of(function, _ordered(arguments))

    def _call_of_name(self, tree: Tree, name: bytes, arguments: list[Tree]) -> Tree:
        function = tree.children[0]
        if name == b"super":  # super(A, self) is super()
            return call_of(function, ())
        if name not in _DISPLAYS:
            return call_of(function, _ordered(arguments))
        display, comprehension = _DISPLAYS[name]
        if not arguments and display:
            return tree_of(display)
        if len(arguments) == 1 and arguments[0].kind == _GENERATOR and comprehension:
            return tree_of(comprehension, *arguments[0].children)
        if name == b"dict" and arguments and all(each.token == KEYWORD for each in arguments):
            return tree_of(_DICTIONARY, *(tree_of(_PAIR, tree_of(STRING), each.children[0]) for each in arguments))
        return call_of(function, _ordered(arguments))


def negated(tree: Tree) -> Tree | None:
    """What a condition denies, where it denies something: ``a`` for ``not a``, ``a is b`` for ``a is not b``."""
    if tree.kind == NOT:
        return tree.children[0]
    if tree.kind == COMPARISON and len(tree.children) == 3 and tree.children[1].token in _DENIALS:
        left, operator, right = tree.children
        return tree_of(COMPARISON, left, Tree(_OPPOSITES[operator.token]), right)
    return None


def _ordered(arguments: list[Tree]) -> list[Tree]:
    """Arguments with the keywords, which may stand in any order, by what they are given.

    That of the names would be another one once they are renamed.
    """
    keywords = [each for each in arguments if each.token == KEYWORD]
    if len(keywords) < 2 or len(arguments) >= MOST_CHILDREN:
        return arguments
    return [each for each in arguments if each.token != KEYWORD] + sorted(keywords, key=_shape)


# Keywords are ordered by the first few tokens of what they are given.
_SHAPE_TOKENS = 12


def _shape(keyword: Tree) -> list[int]:
    shape: list[int] = []
    stack = list(keyword.children)
    while stack and len(shape) < _SHAPE_TOKENS:
        tree = stack.pop()
        shape.append(tree.token)
        stack.extend(reversed(tree.children))
    return shape


def _comparison(tree: Tree) -> Tree:
    """``a < b and b < c`` for ``a < b < c``, and ``b < a`` for ``a > b``."""
    parts = tree.children
    if len(parts) == 3:
        return _turned(*parts)
    middles = parts[2:-1:2]
    if len(parts) < 5 or len(parts) % 2 == 0 or not all(has_at_most(each, _LONGEST_MIDDLE) for each in middles):
        return tree
    chain = [_turned(*parts[place : place + 3]) for place in range(0, len(parts) - 2, 2)]
    return tree_of(BOOLEAN, Tree(AND), *chain)


def _turned(left: Tree, operator: Tree, right: Tree) -> Tree:
    if operator.token in _TURNED:
        return tree_of(COMPARISON, right, Tree(_TURNED[operator.token]), left)
    return tree_of(COMPARISON, left, operator, right)


# So many parts of a nested condition are taken into the one around it: more would be taken again and again.
_MOST_TAKEN = 64


def _boolean(tree: Tree) -> Tree:
    """``a and b and c``, however it is nested, as one operator with all its parts after it."""
    left, operator, right = tree.children
    added = right.children[1:] if _is_joined(right, operator) and len(right.children) <= _MOST_TAKEN else [right]
    if not _is_joined(left, operator):
        return tree_of(BOOLEAN, operator, left, *added)
    left.children += added  # in place: a long condition grows from the left, part by part
    left.token = BOOLEAN | min(len(left.children), MOST_CHILDREN)
    return left


def _is_joined(side: Tree, operator: Tree) -> bool:
    return side.kind == BOOLEAN and side.children[0].token == operator.token


def _negation(tree: Tree) -> Tree:
    """``a != b`` for ``not a == b``, and ``a`` for ``not not a``."""
    (inner,) = tree.children
    if inner.kind == NOT:
        return inner.children[0]
    if inner.kind == COMPARISON and len(inner.children) == 3 and inner.children[1].token in _OPPOSITES:
        left, operator, right = inner.children
        return tree_of(COMPARISON, left, Tree(_OPPOSITES[operator.token]), right)
    return tree


def _conditional(tree: Tree) -> Tree:
    """``b if c else a`` for ``a if not c else b``."""
    body, test, otherwise = tree.children
    positive = negated(test)
    return tree_of(CONDITIONAL, otherwise, positive, body) if positive else tree


def _formatting(tree: Tree) -> Tree:
    """``"%s" % a`` as a formatted string."""
    left, operator, right = tree.children
    if operator.token != _PERCENT or left.kind != STRING:
        return tree
    return tree_of(FORMATTED, *(right.children if right.kind == TUPLE else [right]))
