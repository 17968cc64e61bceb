"""What is loaded when it is first used: regular expressions, OpenSSL, and optional libraries.

Compiling all patterns would cost every start 10 ms, and OpenSSL 2. Edit this when something else is worth loading late.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, AnyStr, BinaryIO, cast

from ..errors import MissingExtraError

try:
    from _blake2 import blake2b as blake2b  # hashlib's, which loads OpenSSL for others
except ImportError:  # another Python than CPython
    from hashlib import blake2b as blake2b

# Python's own SHA-256 takes 3 ms a MB, five times as long as OpenSSL's: until so many bytes it is done before that is
# loaded, which takes as long.
_FEW_BYTES = 1 << 20


def lazy_pattern(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As ``re.compile``, for patterns that many runs never use. An error in ``source`` is raised at the first use.

    The functions of ``re`` do not take the result; it has methods for all that they do.
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(source, flags))


class _LazyPattern:
    """Asks the pattern for an attribute, and keeps it: the second time it is only looked up."""

    def __init__(self, source: Any, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = self.__dict__[name] = getattr(re.compile(self._source, self._flags), name)
        return value


def sha256_hex(content: bytes) -> str:
    """The SHA-256 of ``content`` in hexadecimal digits."""
    _Digested.bytes += len(content)
    if _Digested.bytes <= _FEW_BYTES and "hashlib" not in sys.modules:
        with suppress(ImportError):  # as above
            return str(_own_sha256()(content).hexdigest())
    from hashlib import sha256

    return sha256(content).hexdigest()


def sha256_of_file(file: BinaryIO) -> str:
    """The SHA-256 of what is left to read in ``file``, in hexadecimal digits. Raises OSError."""
    from hashlib import sha256

    told = sha256()
    while piece := file.read(_FEW_BYTES):
        told.update(piece)
    return told.hexdigest()


class _Digested:
    """How much was digested."""

    bytes = 0


@cache
def _own_sha256() -> Callable[[bytes], Any]:
    if sys.version_info >= (3, 12):
        from _sha2 import sha256
    else:
        from _sha256 import sha256  # type: ignore[import-not-found]
    return cast("Callable[[bytes], Any]", sha256)


@contextmanager
def needing(extra: str, what: str) -> Iterator[None]:
    """Turn a missing library in the block into the error that says which ``extra`` to install for ``what``."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtraError(lacking(extra, what, error.name or "")) from None


def lacking(extra: str, what: str, module: str) -> str:
    """That ``what`` cannot be done without the library of ``module``, and how to get it, in one line."""
    library = module.partition(".")[0]
    there = f"in a clone of it, pip install '.[{extra}]'"
    return f"{what} needs {library}: install modelkin with its extra `{extra}` ({there})"
