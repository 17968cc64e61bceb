"""All that a report contains: first the words that answers are given in, then the records, from `Report` downwards.

Read this to learn the output. Edit it when a report says something new; then `reports` has to show it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from msgspec import Struct

# The words.


class Verdict(str, Enum):
    """How a copy relates to an original, closest first (Type-1, Type-2, Type-3 clones, and less)."""

    IDENTICAL = "identical"
    """Equal but for layout, comments, docstrings, annotations and imports."""
    RENAMED = "renamed"
    """Equal once its renames are undone."""
    MODIFIED = "modified"
    """At least half of it stands in the original."""
    FRAGMENTS = "fragments"
    """Less of it does: a hint at where code is from, and no ground for duties."""
    INDEPENDENT = "independent"
    """Nothing worth naming is shared."""


COPIES = (Verdict.IDENTICAL, Verdict.RENAMED, Verdict.MODIFIED)
"""The verdicts on a copy: it owes what its upstream's terms ask for. Fragments owe nothing; whole definitions
among them, the ``parts`` of an upstream, are to be named."""


class Level(str, Enum):
    """How much a finding matters, most first."""

    ERROR = "error"
    """An obligation is missed, or terms contradict each other."""
    WARNING = "warning"
    """Something is missing that may be owed, or that readers need."""
    NOTE = "note"
    """Worth knowing, or good practice."""


class Grade(str, Enum):
    """How well a copy names its upstream, best first."""

    FULL_NOTICE = "full notice"
    """It keeps the upstream's copyright lines and licence, and names it."""
    NAMED_WITH_LINK = "named with link"
    """It names its source, with a link."""
    NAMED = "named"
    """It names its source."""
    LINK_ONLY = "link only"
    """It has a link to its source, and does not say what was taken."""
    NONE = "none"
    """It says nothing."""


class State(str, Enum):
    """Whether an obligation is met."""

    MET = "met"
    """It is."""
    MISSED = "missed"
    """It is not."""
    NOT_JUDGED = "not judged"
    """The files alone cannot tell."""


class LicenceForm(str, Enum):
    """How the header of a file states its licence."""

    NONE = ""
    """Not at all."""
    TAG = "tag"
    """By SPDX-License-Identifier."""
    NAMED = "named"
    """By its name or a link."""
    POINTER = "pointer"
    """As "the LICENSE file in the root directory"."""
    TEXT = "text"
    """By its customary header, or its whole text."""


class Kind(str, Enum):
    """What a renamed identifier names."""

    CLASS = "class"
    FUNCTION = "function"
    ATTRIBUTE = "attribute"
    """What stands after a dot: ``self.q_proj``."""
    VARIABLE = "variable"
    KEYWORD = "keyword"
    """The name of an argument in a call: ``f(bias=True)``."""


class Trust(str, Enum):
    """Whether what a source says to modelkin counts."""

    WORKING_TREE = "working-tree"
    """It is the working tree that the user stands in: settings that select, waivers and ignore rules count."""
    ISOLATED = "isolated"
    """Nothing that it says to modelkin counts."""


# The records.


class Report(Struct, frozen=True):
    """Everything that one scan found. A format chooses words, layout and how much to show."""

    root: str
    """The source as the user named it, without a password."""
    corpus: CorpusIdentity
    """What it was compared with."""
    files: tuple[FileVerdict, ...]
    """The answer for each file that was scanned, ordered by path."""
    findings: tuple[Finding, ...]
    """What to act on. Findings that are waived, or known from a baseline, are among them and marked."""
    skipped: tuple[Skipped, ...]
    """What could not be scanned or read, and why."""
    seconds: float
    """How long the scan took, by the clock."""
    attributions: tuple[Attribution, ...] = ()
    """Each copied file with each upstream that it owes something, and whether it is met."""
    baseline: str = ""
    """The path of the baseline in use; empty without one."""
    trust: Trust = Trust.ISOLATED
    """Whether what the source says to modelkin did count."""
    hidden: tuple[LeftOut, ...] = ()
    """What settings, waivers, ignore rules and the baseline left out."""
    not_obeyed: tuple[LeftOut, ...] = ()
    """What settings, waivers and ignore rules of the source would have left out, and did not."""

    def cells(self) -> dict[str, Cells]:
        """The ``cells`` of each notebook, by its path."""
        return cells_by_path(self.files)


