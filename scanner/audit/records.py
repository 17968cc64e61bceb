"""What a journal holds, a line each: a header, each distinct content once, each repository once; to JSON and back.

A repository names its contents, so that a thousand copies of a file cost a thousand lines of a hundred characters.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct, defstruct

from ..attribution.waivers import Waiver
from ..pipeline import Examined, ScanOptions
from ..results import Attribution, CorpusIdentity, Finding, LeftOut, Skipped
from ..settings import RECORDED, ValueKind

SCHEMA = "modelkin.journal/2"

_RECORD = TypeVar("_RECORD", bound=Struct)
# The type of each kind of setting in a journal, and what it is where a journal is older than the setting.
_RECORDED_AS: dict[ValueKind, tuple[Any, object]] = {
    ValueKind.GLOBS: (tuple[str, ...], ()),
    ValueKind.SOURCES: (tuple[str, ...], ()),
    ValueKind.PATH: (str, ""),
    ValueKind.SHARE: (float, 0.0),
    ValueKind.WAIVERS: (tuple[Waiver, ...], ()),
}


def _with_settings(record: type[_RECORD]) -> type[_RECORD]:
    """``record`` with a field more for each setting that journals record."""
    added = [(each.field, *_RECORDED_AS[each.kind]) for each in RECORDED]
    made = defstruct(record.__name__, added, bases=(record,), module=record.__module__, frozen=True)
    made.__doc__ = record.__doc__
    return cast(type[_RECORD], made)


@_with_settings
class Header(Struct, frozen=True):
    """What an audit was asked for and by what it was answered; one that goes on must be asked the same."""

    schema: str
    tool: str
    place: str
    corpus: CorpusIdentity

    @property
    def known(self) -> str:
        """The path of the baseline, empty where findings were held against none."""
        return str(getattr(self, "baseline", ""))


def recorded(options: ScanOptions) -> dict[str, Any]:
    """The fields of a header that settings fill."""
    values = {each.field: getattr(options, each.field) for each in RECORDED}
    return values | {each.field: str(values[each.field] or "") for each in RECORDED if each.kind is ValueKind.PATH}


class Identity(Struct, frozen=True):
    """What a verdict follows from, the place of the file aside: its stored bytes, its kind, the date of its release."""

    sha256: str
    suffix: str
    until: str = ""


class Content(Struct, frozen=True):
    """What was found out about one content; ``skipped`` says why nothing was.

    ``upstream_path`` is that of the closest upstream. ``own`` tells the verdict of a file that stands under this path
    (which may be the upstream's own release) from the verdict of one that stands elsewhere.
    """

    identity: Identity
    own: bool
    upstream_path: str
    examined: Examined | None
    skipped: str = ""


class ContentHead(Struct, frozen=True):
    """A content without what was found out about it, which is the most of it."""

    identity: Identity
    own: bool
    upstream_path: str
    skipped: str = ""


class Place(Struct, frozen=True):
    """Where a content stands in a repository."""

    path: str
    sha256: str
    own: bool


class RepositoryRecord(Struct, frozen=True):
    """What one repository is made of, and all of its report that is not about one content.

    ``failed`` says why there is no report at all.
    """

    name: str
    root: str
    until: str = ""
    places: tuple[Place, ...] = ()
    findings: tuple[Finding, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    failed: str = ""
    seconds: float = 0.0
    not_obeyed: tuple[LeftOut, ...] = ()


class RepositoryHead(Struct, frozen=True):
    """The name alone."""

    name: str


class Line(Struct, frozen=True):
    """One line of a journal, read whole: one field is set."""

    header: Header | None = None
    content: Content | None = None
    repository: RepositoryRecord | None = None


class Headings(Struct, frozen=True):
    """One line of a journal, read only as far as it takes to go on."""

    header: Header | None = None
    content: ContentHead | None = None
    repository: RepositoryHead | None = None


_LINE = TypeVar("_LINE")
_decoders: dict[type, msgspec.json.Decoder[Any]] = {}
_FIELDS: dict[type, str] = {Header: "header", Content: "content", RepositoryRecord: "repository"}


def encode(record: Header | Content | RepositoryRecord) -> bytes:
    """One line, its end included."""
    line = {_FIELDS[type(record)]: record}
    try:
        return msgspec.json.encode(line) + b"\n"
    except UnicodeEncodeError:  # names of files need not be UTF-8; the standard library escapes what is not
        return json.dumps(msgspec.to_builtins(line), separators=(",", ":")).encode() + b"\n"


def decode(line: bytes, kind: type[_LINE]) -> _LINE:
    """``line`` as a ``Line``, or less of it. Raises ValueError when it is none, or is cut short."""
    try:
        return cast(_LINE, _decoder(kind).decode(line))
    except msgspec.DecodeError:
        return msgspec.convert(json.loads(line), kind)


def lone_content(line: bytes) -> Content:
    """The content that a line holds. Raises ValueError when it holds another thing."""
    content = decode(line, Line).content
    if content is None:
        raise ValueError("not a content")
    return content


def _decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    if kind not in _decoders:
        _decoders[kind] = msgspec.json.Decoder(kind)
    return _decoders[kind]
