"""What the lines of a journal say: a header, then each distinct content once and each repository once, then dates.

A repository names its contents by digest, so that a thousand copies of one file take little room. Edit this when an
audit records something new; a field that older journals have not needs a default, any other change a new ``SCHEMA``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct, defstruct

from ..attribution.copies import Examined
from ..attribution.waivers import Waiver
from ..results import (
    Attribution,
    Conclusion,
    CorpusIdentity,
    FileDate,
    Finding,
    LeftOut,
    Observation,
    Scanned,
    Skipped,
    Unread,
)
from ..scan_steps import ScanOptions
from ..settings import RECORDED, ValueKind

SCHEMA = "modelkin.journal/3"

_HEADER = TypeVar("_HEADER", bound=Struct)
# The type of each kind of setting in a journal, and what it is where a journal is older than the setting.
_RECORDED_AS: dict[ValueKind, tuple[Any, object]] = {
    ValueKind.GLOBS: (tuple[str, ...], ()),
    ValueKind.SOURCES: (tuple[str, ...], ()),
    ValueKind.PATH: (str, ""),
    ValueKind.SHARE: (float, 0.0),
    ValueKind.DATE: (str, ""),
    ValueKind.WAIVERS: (tuple[Waiver, ...], ()),
    ValueKind.RULES: (tuple[str, ...], ()),
    ValueKind.LEVELS: (tuple[str, ...], ()),
}


def _with_settings(header: type[_HEADER]) -> type[_HEADER]:
    """``header`` with one more field for each setting that journals record."""
    added = [(each.field, *_RECORDED_AS[each.kind]) for each in RECORDED]
    made = defstruct(header.__name__, added, bases=(header,), module=header.__module__, frozen=True)
    made.__doc__ = header.__doc__
    return cast(type[_HEADER], made)


@_with_settings
class AuditHeader(Struct, frozen=True):
    """What an audit was asked for, and what answered; an audit that goes on must be asked the same."""

    schema: str
    """`SCHEMA`, when it was begun."""
    tool: str
    """The release of modelkin."""
    place: str
    """The folder or list that was audited."""
    corpus: CorpusIdentity
    """What was compared with."""

    @property
    def baseline_path(self) -> str:
        """The path of the baseline; empty when there was none."""
        return str(getattr(self, "baseline", ""))


def recorded(options: ScanOptions) -> dict[str, Any]:
    """The fields of a header that come from settings."""
    values = {each.field: getattr(options, each.field) for each in RECORDED}
    return values | {each.field: str(values[each.field] or "") for each in RECORDED if each.kind is ValueKind.PATH}


class FileFacts(Struct, frozen=True):
    """What a verdict follows from beside the content, where the file is alike with an upstream: who was first?"""

    dated: FileDate
    """When the file first appeared."""
    names: tuple[str, ...] = ()
    """What its repository calls itself."""


class ContentIdentity(Struct, frozen=True):
    """What the verdict on a content follows from.

    Of most contents it is the content alone. One that is alike with an upstream is examined once more, with the date
    of its file, and under the path that it stands at there.
    """

    sha256: str
    """The digest of the bytes as stored."""
    suffix: str
    """Of the file's name: it tells a notebook from a module."""
    path: str = ""
    """The path of the file; empty without ``facts``."""
    facts: FileFacts | None = None
    """None where they were not asked for."""


class ContentRecord(Struct, frozen=True):
    """What was found out about one content."""

    identity: ContentIdentity
    examined: Examined | None = None
    """None when the content was skipped, or when it needs facts."""
    needs_facts: bool = False
    """Whether the content is alike with an upstream, so that its verdict follows from when its file appeared."""
    skipped: str = ""
    """Why it was skipped."""
    licence: str = ""
    """What the header states; empty where it states none, and in journals of before it was recorded."""
    header_last_line: int = 0
    """As in `Examined`."""


class ContentHead(Struct, frozen=True):
    """A `ContentRecord` without ``examined``, which takes most of its bytes."""

    identity: ContentIdentity
    needs_facts: bool = False
    skipped: str = ""
    licence: str = ""
    header_last_line: int = 0


