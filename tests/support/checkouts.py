"""What a source opens to, in short forms for tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.errors import SourceError
from modelkin.results import Skipped
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry


def write(root: Path, *paths: str, text: str = "x = 1\n") -> Path:
    """A file with ``text`` at each of ``paths`` below ``root``."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def names(spec: object) -> list[str]:
    """The paths of the files in a source."""
    with open_source(str(spec)) as checkout:
        return [item.path for item in checkout.entries() if isinstance(item, Entry)]


def skips(spec: object) -> dict[str, str]:
    """What a source names as skipped, and why."""
    with open_source(str(spec)) as checkout:
        return {item.path: item.reason for item in checkout.entries() if isinstance(item, Skipped)}


def contents(spec: str) -> dict[str, bytes | str]:
    """Bytes of what can be read, the reason of what cannot."""
    found: dict[str, bytes | str] = {}
    with open_source(spec) as checkout:
        for item in checkout.entries():
            result = item.read() if isinstance(item, Entry) else item
            found[item.path] = result.reason if isinstance(result, Skipped) else result
    return found


def fails(spec: str, message: str) -> None:
    """Check that opening a source ends in a SourceError with ``message``."""
    with pytest.raises(SourceError, match=message) as raised, open_source(spec):
        pass
    assert "\n" not in str(raised.value)
