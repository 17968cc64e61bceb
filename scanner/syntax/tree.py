"""The one place that parses Python: within the budget of its file, and with no trap for the parser's own loops.

Edit this when another kind of text is found that takes the parser more time than its length explains.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_left
from collections.abc import Callable

import tree_sitter
from msgspec import Struct

from ..support.budget import OverBudgetError, budget, current, too_slow
from ..support.lazy import lazy_pattern
from .grammar import LANGUAGE

# The grammar looks through all lines that are still to come of a run of continued empty ones, at each of them. All but
# the first become form feeds, which are blank as well, and begin no indentation.
_CONTINUED = lazy_pattern(rb"(?:(?<=\\\n)|(?<=\\\r\n))(?:[ \t\f]*\\\r?\n){16,}")
# Few files have one: that there is none is seen by two such lines, in a twentieth of the time.
_MAY_BE_CONTINUED = re.compile(rb"\\\r?\n[ \t\f]*\\\r?\n")
# Below a block it looks through all comment lines that are still to come, too, at each of them: in a long file runs of
# them become blank lines.
_LONG = 128 * 1024
# Strings come first: what is in one stays. One never closed goes to the end of its line, or of the text.
_TOKENS = rb"""
    \'{3}(?:[^\\']+|\\.|'(?!''))*(?:\'{3}|\\?\Z) | \"{3}(?:[^\\"]+|\\.|"(?!""))*(?:\"{3}|\\?\Z)
    | '(?:[^'\\\n]+|\\.)*(?:'|(?=\n)|\\?\Z) | "(?:[^"\\\n]+|\\.)*(?:"|(?=\n)|\\?\Z)
    | \#[^\n]*
    """
STRING_OR_COMMENT = lazy_pattern(_TOKENS, re.VERBOSE | re.DOTALL)
_RUNS = lazy_pattern(rb"(?P<run>(?<=\n)(?:[ \t\f]*(?:\#[^\n]*)?\n){16,256}) | " + _TOKENS, re.VERBOSE | re.DOTALL)
# The same for runs of comment lines, wherever they stand.
_MAY_HOLD_RUNS = lazy_pattern(rb"\n(?=[ \t\f]*[\n#])(?:[ \t\f]*(?:\#[^\n]*)?\n){16}")
_BLANKED = bytes(sign if sign in b"\r\n" else 0x20 for sign in range(256))
# The parser asks some 7,000 times a MB whether to go on.
_CALLS = 32
_STOPS_ITSELF = "timeout_micros" if hasattr(tree_sitter.Parser, "timeout_micros") else ""


LineOf = Callable[[tree_sitter.Point, int], int]
"""The line (1-based) of a place that a tree names both ways: by row and column, and by its byte."""


class SyntaxTree(Struct, frozen=True):
    """The tree of a text, below its ``root``, whose nodes do not hold their text; ``line_of`` tells their lines.

    ``unseen`` are the first and last byte of the runs of comment lines that are not in the tree, in order.
    """

    root: tree_sitter.Node
    line_of: LineOf
    unseen: tuple[tuple[int, int], ...]


def syntax_tree(text: bytes) -> SyntaxTree:
    """The tree of UTF-8 ``text``. Raises OverBudgetError."""
    shown = _CONTINUED.sub(_blank, text) if _MAY_BE_CONTINUED.search(text) else text
    unseen: list[tuple[int, int]] = []

    def blank_lines(found: re.Match[bytes]) -> bytes:
        if found["run"] is None:
            return found[0]
        unseen.append(found.span())
        return found[0].translate(_BLANKED)

    has_runs = len(shown) > _LONG and _MAY_HOLD_RUNS.search(shown)
    root = _parsed(_RUNS.sub(blank_lines, shown) if has_runs else shown).root_node
    if len(shown) == len(text) and shown == text:
        return SyntaxTree(root, _by_row, tuple(unseen))
    ends = [found.start() for found in re.finditer(b"\n", text)]
    return SyntaxTree(root, lambda _point, byte: bisect_left(ends, byte) + 1, tuple(unseen))


def _by_row(point: tree_sitter.Point, _byte: int) -> int:
    return int(point[0]) + 1


def _blank(run: re.Match[bytes]) -> bytes:
    return b"\f" * len(run[0])


def _parsed(text: bytes) -> tree_sitter.Tree:
    bound = current()
    parser = tree_sitter.Parser(LANGUAGE)
    if bound is None:
        return parser.parse(text)
    if _STOPS_ITSELF:
        return _stopped_by_clock(parser, text, bound)
    view, calls = memoryview(text), 0
    given: list[memoryview] = []

    def further(offset: int, _point: object) -> memoryview:
        given.append(view[offset:])
        return given[-1]

    def stop(_offset: int, _error: bool) -> bool:
        nonlocal calls
        calls += 1
        if not (bound.is_timed or calls % _CALLS):
            bound.look()
        return bool(bound.exceeded)

    with _uninterrupted(bound):
        try:
            return parser.parse(further, progress_callback=stop)
        except ValueError:
            bound.check()
            raise
        finally:
            for each in given:  # tree-sitter 0.26 never lets go of what it was given, and so of the text
                each.release()


def _stopped_by_clock(parser: tree_sitter.Parser, text: bytes, bound: budget) -> tree_sitter.Tree:
    """By the time that passes, not that of the processor: all there is before 0.26."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 0.25 says that the callback is better, which makes it crash
        setattr(parser, _STOPS_ITSELF, max(int(bound.left() * 1_000_000), 1))
    try:
        return parser.parse(text)
    except ValueError:
        raise OverBudgetError(too_slow(bound.seconds)) from None


class _uninterrupted:  # noqa: N801
    """What is raised inside the parser's own calls might be lost."""

    def __init__(self, bound: budget) -> None:
        self.bound = bound

    def __enter__(self) -> None:
        self.abrupt, self.bound.abrupt = self.bound.abrupt, False

    def __exit__(self, *_: object) -> None:
        self.bound.abrupt = self.abrupt
