"""The answer for one file: its verdict, its upstreams, when it appeared, its renames and definitions.

Edit this when a report says something new of one file; then `reports` has to show it.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from .vocabulary import Direction, Ground, Kind, LicenceForm, Verdict


class FileDate(Struct, frozen=True):
    """When a file first appeared, and how that is known."""

    date: str = ""
    """The ISO date; empty where none is known."""
    by: Ground = Ground.NONE
    """What it rests on."""
    claim: bool = False
    """Whether the scanned source itself is the only one to say so: anyone can commit with a date of 2015."""
    at_latest: bool = False
    """Whether the file is that old or older: what came before cannot be seen, as in a shallow clone."""
    says: str = ""
    """Where the date is from, in words: "the first commit of the path"."""
    newest: str = ""
    """The ISO date of the last change that the source claims of itself; empty where it claims none."""
    project: str = ""
    """The project at a package registry that has this very file, or archive; empty where only the source says so."""


class Innovations(Struct, frozen=True):
    """What an upstream path gained after its first known content, and how much of it the scanned file holds.

    Who holds much of it derives from the upstream, whatever dates say.
    """

    held: int
    """How many of these statements stand in the file."""
    added: int
    """How many distinctive statements the path gained up to the content that the file is held against."""
    since: str = ""
    """The first known release of the path, which lacks them."""
    until: str = ""
    """The release of the content that the file is held against."""
    kept_held: int = 0
    """How many of the statements below stand in the file."""
    kept: int = 0
    """How many distinctive statements of the first content are still in the one that the file is held against."""


class FileVerdict(Struct, frozen=True):
    """The answer for one file."""

    path: str
    """Relative to the source, with forward slashes."""
    sha256: str
    """The digest of the file's bytes as they are stored, as hexadecimal digits."""
    verdict: Verdict
    """What the file is to the closest upstream."""
    similarity: float
    """The share (0 to 1) of its tokens that stand in the closest upstream."""
    licence: str
    """The licence that its own header states: an SPDX id or expression; empty where it states none."""
    upstreams: tuple[UpstreamMatch, ...]
    """The known files that it stands on, closest first; empty when it is independent."""
    origin: UpstreamMatch | None
    """The oldest known file that the closest upstream descends from and that explains a good part of the file; None
    when there is none."""
    renames: tuple[Rename, ...]
    """Its renames against the closest upstream; where it is that upstream's own release, against the next one."""
    definitions: tuple[DefinitionMatch, ...]
    """Its definitions against the same upstream as ``renames``, in the order of the file."""
    own_release: str = ""
    """The project and release that the file is part of, under its own path; empty when it is part of none."""
    notes: tuple[str, ...] = ()
    """What a reader should know about this answer."""
    below_least: float = 0.0
    """The similarity of a file that is reported as independent because of ``min_similarity``; else 0."""
    cells: Cells = ()
    """Where the lines of a notebook stand in it: reports count those of its code cells joined. Else empty."""
    dated: FileDate = FileDate()
    """When the file first appeared; asked for only where it stands on an upstream."""
    direction: Direction = Direction.UNKNOWN
    """Who was first: the file or the closest upstream, or, where there is none, the closest of ``later``."""
    direction_by: Ground = Ground.NONE
    """What ``direction`` rests on."""
    claim: bool = False
    """Whether ``direction`` rests on what the scanned source says of itself, and on nothing else."""
    later: tuple[UpstreamMatch, ...] = ()
    """The known files that hold the same code and are younger than the file: never its upstreams."""
    alike: tuple[UpstreamMatch, ...] = ()
    """Further upstreams that hold at least four fifths of what the closest does: one of them may be the source."""
    contained: float = 0.0
    """The share (0 to 1) of the closest upstream that stands in the file."""


def cells_by_path(files: Iterable[FileVerdict]) -> dict[str, Cells]:
    """Where the lines of each notebook among ``files`` stand in it, by its path."""
    return {file.path: file.cells for file in files if file.cells}


