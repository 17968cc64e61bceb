"""The one place that parses Python: within the budget of its file, and with no trap for the parser's own loops.

To be edited where another run of tokens takes the parser more time than in proportion to its length.
"""

from __future__ import annotations

import re
import warnings
from bisect import bisect_left
from collections.abc import Callable

import tree_sitter

from .budget import OverBudgetError, budget, current, too_slow
from .grammar import LANGUAGE

# The grammar looks through all lines that are still to come of a run of continued empty ones, at each of them. All but
# the first become form feeds, which are blank as well, and begin no indentation.
_CONTINUED = re.compile(rb"(?:(?<=\\\n)|(?<=\\\r\n))(?:[ \t\f]*\\\r?\n){16,}")
# Below a block it looks through all comment lines that are still to come, too, at each of them: in a long file runs of
# them become blank lines, but for those that the tree is asked for. Strings come first: what is in one stays.
_LONG = 128 * 1024
_COMMENTS = re.compile(
    rb"""
    \'{3}(?:[^\\']+|\\.|'(?!''))*(?:\'{3}|\\?\Z) | \"{3}(?:[^\\"]+|\\.|"(?!""))*(?:\"{3}|\\?\Z)
    | '(?:[^'\\\n]+|\\.)*(?:'|(?=\n)|\\?\Z) | "(?:[^"\\\n]+|\\.)*(?:"|(?=\n)|\\?\Z)
    | (?P<run>(?<=\n)(?:[ \t\f]*(?:\#(?![^\n]*modelkin:)[^\n]*)?\n){16,256})
    | \#[^\n]*
    """,
    re.VERBOSE | re.DOTALL,
)
_BLANKED = bytes(sign if sign in b"\r\n" else 0x20 for sign in range(256))
# The parser asks some 7,000 times a MB whether to go on.
_CALLS = 32
_STOPS_ITSELF = "timeout_micros" if hasattr(tree_sitter.Parser, "timeout_micros") else ""


LineOf = Callable[[tree_sitter.Point, int], int]
"""The line (1-based) of a place that a tree names both ways: by row and column, and by its byte."""


def syntax_tree(text: bytes) -> tuple[tree_sitter.Node, LineOf]:
    """The root of the tree of UTF-8 ``text``, whose nodes do not hold their text, and what tells their lines.

    Raises OverBudgetError.
    """
    shown = _CONTINUED.sub(_blank, text) if b"\\\n" in text or b"\\\r" in text else text
    root = _parsed(_COMMENTS.sub(_blank_lines, shown) if len(shown) > _LONG else shown).root_node
    if len(shown) == len(text) and shown == text:
        return root, _by_row
    ends = [found.start() for found in re.finditer(b"\n", text)]
    return root, lambda _point, byte: bisect_left(ends, byte) + 1


def _by_row(point: tree_sitter.Point, _byte: int) -> int:
    return int(point[0]) + 1


def _blank(run: re.Match[bytes]) -> bytes:
    return b"\f" * len(run[0])


def _blank_lines(found: re.Match[bytes]) -> bytes:
    return found[0] if found["run"] is None else found["run"].translate(_BLANKED)


def _parsed(text: bytes) -> tree_sitter.Tree:
    bound = current()
    parser = tree_sitter.Parser(LANGUAGE)
    if bound is None:
        return parser.parse(text)
    if _STOPS_ITSELF:
        return _stopped_by_clock(parser, text, bound)
    view, calls = memoryview(text), 0

    def further(offset: int, _point: object) -> memoryview:
        return view[offset:]

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
