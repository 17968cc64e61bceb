"""The field's words for how a copy relates to an original, and what a match of two definitions says."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Region(Struct, frozen=True):
    """Lines of a file, both ends included; of a notebook, of its code cells joined."""

    path: str
    """Relative to the source it is in, with forward slashes."""
    first_line: int
    """Counted from 1."""
    last_line: int
    """Counted from 1."""


class CellLines(Struct, frozen=True, array_like=True):
    """Where some lines of a notebook's joined code, which are of one cell, stand in it. All counts begin at 1."""

    first_line: int
    """The first of them, in the joined code."""
    last_line: int
    """The last of them, included."""
    cell: int
    """The cell they are of; text cells are counted, too."""
    cell_line: int
    """The line of the cell that the first is; each next one is the cell's next."""
    file_line: int
    """The line of the file that the first stands on."""
    step: int
    """How much further down in the file each next one stands: 1 where each line is a string of its own, 0 where one
    string holds them all."""


Cells = tuple[CellLines, ...]
"""Of a notebook all its lines, in order; empty of any other file."""


class Kind(str, Enum):
    """What a renamed identifier names."""

    CLASS = "class"
    FUNCTION = "function"
    ATTRIBUTE = "attribute"
    VARIABLE = "variable"
    KEYWORD = "keyword"


class Verdict(str, Enum):
    """How a copy relates to an original, closest first (Type-1, Type-2, Type-3 clones, and less)."""

    IDENTICAL = "identical"
    """Equal but for layout, comments, docstrings, annotations and imports."""
    RENAMED = "renamed"
    """Equal once its renames are undone."""
    MODIFIED = "modified"
    """At least half of it stands in the original."""
    FRAGMENTS = "fragments"
    """Some of it does: a hint at where code is from, and no ground for duties."""
    INDEPENDENT = "independent"
    """Nothing worth naming is shared."""


COPIES = (Verdict.IDENTICAL, Verdict.RENAMED, Verdict.MODIFIED)
"""Of a file a good part of which is another's, so that it owes what its upstream's terms ask for and shows descent.

Fragments are a hint at where code is from; whole definitions among them are to be named.
"""


class Rename(Struct, frozen=True):
    """A name of the original that is another in the copy."""

    original: str
    """The name in the original."""
    copy: str
    """What it is called in the copy."""
    kind: Kind
    """What it names."""
    count: int
    """How many aligned occurrences of ``original`` became ``copy``."""
    consistency: float
    """The share (0 to 1) of the original name's occurrences that did."""
    scope: str = ""
    """The qualified name, in the copy, of the function whose local it is; empty for names of the whole file."""


class DefinitionMatch(Struct, frozen=True):
    """One definition of the copy, and the upstream definition it stands in, if any."""

    qualname: str
    """Its name in the copy, with the names of what it stands in: ``Attention.forward``."""
    first_line: int
    """Where it begins in the copy, counted from 1."""
    last_line: int
    """Where it ends, included."""
    verdict: Verdict
    """How it relates to the upstream's."""
    similarity: float
    """The share (0 to 1) of its tokens that stand in the upstream's."""
    tokens: int
    """How many it has: its weight in its file."""
    statements: int
    """How many it has."""
    matched_statements: int
    """How many of them stand in the upstream's."""
    upstream_qualname: str = ""
    """The upstream definition's name; empty when there is none."""
    upstream: Region | None = None
    """Where that is."""


class Level(str, Enum):
    """How much a finding matters, most first."""

    ERROR = "error"
    """An obligation is missed, or terms contradict each other."""
    WARNING = "warning"
    """Something is missing that may be owed, or that readers need."""
    NOTE = "note"
    """Worth knowing, or good practice."""


class Suppression(Struct, frozen=True):
    """Why a finding is waived, and where that is said."""

    path: str
    """The file that says it: the source itself, or settings."""
    line: int
    """The line there, counted from 1."""
    reason: str
    """As it was written there."""
    in_source: bool
    """Whether it is a comment in the source; else it is an entry in settings."""


class Finding(Struct, frozen=True):
    """One thing to act on."""

    rule: str
    """The rule that says so, as ``modelkin explain`` takes it."""
    level: Level
    """How much it matters; a waived finding keeps its level."""
    region: Region
    """Where, in what was scanned."""
    message: str
    """What is the matter, in words."""
    upstream: str
    """The other side in words: project, release and path; empty where there is none."""
    remedy: str
    """What to do."""
    clause: str = ""
    """The clause it rests on (``Apache-2.0 §4(c)``); empty where it rests on none."""
    upstream_region: Region | None = None
    """Where, in the upstream."""
    suppression: Suppression | None = None
    """What waives it, if anything does."""
    known: bool = False
    """Whether a baseline holds it."""

    @property
    def counts(self) -> bool:
        """Whether it is to be answered for: neither waived nor known from a baseline."""
        return self.suppression is None and not self.known


class Skipped(Struct, frozen=True):
    """What was not scanned."""

    path: str
    """Its path in the source, or the source."""
    reason: str
    """Why, in one line."""


class LeftOut(Struct, frozen=True):
    """How much was left out, or what would have left something out and was not obeyed."""

    what: str
    """A plural: "files" (Python files and notebooks only), "folders" (not entered, each is one), "findings waived",
    "settings", "ignore files" and the like."""
    by: str
    """The rule or the file that says so: ".gitignore", "node_modules", "modelkin.toml", "comments"."""
    count: int
    """How many."""


