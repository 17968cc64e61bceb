"""Corpus files opened: which ones there are, and each mapped into memory, its header and its shape checked.

Edit this when the file format changes, or when corpora stand in another place.
"""

from __future__ import annotations

import json
import mmap
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, overload

import msgspec
import numpy as np
from msgspec.structs import replace

from ..errors import CorpusError
from ..fingerprints.winnowing import WINNOWING
from ..notices.model import Notice
from ..results import LicenceForm
from ..support.arrays import Array, let_go
from ..support.data_files import shipped_folder
from .appearances import APPEARANCES, filled
from .model import (
    CORPUS_SUFFIX,
    FORMAT,
    HEADER_KEY,
    LONGEST_HEADER,
    OLDEST_FORMAT,
    Corpus,
    Project,
    Release,
    content_digest,
)
from .model_table import MODELS, without_models
from .native_table import NATIVE, without_native
from .packed.packed_head import PACKED_SUFFIX
from .packed.unpacking import ready
from .plain_tables import PLAIN, PLAIN_COUNTS, without_plain
from .rarity import COUNTS
from .schema import COLUMNS, NARROWED, Column
from .segments import segment_paths
from .validation import endless_problems, shape_problems

# How often segments are looked for again that another run put together meanwhile.
_MOST_TRIES = 5
_FORMS = {form.value: form for form in LicenceForm}
_SHIPPED, _SHIPPED_PACKED = f"base{CORPUS_SUFFIX}", f"base{PACKED_SUFFIX}"
_SHIPPED_MODELS = f"models{CORPUS_SUFFIX}"
_TYPES = {"U8": np.uint8, "U16": np.uint16, "U32": np.uint32, "U64": np.uint64}


class _Stored(NamedTuple):
    """A corpus file as it stands."""

    header: dict[str, Any]
    tensors: dict[str, dict[str, Any]]
    """Where each column is, those unknown here too."""
    body: memoryview

    def column(self, name: str) -> memoryview:
        """The bytes of a column; raises ValueError where it is not all there."""
        first, last = self.tensors[name]["data_offsets"]
        if not 0 <= first <= last <= len(self.body):
            raise ValueError(f"{name} is cut off or of another type")
        return self.body[first:last]


def open_corpus(path: Path) -> Corpus:
    """Map a corpus file. CorpusError says what is wrong with it."""
    with _explained(path):
        corpus = _decoded(path, _stored(path))
    let_go(corpus.arrays.values())
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


class _InSegmentsError(CorpusError):
    """It is no single file."""


def _open_segment(path: Path, whole: Path | None) -> Corpus:
    try:
        return replace(open_corpus(path), segment_of=whole)
    except _InSegmentsError:  # since a moment ago
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
        return bool(content_digest(stored.header, columns) != stored.header["digest"])


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


def _stored(path: Path) -> _Stored:
    data = _mapped(path)
    length = int.from_bytes(data[:8], "little")
    if not 0 < length <= min(len(data) - 8, LONGEST_HEADER):
        raise ValueError("its header is cut off")
    tensors = _json(bytes(data[8 : 8 + length]))
    metadata = tensors.pop("__metadata__", ())
    if HEADER_KEY not in metadata:
        raise CorpusError(f"{path}: a .safetensors file, but not a corpus: name one that modelkin wrote")
    header = _json(metadata[HEADER_KEY])
    _check_settings(path, header)
    return _Stored(header, tensors, data[8 + length :])


