"""All that one scan found: `Report`, from there downwards.

Read this to learn the output. Edit it when a report says something new; then `reports` has to show it.
"""

from __future__ import annotations

from msgspec import Struct

from .answer import Conclusion
from .file_verdict import Cells, FileVerdict, Region, UpstreamMatch, cells_by_path
from .observation import Observation
from .vocabulary import Confidence, Grade, Level, SourceKind, State, Trust, UnreadKind


class Scanned(Struct, frozen=True):
    """When a scan was made, and of what; empty in journals of before it was recorded."""

    at: str = ""
    """The moment in UTC, as 2026-11-29T20:03:27Z; by SOURCE_DATE_EPOCH, where that is set."""
    kind: SourceKind | None = None
    """What kind of source it was."""
    release: str = ""
    """The release of a package or wheel with its name, as ``vllm 0.2.3``; empty where it is none."""
    released: str = ""
    """The ISO date of that release, where the registry says it."""
    repository: str = ""
    """The address of the git repository, without a login, or the repository of the Hub; empty where none is known."""
    commit: str = ""
    """The full hash of the commit; empty where none is known."""
    changed: bool | None = None
    """Whether files that git tracks have changed since that commit; None where it was not looked at."""
    digest: str = ""
    """A digest over the paths and contents of all files that were examined, as hexadecimal digits."""


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
    unread: tuple[Unread, ...] = ()
    """Code that was not read because of what it is: of the source, then of sources that it was compared with."""
    evidence: tuple[Observation, ...] = ()
    """What a model and the one it was compared with have in common beside their code."""
    conclusion: Conclusion | None = None
    """The answer for the whole in a sentence; None where the source was compared with no one source."""
    scanned: Scanned = Scanned()
    """When the scan was made, and of what."""

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
    corpora: tuple[KnownCorpus, ...] = ()
    """Each of them; empty in journals of before they were recorded."""


class KnownCorpus(Struct, frozen=True):
    """One corpus, and how far it reaches."""

    name: str
    """What it is called."""
    version: str
    """The day up to which it knows releases, as 2026.11.13; empty where it says none."""
    digest: str
    """The digest of its content, as hexadecimal digits."""
    newest: str
    """The ISO date of the newest release that it knows; empty where none has a date."""
    projects: int
    """How many upstream projects it knows,"""
    releases: int
    """and how many releases of them."""
    models: int = 0
    """How many models it knows by their facts."""


class FindingPlace(Struct, frozen=True):
    """One of several files that a finding is about, and what the finding says of it alone."""

    region: Region
    """Where in the file."""
    message: str
    """What is the matter with the file."""
    upstream: str
    """The upstream in words: project, release and path; empty where there is none."""
    remedy: str
    """What to do in the file."""
    upstream_region: Region | None = None
    """Where in the upstream."""


class Finding(Struct, frozen=True):
    """One thing to act on, in one file or in several."""

    rule: str
    """The id of its rule, which ``modelkin explain`` explains."""
    level: Level
    """How much it matters; a waived finding keeps its level."""
    region: Region
    """Where in the scanned source to look first."""
    message: str
    """What is the matter, in words."""
    upstream: str
    """The upstream in words: project, release and path, as far as they are those of all files; empty where there is
    none."""
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
    confidence: Confidence = Confidence.HIGH
    """How sure it is that the finding is right."""
    reason: str = ""
    """Why it is no surer, in words; empty where it is sure."""
    group: str = ""
    """What stays the same from run to run: a digest of rule, upstream project, clause and holders. Files of one group
    that are waived, known, or less sure than others make a finding of their own."""
    places: tuple[FindingPlace, ...] = ()
    """Each file, in order of path, where it is about several; else empty."""
    indivisible: bool = False
    """Whether it is one fact of the whole, such as a text that is missing: then its first file answers for all."""

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of all files that it is about, the one to look at first before the others."""
        return tuple(dict.fromkeys((self.region.path, *(each.region.path for each in self.places))))

    @property
    def each_place(self) -> tuple[FindingPlace, ...]:
        """One for each file that it is about, if only one."""
        own = FindingPlace(self.region, self.message, self.upstream, self.remedy, self.upstream_region)
        return self.places or (own,)

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
    doubt: str = ""
    """Why the file need not be from that upstream, in sentences; empty where only its age speaks for or against it."""


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


class Unread(Struct, frozen=True):
    """Files of one kind that hold code, and are not read: modelkin reads Python files and notebooks."""

    kind: UnreadKind
    """What they are."""
    count: int
    """How many."""
    paths: tuple[str, ...]
    """Which, in order; of very many the first."""
    upstream: str = ""
    """The name of the upstream whose files they are; empty where they are the scanned source's own."""
    known: tuple[KnownNative, ...] = ()
    """Which of them an upstream holds, as far as that was looked for: native files alone have hashes."""


class KnownNative(Struct, frozen=True):
    """A native file that an upstream holds: equal but for comments and white space."""

    path: str
    """Its path in the source."""
    upstream: UpstreamMatch
    """The upstream that had it first, its release and path; the header of that file is not known."""


class LeftOut(Struct, frozen=True):
    """How much was left out, and by what; or what would have left something out, had it been obeyed."""

    what: str
    """What was left out, in the plural: "files" (Python files and notebooks only), "folders" (one not entered counts as
    one), "findings waived"; or what was not obeyed: "settings", "ignore files"."""
    by: str
    """The file or rule that says so: ".gitignore", "node_modules", "modelkin.toml", "comments"."""
    count: int
    """How many."""
