"""The first bytes of a packed corpus, which say what is in it: each start reads these, and nothing else.

They are a mark, a SHA-256 of all behind that, the SHA-256 of the corpus file that is packed, and its size. Edit this
when they should say more; `packing` reads and writes what is behind them.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, NamedTuple

from ...errors import CorpusError

PACKED_SUFFIX = ".packed"
MARK = b"modelkin packed\1"
DIGEST_BYTES, SIZE_BYTES = 32, 8
_BYTES = len(MARK) + 2 * DIGEST_BYTES + SIZE_BYTES
# No corpus comes near to it; a made-up file could ask for as much as memory holds.
_MOST_BYTES = 2**32


class PackedHead(NamedTuple):
    """What a packed file says of the corpus file in it."""

    sha256: str
    bytes: int


def read_head(path: Path) -> PackedHead:
    """The digest and the size of the corpus in a packed file. Raises CorpusError."""
    try:
        with path.open("rb") as file:
            return head_of(file)
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read as a packed corpus: {error.strerror}") from None
    except ValueError as error:
        raise CorpusError(f"{path}: damaged packed corpus ({error}); download it again") from None


def head_of(file: BinaryIO) -> PackedHead:
    """The same of a file, at its start. Raises ValueError."""
    head = file.read(_BYTES)
    if len(head) < _BYTES or not head.startswith(MARK):
        raise ValueError("it is cut off, or no packed corpus")
    size = int.from_bytes(head[-SIZE_BYTES:], "little")
    if size > _MOST_BYTES:
        raise ValueError("it says that it holds more than any corpus")
    return PackedHead(head[len(MARK) + DIGEST_BYTES : -SIZE_BYTES].hex(), size)
