"""The source of a notebook cell -> plain Python with as many lines: IPython's magics and shell lines become blank."""

from __future__ import annotations

import re

_PYTHON_CELL_MAGICS = frozenset(
    {"capture", "debug", "lprun", "memit", "mprun", "mypy", "prun", "pypy", "pypy3"}
    | {"python", "python3", "scalene", "snakeviz", "time", "timeit"}
)
_WRITE_MAGICS = frozenset({"file", "writefile"})
_CELL_MAGIC = re.compile(r"\s*%%(\w*)([^\n]*)")

# A line is IPython's only where a statement may begin: `% width)` in brackets is a modulo, `!x` in a string is text.
_TOKEN = re.compile(
    r"""
    (?P<magic>^[ \t]*(?![ \t])(?:[%!?]                        # %magic, !shell, ?help
                                 |[\w.,\[\]'" \t]+=[ \t]*[%!]  # files = !ls
                                 |[\w.*%]+\?{1,2}[ \t]*$)      # name?
    )
    | \"{3}(?:\\.|[^\\])*?(?:\"{3}|\\?\Z) | '{3}(?:\\.|[^\\])*?(?:'{3}|\\?\Z)
    | "(?:\\.|[^"\\\n])*(?:"|(?=\n)|\\?\Z) | '(?:\\.|[^'\\\n])*(?:'|(?=\n)|\\?\Z)
    | \#[^\n]*
    | (?P<open>[(\[{]) | (?P<close>[)\]}])
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_LINE_WITH_CONTINUATIONS = re.compile(r"(?:[^\n]*\\\r?\n)*[^\n]*")


def without_magics(cell: str) -> str:
    """``cell`` with magic lines blank; all blank when a cell magic hands it to something other than Python."""
    magic = _CELL_MAGIC.match(cell)
    if magic is None:
        return _without_line_magics(cell)
    if not _is_python(magic[1], magic[2]):
        return "\n" * cell.count("\n")
    head = cell[: magic.end()]
    return "\n" * head.count("\n") + _without_line_magics(cell[magic.end() :])


def _is_python(name: str, arguments: str) -> bool:
    """Also for a cell written to a Python file: people keep whole modeling files in such cells."""
    return name in _PYTHON_CELL_MAGICS or (name in _WRITE_MAGICS and arguments.strip().endswith(".py"))


def _without_line_magics(text: str) -> str:
    pieces, kept, depth, position = [], 0, 0, 0
    while token := _TOKEN.search(text, position):
        position = token.end()
        if token["magic"] is None:
            depth = max(depth + bool(token["open"]) - bool(token["close"]), 0)
        elif depth:
            position = token.start() + 1
        else:
            line = _LINE_WITH_CONTINUATIONS.match(text, token.start())
            position = line.end() if line else position
            pieces += [text[kept : token.start()], "\n" * text.count("\n", token.start(), position)]
            kept = position
    return "".join([*pieces, text[kept:]])
