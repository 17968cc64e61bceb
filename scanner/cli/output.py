"""Files written whole or not at all; devices and pipes that the user named, written to."""

from __future__ import annotations

import codecs
import errno
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import ModelkinError
from ..support.atomic_write import Place, placed
from ..support.folders import LinkError
from ..support.lazy import lazy_pattern

if TYPE_CHECKING:
    from ..reports.console import Page


STANDARD_OUTPUT = "-"
# What this process has open already, under a name: a shell's `>(program)` among it.
_DESCRIPTOR = lazy_pattern(
    r"/dev/(?:fd/(?P<number>[0-9]{1,9})|(?P<name>stdout|stderr))|/proc/self/fd/(?P<other>[0-9]{1,9})"
)
_STREAMS = {"stdout": 1, "stderr": 2}


def check_writable(output: str, distrusted: Iterable[str] = ()) -> None:
    """Raise ModelkinError when `write` could not write ``output``: known before the work rather than after it."""
    if output == STANDARD_OUTPUT:
        return
    with _explained(output):
        descriptor = _descriptor(output)
        if descriptor is not None:
            os.fstat(descriptor)
            return
        with placed(Path(output), distrusted) as place:
            if not _is_device(place):
                place.folder.try_replacing(place.name)


def write(output: str, text: str, distrusted: Iterable[str] = ()) -> None:
    """Write ``text`` to the file ``output`` in UTF-8, or to standard output for ``-``."""
    if output == STANDARD_OUTPUT:
        write_standard_output(text)
    else:
        replace(Path(output), text.encode("utf-8", "backslashreplace"), distrusted)


def replace(path: Path, content: bytes, distrusted: Iterable[str] = ()) -> None:
    """Make ``content`` the whole file at ``path``, whose old content stays until the new is complete.

    A device or pipe is written to. No link is followed below the current folder or one of ``distrusted``.
    """
    with _explained(str(path)):
        descriptor = _descriptor(str(path))
        if descriptor is not None:
            _pour(os.dup(descriptor), content)
            return
        with placed(path, distrusted) as place:
            if _is_device(place):
                _pour(place.folder.open_device(place.name, follow=not place.is_strict), content)
            else:
                place.folder.replace(place.name, content)


def _descriptor(output: str) -> int | None:
    found = _DESCRIPTOR.fullmatch(output) if os.name == "posix" else None
    if found is None:
        return None
    return _STREAMS[found["name"]] if found["name"] else int(found["number"] or found["other"])


def _pour(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _is_device(place: Place) -> bool:
    """Whether it is there, and no file, folder or link that may not be followed."""
    found = place.folder.status(place.name)
    mode = stat.S_IFREG if found is None else found.st_mode
    if stat.S_ISLNK(mode):  # where links are followed, one is left that leads to a device
        return not place.is_strict
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except LinkError as error:
        raise ModelkinError(error.strerror) from error
    except OSError as error:
        reason = error.strerror or os.strerror(error.errno or errno.EIO)
        raise ModelkinError(f"cannot write {name}: {reason}; name another --output or folder") from error


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
    width = shutil.get_terminal_size().columns if on_screen else PLAIN.width
    return Page(width, _colours(on_screen), bars=on_screen)


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