class RecordedFile(Struct, frozen=True):
    """A file of a repository, and by what its content is found in the journal."""

    path: str
    sha256: str
    facts: FileFacts | None = None
    """As in `ContentIdentity`."""

    @property
    def identity(self) -> ContentIdentity:
        """By what its content is found."""
        return identity_of_file(self.path, self.sha256, self.facts)


def identity_of_file(path: str, sha256: str, facts: FileFacts | None = None) -> ContentIdentity:
    """By what the content of a file is known."""
    return ContentIdentity(sha256, path[path.rfind(".") :].lower(), path if facts else "", facts)


class RepositoryRecord(Struct, frozen=True):
    """The files of one repository, and all of its report that is not about one content."""

    name: str
    """What the audit calls it."""
    root: str
    """What a scan of it calls it."""
    places: tuple[RecordedFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    failed: str = ""
    """Why there is no report; empty when there is one."""
    seconds: float = 0.0
    not_obeyed: tuple[LeftOut, ...] = ()
    unread: tuple[Unread, ...] = ()
    evidence: tuple[Observation, ...] = ()
    conclusion: Conclusion | None = None
    """None in journals of before it was recorded, and where there is nothing to say."""
    scanned: Scanned = Scanned()
    hidden: tuple[LeftOut, ...] = ()
    """What options for rules hid and lowered."""


class DatedFiles(Struct, frozen=True):
    """When files of a repository appeared that have code in common with another; asked for once all are audited."""

    name: str
    """The repository, as the audit calls it."""
    dates: Mapping[str, FileDate] = {}
    """The date of each, by its path; one that nothing dates says why."""


class RepositoryHead(Struct, frozen=True):
    """A `RepositoryRecord`, read only as far as its name."""

    name: str


class DatedHead(Struct, frozen=True):
    """`DatedFiles`, read only as far as its name."""

    name: str


class JournalRecord(Struct, frozen=True):
    """One line of a journal, read whole. One field is set: JSON has it as ``{"content": {…}}``."""

    header: AuditHeader | None = None
    content: ContentRecord | None = None
    repository: RepositoryRecord | None = None
    dates: DatedFiles | None = None


class RecordHead(Struct, frozen=True):
    """One line of a journal, read only as far as is needed to go on with an audit."""

    header: AuditHeader | None = None
    content: ContentHead | None = None
    repository: RepositoryHead | None = None
    dates: DatedHead | None = None


_KIND = TypeVar("_KIND")
_decoders: dict[type, msgspec.json.Decoder[Any]] = {}
_FIELDS: dict[type, str] = {
    AuditHeader: "header",
    ContentRecord: "content",
    RepositoryRecord: "repository",
    DatedFiles: "dates",
}


def encode(record: AuditHeader | ContentRecord | RepositoryRecord | DatedFiles) -> bytes:
    """``record`` as one line, with its line feed."""
    line = {_FIELDS[type(record)]: record}
    try:
        return msgspec.json.encode(line) + b"\n"
    except UnicodeEncodeError:  # names of files need not be UTF-8; the standard library escapes what is not
        return json.dumps(msgspec.to_builtins(line), separators=(",", ":")).encode() + b"\n"


def decode(line: bytes, kind: type[_KIND]) -> _KIND:
    """``line`` as a `JournalRecord`, or as a type with fewer fields. Raises ValueError when it is not one."""
    try:
        return cast(_KIND, _decoder(kind).decode(line))
    except msgspec.DecodeError:
        return msgspec.convert(json.loads(line), kind)


def decode_content(line: bytes) -> ContentRecord:
    """The content that ``line`` records. Raises ValueError when it records something else."""
    content = decode(line, JournalRecord).content
    if content is None:
        raise ValueError("not a content")
    return content


def _decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    if kind not in _decoders:
        _decoders[kind] = msgspec.json.Decoder(kind)
    return _decoders[kind]