class UpstreamMatch(Struct, frozen=True):
    """A known upstream file, and what the scanned file is to it."""

    project: str
    """The upstream project's name in the corpus."""
    path: str
    """The file's path in its first release with this content."""
    first_release: str
    """The first release that holds the file in this very content."""
    last_release: str
    """The last release that does."""
    released: str
    """The ISO date of the first release."""
    share: float
    """The share (0 to 1) of the scanned file's tokens that stand in it."""
    licence: str
    """Its licence: an SPDX id or expression; empty when unknown."""
    copyrights: tuple[str, ...]
    """The copyright lines of its header, as they stand."""
    url: str
    """Where it can be read; empty when unknown."""
    verdict: Verdict = Verdict.MODIFIED
    """What the scanned file is to this upstream."""
    package: str = ""
    """The project's name at the package registry; empty where it has none."""
    licence_form: LicenceForm = LicenceForm.NONE
    """How its own header states ``licence``; where it does not, ``licence`` is the project's."""
    header_last_line: int = 0
    """The line on which the notices of its header end, counted from 1; 0 without any."""
    licence_copyrights: tuple[str, ...] = ()
    """The copyright lines of the project's LICENSE."""
    has_notice_file: bool = False
    """Whether the project has a NOTICE file."""
    parts: tuple[str, ...] = ()
    """The qualified names of the definitions of which most stands in this upstream, and in none closer, where the file
    as a whole is no copy of it."""
    direction: Direction = Direction.UNKNOWN
    """Who was first: the scanned file, or this one."""
    without: str = ""
    """The last known release of the project before it had the path; empty where none is known."""
    appeared: str = ""
    """The first known release that has the path, in any content."""
    appeared_on: str = ""
    """The ISO date of that release; empty where none is known."""
    recent_lines: tuple[str, ...] = ()
    """Those of ``copyrights`` that some older known release of the path lacks."""
    sources: tuple[str, ...] = ()
    """What the upstream file's own header names as its source: addresses, or names of projects."""
    innovations: Innovations | None = None
    """What the path gained over its releases, and the file holds; None where it has one known content."""
    contained: float = 0.0
    """The share (0 to 1) of this upstream that stands in the scanned file."""
    part_evidence: float = 0.0
    """How many distinctive tokens of this upstream its ``parts`` hold."""
    homepage: str = ""
    """The project's own address, mostly its repository; empty when unknown."""


class Rename(Struct, frozen=True):
    """A name of the original that the copy calls something else."""

    original: str
    """The name in the original."""
    copy: str
    """What it is called in the copy."""
    kind: Kind
    """What it names."""
    count: int
    """In how many aligned statements ``original`` became ``copy``."""
    consistency: float
    """The share (0 to 1) of ``occurrences`` that ``count`` is."""
    scope: str = ""
    """The qualified name, in the copy, of the function that the name is local to; empty for names of the whole file."""
    occurrences: int = 0
    """In how many aligned statements ``original`` stands; 0 where nobody counted."""


MODULE = "(module)"
"""What the module itself goes by among the definitions of a file."""


class DefinitionMatch(Struct, frozen=True):
    """One definition of the scanned file, and the upstream definition that it stands in, if any."""

    qualname: str
    """Its name, with the names of what it stands in: ``Attention.forward``; ``(module)`` for the file itself."""
    first_line: int
    """The line on which it begins, counted from 1."""
    last_line: int
    """The line on which it ends, included."""
    verdict: Verdict
    """What it is to the upstream definition."""
    similarity: float
    """The share (0 to 1) of its tokens that stand in the upstream definition."""
    tokens: int
    """How many tokens it has: its weight in the file."""
    statements: int
    """How many statements it has."""
    matched_statements: int
    """How many of its statements stand in the upstream definition."""
    upstream_qualname: str = ""
    """The upstream definition's name; empty when there is none."""
    upstream: Region | None = None
    """Where the upstream definition stands."""


class Region(Struct, frozen=True):
    """Some lines of a file, both ends included. The lines of a notebook are those of its code cells joined."""

    path: str
    """The file, relative to its source, with forward slashes."""
    first_line: int
    """The first of the lines, counted from 1."""
    last_line: int
    """The last of them, included."""


class CellLines(Struct, frozen=True, array_like=True):
    """Where some lines of a notebook's joined code stand in the notebook: lines of one cell. All counts begin at 1."""

    first_line: int
    """The first of the lines, in the joined code."""
    last_line: int
    """The last of them, included."""
    cell: int
    """The cell that they are of; text cells are counted, too."""
    cell_line: int
    """Where the first of them stands in the cell; the others follow it there."""
    file_line: int
    """Where the first of them stands in the file."""
    step: int
    """How many lines further down in the file each next one stands: 1 where each is a string of its own in the JSON, 0
    where one string holds them all."""


Cells = tuple[CellLines, ...]
"""All lines of a notebook, in order; empty for any other file."""
