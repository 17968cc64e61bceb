"""The digests of the files in a wheel at the package registry, by its RECORD, without fetching the wheel.

What has the digest that a registry has for its path is the file of that release, wherever it lies. Edit this when
another kind of release says what its files' digests are.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import re
import zipfile
from collections.abc import Mapping
from typing import IO, Any

from packaging.version import Version

from ..errors import SourceError
from ..sources.archive import DAMAGED_ZIP, BoundedFile
from ..sources.index import ReleaseFile
from ..sources.registry import find
from .kept_answers import KeptAnswer, keep, read_kept
from .remote_end import RemoteEnd

_RECORD = re.compile(r"[^/]+\.dist-info/RECORD")
_MOST_BYTES = 16 * 1024**2
_SUFFIX = ".digests.json"
_SHA256 = "sha256="


class _Kept(KeptAnswer, frozen=True):
    """The digests of the files in a wheel."""

    digests: dict[str, str]


def digests_of(name: str, file: ReleaseFile) -> Mapping[str, str]:
    """The SHA-256, in hexadecimal, of each path in ``file``, of a release of ``name``; none where that is no wheel.

    From the cache, else from its server, which must send parts of files. Raises SourceError.
    """
    if not file.filename.endswith(".whl"):
        return {}
    kept = read_kept(name, file, _SUFFIX, _Kept)
    if kept is not None:
        return kept.digests
    digests = _read(name, file)
    keep(name, file, _SUFFIX, _Kept(file.sha256, digests))
    return digests


def _read(name: str, file: ReleaseFile) -> dict[str, str]:
    found = find(name, Version(file.version))
    if found and found[1].sha256 == file.sha256:
        try:
            with found[0].open("rb") as content:
                return _recorded(content, file)
        except OSError as error:
            raise SourceError(f"cannot read {found[0]}: {error.strerror}") from error
    return _recorded(RemoteEnd(file.url, file.size, file.asked_by), file)


def _recorded(content: IO[bytes] | RemoteEnd, file: ReleaseFile) -> dict[str, str]:
    try:
        source: Any = BoundedFile(content)
        with zipfile.ZipFile(source) as archive:
            names = [info for info in archive.infolist() if _RECORD.fullmatch(info.filename)]
            if len(names) != 1:
                return {}
            with archive.open(names[0]) as record:
                text = record.read(_MOST_BYTES + 1)
    except SourceError:
        raise
    except DAMAGED_ZIP as error:
        raise SourceError(f"cannot read the RECORD of {file.filename}: it is damaged") from error
    return _parsed(text) if len(text) <= _MOST_BYTES else {}


def _parsed(text: bytes) -> dict[str, str]:
    digests: dict[str, str] = {}
    try:
        for row in csv.reader(io.StringIO(text.decode("utf-8", "replace"))):
            if len(row) > 1 and row[1].startswith(_SHA256):
                digests[row[0]] = _hexadecimal(row[1].removeprefix(_SHA256))
    except csv.Error:
        return {}
    return {path: digest for path, digest in digests.items() if digest}


def _hexadecimal(encoded: str) -> str:
    """Of a digest as RECORD has it (PEP 427); empty where it is none."""
    try:
        digest = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        return ""
    return digest.hex() if len(digest) == 32 else ""
