"""Packed corpora: a corpus file in a quarter of its bytes, to be shipped, and unpacked before it is opened.

Behind the first bytes, which `packed_head` reads, a packed file has a header in JSON with a recipe, and the streams of
numbers that `folding` makes of columns by it. What comes out is the very same file, or an error. Edit this when packed
files should hold something else, or be smaller by another coding.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from ...errors import CorpusError
from ...support.arrays import Array
from .folding import folded, unfolded
from .packed_head import DIGEST_BYTES, MARK, SIZE_BYTES, head_of
from .table_order import Held

_LONGEST_HEADER = 2**24
_LENGTH_BYTES = 4
_HEADER, _COLUMN = "header", "column "
_TYPES = {"U8": np.uint8, "U16": np.uint16, "U32": np.uint32, "U64": np.uint64}
_CHUNK = 2**20
_DAMAGE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    MemoryError,
    lzma.LZMAError,
)


def packed(path: Path) -> bytes:
    """The packed form of a corpus file that opens, always the same for the same file. Raises CorpusError."""
    with _explained(path):
        content = path.read_bytes()
        header, tensors = _parted(content)
        columns = {name: _column(content, len(header), entry) for name, entry in tensors.items()}
        for fold in (folded, _as_they_are):  # folded, unless the columns are not as those of a build
            with suppress(*_DAMAGE):
                made = _made(content, header, *fold(columns))
                if b"".join(_unpacked(BytesIO(made))) == content:
                    return made
    raise CorpusError(f"{path}: cannot be packed: it is not laid out as modelkin writes a corpus")


def _as_they_are(columns: Held) -> tuple[Held, list[Any]]:
    return columns, []


def unpacked(path: Path) -> Iterator[bytes]:
    """The corpus file in a packed one, piece by piece. Raises CorpusError: then no piece is good for anything."""
    with _explained(path), path.open("rb") as file:
        digest = hashlib.sha256()
        expected = head_of(file)
        _check_digest(file)
        for piece in _unpacked(file):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != expected.sha256:
            raise ValueError("what comes out of it does not match its digest")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read as a packed corpus: {error.strerror}") from None
    except _DAMAGE as error:
        told = str(error) or type(error).__name__
        raise CorpusError(f"{path}: damaged packed corpus ({told}); download it again") from None


def _check_digest(file: BinaryIO) -> None:
    file.seek(len(MARK))
    said, digest = file.read(DIGEST_BYTES), hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    if digest.digest() != said:
        raise ValueError("its content does not match its digest")


def _parted(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """The header of a corpus file, with its length, and where it says that each column is."""
    length = int.from_bytes(content[:8], "little")
    tensors = json.loads(content[8 : 8 + length])
    tensors.pop("__metadata__", None)
    return content[: 8 + length], tensors


def _column(content: bytes, start: int, entry: Mapping[str, Any]) -> Array:
    first, last = entry["data_offsets"]
    return np.frombuffer(content[start + first : start + last], np.dtype(_TYPES.get(entry["dtype"], np.uint8)))


def _made(content: bytes, header: bytes, held: Mapping[str, Array], recipe: list[Any]) -> bytes:
    streams = {_HEADER: np.frombuffer(header, np.uint8), **{_COLUMN + name: held[name] for name in sorted(held)}}
    coded = {name: _coded(numbers) for name, numbers in streams.items()}
    told = {
        "recipe": recipe,
        "streams": [
            [name, len(streams[name]), width, list(map(len, pieces))] for name, (width, pieces) in coded.items()
        ],
    }
    words = json.dumps(told, separators=(",", ":")).encode()
    body = [hashlib.sha256(content).digest(), len(content).to_bytes(SIZE_BYTES, "little")]
    body += [len(words).to_bytes(_LENGTH_BYTES, "little"), words]
    behind = b"".join([*body, *(piece for _, pieces in coded.values() for piece in pieces)])
    return MARK + hashlib.sha256(behind).digest() + behind


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    """The header of the corpus file, then its columns in their order, each forgotten as it goes: memory counts."""
    file.seek(0)
    size = head_of(file).bytes
    length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
    if length > _LONGEST_HEADER:
        raise ValueError("its header is too long")
    told = json.loads(file.read(length))
    streams = _streams(file, told["streams"], size)
    header = streams.pop(_HEADER).decoded().astype(np.uint8).tobytes()
    held = _Columns({name.removeprefix(_COLUMN): stream for name, stream in streams.items()})
    unfolded(held, told["recipe"])
    yield header
    place = 0
    for name, entry in sorted(_parted(header)[1].items(), key=lambda item: list(item[1]["data_offsets"])):
        piece = held.pop(name).astype(_TYPES.get(entry["dtype"], np.uint8), copy=False).tobytes()
        if entry["data_offsets"] != [place, place + len(piece)]:
            raise ValueError(f"{name} does not stand where its header says")
        place += len(piece)
        yield piece


class _Stream(NamedTuple):
    """Numbers in a packed file, and where."""

    file: BinaryIO
    place: int
    numbers: int
    width: int
    lengths: list[int]

    def decoded(self) -> Array:
        self.file.seek(self.place)
        return _decoded([self.file.read(length) for length in self.lengths], self.numbers, self.width)


def _streams(file: BinaryIO, told: list[Any], size: int) -> dict[str, _Stream]:
    """Where each stream is, by its name; of a file of ``size`` bytes there can't be much more in them."""
    streams, place, left = dict[str, _Stream](), file.tell(), 2 * size + _CHUNK
    for name, count, width, lengths in told:
        left -= count * width
        if not (count >= 0 and 0 < width <= 8 and left >= 0 and all(0 <= length <= size for length in lengths)):
            raise ValueError("it says that it holds more than there can be")
        streams[name] = _Stream(file, place, count, width, lengths)
        place += sum(lengths)
    return streams