def _json(text: bytes | str) -> Any:
    """What JSON says, read in a third of the time that the standard library takes, which reads what others refuse."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return json.loads(text)


def _mapped(path: Path) -> memoryview:
    if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for a writer
        raise CorpusError(f"{path}: cannot be read as a corpus: not a regular file")
    try:
        with path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except ValueError as error:  # it is empty
        raise CorpusError(f"{path}: cannot be read as a corpus: {error}") from None


def _decoded(path: Path, stored: _Stored) -> Corpus:
    absent = {column for column in COLUMNS.values() if column.optional and column.name not in stored.tensors}
    knows_plain = PLAIN.isdisjoint(absent)
    if not knows_plain:  # some of them tell nothing
        absent |= {*PLAIN, *PLAIN_COUNTS}
    if not NATIVE.isdisjoint(absent):
        absent |= NATIVE
    if not MODELS.isdisjoint(absent):
        absent |= MODELS
    arrays = {column.name: _array(stored, column) for column in COLUMNS.values() if column not in absent}
    arrays |= without_native() if absent >= NATIVE else {}
    arrays |= without_models() if absent >= MODELS else {}
    corpus = replace(_with_header(path, stored.header, arrays), knows_plain=knows_plain)
    # How many path histories hold something is asked only where several corpora are in use.
    if not absent <= COUNTS | NATIVE | MODELS:
        corpus = replace(corpus, arrays={**({} if knows_plain else without_plain(corpus)), **arrays})
    if not APPEARANCES.isdisjoint(absent):
        _refuse(shape_problems(corpus))
        corpus = replace(corpus, arrays={**filled(corpus), **corpus.arrays})
    _refuse(chain(shape_problems(corpus), endless_problems(corpus)))
    return corpus


def _refuse(found: Iterable[str]) -> None:
    for problem in found:
        raise ValueError(problem)


def _check_settings(path: Path, header: dict[str, Any]) -> None:
    if "segments" in header:
        told = "a corpus in segments, where a single file is needed: make one with `modelkin corpus merge`"
        raise _InSegmentsError(f"{path}: {told}")
    numbers = [header["format"], header["k"], header["window"]]
    if any(type(number) is not int for number in numbers):
        raise ValueError("its settings are no numbers")
    if not OLDEST_FORMAT <= numbers[0] <= FORMAT:
        remedy = "upgrade modelkin" if numbers[0] > FORMAT else "build or download it again"
        raise CorpusError(f"{path}: corpus format {numbers[0]}, but this modelkin reads {FORMAT}; {remedy}")
    if numbers[1:] != [WINNOWING.k, WINNOWING.window]:
        raise CorpusError(
            f"{path}: built with k {numbers[1]} and window {numbers[2]}, but this modelkin works with "
            f"k {WINNOWING.k} and window {WINNOWING.window}; build or download it again"
        )


# Of the rows of the header: what is behind the fields that are known here was added later, and is passed over.
_PROJECT_FIELDS = 6
# Its licence, origin and source are there where one of them is.
_RELEASE_FIELDS = 9
_UNLISTED_FIELDS = 4
_NOTICE_FIELDS = 5


def _with_header(path: Path, header: dict[str, Any], arrays: dict[str, Array]) -> Corpus:
    name, version, digest = _texts([header[key] for key in ("name", "version", "digest")])
    projects = tuple(_project(row) for row in header["projects"])
    releases = tuple(_release(row[:_RELEASE_FIELDS], len(projects)) for row in header["releases"])
    unlisted = _Unlisted(header.get("unlisted", []), len(projects))
    return Corpus(arrays, name, projects, releases, _Notices(header["notices"]), version, digest, path, unlisted)


def _project(row: list[Any]) -> Project:
    # Format 2 has no date.
    name, licence, homepage, source, package, *published = _texts(row[:_PROJECT_FIELDS])
    also = _texts(row[_PROJECT_FIELDS]) if len(row) > _PROJECT_FIELDS else ()
    return Project(name, licence, homepage, source, package, "".join(published), also)


def _release(row: list[Any], projects: int) -> Release:
    project, *texts, copyrights, has_notice_file = row[:6]
    if type(project) is not int or not 0 <= project < projects:
        raise ValueError("its header has a release of no project")
    if type(has_notice_file) is not bool:
        raise ValueError("its header has something else where yes or no belongs")
    version, released, sha256 = _texts(texts)
    return Release(project, version, released, sha256, _texts(copyrights), has_notice_file, *_texts(row[6:]))


class _Unlisted(Sequence[Release]):
    """Rows of the header, checked together; each becomes a release when it is asked for, as few of them are."""

    def __init__(self, rows: list[list[Any]], projects: int) -> None:
        if type(rows) is not list:
            raise ValueError("its header has something else where releases belong")
        columns = list(zip(*rows, strict=True)) if rows else [()] * _UNLISTED_FIELDS
        owners, versions, days, *origins = columns[:_UNLISTED_FIELDS]
        if not set(map(type, owners)) <= {int} or not set(owners) <= set(range(projects)):
            raise ValueError("its header has a release of no project")
        _texts([*versions, *days, *chain.from_iterable(origins)])
        self._columns = owners, versions, days, *(origins or [("",) * len(owners)])

    def __len__(self) -> int:
        return len(self._columns[0])

    @overload
    def __getitem__(self, number: int) -> Release: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Release, ...]: ...
    def __getitem__(self, number: int | slice) -> Release | tuple[Release, ...]:
        if isinstance(number, slice):
            return tuple(map(self.__getitem__, range(len(self))[number]))
        return _listed_release(*(column[number] for column in self._columns))

    def __iter__(self) -> Iterator[Release]:
        return (_listed_release(*row) for row in zip(*self._columns, strict=True))


def _listed_release(project: int, version: str, day: str, origin: str) -> Release:
    return Release(project, version, day, "", origin=origin)


class _Notices(Sequence[Notice]):
    """Rows of the header, checked together; each becomes a notice when it is asked for, as few of them are."""

    def __init__(self, rows: list[list[Any]]) -> None:
        if type(rows) is not list:
            raise ValueError("its header has something else where notices belong")
        self._rows = rows
        columns = list(zip(*rows, strict=True)) if rows else [()] * _NOTICE_FIELDS
        licences, forms, last_lines, copyrights, *sources = columns[:_NOTICE_FIELDS]  # format 2 has no sources
        if not set(map(type, last_lines)) <= {int} or min(last_lines, default=0) < 0:
            raise ValueError("its header has something else where a line number belongs")
        if not set(forms) <= _FORMS.keys():
            raise ValueError(f"{min(set(forms) - _FORMS.keys())!r} is no way to state a licence")
        lists = [*copyrights, *chain.from_iterable(sources)]
        if not set(map(type, lists)) <= {list}:
            raise ValueError("its header has something else where text belongs")
        _texts([*licences, *chain.from_iterable(lists)])

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, number: int) -> Notice: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[Notice, ...]: ...
    def __getitem__(self, number: int | slice) -> Notice | tuple[Notice, ...]:
        if isinstance(number, slice):
            return tuple(map(_notice, self._rows[number]))
        return _notice(self._rows[number])


def _notice(row: list[Any]) -> Notice:
    licence, form, last_line, copyrights, *sources = row[:_NOTICE_FIELDS]
    return Notice(licence, tuple(copyrights), _FORMS[form], last_line, tuple(chain.from_iterable(sources)))


def _texts(values: Any) -> tuple[str, ...]:
    if type(values) is not list or not set(map(type, values)) <= {str}:
        raise ValueError("its header has something else where text belongs")
    return tuple(values)


def _array(stored: _Stored, column: Column[Any]) -> Array:
    entry, content = stored.tensors[column.name], stored.column(column.name)
    dtype = _TYPES.get(entry["dtype"])
    is_narrow = column.narrows and dtype == NARROWED[column.dtype]
    if dtype != column.dtype and not is_narrow:
        raise ValueError(f"{column.name} is cut off or of another type")
    array: Array = np.frombuffer(content, dtype)
    if entry["shape"] != [len(array)]:
        raise ValueError(f"{column.name} is of another length than its header says")
    return array


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
    import platformdirs

    folder = os.environ.get("MODELKIN_DATA_DIR") or platformdirs.user_data_dir("modelkin")
    return Path(folder) / "corpus.safetensors"


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
