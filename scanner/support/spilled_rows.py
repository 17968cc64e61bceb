"""Rows of numbers, more than memory holds: kept in temporary files, and given back in parts, equal keys together.

Edit this when tables that are grouped by a key outgrow memory in another way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from types import TracebackType
from typing import BinaryIO, cast

import numpy as np

from .arrays import U64, Array

PARTS = 64
_PART_BITS = 6
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class SpilledRows:
    """A table with a ``key`` uint64 and more columns; beyond ``most`` rows it is laid down on the disk.

    Used as a context: its files are gone after it. A part of N rows needs the memory of N / 64 of them.
    """

    def __init__(self, columns: list[tuple[str, str]], most: int = 500_000) -> None:
        self.dtype = np.dtype([("key", "<u8"), *columns])
        self._most = most
        self._held: list[Array] = []
        self._count = 0
        self._files: list[BinaryIO] = []
        self._stack = ExitStack()

    def __enter__(self) -> SpilledRows:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(self, keys: U64, **columns: Array | float) -> None:
        """Take rows: a key each, and each other column as an array or as one number for all."""
        rows = np.empty(len(keys), self.dtype)
        rows["key"] = keys
        for name, values in columns.items():
            rows[name] = values
        self._held.append(rows)
        self._count += len(rows)
        if self._count >= self._most:
            self._spill()

    def parts(self) -> Iterator[Array]:
        """All rows, sorted by key, in parts: rows of one key are in one part."""
        if not self._files:
            yield self._sorted(self._held)
            return
        self._spill()
        for file in self._files:
            file.seek(0)
            yield self._sorted([np.frombuffer(file.read(), self.dtype)])

    def _sorted(self, held: list[Array]) -> Array:
        rows = np.concatenate([np.empty(0, self.dtype), *held])
        return rows[np.argsort(rows["key"], kind="stable")]

    def _spill(self) -> None:
        if not self._files:
            for _ in range(PARTS):
                file = TemporaryFile(prefix="modelkin-rows-")  # noqa: SIM115 - closed with the stack
                self._files.append(cast(BinaryIO, self._stack.enter_context(file)))
        rows = np.concatenate([np.empty(0, self.dtype), *self._held])
        part = (rows["key"] * _FACTOR) >> np.uint64(64 - _PART_BITS)
        for number, kept in enumerate(self._files):
            kept.write(rows[part == number].tobytes())
        self._held, self._count = [], 0
