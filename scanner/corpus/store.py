"""Corpus files opened: which ones there are, and each mapped into memory, its header and its shape checked.

What was found to be sound before is opened without numpy: a run from the scan cache reads no column. Edit this when the
file format changes, or when corpora stand in another place.
"""

from __future__ import annotations

import mmap
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, replace

from ..errors import CorpusError
from ..support.data_files import shipped_folder, user_data
from .file_header import Header, InSegmentsError, read_header
from .kept.corpus_cache import file_key, is_checked, keep_checked
from .model import (
    CORPUS_SUFFIX,
    HEADER_KEY,
    LONGEST_HEADER,
    Corpus,
    content_digest,
)
from .packed.packed_head import PACKED_SUFFIX
from .packed.unpacking import ready
from .schema import APPEARANCES, COLUMNS, MODELS, NATIVE, PLAIN, PLAIN_COUNTS, Column, LateColumns
from .segments import segment_paths

if TYPE_CHECKING:
    from ..support.arrays import Array

# How often segments are looked for again that another run put together meanwhile.
_MOST_TRIES = 5
_SHIPPED, _SHIPPED_PACKED = f"base{CORPUS_SUFFIX}", f"base{PACKED_SUFFIX}"
_SHIPPED_MODELS = f"models{CORPUS_SUFFIX}"
_BITS = {"U8": 8, "U16": 16, "U32": 32, "U64": 64}


class _Stored(Struct, frozen=True):
    """A corpus file as it stands."""

    told: str
    """Its header, in JSON."""
    key: str
    """What tells the file from all others."""
    tensors: dict[str, dict[str, Any]]
    """Where each column is, those unknown here too."""
    body: memoryview

    def column(self, name: str) -> memoryview:
        """The bytes of a column; raises ValueError where it is not all there."""
        first, last = self.tensors[name]["data_offsets"]
        if not 0 <= first <= last <= len(self.body):
            raise ValueError(f"{name} is cut off or of another type")
        return self.body[first:last]

    def entries(self, column: Column[Any]) -> tuple[memoryview, int]:
        """The bytes of a known column, and the bits of each entry. Raises ValueError where it is of another form."""
        told, content = self.tensors[column.name], self.column(column.name)
        bits = _BITS.get(told["dtype"])
        if bits is None or bits not in {each.bits for each in column.held_in}:
            raise ValueError(f"{column.name} is cut off or of another type")
        if told["shape"] != [8 * len(content) / bits]:
            raise ValueError(f"{column.name} is of another length than its header says")
        return content, bits


def open_corpus(path: Path) -> Corpus:
    """Map a corpus file. CorpusError says what is wrong with it."""
    with _explained(path):
        stored = _stored(path)
        is_known = is_checked(stored.key)
        header = read_header(path, stored.told)
        corpus = _decoded(path, stored, header)
        if not is_known:
            _check(corpus, header)
    if not is_known:
        keep_checked(stored.key)
    return corpus


def open_segments(path: Path) -> list[Corpus]:
    """Map a corpus that may be in segments: each of them, oldest first. Raises CorpusError."""
    for _ in range(_MOST_TRIES):
        paths = segment_paths(path)
        with suppress(_GoneError):
            return [_open_segment(each, path if len(paths) > 1 else None) for each in paths]
    raise CorpusError(f"{path}: other runs keep changing it: try again")


class _GoneError(Exception):
    """A segment is not there any more, or a single file has become several: another run added to it meanwhile."""


def _open_segment(path: Path, whole: Path | None) -> Corpus:
    try:
        return replace(open_corpus(path), segment_of=whole)
    except InSegmentsError:  # since a moment ago
        raise _GoneError from None
    except CorpusError:
        if whole is not None and not is_there(path):
            raise _GoneError from None
        raise


def is_altered(path: Path) -> bool:
    """Whether what is in a corpus file, and be it unknown here, is not what its digest says. Raises CorpusError."""
    with _explained(path):
        stored = _stored(path)
        columns = {name: stored.column(name) for name in stored.tensors}
        if sum(map(len, columns.values())) > len(stored.body):
            raise ValueError("its columns overlap")
        header = _json(stored.told)
        return bool(content_digest(header, columns) != header["digest"])


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise CorpusError(f"{path}: no such corpus file") from None
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read as a corpus: {error.strerror}") from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise CorpusError(f"{path}: damaged corpus file ({error}); build or download it again") from None


@contextmanager
def damage_explained(corpora: Sequence[Corpus]) -> Iterator[None]:
    """An error that damage in one of ``corpora`` explains becomes a CorpusError naming it; any other passes."""
    try:
        yield
    except (LookupError, ValueError, ArithmeticError, MemoryError) as error:
        from .validation import problems

        for corpus in corpora:
            if found := problems(corpus):
                raise damaged(corpus, found[0]) from error
        raise


def damaged(corpus: Corpus, problem: str) -> CorpusError:
    """The error that says so."""
    return CorpusError(f"{corpus.path or corpus.name}: damaged corpus file ({problem}); build or download it again")


def _stored(path: Path) -> _Stored:
    data, key, header = _mapped(path)
    tensors = _json(header)
    metadata = tensors.pop("__metadata__", ())
    if HEADER_KEY not in metadata:
        raise CorpusError(f"{path}: a .safetensors file, but not a corpus: name one that modelkin wrote")
    return _Stored(metadata[HEADER_KEY], key, tensors, data[8 + len(header) :])


