"""The comments and docstrings of Python, by the syntax tree that the parser has made of a file.

Edit this when something else in a file is to count as said to its readers, not as code.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

import tree_sitter
from msgspec import Struct

from ..support.budget import check
from ..support.lazy import lazy_pattern
from .grammar import NAMES, STEPS, Step
from .tree import STRING_OR_COMMENT, SyntaxTree, syntax_tree

_COMMENT = lazy_pattern(rb"#[^\n]*")
_HASH = ord("#")
# Where a string begins its line.
_BLOCK_OF_TEXT = lazy_pattern(rb"^[ \t\f]*[rRuUbBfFtT]{0,2}(\"{3}|'{3})", re.MULTILINE)
# What a string, with its prefix, begins with; in backticks as in Python 2.
STRING_STARTS = frozenset(b"\"'`rRbBuUfFtT")
# What a node is: a comment, what may state a string, or what statements are parts of; all else is expressions.
_COMMENT_NODE, _EXPRESSION, _HOLDER = 1, 2, 3
_FATES = {Step.COMPOUND: _HOLDER, Step.DEFINITION: _HOLDER, Step.BLOCK: _HOLDER, Step.EXPRESSION: _EXPRESSION}
_FATE = bytes(
    _COMMENT_NODE if name == "comment" else _FATES.get(Step(STEPS[kind]), 0) for kind, name in NAMES.items()
).ljust(len(STEPS), b"\0")


class Remark(Struct, frozen=True, order=True):
    """A comment, or a string that is a statement by itself, as docstrings are: its bytes, and its first line (1-based).

    A comment ends where its line does.
    """

    start: int
    end: int
    line: int
    is_comment: bool


_Span = tuple[int, int, bool]


def remarks(text: bytes, tree: SyntaxTree | None = None) -> Iterator[Remark]:
    """The remarks in UTF-8 ``text``, in order; ``tree`` is its own, if it was parsed before. Raises OverBudgetError.

    A tree with errors may lack comments, and statements: of such a text the comments count that its tokens alone show,
    too, and each string in three quotes that begins its line. A comment may then stand in a string.
    """
    tree = tree or syntax_tree(text)
    found = {start: (end, is_comment) for start, end, is_comment in _in_tree(text, tree)}
    if tree.root.has_error:
        found = {start: each for start, each in found.items() if each[1]}
        found.update((start, (end, is_comment)) for start, end, is_comment in _in_tokens(text))
    line, place = 1, 0
    for start, (end, is_comment) in sorted(found.items()):
        line, place = line + text.count(b"\n", place, start), start
        yield Remark(start, end, line, is_comment)


def is_bare_string(node: tree_sitter.Node) -> bool:
    """Whether an expression statement only states a string: it does nothing."""
    children: Sequence[tree_sitter.Node] = node.children
    return len(children) == 1 and NAMES[children[0].kind_id] in ("string", "concatenated_string")


def _in_tree(text: bytes, tree: SyntaxTree) -> Iterator[_Span]:
    """Of all but blocks and statements, only what has a `#` in it is looked into: ``sign`` is the first still ahead."""
    signs = [*(found.start() for found in re.finditer(b"#", text)), len(text)]
    stack = [tree.root]
    while stack:
        check()
        parent = stack.pop()
        sign = signs[bisect_left(signs, parent.start_byte)]
        for node in parent.children:
            end, fate = node.end_byte, _FATE[node.kind_id]
            if fate == _COMMENT_NODE:
                yield node.start_byte, end, True
            elif fate == _EXPRESSION and text[node.start_byte] in STRING_STARTS and is_bare_string(node):
                yield node.start_byte, end, False
            elif fate == _HOLDER or sign < end:
                stack.append(node)
            if sign < end:
                sign = signs[bisect_left(signs, end)]
    for start, end in tree.unseen:
        yield from ((*found.span(), True) for found in _COMMENT.finditer(text, start, end))


def _in_tokens(text: bytes) -> Iterator[_Span]:
    beginning = {found.start(1) for found in _BLOCK_OF_TEXT.finditer(text)}
    for found in STRING_OR_COMMENT.finditer(text):
        check()
        start, end = found.span()
        if start in beginning:
            yield start, end, False
        elif text[start] == _HASH:
            yield start, end, True
