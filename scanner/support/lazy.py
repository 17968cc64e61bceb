"""What is loaded when it is first used: regular expressions, and optional libraries.

Compiling all patterns would cost every start 10 ms. Edit this when something else is worth loading late.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, AnyStr, cast

from ..errors import MissingExtraError


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
