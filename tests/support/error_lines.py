"""An error of a source, as one line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from modelkin.errors import SourceError
from modelkin.sources import open_source


def fails(spec: str, message: str) -> None:
    """Opening ``spec`` ends in one line, in which the pattern ``message`` is found."""
    with pytest.raises(SourceError, match=message) as raised, open_source(spec):
        pass
    assert "\n" not in str(raised.value)


def one_line(call: Callable[[], object], contains: str = "") -> str:
    """The message of the SourceError that ``call`` ends in: one line, fit to be printed."""
    with pytest.raises(SourceError) as raised:
        call()
    message = str(raised.value)
    assert message.isprintable(), message
    assert len(message) < 2000
    assert contains in message
    return message
