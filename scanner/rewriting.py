"""A user's file in, a libcst tree out whose code is that file byte for byte."""

from __future__ import annotations

import ast
import warnings

import libcst
import tree_sitter

from .errors import RestoreError
from .grammar import LANGUAGE, NAMES

# libcst descends on the machine's stack: it crashes at 1,000 to 3,000 levels, and takes seconds before that.
# Python itself refuses 200 brackets.
DEEPEST = 400


def parse_exactly(source: bytes) -> libcst.Module:
    """Parse a file in whatever encoding it declares.

    Raises RestoreError for a file that does not parse as Python 3, that is nested more than 400 levels deep, or that
    libcst would write back differently (a lone carriage return as line ending).
    """
    if _deepest(source)[0] > DEEPEST:
        raise RestoreError(too_deep(source))
    try:
        module = libcst.parse_module(source)
        same = module.bytes == source
    except libcst.ParserSyntaxError as error:
        raise RestoreError(f"line {_broken_line(source, error.raw_line)} does not parse as Python 3") from error
    except (LookupError, UnicodeError) as error:
        raise RestoreError(f"line {_undecodable_line(source, error)} is not in the encoding of the file") from error
    except RecursionError as error:
        raise RestoreError(too_deep(source)) from error
    if not same:
        raise RestoreError(f"line {_odd_line(source)} ends in a way that rewriting would change")
    return module


def too_deep(source: bytes) -> str:
    """What to say of a file whose nesting exceeds what libcst can take."""
    return f"line {_deepest(source)[1]} is nested too deeply to rewrite"


def _deepest(source: bytes) -> tuple[int, int]:
    """The depth of the deepest syntax node, and its line (1-based).

    Counted as deep although they are flat in the tree: the `elif`s of an `if`, the parts of an implicit concatenation
    (libcst nests both), and whatever lies side by side in a region that does not parse.
    """
    cursor = tree_sitter.Parser(LANGUAGE).parse(source).walk()
    depths, deepest, line = [0], 0, 1
    while True:
        node = cursor.node
        assert node is not None
        depth = depths[-1]
        if depth > deepest:
            deepest, line = depth, node.start_point[0] + 1
        if cursor.goto_first_child():
            depths.append(depth + 1 + (node.child_count if NAMES[node.kind_id] == "ERROR" else 0))
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return deepest, line
            depths.pop()
        following = cursor.node
        if following is not None and NAMES[following.kind_id] in ("elif_clause", "string"):
            depths[-1] += 1


def _broken_line(source: bytes, reported: int) -> int:
    """The line of a syntax error. libcst places those of its tokeniser on line 1, so CPython is asked first."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        return error.lineno or reported
    except (ValueError, RecursionError, MemoryError):  # ValueError is a NUL byte
        return source[: max(source.find(b"\0"), 0)].count(b"\n") + 1
    return reported


def _undecodable_line(source: bytes, error: LookupError | UnicodeError) -> int:
    offset = error.start if isinstance(error, UnicodeDecodeError) else 0
    return source[:offset].count(b"\n") + 1


def _odd_line(source: bytes) -> int:
    """The first line that ends in a carriage return alone."""
    lone = source.replace(b"\r\n", b"\n ").find(b"\r")
    return source[: max(lone, 0)].count(b"\n") + 1
