"""Writes to standard output: any character, for any terminal, and for a reader that may leave early.

Edit this when something goes wrong between a command and what reads it.
"""

from __future__ import annotations

import codecs
import os
import sys
from typing import TYPE_CHECKING

import click

from ..errors import ModelkinError

if TYPE_CHECKING:
    from ..reports.console import Page

# What a shell reports for a program that SIGPIPE ended, as it ends `cat` and `grep`.
_READER_LEFT = 128 + 13
_SUBSTITUTES = {"█": "#", "░": ".", "→": "->", "←": "<-", "·": "|", "…": "..."}


def tolerate_every_character() -> None:
    """From here on a character that standard output cannot encode is replaced or escaped instead of an error."""
    codecs.register_error("modelkin.substitute", _substitute)
    for stream, errors in ((sys.stdout, "modelkin.substitute"), (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=errors)


def write_standard_output(text: str) -> None:
    """Write and flush. A reader that left ends the run quietly; any other failure is a ModelkinError."""
    if sys.stdout is None:  # closed by the caller, as `>&-` does
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_the_rest()
        raise click.exceptions.Exit(_READER_LEFT) from None
    except OSError as error:
        _discard_the_rest()
        raise ModelkinError(f"cannot write to standard output: {error.strerror}") from error


def standard_page(on_standard_output: bool = True) -> Page:
    """A page as wide as the terminal, or plain and unbounded; NO_COLOR and FORCE_COLOR decide over colours."""
    from ..reports.console import PLAIN, Page

    if not on_standard_output or sys.stdout is None:
        return PLAIN
    on_screen = sys.stdout.isatty()
    return Page(_columns() if on_screen else PLAIN.width, _colours(on_screen), bars=on_screen)


def _columns() -> int:
    import shutil  # which loads what packs and unpacks archives

    return shutil.get_terminal_size().columns


def _colours(on_screen: bool) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return on_screen and os.environ.get("TERM") != "dumb"


def _discard_the_rest() -> None:
    """Point standard output at nothing: the interpreter flushes it again at exit, and would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _substitute(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    characters = error.object[error.start : error.end]
    return "".join(_SUBSTITUTES.get(character) or ascii(character)[1:-1] for character in characters), error.end
