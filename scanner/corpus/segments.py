"""A corpus in segments: several corpus files in a folder, and in their place a small file that lists them.

So what is added to a large corpus need not be written together with it. Each segment is a corpus of its own, opened
beside the others; the list names each by its digest, and a list whose segments are not there is an error, so that one
can't be moved without the others unnoticed. Edit this when segments should be kept, or put together, in another way.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from ..errors import CorpusError
from ..fingerprints.window import WINNOWING
from ..support.atomic_write import opened_folder
from ..support.folders import is_temporary
from ..support.lazy import lazy_pattern
from .model import CORPUS_SUFFIX, FORMAT, HEADER_KEY, Corpus, replaced, write

SEGMENTS_SUFFIX = ".segments"
# A modelkin that knows of no segments says that it is too old.
_FORMAT = FORMAT + 1
# Of the list: a corpus has far fewer segments than fit in.
_MOST_BYTES = 2**20
_DIGITS = 32
_NAME = lazy_pattern(rf"[0-9a-f]{{{_DIGITS}}}{re.escape(CORPUS_SUFFIX)}")
# Parts are put together while that is quick, whatever is there: up to so many bytes, or so many times what is added.
SMALL, TIMES = 2**19, 4
# With more of them each run takes notice; then all are put together that are not much larger than those after them.
MOST_SEGMENTS = 32
# What is no segment any more may still be asked for by runs that began before.
KEPT_SECONDS = 60 * 60


class SegmentList(Struct, frozen=True):
    """What the file in place of a corpus says: its name and version, and its segments, oldest first."""

    name: str
    version: str
    paths: tuple[Path, ...]


def segment_list(path: Path) -> SegmentList | None:
    """The segments of the corpus at ``path``; None where it is a single file, or none. Raises CorpusError."""
    header = _list_header(path)
    if header is None:
        return None
    try:
        name, version, files = header["name"], header["version"], header["segments"]
        if not all(_NAME.fullmatch(each) for each in (*files, *([] if files else [""]))):
            raise ValueError("it lists what can be no segment")
        return SegmentList(str(name), str(version), tuple(segments_folder(path) / each for each in files))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CorpusError(f"{path}: damaged list of the segments of a corpus ({error}); add to it again") from None


def segment_paths(path: Path) -> tuple[Path, ...]:
    """The corpus files that make up the corpus at ``path``: itself, or its segments. Raises CorpusError."""
    found = segment_list(path)
    if found is None:
        return (path,)
    for each in found.paths:
        if not each.is_file():
            raise CorpusError(f"{path}: its segment {each} is not there: put the folder {each.parent} beside it again")
    return found.paths


def segments_folder(path: Path) -> Path:
    """Where the segments of the corpus at ``path`` are."""
    return path.with_name(path.name.removesuffix(CORPUS_SUFFIX) + SEGMENTS_SUFFIX)


def segment_name(corpus: Corpus) -> str:
    """The name of the file of a segment."""
    return corpus.digest[:_DIGITS] + CORPUS_SUFFIX


def _list_header(path: Path) -> dict[str, Any] | None:
    """The header of a list of segments: a corpus file without any column."""
    try:
        if not path.is_file():  # opening a pipe would wait for a writer
            return None
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not 8 < size <= _MOST_BYTES or int.from_bytes(file.read(8), "little") != size - 8:
                return None
            import json  # which most starts do without

            header = json.loads(json.loads(file.read())["__metadata__"][HEADER_KEY])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None  # opening it says why
    return header if isinstance(header, dict) and "segments" in header else None


def save_segments(path: Path, kept: Sequence[Corpus], name: str, version: str) -> None:
    """Make these the corpus at ``path``, wholly or not at all: those that have a path stay the files they are.

    A single one becomes the file itself. Raises CorpusError.
    """
    if len(kept) == 1:
        (segment,) = kept
        if segment.path is None:
            segment.save(path)
        elif segment.path != path:
            with replaced(path) as target:
                target.folder.take(segment.path, target.name)
        _remove_segments(path, ())
        return
    before = segment_list(path)
    names = [_kept(segment, segments_folder(path)) for segment in kept]
    import json

    header = {"format": _FORMAT, "k": WINNOWING.k, "window": WINNOWING.window, "name": name, "version": version}
    told = {"__metadata__": {HEADER_KEY: json.dumps({**header, "segments": names}, sort_keys=True)}}
    words = json.dumps(told, sort_keys=True).encode()
    write(path, len(words).to_bytes(8, "little") + words)
    _remove_segments(path, names, [each.name for each in before.paths if each.name not in names] if before else ())


def _kept(segment: Corpus, folder: Path) -> str:
    """The name of a segment, which is in the folder from now on."""
    name = segment_name(segment)
    if segment.path is None:
        segment.save(folder / name)
    elif segment.path.parent != folder:
        with replaced(folder / name) as target:
            target.folder.take(segment.path, target.name)
    return name


def _remove_segments(path: Path, names: Sequence[str], lately: Sequence[str] = ()) -> None:
    """All but those of these names, what an end in the middle left behind too; where some stay, after a while only.

    Until then, workers of an audit that goes on may open those that were there ``lately``.
    """
    folder = segments_folder(path)
    with suppress(OSError):
        with opened_folder(folder) as held:
            for each in lately:
                held.touch(each)
            for each in held.names():
                found = held.status(each) if _NAME.fullmatch(each) or is_temporary(each) else None
                is_old = found is not None and not (names and time.time() - found.st_mtime < KEPT_SECONDS)
                if is_old and each not in names:
                    held.remove(each)
        if not names:
            folder.rmdir()


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Have others who change the corpus at ``path`` wait until the block ends, where the system can do that."""
    try:
        import fcntl

        folder = os.open(path.parent, os.O_RDONLY)
    except (ImportError, OSError):  # Windows; no such folder, as is said by whoever writes
        yield
        return
    try:
        with suppress(OSError):  # not every network's folders know locks
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def signature(path: Path) -> tuple[int, ...]:
    """What differs once the file at ``path`` is another one; nothing where there is none."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns
