"""The header of a corpus file read: its settings, projects, releases and notices, each checked for what it is.

Edit this when the header changes. What is behind the last known field of a row, and keys unknown here, are passed over:
they were added later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, overload

import msgspec
from msgspec import Raw, Struct

from ..errors import CorpusError
from ..fingerprints.window import WINNOWING
from ..notices.model import Notice
from ..results import LicenceForm
from .model import FORMAT, OLDEST_FORMAT, Number, Project, Release

_Row = TypeVar("_Row")
_Item = TypeVar("_Item")
_Texts = tuple[str, ...]


class InSegmentsError(CorpusError):
    """It is no single file."""


class _UnlistedRow(Struct, frozen=True, array_like=True, gc=False):
    project: Number
    version: str
    released: str
    origin: str = ""


class _NoticeRow(Struct, frozen=True, array_like=True, gc=False):
    licence: str
    form: LicenceForm
    last_line: Number
    copyrights: _Texts
    sources: _Texts = ()  # format 2 has none


class _Told(Struct, frozen=True):
    """The keys that are known here."""

    format: int
    k: int
    window: int
    name: str
    version: str
    digest: str
    projects: tuple[Project, ...]
    releases: tuple[Release, ...]
    notices: Raw
    unlisted: Raw = Raw(b"[]")


class Rows(Sequence[_Item], Generic[_Row, _Item]):
    """Rows of a header, read when the first is asked for; each becomes an item when it is, as few of them are."""

    def __init__(self, stored: Raw, row: type[_Row], made: Callable[[_Row], _Item]) -> None:
        self._stored, self._type, self._made = bytes(stored), row, made

    @cached_property
    def rows(self) -> list[_Row]:
        """The rows as they stand there. Raises ValueError."""
        rows: list[_Row] = _read(self._stored, list[self._type])  # type: ignore[name-defined]
        return rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, number: int) -> _Item: ...
    @overload
    def __getitem__(self, number: slice) -> tuple[_Item, ...]: ...
    def __getitem__(self, number: int | slice) -> _Item | tuple[_Item, ...]:
        if isinstance(number, slice):
            return tuple(map(self._made, self.rows[number]))
        return self._made(self.rows[number])

    def __iter__(self) -> Iterator[_Item]:
        return map(self._made, self.rows)


def stored(items: Sequence[Any]) -> Sequence[Any]:
    """The rows that ``items`` are made of, where they are made of any: for who asks all of them for one field."""
    return items.rows if isinstance(items, Rows) else items


class Header(Struct, frozen=True):
    """What a header says."""

    name: str
    version: str
    digest: str
    projects: tuple[Project, ...]
    releases: tuple[Release, ...]
    unlisted: Rows[_UnlistedRow, Release]
    notices: Rows[_NoticeRow, Notice]

    def check(self) -> None:
        """Read now what is read when it is asked for. Raises ValueError for what does not belong there."""
        assert self.notices.rows is not None
        _check_projects(self.unlisted.rows, len(self.projects))


def read_header(path: Path, text: str) -> Header:
    """What the header of the corpus at ``path`` says. Raises CorpusError, and ValueError for a damaged one."""
    try:
        told = _read(text, _Told)
    except ValueError:
        _check_settings(path, _read(text, dict[str, Any]))  # of another format the rest may be otherwise, too
        raise
    _check_settings(path, {"format": told.format, "k": told.k, "window": told.window})
    _check_projects(told.releases, len(told.projects))
    return Header(
        told.name,
        told.version,
        told.digest,
        told.projects,
        told.releases,
        Rows(told.unlisted, _UnlistedRow, _unlisted),
        Rows(told.notices, _NoticeRow, _notice),
    )


def _unlisted(row: _UnlistedRow) -> Release:
    return Release(row.project, row.version, row.released, "", origin=row.origin)


def _notice(row: _NoticeRow) -> Notice:
    return Notice(row.licence, row.copyrights, row.form, row.last_line, row.sources)


class _OfProject(Protocol):
    @property
    def project(self) -> int: ...


def _check_projects(rows: Sequence[_OfProject], projects: int) -> None:
    if any(row.project >= projects for row in rows):
        raise ValueError("its header has a release of no project")


def _check_settings(path: Path, header: dict[str, Any]) -> None:
    if "segments" in header:
        told = "a corpus in segments, where a single file is needed: make one with `modelkin corpus merge`"
        raise InSegmentsError(f"{path}: {told}")
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


def _read(text: bytes | str, wanted: type[Any]) -> Any:
    """What JSON says, as what it has to be. Raises ValueError, also where it is something else."""
    try:
        return msgspec.json.decode(text, type=wanted)
    except msgspec.ValidationError as error:
        raise ValueError(f"its header: {error}") from None
    except msgspec.DecodeError:
        import json

        read = json.loads(text)  # reads some of what others refuse
    try:
        return msgspec.convert(read, wanted)
    except msgspec.ValidationError as error:
        raise ValueError(f"its header: {error}") from None
