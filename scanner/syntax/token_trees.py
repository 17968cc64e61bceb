"""A statement's tokens as a tree, and back: for what has to know where an expression begins and ends.

Edit this when a token gets another number of children than `token_format` says. Trees are as deep as the code is
nested, so nothing here calls itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct, field

from .token_format import ATTRIBUTE, KEYWORD, MOST_CHILDREN, kind_of, symbol

CALL = symbol("call")
_SLICE = symbol("slice")
_CLASS = symbol("class_definition")
NO_NAME = -1
# The names that stand before what they are of, or are given.
_WITH_VALUE = (ATTRIBUTE, KEYWORD)


class Tree(Struct):
    """One token and all below it."""

    token: int
    """Without a distance, where it is a name."""
    name: int = NO_NAME
    """Its number in the name table, where it is a name."""
    children: list[Tree] = field(default_factory=list)

    @property
    def kind(self) -> int:
        """The token without the number of its children; that of a name or a number is the token itself."""
        return self.token if self.token > _SYNTAX else kind_of(self.token)


# The last tokens of syntax, and of numbers; names come after these.
_SYNTAX, _NUMBERS = (1 << 30) - 1, (1 << 31) - 1


def grown(symbols: Sequence[int], names: Sequence[int], changed: Callable[[Tree], Tree] | None = None) -> Tree | None:
    """The tree of the tokens of one statement, each part that has parts itself passed through ``changed`` once it is
    whole.

    None where the tokens do not tell which belong together: a node of more children than a token can say, or the
    attributes that a class body assigns.
    """
    waiting: list[Tree] = []
    left = len(names)
    # Tokens stand before their children: from the end, the children of each are there already, the first on top.
    for token in reversed(symbols):
        name, count = NO_NAME, 0
        if token > _NUMBERS:
            left -= 1
            name, count = names[left], token in _WITH_VALUE
        elif token <= _SYNTAX:
            count = _CHILDREN[token]
        if not count:
            waiting.append(Tree(token, name, []))
        elif count > len(waiting):
            return None
        else:
            children = waiting[-count:]
            children.reverse()
            del waiting[-count:]
            tree = Tree(token, name, children)
            waiting.append(changed(tree) if changed else tree)
    return waiting[0] if len(waiting) == 1 else None


def is_tree(symbols: Sequence[int]) -> bool:
    """Whether the tokens of one statement tell which belong together: whether `grown` has a tree of them."""
    waiting = 0
    for token in reversed(symbols):
        count = _CHILDREN[token] if token <= _SYNTAX else token in _WITH_VALUE
        if count > waiting:
            return False
        waiting += 1 - count
    return waiting == 1


def flattened(tree: Tree) -> tuple[list[int], list[int]]:
    """The tokens of a tree, and the names among them."""
    symbols, names = [], []
    stack = [tree]
    while stack:
        tree = stack.pop()
        symbols.append(tree.token)
        if tree.name != NO_NAME:
            names.append(tree.name)
        stack.extend(reversed(tree.children))
    return symbols, names


def tree_of(kind: int, *children: Tree) -> Tree:
    """A node of a kind of syntax with these children."""
    return Tree(kind | min(len(children), MOST_CHILDREN), NO_NAME, list(children))


def call_of(function: Tree, arguments: Sequence[Tree]) -> Tree:
    """A call: its token counts only the arguments."""
    return Tree(CALL | min(len(arguments), MOST_CHILDREN), NO_NAME, [function, *arguments])


def is_equal(one: Tree, other: Tree) -> bool:
    """Whether two trees are the same code, names included; they are meant to be small."""
    return flattened(one) == flattened(other)


def has_at_most(tree: Tree, tokens: int) -> bool:
    """Whether a tree has no more than so many tokens, without looking at more of them."""
    stack, seen = [tree], 0
    while stack:
        seen += 1
        if seen > tokens:
            return False
        stack.extend(stack.pop().children)
    return True


class _Children(dict[int, int]):
    """How many trees follow a token of syntax as its children; more than there can be where it does not say."""

    def __missing__(self, token: int) -> int:
        kind, count = kind_of(token), token & MOST_CHILDREN
        if count == MOST_CHILDREN:
            found = 1 << 30
        elif kind == _SLICE:
            found = count.bit_count()
        else:
            found = count + (kind in (CALL, _CLASS))
        self[token] = found
        return found


_CHILDREN = _Children()
