"""A regular expression in, its pattern out, compiled when it is first used: compiling all takes each start 10 ms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, AnyStr, cast

from ..errors import MissingExtraError


def lazy_pattern(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As ``re.compile``, for what many a run never uses; an error in ``source`` is raised at first use, too.

    The functions of ``re`` do not take what is returned; its own methods are there for all that they do.
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(source, flags))


class _LazyPattern:
    """Hands on what it is asked for to the pattern, and keeps it: asked again, it only looks it up."""

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
    """Turn a missing import into the error that names the extra."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"{what} needs {(error.name or '').partition('.')[0]}: install it with `pip install 'modelkin[{extra}]'`"
        ) from None
