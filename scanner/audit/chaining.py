"""Lines of a journal in, each with a digest over it and all lines before it out: what was changed since is noticed.

A line that was changed, dropped, put elsewhere or added breaks the chain from there on. Nothing stops who rewrites all
of a journal: it is no signature.
"""

from __future__ import annotations

import hashlib
import re

_BYTES = 16
_KEY = b',"digest":"'
_END = b'"}\n'
_TAIL = re.compile(rb',"digest":"([0-9a-f]{32})"\}\n')
_TAIL_LENGTH = len(_KEY) + 2 * _BYTES + len(_END)
START = bytes(_BYTES)
"""Before the first line."""


def sealed(line: bytes, before: bytes) -> tuple[bytes, bytes]:
    """A line, a JSON object and its end, with the digest in it, and that; ``before`` is that of the line above."""
    body = memoryview(line)[:-2]
    digest = _digest(body, before)
    return b"".join((body, _KEY, digest.hex().encode(), _END)), digest


def opened(line: bytes, before: bytes) -> tuple[bytes, bytes] | None:
    """The line as it was before `sealed`, and its digest; None when that is not what it says."""
    body = memoryview(line)[:-_TAIL_LENGTH]
    digest = _digest(body, before)
    if line[-_TAIL_LENGTH:] != b"".join((_KEY, digest.hex().encode(), _END)):
        return None
    return b"".join((body, b"}\n")), digest


def digest_of(line: bytes) -> bytes:
    """The digest that a sealed line has."""
    return bytes.fromhex(line[-len(_END) - 2 * _BYTES : -len(_END)].decode())


def is_sealed(line: bytes) -> bool:
    """Whether it has a digest, be it the wrong one."""
    return _TAIL.fullmatch(line[-_TAIL_LENGTH:]) is not None


def _digest(body: memoryview, before: bytes) -> bytes:
    digest = hashlib.blake2b(before, digest_size=_BYTES)
    digest.update(body)
    return digest.digest()
