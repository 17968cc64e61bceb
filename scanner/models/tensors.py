"""Reads how the tensors of a source are laid out: from indexes, and from the headers of .safetensors and GGUF files.

Edit this when one more kind of file holds tensors. Values are never read, and a pickle is never opened.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import NamedTuple, TypeVar

from ..results import Skipped
from ..sources.checkout import Checkout, Entry
from ..support.budget import OverBudgetError, budget, check
from ..support.escaping import escape
from .gguf_header import read_gguf
from .layout_facts import MOST_NAMES, TensorHeader, TensorLayout, check_names
from .safetensors_header import ReadPart, read_safetensors
from .strict_json import BrokenFactsError, shown
from .tensor_index import INDEX_SUFFIXES, MOST_INDEX_BYTES, TensorIndex, read_index

SAFETENSORS, GGUF = ".safetensors", ".gguf"
# Unpickling runs what the file says; .bin is what transformers called its pickles.
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
PICKLE = "not compared (pickle)"
# Of one source. The largest model on the Hub has 163 files.
MOST_FILES = 2_000
MOST_BYTES = 128 * 1024**2
SECONDS = 60.0
_SHARD = re.compile(r"(?P<stem>.+)-\d{5}-of-\d{5}\.(?:safetensors|gguf)")
# What Git LFS and git-annex leave in place of a file begins so, and no file of tensors does.
_POINTERS = (b"vers", b"/ann")


_T = TypeVar("_T")


class LayoutReading(NamedTuple):
    """What a source tells of its tensors."""

    layouts: tuple[TensorLayout, ...]
    """Each model in it, the one with the most tensors first."""
    skipped: tuple[Skipped, ...]
    """What could not be read, a line each; pickles are among them."""
    files: Mapping[str, TensorFile] = {}
    """The files of weights whose header was read, by path."""


class TensorFile(NamedTuple):
    """One file of weights."""

    header: TensorHeader
    entry: Entry


def has_tensors(path: str) -> bool:
    """Whether a file at ``path`` is one that `read_layouts` looks at, by its name."""
    return path.lower().endswith((*INDEX_SUFFIXES, SAFETENSORS, GGUF, *_PICKLES))


def layouts_of(checkout: Checkout, seconds: float = SECONDS) -> LayoutReading:
    """The layouts of all models in a source; of a repository of the Hub also by its weights, read by ranges."""
    beside: list[Entry | Skipped] = []
    if checkout.repository and checkout.commit:
        from .hub_weights import weights_beside  # what reads the Hub: not for local files

        beside = list(weights_beside(checkout))
    reading = read_layouts(chain(checkout.entries(), beside), seconds)
    unread = tuple(each for each in beside if isinstance(each, Skipped))
    return reading._replace(skipped=reading.skipped + unread)


def read_layouts(entries: Iterable[Entry | Skipped], seconds: float = SECONDS) -> LayoutReading:
    """The layouts of all models among ``entries``, within so many seconds of processor time and 128 MB of headers."""
    found = {entry.path: entry for entry in entries if isinstance(entry, Entry) and has_tensors(entry.path)}
    reading = _Reading(found)
    try:
        with budget(0, seconds):
            reading.run()
    except OverBudgetError as over:
        reading.skipped.append(Skipped("tensors", f"reading headers {str(over).partition(':')[0]}: not compared"))
    layouts = sorted(reading.layouts, key=lambda layout: (-len(layout.names), layout.path))
    files = {path: TensorFile(header, found[path]) for path, header in reading.headers.items()}
    return LayoutReading(tuple(layouts), tuple(reading.skipped), files)


class _Reading:
    """One source while it is read, and what is left of its bounds."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self.entries = entries
        self.layouts: list[TensorLayout] = []
        self.skipped: list[Skipped] = []
        self.headers: dict[str, TensorHeader] = {}
        self.bytes_left = MOST_BYTES
        self.names_left = 2 * MOST_NAMES
        self.files_left = MOST_FILES

    def run(self) -> None:
        indexes = {path: index for path in self._ending(INDEX_SUFFIXES) if (index := self._index(path))}
        headers = {path: header for path in self._ending((SAFETENSORS, GGUF)) if (header := self._header(path))}
        self.headers = headers
        self.skipped += [Skipped(path, PICKLE) for path in self._ending(_PICKLES)]
        taken: set[str] = set()
        for path, index in indexes.items():
            folder = path.rpartition("/")[0]
            shards = {file: f"{folder}/{file}" if folder else file for file in sorted(set(index.shards.values()))}
            taken.update(shards.values())
            self._add(path, partial(self._of_index, path, index, shards, headers))
        for first, paths in _grouped(path for path in headers if path not in taken).items():
            self._add(first, partial(_of_headers, first, [(path, headers[path]) for path in paths]))

    def _add(self, path: str, make: Callable[[], TensorLayout]) -> None:
        try:
            self.layouts.append(make())
        except BrokenFactsError as error:
            self.skipped.append(Skipped(path, str(error)))

    def _ending(self, suffixes: tuple[str, ...]) -> Iterator[str]:
        for path in self.entries:
            check()
            if path.lower().endswith(suffixes):
                yield path

    def _index(self, path: str) -> TensorIndex | None:
        def read() -> TensorIndex:
            size = self.entries[path].size
            if size > MOST_INDEX_BYTES:
                raise BrokenFactsError(f"an index of {size:,} bytes is over the limit of {MOST_INDEX_BYTES:,}")
            return self._counted(read_index(self._part(path, 0, MOST_INDEX_BYTES + 1)), lambda index: len(index.shards))

        return self._tried(path, read)

    def _header(self, path: str) -> TensorHeader | None:
        def read() -> TensorHeader:
            reader = read_safetensors if path.lower().endswith(SAFETENSORS) else read_gguf
            part: ReadPart = partial(self._part, path)
            return self._counted(reader(part, self.entries[path].size), lambda header: len(header.tensors))

        return self._tried(path, read)

    def _tried(self, path: str, read: Callable[[], _T]) -> _T | None:
        """What ``read`` gives; None, and a line, where the file is broken or a bound is reached."""
        self.files_left -= 1
        if self.files_left < 0:
            if self.files_left == -1:
                self.skipped.append(
                    Skipped(path, f"more than {MOST_FILES:,} files of tensors: it and others are not read")
                )
            return None
        try:
            return read()
        except BrokenFactsError as error:
            self.skipped.append(Skipped(path, str(error)))
        except RecursionError:  # of whatever reader
            self.skipped.append(Skipped(path, "its header is nested too deeply"))
        return None

    def _counted(self, found: _T, count: Callable[[_T], int]) -> _T:
        self.names_left -= count(found)
        if self.names_left < 0:
            raise BrokenFactsError(f"the source names more than {2 * MOST_NAMES:,} tensors: not read")
        return found

    def _part(self, path: str, offset: int, count: int) -> bytes:
        """So many bytes of a file; raises BrokenFactsError where there are none, or the source's bound is reached."""
        check()
        entry = self.entries[path]
        wanted = min(count, max(entry.size - offset, 0))
        if wanted > self.bytes_left:
            raise BrokenFactsError(f"the headers of the source take more than {MOST_BYTES:,} bytes: not read")
        self.bytes_left -= wanted
        got = entry.read_part(offset, wanted)
        if isinstance(got, Skipped):
            raise BrokenFactsError(escape(got.reason))
        if offset == 0 and got[:4] in _POINTERS:
            raise BrokenFactsError("a pointer of Git LFS or git-annex: fetch the file that it stands for")
        return got

    def _of_index(
        self, path: str, index: TensorIndex, shards: Mapping[str, str], headers: Mapping[str, TensorHeader]
    ) -> TensorLayout:
        """The layout that an index gives, with the shapes of those of its files whose header was read."""
        known = {file: headers[place].tensors for file, place in shards.items() if place in headers}
        names = tuple(sorted(index.shards))
        missing = [
            name for name in names if (tensors := known.get(index.shards[name])) is not None and name not in tensors
        ]
        if missing:
            more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
            raise BrokenFactsError(f"its shards lack {shown(missing[0])}{more}, which it says are in them")
        surplus = sum(name not in index.shards for tensors in known.values() for name in tensors)
        if surplus:
            self.skipped.append(
                Skipped(path, f"its shards hold {surplus:,} tensors that it does not name: not compared")
            )
        told = [known.get(index.shards[name], {}).get(name) for name in names]
        held = sum(headers[place].held for place in shards.values()) if len(known) == len(shards) else None
        return TensorLayout(
            path,
            names,
            tuple(each[1] if each else None for each in told) if known else None,
            tuple(each[0] if each else "" for each in told) if known else None,
            index.total_size,
            held,
            tuple(shards),
        )


def _grouped(paths: Iterable[str]) -> dict[str, list[str]]:
    """Files of weights that no index names, those of one model together (``-00001-of-00003``), by the first of them."""
    by_stem: dict[str, list[str]] = {}
    for path in paths:
        shard = _SHARD.fullmatch(path)
        by_stem.setdefault(f"{shard['stem']}/" if shard else path, []).append(path)
    return {group[0]: group for group in by_stem.values()}


def _of_headers(path: str, headers: list[tuple[str, TensorHeader]]) -> TensorLayout:
    """The layout that the headers of a model's files give together. Raises BrokenFactsError."""
    tensors: dict[str, tuple[str, tuple[int, ...]]] = {}
    for file, header in headers:
        for name, told in header.tensors.items():
            if name in tensors:
                raise BrokenFactsError(f"tensor {shown(name)} stands in {shown(file)} and in a file before it")
            tensors[name] = told
    check_names(tensors)
    names = tuple(sorted(tensors))
    return TensorLayout(
        path,
        names,
        tuple(tensors[name][1] for name in names),
        tuple(tensors[name][0] for name in names),
        held=sum(header.held for _, header in headers),
        files=tuple(file.rpartition("/")[2] for file, _ in headers),
        says=headers[0][1].says,
    )