class CorpusIdentity(Struct, frozen=True):
    """The corpora that a scan compared with."""

    name: str
    """Their names, joined by `` + ``."""
    version: str
    """The newest of their versions."""
    digest: str
    """The digest of the corpus, as hexadecimal digits; of several, a digest over theirs."""


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
    """The oldest known file that the closest upstream descends from; None when the file is independent."""
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
    """The qualified names of the definitions that stand whole in this upstream, and in none closer, where the file does
    not."""


class Rename(Struct, frozen=True):
    """A name of the original that the copy calls something else."""

    original: str
    """The name in the original."""
    copy: str
    """What it is called in the copy."""
    kind: Kind
    """What it names."""
    count: int
    """How many occurrences of ``original`` became ``copy``."""
    consistency: float
    """The share (0 to 1) of the occurrences of ``original`` that became ``copy``."""
    scope: str = ""
    """The qualified name, in the copy, of the function that the name is local to; empty for names of the whole file."""


class DefinitionMatch(Struct, frozen=True):
    """One definition of the scanned file, and the upstream definition that it stands in, if any."""

    qualname: str
    """Its name, with the names of what it stands in: ``Attention.forward``."""
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


class Finding(Struct, frozen=True):
    """One thing to act on."""

    rule: str
    """The id of its rule, which ``modelkin explain`` explains."""
    level: Level
    """How much it matters; a waived finding keeps its level."""
    region: Region
    """Where in the scanned source."""
    message: str
    """What is the matter, in words."""
    upstream: str
    """The upstream in words: project, release and path; empty where there is none."""
    remedy: str
    """What to do."""
    clause: str = ""
    """The clause of a licence that it rests on (``Apache-2.0 §4(c)``); empty where it rests on none."""
    upstream_region: Region | None = None
    """Where in the upstream."""
    suppression: Suppression | None = None
    """What waives it; None where nothing does."""
    known: bool = False
    """Whether the baseline holds it."""

    @property
    def counts(self) -> bool:
        """Whether it still has to be answered for: it is neither waived nor known from a baseline."""
        return self.suppression is None and not self.known


class Suppression(Struct, frozen=True):
    """Why a finding is waived, and where that is written."""

    path: str
    """The file with the waiver: the scanned file itself, or a settings file."""
    line: int
    """The line of the waiver, counted from 1."""
    reason: str
    """The reason as it is written there."""
    in_source: bool
    """Whether it is a comment in the scanned file; else it is an entry in settings."""


class Attribution(Struct, frozen=True):
    """A copied file, one upstream that it owes something, and whether it is met."""

    path: str
    """The copied file."""
    upstream: UpstreamMatch
    """The upstream whose terms these are."""
    grade: Grade
    """How well the copy says where it is from."""
    duties: tuple[DutyState, ...]
    """Each obligation of the upstream's licence, and whether it is met."""


class DutyState(Struct, frozen=True):
    """One obligation, and whether it is met."""

    licence: str
    """The SPDX id of the licence that asks for it."""
    clause: str
    """The clause of the licence."""
    asks: str
    """What it asks for, in words."""
    state: State
    """Whether it is met."""
    where: str
    """What meets the obligation, or what is missing."""


class Skipped(Struct, frozen=True):
    """A file or folder that was not scanned."""

    path: str
    """Its path in the source, or the source itself."""
    reason: str
    """Why, in one line."""


class LeftOut(Struct, frozen=True):
    """How much was left out, and by what; or what would have left something out, had it been obeyed."""

    what: str
    """What was left out, in the plural: "files" (Python files and notebooks only), "folders" (one not entered counts as
    one), "findings waived"; or what was not obeyed: "settings", "ignore files"."""
    by: str
    """The file or rule that says so: ".gitignore", "node_modules", "modelkin.toml", "comments"."""
    count: int
    """How many."""
