"""Reads the header of a GGUF file: names, shapes, types, a few words on the model; no array and no value of a tensor.

Edit this when the format gains a type or a version. A header has no length of its own: it is read piece by piece, up to
the bound on headers. The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

from __future__ import annotations

import struct

from .layout_facts import MOST_HEADER_BYTES, MOST_NAMES, Shape, TensorHeader, check_names
from .safetensors_header import ReadPart, product
from .strict_json import BrokenFactsError, shown

# Number, then values and bytes a block.
_TYPES = {
    0: ("F32", 1, 4),
    1: ("F16", 1, 2),
    2: ("Q4_0", 32, 18),
    3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22),
    7: ("Q5_1", 32, 24),
    8: ("Q8_0", 32, 34),
    9: ("Q8_1", 32, 40),
    10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210),
    15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1),
    25: ("I16", 1, 2),
    26: ("I32", 1, 4),
    27: ("I64", 1, 8),
    28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54),
    35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17),
    40: ("NVFP4", 64, 36),
    41: ("Q1_0", 128, 18),
}
# Bytes of a value of the metadata, by the number of its kind; 8 is a string, 9 an array.
_FIXED = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
_UINT32 = 4
_VERSIONS = (2, 3)
_MOST_ENTRIES = 10_000
_MOST_DIMENSIONS = 8
_LONGEST_KEY = 1024
_LONGEST_SAID = 200
_MOST_SAID = 50
_ALIGNMENT = "general.alignment"
_PIECE = 256 * 1024


def read_gguf(read: ReadPart, size: int) -> TensorHeader:
    """The header of a file of ``size`` bytes. Raises BrokenFactsError."""
    pieces = _Pieces(read, size)
    if pieces.take(4) != b"GGUF":
        raise BrokenFactsError("it does not begin as a GGUF file does")
    version = pieces.number("<I")
    if version not in _VERSIONS:
        is_swapped = int.from_bytes(version.to_bytes(4, "little"), "big") in _VERSIONS
        raise BrokenFactsError(
            "its bytes are in big-endian order" if is_swapped else f"version {version:,} of GGUF is not read"
        )
    count, entries = pieces.number("<Q"), pieces.number("<Q")
    if count > MOST_NAMES or entries > _MOST_ENTRIES:
        raise BrokenFactsError(f"it declares {count:,} tensors and {entries:,} entries: more than are read")
    says, alignment = _metadata(pieces, entries)
    tensors: dict[str, tuple[str, Shape]] = {}
    spans: list[tuple[int, int, str]] = []
    for _ in range(count):
        name = pieces.text(_LONGEST_KEY)
        if name in tensors:
            raise BrokenFactsError(f"tensor {shown(name)} stands twice in it")
        tensors[name], begin, length = _tensor(pieces, name)
        spans.append((begin, length, name))
    check_names(tensors)
    start = -(-pieces.place // alignment) * alignment
    _check_spans(spans, size - start, alignment)
    places = {name: start + begin for begin, _, name in spans}
    return TensorHeader(tensors, sum(length for _, length, _ in spans), says, places)


def _metadata(pieces: _Pieces, entries: int) -> tuple[dict[str, str], int]:
    """The texts under ``general.``, and to what tensors are aligned."""
    says: dict[str, str] = {}
    keys: set[str] = set()
    alignment = 32
    for _ in range(entries):
        key, kind = pieces.text(_LONGEST_KEY), pieces.number("<I")
        if key in keys:
            raise BrokenFactsError(f"the key {shown(key)} stands twice in it")
        keys.add(key)
        if key == _ALIGNMENT:
            alignment = pieces.number("<I") if kind == _UINT32 else 0
            if not 1 <= alignment <= 1024**2 or alignment & (alignment - 1):
                raise BrokenFactsError(f"its {_ALIGNMENT} is no power of two up to 1,048,576")
        elif kind == _STRING and key.startswith("general.") and len(says) < _MOST_SAID:
            text = pieces.text(MOST_HEADER_BYTES)
            says[key] = text[:_LONGEST_SAID]
        else:
            _pass_over(pieces, kind, key)
    return says, alignment


def _pass_over(pieces: _Pieces, kind: int, key: str, depth: int = 0) -> None:
    if kind in _FIXED:
        pieces.skip(_FIXED[kind])
    elif kind == _STRING:
        pieces.skip(pieces.number("<Q"))
    elif kind == _ARRAY and depth < 4:
        inner, count = pieces.number("<I"), pieces.number("<Q")
        if inner in _FIXED:
            pieces.skip(count * _FIXED[inner])
            return
        if count > MOST_HEADER_BYTES // 8:  # each takes its length, at least
            raise BrokenFactsError(f"the array {shown(key)} declares {count:,} items")
        for _ in range(count):
            _pass_over(pieces, inner, key, depth + 1)
    else:
        raise BrokenFactsError(f"the key {shown(key)} has a value of the unknown kind {kind}")


def _tensor(pieces: _Pieces, name: str) -> tuple[tuple[str, Shape], int, int]:
    """The type and the shape of a tensor, where it begins, and how many bytes it takes."""
    dimensions = pieces.number("<I")
    if dimensions > _MOST_DIMENSIONS:
        raise BrokenFactsError(f"tensor {shown(name)} has {dimensions:,} dimensions")
    sizes = [pieces.number("<Q") for _ in range(dimensions)]
    number, begin = pieces.number("<I"), pieces.number("<Q")
    if number not in _TYPES:
        raise BrokenFactsError(f"tensor {shown(name)} has the unknown type {number}")
    dtype, values, bytes_a_block = _TYPES[number]
    count = product(sizes, name)
    if count % values or (sizes and sizes[0] % values):
        raise BrokenFactsError(f"tensor {shown(name)} has rows that are no whole blocks of {dtype}")
    return (dtype, tuple(reversed(sizes))), begin, count // values * bytes_a_block


def _check_spans(spans: list[tuple[int, int, str]], room: int, alignment: int) -> None:
    """Tensors stand end to end but for what aligns them, and inside of the file."""
    end = 0
    for begin, length, name in sorted(spans):
        if begin != -(-end // alignment) * alignment:
            raise BrokenFactsError(f"tensor {shown(name)} does not begin where the one before it ends")
        end = begin + length
    if end > room:
        raise BrokenFactsError(f"its tensors take {end:,} bytes, and {max(room, 0):,} follow the header")


class _Pieces:
    """The bytes of a header in order, fetched in pieces, never more than the bound on headers."""

    def __init__(self, read: ReadPart, size: int) -> None:
        self._read = read
        self._end = min(size, MOST_HEADER_BYTES)
        self._is_cut = size > MOST_HEADER_BYTES
        self._buffer = b""
        self._from = 0
        self.place = 0

    def take(self, count: int) -> bytes:
        self._check(count)
        if self.place + count > self._from + len(self._buffer):
            kept = self._buffer[self.place - self._from :]
            wanted = min(max(count - len(kept), _PIECE), self._end - self.place - len(kept))
            self._buffer = kept + self._read(self.place + len(kept), wanted)
            self._from = self.place
            if len(self._buffer) < count:
                raise BrokenFactsError("it breaks off in its header")
        begin = self.place - self._from
        self.place += count
        return self._buffer[begin : begin + count]

    def skip(self, count: int) -> None:
        self._check(count)
        self.place += count
        if self.place > self._from + len(self._buffer):
            self._buffer, self._from = b"", self.place

    def number(self, form: str) -> int:
        found: int = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        return found

    def text(self, most: int) -> str:
        length = self.number("<Q")
        if length > most:
            raise BrokenFactsError(f"a name of {length:,} bytes stands in its header")
        try:
            return self.take(length).decode("utf-8")
        except UnicodeDecodeError:
            raise BrokenFactsError("a name in its header is not UTF-8") from None

    def _check(self, count: int) -> None:
        if count > self._end - self.place:
            what = (
                f"its header takes more than {MOST_HEADER_BYTES:,} bytes"
                if self._is_cut
                else "it breaks off in its header"
            )
            raise BrokenFactsError(what)
