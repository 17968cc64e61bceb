"""The tensors of one model as they can be read: where each stands, and values of it by ranges, within a bound.

Edit this when weights stand in one more kind of file. A file is never read whole, but for a member of an archive, and
no pickle is opened.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..models.layout_facts import Shape, TensorLayout
from ..models.tensors import TensorFile
from ..results import Skipped
from ..support.budget import check
from ..support.escaping import escape
from .positions import Block
from .ranges import MOST_GAP, Range, joined
from .value_types import COMPARED, Values, decoded, span

# A member of an archive up to this is inflated once, and kept while it is read.
_MOST_KEPT = 64 * 1024**2


class Tensor(NamedTuple):
    """One tensor."""

    name: str
    dtype: str
    shape: Shape
    path: str
    """The file that it stands in."""
    place: int
    """Where in the file it begins, in bytes."""

    @property
    def size(self) -> int:
        """How many values it has."""
        return math.prod(self.shape)

    @property
    def sizes(self) -> Shape:
        """Its shape without dimensions of one value, which libraries put in and leave out."""
        return tuple(each for each in self.shape if each != 1) or (1,)

    @property
    def is_matrix(self) -> bool:
        """Whether it has two dimensions or more, of more than one value each: those decide."""
        return len(self.sizes) > 1


class Checkpoint:
    """The weights of one model. What was read is counted, and what could not be is named."""

    def __init__(self, name: str, layout: TensorLayout, files: Mapping[str, TensorFile], in_archive: bool) -> None:
        self.name = name
        self.layout = layout
        self.bytes_read = 0
        self.requests = 0
        self.skipped: dict[str, Skipped] = {}
        self.not_finite: set[str] = set()
        self._ahead: dict[tuple[str, Range], bytes | Skipped] = {}
        self._entries = {path: file.entry for path, file in files.items()}
        self._in_archive = in_archive
        folder = layout.path.rpartition("/")[0]
        paths = [f"{folder}/{each}" if folder else each for each in layout.files]
        self.tensors = _tensors(layout, {path: files[path] for path in paths if path in files})

    def values(self, tensor: Tensor, blocks: Sequence[Block]) -> Values | None:
        """The values of these blocks, one after the other; None, and a line, where they cannot be read."""
        if tensor.path in self.skipped:
            return None
        wanted = self._ranges(tensor, blocks)
        missing = [each for each in wanted if (tensor.path, each) not in self._ahead]
        self._read(tensor.path, missing, MOST_GAP)
        found: list[Values] = []
        for block, each in zip(blocks, wanted, strict=True):
            check()
            stored = self._ahead.pop((tensor.path, each), b"")
            if not isinstance(stored, Skipped) and len(stored) < each.length:
                stored = Skipped(tensor.path, "it is shorter than its header says: values of it cannot be read")
            if isinstance(stored, Skipped):
                self.skipped[tensor.path] = Skipped(tensor.path, escape(stored.reason))
                return None
            found.append(decoded(tensor.dtype, stored)[: block.length])
        return np.concatenate(found) if found else np.empty(0)

    def read_ahead(self, wanted: Iterable[tuple[Tensor, Sequence[Block]]], spare: int = 0) -> None:
        """Read what ``values`` will be asked for next: all at once takes fewer and larger parts of the files.

        ``spare`` bytes more may be read for that.
        """
        by_path: defaultdict[str, set[Range]] = defaultdict(set)
        for tensor, blocks in wanted:
            if tensor.path not in self.skipped:
                by_path[tensor.path].update(self._ranges(tensor, blocks))
        for path in sorted(by_path):
            check()
            spare -= self._read(path, [each for each in by_path[path] if (path, each) not in self._ahead], spare)

    def finite_values(self, tensor: Tensor, blocks: Sequence[Block]) -> Values | None:
        """As ``values``; None, and its name in ``not_finite``, also where one of them is NaN or infinite."""
        found = self.values(tensor, blocks)
        if found is None or np.isfinite(found).all():
            return found
        self.not_finite.add(tensor.name)
        return None

    @staticmethod
    def _ranges(tensor: Tensor, blocks: Sequence[Block]) -> list[Range]:
        """Where the values of ``blocks`` stand in the tensor's file."""
        spans = (span(tensor.dtype, *block) for block in blocks)
        return [Range(tensor.place + offset, count) for offset, count in spans]

    def _read(self, path: str, wanted: Sequence[Range], spare: int) -> int:
        """Read these parts of a file, and so many bytes between them as come out; up to ``spare`` of these."""
        entry = self._entries[path]
        if self._in_archive and entry.size <= _MOST_KEPT:
            stored = self._whole(path)
            parts = [stored if isinstance(stored, Skipped) else stored[each.offset : each.end] for each in wanted]
            self._count(wanted)
            self._ahead |= {(path, each): part for each, part in zip(wanted, parts, strict=True)}
            return 0
        ranges = joined(wanted, spare)
        self._count(ranges)
        places = [each.offset for each in ranges]
        got = entry.read_parts(ranges) if ranges else []
        for each in wanted:
            place = bisect_right(places, each.offset) - 1
            part, start = got[place], each.offset - places[place]
            self._ahead[path, each] = part if isinstance(part, Skipped) else part[start : start + each.length]
        return sum(each.length for each in ranges) - sum(each.length for each in wanted)

    def _count(self, ranges: Sequence[Range]) -> None:
        self.bytes_read += sum(each.length for each in ranges)
        self.requests += len(ranges)

    @lru_cache(maxsize=1)  # noqa: B019  it lives as long as one comparison
    def _whole(self, path: str) -> bytes | Skipped:
        return self._entries[path].read_part(0, self._entries[path].size)


def _tensors(layout: TensorLayout, files: Mapping[str, TensorFile]) -> dict[str, Tensor]:
    """The tensors by name, sorted, of the files whose header was read."""
    named = set(layout.names)
    found = {
        name: Tensor(name, dtype, shape, path, file.header.places[name])
        for path, file in files.items()
        for name, (dtype, shape) in file.header.tensors.items()
        if name in named
    }
    return dict(sorted(found.items()))


def readable(tensors: Iterable[Tensor], least_values: int) -> list[Tensor]:
    """The tensors of a type that is read, with at least so many values."""
    return [each for each in tensors if each.dtype in COMPARED and each.size >= least_values]


def largest(
    name: str, layouts: Sequence[TensorLayout], files: Mapping[str, TensorFile], in_archive: bool
) -> Checkpoint | None:
    """The weights of the largest model in a source, which is the first of ``layouts``; None without values to read."""
    if not layouts or layouts[0].shapes is None:
        return None
    return Checkpoint(name, layouts[0], files, in_archive)
