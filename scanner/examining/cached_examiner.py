"""Examines files, and looks first whether the scan cache holds what comes out: everything is in the key that it follows
from.

Most answers follow from the content alone. Where a file is alike with an upstream, its path, its date and the names of
its source count as well: then what is kept for the content says only that, and the answer stands under all of them. No
answer follows from other files. Edit this when one comes to depend on one more thing.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ..attribution.copies import Copy, Examined
from ..corpus.model import Corpus
from ..dating.dates import SourceFacts
from ..matching.own_sample import OwnCode
from ..results import FileDate, FileVerdict, Verdict
from ..scan_steps import ScanOptions, examiner
from ..sources.files import NOTEBOOK_SUFFIX, SourceFile
from ..support.data_files import shipped_folder
from ..support.lazy import blake2b, sha256_hex
from .kept_outcomes import MOST_OUTCOME_BYTES, KeptOutcomes

if TYPE_CHECKING:
    from ..pipeline import Examiner

# What is kept for a content whose answer follows from more than itself.
_FOLLOWS_FROM_MORE = b""
_KEY_BYTES = 32
# Their releases decide what comes out, as modelkin's own does.
_PACKAGES = "tree_sitter tree_sitter_python rapidfuzz license_expression".split()
_CODE = (".py", ".yaml", ".txt", ".safetensors", ".so", ".pyd")
_NO_VERDICT = FileVerdict("", "", Verdict.INDEPENDENT, 0.0, "", (), None, (), ())


class Unknown(Struct, frozen=True):
    """A file that has to be examined."""

    key: bytes
    """That of its content."""
    dated: FileDate | None = None
    """When it appeared, where that was asked for already."""


class CachedExaminer:
    """An Examiner with a cache before it; without one where ``kept`` is None, or where the original is ``named``.

    It says what is a file's own, too, where there is a cache, which audits share. ``make`` makes what examines, where
    that is to go on from one task to the next.
    """

    def __init__(
        self,
        corpora: Sequence[Corpus],
        options: ScanOptions,
        kept: KeptOutcomes | None,
        named: bool = False,
        make: Callable[[], Examiner] | None = None,
    ) -> None:
        self._corpora = corpora
        self._options = options
        self._make = make or partial(examiner, corpora, options, named, keeps_own=kept is not None)
        self._kept = None if named else kept

    def examine(self, file: SourceFile, timeout: float | None = None, source: SourceFacts = SourceFacts()) -> Examined:
        """As `Examiner.examine`."""
        known = self.look_up(file, source)
        if isinstance(known, Examined):
            return known
        dates: list[FileDate] = []

        def date_of(path: str) -> FileDate:
            self._keep(known.key, _FOLLOWS_FROM_MORE)  # also where what is asked raises, as in audits
            dates.append(known.dated or source.date_of(path))
            return dates[0]

        examined = self.examiner.examine(file, timeout, SourceFacts(date_of, source.names))
        if self._kept is not None:
            self.keep(known.key, file.path, dates[0] if dates else None, source, encoded(examined))
        return examined

    def make_ready(self, file: SourceFile, source: SourceFacts) -> None:
        """Make what examines, if ``file`` has to be examined."""
        if isinstance(self.look_up(file, source), Unknown):
            _ = self.examiner

    def look_up(self, file: SourceFile, source: SourceFacts) -> Examined | Unknown:
        """What is known of ``file``, whose date is asked for only where its answer follows from that."""
        if self._kept is None:
            return Unknown(b"")
        key = self._key_of(file)
        body = self._kept.find(key)
        if body is None:
            return Unknown(key)
        dated = None
        if body == _FOLLOWS_FROM_MORE:
            dated = source.date_of(file.path)
            body = self._kept.find(_key_with(key, file.path, dated, source))
        known = decoded(body, file.path) if body else None
        return known or Unknown(key, dated)

    def keep(self, key: bytes, path: str, dated: FileDate | None, source: SourceFacts, body: bytes | None) -> None:
        """Keep the answer for a file, ``encoded``; ``dated`` is its date, None where the answer does not need it."""
        if self._kept is None or body is None:
            return
        if dated is None:
            self._keep(key, body)
        else:
            self._keep(key, _FOLLOWS_FROM_MORE)
            self._keep(_key_with(key, path, dated, source), body)

    @cached_property
    def examiner(self) -> Examiner:
        """What examines, made when there is something to examine."""
        return self._make()

    def _keep(self, key: bytes, body: bytes) -> None:
        if self._kept is not None:
            self._kept.keep(key, body)

    @cached_property
    def _run(self) -> bytes:
        """A digest of all that the answers of this run follow from beside the files."""
        corpora = [(each.name, each.digest or each.content_digest(), *_state(each.path)) for each in self._corpora]
        options = (self._options.min_similarity, self._options.exclude_upstream)
        return _digest(repr((code_state(), corpora, options)).encode("utf-8", "surrogatepass"))

    def _key_of(self, file: SourceFile) -> bytes:
        is_notebook = file.path.lower().endswith(NOTEBOOK_SUFFIX)
        return _digest(self._run + file.sha256.encode() + bytes([is_notebook]))


def encoded(examined: Examined) -> bytes | None:
    """An outcome as bytes; None where it holds what cannot be written as UTF-8."""
    copy = examined.copy
    if copy is not None:  # its verdict is that of the file, and its works stand in the same
        copy = replace(copy, verdict=_NO_VERDICT)
    try:
        packed = msgspec.msgpack.encode(_Outcome(examined.verdict, copy, examined.header_last_line, examined.own))
    except UnicodeEncodeError:
        return None
    return zlib.compress(packed, 1)


def decoded(body: bytes, path: str) -> Examined | None:
    """The outcome that ``encoded`` made the bytes of, for a file at ``path``; None where it made them of none."""
    try:
        unpacked = zlib.decompressobj().decompress(body, _MOST_UNPACKED)
        found = _decoder().decode(unpacked)
    except (zlib.error, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    verdict = found.verdict if found.verdict.path == path else replace(found.verdict, path=path)
    copy = replace(found.copy, verdict=verdict) if found.copy is not None else None
    return Examined(verdict, copy, found.header_last_line, found.own)


_MOST_UNPACKED = 16 * MOST_OUTCOME_BYTES


class _Outcome(Struct, frozen=True, array_like=True):
    """An `Examined` whose verdict stands in it once."""

    verdict: FileVerdict
    copy: Copy | None
    header_last_line: int
    own: OwnCode | None


@cache
def _decoder() -> msgspec.msgpack.Decoder[_Outcome]:
    return msgspec.msgpack.Decoder(_Outcome)


def _key_with(key: bytes, path: str, dated: FileDate, source: SourceFacts) -> bytes:
    return _digest(key + repr((path, dated, source.names)).encode("utf-8", "surrogatepass"))


def _digest(told: bytes) -> bytes:
    return blake2b(told, digest_size=_KEY_BYTES).digest()


@cache
def code_state() -> str:
    """A digest that changes with the code and rules of modelkin and the packages that decide an outcome.

    By names, sizes and times of files: reading them all would take longer than many a scan from the cache.
    """
    folders = [Path(__file__).parents[1], shipped_folder("rules"), *_package_folders()]
    files = [each for folder in folders for each in _files(str(folder))]
    return sha256_hex(repr((sys.version_info[:2], files)).encode("utf-8", "surrogatepass"))


def _package_folders() -> Iterator[Path]:
    for package in _PACKAGES:
        spec = find_spec(package)
        if spec is not None and spec.origin:
            yield Path(spec.origin).parent


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        if entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path)
        elif entry.name.endswith(_CODE):
            status = entry.stat()
            yield entry.path, status.st_size, status.st_mtime_ns


def _state(path: Path | None) -> tuple[Any, ...]:
    if path is None:
        return ()
    status = path.stat()
    return status.st_size, status.st_mtime_ns
