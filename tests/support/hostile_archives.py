"""Tar archives made by hand, header by header, packed in every way; what opening them gives."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelkin.errors import SourceError
from modelkin.results import Skipped
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".tar": bytes,
    ".tar.gz": gzip.compress,
    ".tar.bz2": bz2.compress,
    ".tar.xz": lzma.compress,
}
PACKED = [suffix for suffix in PACKERS if suffix != ".tar"]
END = bytes(1024)


def header(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, form: Any = tarfile.GNU_FORMAT) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(form)


def member(name: str, content: bytes, kind: bytes = tarfile.REGTYPE) -> bytes:
    return header(name, len(content), kind) + content + bytes(-len(content) % 512)


def write(folder: Path, content: bytes, suffix: str = ".tar") -> Path:
    path = folder / f"a{suffix}"
    path.write_bytes(PACKERS[suffix](content))
    return path


def contents(path: Path) -> dict[str, bytes | str]:
    found: dict[str, bytes | str] = {}
    with open_source(str(path)) as checkout:
        for item in checkout.entries():
            result = item.read() if isinstance(item, Entry) else item
            found[item.path] = result.reason if isinstance(result, Skipped) else result
    return found


def refused(path: Path) -> str:
    with pytest.raises(SourceError) as raised, open_source(str(path)):
        pass
    message = str(raised.value)
    assert message.startswith(f"cannot open {path}: ")
    assert message.isprintable()
    return message
