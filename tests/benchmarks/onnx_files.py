"""The tensors in an ONNX file, read as the protobuf that it is: initialisers and constants, in all graphs of it.

For benchmarks alone: published packages ship ONNX, and modelkin reads none. Nothing is run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES = {1: "<f4", 2: "u1", 3: "i1", 10: "<f2", 11: "<f8"}
# Fields by their numbers in onnx.proto.
_GRAPH, _NODE, _INITIALISER, _ATTRIBUTE = 7, 1, 5, 5
_OUTPUT, _ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH = 2, 5, 6
_DIMENSIONS, _TYPE, _FLOATS, _NAME, _RAW = 1, 2, 4, 8, 9


def onnx_tensors(stored: bytes) -> dict[str, NDArray[Any]]:
    """The tensors of floats and bytes by name; a name that stands in several graphs gets a number."""
    found: dict[str, NDArray[Any]] = {}
    for number, value in _fields(stored):
        if number == _GRAPH and isinstance(value, bytes):
            for name, values in _of_graph(value):
                unique, count = name, 2
                while unique in found:
                    unique, count = f"{name}.again{count}", count + 1
                found[unique] = values
    return found


def _of_graph(stored: bytes) -> Iterator[tuple[str, NDArray[Any]]]:
    for number, value in _fields(stored):
        if number == _INITIALISER and isinstance(value, bytes):
            yield from _tensor(value, "")
        elif number == _NODE and isinstance(value, bytes):
            yield from _of_node(value)


def _of_node(stored: bytes) -> Iterator[tuple[str, NDArray[Any]]]:
    fields = list(_fields(stored))
    output = next((value.decode() for number, value in fields if number == _OUTPUT and isinstance(value, bytes)), "")
    for number, value in fields:
        if number != _ATTRIBUTE or not isinstance(value, bytes):
            continue
        for inner, content in _fields(value):
            if inner == _ATTRIBUTE_TENSOR and isinstance(content, bytes):
                yield from _tensor(content, output)
            elif inner == _ATTRIBUTE_GRAPH and isinstance(content, bytes):
                yield from _of_graph(content)


def _tensor(stored: bytes, output: str) -> Iterator[tuple[str, NDArray[Any]]]:
    shape: list[int] = []
    kind, name, raw, floats = 0, output, b"", b""
    for number, value in _fields(stored):
        if number == _DIMENSIONS:
            shape += [value] if isinstance(value, int) else list(_varints(value))
        elif number == _TYPE and isinstance(value, int):
            kind = value
        elif isinstance(value, bytes):
            name = value.decode() if number == _NAME and value else name
            raw = value if number == _RAW else raw
            floats = floats + value if number == _FLOATS else floats
    if kind in _TYPES and shape and name:
        values = np.frombuffer(raw or floats, _TYPES[kind])
        if values.size == int(np.prod(shape)):
            yield name, values.reshape(shape)


def _fields(stored: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message: numbers, or the bytes of texts and messages."""
    place = 0
    while place < len(stored):
        key, place = _varint(stored, place)
        kind = key & 7
        if kind == 0:
            value, place = _varint(stored, place)
            yield key >> 3, value
        elif kind == 2:
            length, place = _varint(stored, place)
            yield key >> 3, stored[place : place + length]
            place += length
        else:
            width = 8 if kind == 1 else 4
            yield key >> 3, stored[place : place + width]
            place += width


def _varint(stored: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = stored[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if not byte & 0x80:
            return value, place


def _varints(stored: bytes) -> Iterator[int]:
    place = 0
    while place < len(stored):
        value, place = _varint(stored, place)
        yield value
