"""The libraries that only some formats take, or one clear line that says how to get them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import MissingExtraError


@contextmanager
def needing(extra: str, what: str) -> Iterator[None]:
    """Turn a missing import into the error that names the extra."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"{what} needs {(error.name or '').partition('.')[0]}: install it with `pip install 'modelkin[{extra}]'`"
        ) from None