class _Columns(Held):
    """Columns of a packed file, decoded when they are asked for: so few are in memory at a time."""

    def __init__(self, waiting: dict[str, _Stream]) -> None:
        super().__init__()
        self._waiting = waiting

    def __missing__(self, name: str) -> Array:
        self[name] = numbers = self._waiting.pop(name).decoded()
        return numbers

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self._waiting

    def pop(self, name: str) -> Array:  # type: ignore[override]
        """The numbers, which are gone then."""
        numbers = self[name]
        del self[name]
        return numbers


# The coding of numbers in bytes.

# Wider numbers are hashes: the first bytes of all of them go together, then the second ones and so on.
_WIDEST_IN_SEQUENCE = 4
# How far back equal bytes are looked for; both ends work it out, since memory is taken for it.
_LEAST_WINDOW, _MOST_WINDOW = 2**12, 2**25


def _coded(numbers: Array) -> tuple[int, list[bytes]]:
    """In how many bytes the numbers stand, and these: all in one piece, or a piece for the first of each and so on."""
    width = max(1, (int(numbers.max(initial=0)).bit_length() + 7) // 8)
    table = numbers.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width]
    if width > _WIDEST_IN_SEQUENCE:
        return width, [_shorter(column.tobytes(), 0) for column in table.T]
    return width, [_shorter(table.tobytes(), 2)]


def _decoded(pieces: list[bytes], count: int, width: int) -> Array:
    is_wide = width > _WIDEST_IN_SEQUENCE
    parts = [_lengthened(piece, count if is_wide else count * width, 0 if is_wide else 2) for piece in pieces]
    size = next(size for size in (1, 2, 4, 8) if size >= width)
    table = np.zeros((count, size), np.uint8)
    for place, part in enumerate(parts):
        if is_wide:
            table[:, place] = np.frombuffer(part, np.uint8)
        else:
            table[:, :width] = np.frombuffer(part, np.uint8).reshape(count, width)
    return table.view(f"<u{size}").ravel()


def _filters(size: int, context: int) -> list[dict[str, int]]:
    """How so many bytes are compressed; ``context`` is how much of the byte before tells of the next one, in bits."""
    window = min(max(1 << size.bit_length(), _LEAST_WINDOW), _MOST_WINDOW)
    return [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": window, "lc": context, "lp": 0, "pb": 0}]


def _shorter(piece: bytes, context: int) -> bytes:
    short = lzma.compress(piece, lzma.FORMAT_RAW, filters=_filters(len(piece), context))
    return short if len(short) < len(piece) else piece


def _lengthened(piece: bytes, size: int, context: int) -> bytes:
    if len(piece) == size:
        return piece
    whole = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_filters(size, context)).decompress(piece, size)
    if len(whole) != size:
        raise ValueError("one of its columns is cut off")
    return whole