class LicenceForm(str, Enum):
    """How a header states its licence."""

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


class UpstreamMatch(Struct, frozen=True):
    """A known upstream file, and what the scanned file is to it alone."""

    project: str
    """The upstream project, as the corpus calls it."""
    path: str
    """The file's path in its first release with this content."""
    first_release: str
    """The first release that holds the file in this very content."""
    last_release: str
    """The last one that does."""
    released: str
    """The ISO date of the first."""
    share: float
    """The share (0 to 1) of the copy's tokens that stand in it."""
    licence: str
    """What it is licensed under: an SPDX id or expression; empty when unknown."""
    copyrights: tuple[str, ...]
    """The copyright lines of its header, as they stand."""
    url: str
    """Where it can be read; empty when unknown."""
    verdict: Verdict = Verdict.MODIFIED
    """What the file is to this upstream."""
    package: str = ""
    """The project's name at the package registry; empty where it has none."""
    licence_form: LicenceForm = LicenceForm.NONE
    """How its own header states ``licence``; where it does not, the project's LICENSE does."""
    header_last_line: int = 0
    """The line on which the notices of its header end; 0 without any."""
    licence_copyrights: tuple[str, ...] = ()
    """The copyright lines of the project's LICENSE."""
    has_notice_file: bool = False
    """Whether the project has a NOTICE file."""
    parts: tuple[str, ...] = ()
    """The copy's definitions, by qualified name, that stand whole in it and in none closer, where the file does not."""


class FileVerdict(Struct, frozen=True):
    """The answer for one file."""

    path: str
    """Relative to the source, with forward slashes."""
    sha256: str
    """Of the file's bytes as they are stored."""
    verdict: Verdict
    """What it is to the closest upstream."""
    similarity: float
    """The share (0 to 1) of its tokens that stand there."""
    licence: str
    """What its own header says it is licensed under; empty where it says nothing."""
    upstreams: tuple[UpstreamMatch, ...]
    """Closest first; empty when the file is independent."""
    origin: UpstreamMatch | None
    """The oldest known file that it goes back to."""
    renames: tuple[Rename, ...]
    """Against the closest upstream; against the next one where the file is the closest's own release."""
    definitions: tuple[DefinitionMatch, ...]
    """Its definitions against the same upstream, in the order of the file."""
    own_release: str = ""
    """Project and release when the file is that release's own, under its own path."""
    notes: tuple[str, ...] = ()
    """What a reader should know about this answer."""
    below_least: float = 0.0
    """The similarity of a file that is told as independent because less was asked not to be reported."""
    cells: Cells = ()
    """Of a notebook, whose lines are told as those of its code joined, where they stand in it."""


class Grade(str, Enum):
    """How well a copy says where it is from, best first."""

    FULL_NOTICE = "full notice"
    """It keeps the upstream's copyright lines and licence, and names it."""
    NAMED_WITH_LINK = "named with link"
    """It names its source, with a link."""
    NAMED = "named"
    """It names its source."""
    LINK_ONLY = "link only"
    """It has a link and no words on what was taken."""
    NONE = "none"
    """It says nothing."""


class State(str, Enum):
    """Whether an obligation is met."""

    MET = "met"
    """It is."""
    MISSED = "missed"
    """It is not."""
    NOT_JUDGED = "not judged"
    """No reading of files can tell."""


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
    """What meets it, or what is missing."""


class Attribution(Struct, frozen=True):
    """How a copied file stands to one upstream that it owes something."""

    path: str
    """The copied file."""
    upstream: UpstreamMatch
    """Whose terms these are."""
    grade: Grade
    """How well the copy says where it is from."""
    duties: tuple[DutyState, ...]
    """Each obligation of the upstream's licence."""


class Trust(str, Enum):
    """How far a source is trusted."""

    WORKING_TREE = "working-tree"
    """Its settings that select, its waivers and its ignore rules count."""
    ISOLATED = "isolated"
    """Nothing that it says to modelkin counts."""


class CorpusIdentity(Struct, frozen=True):
    """Which corpora answered."""

    name: str
    """Their names, joined by `` + ``."""
    version: str
    """The newest of their versions."""
    digest: str
    """The digest of the only one, or one over the digests of all, as hexadecimal digits."""


class Report(Struct, frozen=True):
    """Everything one run found; formats choose words and layout only."""

    root: str
    """The source as the user named it, less a password."""
    corpus: CorpusIdentity
    """What it was compared with."""
    files: tuple[FileVerdict, ...]
    """The answer for each file that was scanned, in the order of paths."""
    findings: tuple[Finding, ...]
    """What to act on; those that are waived or known from a baseline are there, too."""
    skipped: tuple[Skipped, ...]
    """What could not be scanned or read, and why."""
    seconds: float
    """How long it took, by the clock."""
    attributions: tuple[Attribution, ...] = ()
    """For each copied file and each upstream that it owes something: each obligation, and whether it is met."""
    baseline: str = ""
    """The path of the baseline that findings were held against; empty without one."""
    trust: Trust = Trust.ISOLATED
    """Whether what the source says to modelkin counted."""
    hidden: tuple[LeftOut, ...] = ()
    """How much settings, waivers and ignore rules that counted hid."""
    not_obeyed: tuple[LeftOut, ...] = ()
    """What the source asked for in vain."""

    def cells(self) -> dict[str, Cells]:
        """Of each notebook, by its path, where its lines stand."""
        return {file.path: file.cells for file in self.files if file.cells}