def _json(text: bytes | str) -> Any:
    """What JSON says, read in a third of the time that the standard library takes, which reads what others refuse."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        import json

        return json.loads(text)


def _mapped(path: Path) -> tuple[memoryview, str, bytes]:
    """The file, what tells it from all others, and its header, which is read: what is mapped stays untouched."""
    if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for a writer
        raise CorpusError(f"{path}: cannot be read as a corpus: not a regular file")
    try:
        with path.open("rb") as file:
            key = file_key(os.fstat(file.fileno()))
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            length = int.from_bytes(file.read(8), "little")
            header = file.read(length) if 0 < length <= min(len(data) - 8, LONGEST_HEADER) else b""
    except ValueError as error:  # it is empty
        raise CorpusError(f"{path}: cannot be read as a corpus: {error}") from None
    if not header or len(header) < length:
        raise ValueError("its header is cut off")
    return data, key, header


def _decoded(path: Path, stored: _Stored, header: Header) -> Corpus:
    """The corpus of a file, with the columns that it has, and what stands in place of those that it may lack."""
    absent = {column for column in COLUMNS.values() if column.optional and column.name not in stored.tensors}
    knows_plain = PLAIN.isdisjoint(absent)
    if not knows_plain:  # some of them tell nothing
        absent |= {*PLAIN, *PLAIN_COUNTS}
    if not NATIVE.isdisjoint(absent):
        absent |= NATIVE
    if not MODELS.isdisjoint(absent):
        absent |= MODELS
    corpus = Corpus(_columns(stored, absent), **asdict(header), path=path, file_key=stored.key, knows_plain=knows_plain)
    if not knows_plain:
        from .plain_tables import without_plain

        corpus = replace(corpus, arrays={**without_plain(corpus), **corpus.arrays})
    if not APPEARANCES.isdisjoint(absent):
        from .appearances import filled
        from .validation import shape_problems

        _refuse(shape_problems(corpus))
        corpus = replace(corpus, arrays={**filled(corpus), **corpus.arrays})
    return corpus


def _columns(stored: _Stored, absent: set[Column[Any]]) -> LateColumns:
    """The columns but for those ``absent``; of native files and models none are told of in place of these."""
    held = {column.name: stored.entries(column) for column in COLUMNS.values() if column not in absent}
    lengths = {name: 8 * len(content) // bits for name, (content, bits) in held.items()}
    lengths |= {column.name: int(column.runs is not None) for column in absent & (NATIVE | MODELS)}

    def made(name: str) -> Array:
        import numpy as np

        if name not in held:
            return np.zeros(lengths[name], COLUMNS[name].dtype)
        content, bits = held[name]
        return np.frombuffer(content, f"u{bits // 8}")

    return LateColumns(lengths, made)


def _check(corpus: Corpus, header: Header) -> None:
    """Raise ValueError for what a scan could not read, or not to its end."""
    from ..support.mapped_files import let_go
    from .validation import endless_problems, shape_problems

    header.check()
    _refuse(chain(shape_problems(corpus), endless_problems(corpus)))
    let_go(corpus.arrays.values())


def _refuse(found: Iterable[str]) -> None:
    for problem in found:
        raise ValueError(problem)


def shipped_path() -> Path:
    """The corpus that comes with modelkin, which is unpacked first where that is due. Raises CorpusError."""
    packed = packed_path()
    return ready(packed) if packed.exists() else packed.with_name(_SHIPPED)


def models_path() -> Path:
    """The corpus of published models that comes with modelkin: no code is in it."""
    return shipped_folder("corpora") / _SHIPPED_MODELS


def packed_path() -> Path:
    """The packed form of the corpus that comes with modelkin; a checkout may have it unpacked instead."""
    return shipped_folder("corpora") / _SHIPPED_PACKED


def user_path() -> Path:
    """The corpus of the user's own upstreams; ``MODELKIN_DATA_DIR`` moves it."""
    return user_data() / "corpus.safetensors"


def wide_path() -> Path:
    """The corpus that `modelkin corpus update` builds, beside the user's own."""
    return user_path().with_name("wide.safetensors")


def known_paths(required: bool = True) -> list[Path]:
    """The shipped corpus, the wide one and the user's own, of which there must be one if ``required``.

    Raises CorpusError.
    """
    found = [path for path in (shipped_path(), wide_path(), user_path()) if is_there(path)]
    if required and not found:
        raise CorpusError("no corpus found; name one with --corpus, or build one with `modelkin corpus build`")
    return found


def default_corpora(paths: Sequence[Path] | None, required: bool = True) -> list[Corpus]:
    """Open ``paths``; None means all of `known_paths`. Raises CorpusError."""
    chosen = known_paths(required) if paths is None else paths
    return [corpus for path in chosen for corpus in open_segments(path)]


def shipped_models() -> list[Corpus]:
    """The corpus of published models that comes with modelkin, opened; none where a checkout lacks it.

    Raises CorpusError.
    """
    path = models_path()
    return [_opened_models(path)] if is_there(path) else []


@lru_cache(1)
def _opened_models(path: Path) -> Corpus:
    """Opened once a process: its facts are decoded at the first look-up, and audits ask for each repository."""
    return open_corpus(path)


def is_there(path: Path) -> bool:
    """Whether there is anything by that name, be it unreadable: opening it then says why."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
