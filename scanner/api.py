"""Scan, compare: the product as functions, and the place to start reading: `scan`, then `_report`, has all stages.

Edit this when a stage comes or goes. An audit of many repositories (`audit.run`) calls the same functions in workers.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from .attribution.check import check
from .attribution.model import Attribution, Judged
from .baseline import read_baseline
from .budget import OverBudgetError, budget
from .corpus.checking import damage_explained
from .corpus.opening import open_corpus
from .corpus.pack import CORPUS_SUFFIX, Corpus
from .corpus.shelf import default_corpora
from .errors import SourceError
from .files import Selection, Skipped, SourceFile
from .findings import Finding
from .globs import matcher
from .omissions import asked_in_vain, held_back, not_obeyed, obeyed, unselected
from .pipeline import Examined, Examiner
from .regions import Cells
from .sources import Checkout, LeftOut, open_source, open_sources
from .statements import Statements, read_statements, says_anything
from .trust import Trust, trust_in
from .verdict import FileVerdict, Judgement
from .waivers import Waiver, WaiversRead, files_with_waivers, settled, waivers_beside

Progress = Callable[[int, int, str], None]
"""Called with how many files are done, how many there are (0 when unknown), and the path of the last."""
NOTHING_TO_SCAN = "no Python file or notebook in it"


class SettingsTaken(Struct, frozen=True):
    """The settings in ``file`` that count: their ``keys``, and which of these the command line overrides."""

    file: str
    keys: frozenset[str]
    overridden: frozenset[str] = frozenset()
    trust: Trust | None = None
    """How far the source is trusted that they stand in; None where the user named the file."""


class ScanOptions(Struct, frozen=True):
    """What to scan and what to scan it against. Raises ConfigurationError for a broken glob."""

    include: tuple[str, ...] = ()
    """Globs as in .gitignore: scan only paths that match one; all, when empty."""
    exclude: tuple[str, ...] = ()
    """Globs: leave out paths that match one."""
    exclude_upstream: tuple[str, ...] = ()
    """Globs: leave out upstream projects whose name matches one."""
    min_similarity: float = 0.0
    """Report only files of which at least this share (0 to 1) stands in an upstream."""
    against: tuple[str, ...] = ()
    """Sources to take as further upstreams, and further corpus files."""
    corpora: tuple[Path, ...] | None = None
    """The corpus files to use; None means the shipped one and the user's."""
    waivers: tuple[Waiver, ...] = ()
    """Those of the settings; where the source is trusted, the ones in the scanned files are read with them."""
    baseline: Path | None = None
    """A file of findings that are known, and marked so."""
    isolated: bool = False
    """Trust no source, not even the working tree that this process stands in."""
    settings: SettingsTaken | None = None
    """Which of these options a file of settings filled: the report says what they hide."""
    timeout: float | None = None
    """Seconds of processor time that one file may take; None means 2, and 2 for each MB."""

    def __post_init__(self) -> None:
        for globs in (self.include, self.exclude, self.exclude_upstream):
            matcher(globs)  # a broken one is told before anything is fetched


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


def scan(source: str | Sequence[str], options: ScanOptions = ScanOptions(), progress: Progress | None = None) -> Report:
    """Say of each Python file and notebook of ``source`` which known upstream it is from. Raises ModelkinError.

    A list of sources, or of one file beside .git, is of the folder this process runs in, as a pre-commit hook names
    what changed: of what the repository says elsewhere, only what concerns them is reported.
    """
    trust = _trust_in(source, options)
    opened = open_sources(source, obey=trust is Trust.WORKING_TREE)
    return _report(opened, trust, upstreams(options), options, False, progress)


def compare(copy: str, original: str, options: ScanOptions = ScanOptions(), progress: Progress | None = None) -> Report:
    """As ``scan``, with ``original`` as the only upstream: a file or a whole tree. Raises ModelkinError."""
    trust = _trust_in(copy, options)
    opened = open_source(copy, obey=trust is Trust.WORKING_TREE)
    return _report(opened, trust, [_upstream(original, options.timeout)], options, True, progress)


def compare_files(copy: str | Path, original: str | Path) -> FileVerdict:
    """Compare two files. Raises ModelkinError when either cannot be read."""
    report = compare(str(copy), str(original))
    if not report.files:
        raise SourceError(f"{copy}: {report.skipped[0].reason if report.skipped else 'no Python file'}")
    return report.files[0]


def compare_texts(copy: bytes, original: bytes) -> FileVerdict:
    """Compare two texts of Python code, UTF-8. Raises ModelkinError when one takes longer than a file may."""
    from .corpus.indexing import index_text

    try:
        with budget(len(original)):
            corpus = index_text(original)
        return examiner([corpus], ScanOptions(), named=True).examine(SourceFile("copy.py", copy, "")).verdict
    except OverBudgetError as over:
        raise SourceError(f"the texts cannot be compared: {over}") from None


def _trust_in(source: str | Sequence[str], options: ScanOptions) -> Trust:
    """Asked anew, unless it was when settings were looked for: what counts in one place counts in the other."""
    known = options.settings.trust if options.settings else None
    return known or trust_in(source, options.isolated)


class _Found(Struct):
    """What became of the files of one source."""

    examined: list[Examined] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    waivers: list[WaiversRead] = field(default_factory=list)
    unselected: Counter[str] = field(default_factory=Counter)


def _report(
    opened: AbstractContextManager[Checkout],
    trust: Trust,
    corpora: Sequence[Corpus],
    options: ScanOptions,
    named: bool,
    progress: Progress | None,
) -> Report:
    """All stages, in order: examine each file, read what the repository says, hold it to terms, settle, tell."""
    began = time.perf_counter()
    known = read_baseline(options.baseline)
    with opened as checkout, damage_explained(corpora):
        found = _examined(checkout, examiner(corpora, options, checkout.released, named), options, progress)
        statements = read_statements(checkout)
        copies = [each.copy for each in found.examined if each.copy]
        judged = check(copies, statements, checkout.project, checkout.whole is not None, checkout.chosen)
        waivers = [*found.waivers, *waivers_beside(checkout, judged.findings)]
    if checkout.chosen is None and not found.examined and is_empty(found.skipped, statements, options):
        raise SourceError(f"{checkout.root}: {NOTHING_TO_SCAN}; check the path and the --include globs")
    counting = obeyed(waivers, checkout.root, trust)
    partial = bool(options.include or options.exclude or checkout.chosen)
    files = [each.verdict for each in found.examined]
    cells = {each.path: each.cells for each in files if each.cells}
    waived = [*options.waivers, *counting.waivers]
    findings = settled(judged.findings, waived, known, partial, counting.bad, cells)
    refused = files_not_obeyed(checkout, statements, trust, options)
    return assembled(
        replace(judged, findings=findings),
        files,
        [*found.skipped, *statements.skipped],
        root=checkout.root,
        corpus=identity_of(corpora),
        baseline=options.baseline,
        seconds=time.perf_counter() - began,
        trust=trust,
        left_out=(*_unselected(found, options.settings), *checkout.left_out()),
        not_obeyed=asked_in_vain(refused, sum(map(len, waivers)) - len(counting), checkout.disregarded()),
    )


def _examined(checkout: Checkout, examine: Examiner, options: ScanOptions, progress: Progress | None) -> _Found:
    found = _Found()
    for item in files_with_waivers(checkout, selection(options), found.unselected):
        if isinstance(item, Skipped):
            found.skipped.append(item)
            continue
        file, waivers = item
        try:
            found.examined.append(examine.examine(file, options.timeout))
        except OverBudgetError as over:
            found.skipped.append(Skipped(file.path, str(over)))
            continue
        found.waivers += [waivers] if len(waivers) else []
        if progress:
            progress(len(found.examined), 0, file.path)
    return found


def upstreams(options: ScanOptions) -> list[Corpus]:
    """What to compare with. Raises ModelkinError."""
    corpora = default_corpora(options.corpora, required=not options.against)
    return [*corpora, *(_upstream(each, options.timeout) for each in options.against)]


def _upstream(source: str, timeout: float | None) -> Corpus:
    """One more thing to compare with: a corpus file, or a source, which is indexed. Raises ModelkinError."""
    if source.endswith(CORPUS_SUFFIX):
        return open_corpus(Path(source))
    # What builds a corpus is not loaded where one is only read: start-up is felt in every pre-commit run.
    from .corpus.indexing import index_source

    return index_source(source, timeout)


def identity_of(corpora: Sequence[Corpus]) -> CorpusIdentity:
    """What a report says of the corpora it rests on."""
    digests = [corpus.digest for corpus in corpora]
    joined = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    return CorpusIdentity(" + ".join(c.name for c in corpora), max((c.version for c in corpora), default=""), joined)


def selection(options: ScanOptions) -> Selection:
    """Which files to read."""
    return Selection(options.include, options.exclude, timeout=options.timeout)


def examiner(corpora: Sequence[Corpus], options: ScanOptions, until: str = "", named: bool = False) -> Examiner:
    """What examines the files of a source that was released on the ISO date ``until``."""
    how = Judgement(named=named, min_similarity=options.min_similarity)
    return Examiner(corpora, how, options.exclude_upstream, until)


def is_empty(skipped: Sequence[Skipped], statements: Statements, options: ScanOptions) -> bool:
    """Whether a source without files to examine has nothing else to report on."""
    return not skipped and (bool(options.include) or not says_anything(statements))


def files_not_obeyed(
    checkout: Checkout, statements: Statements, trust: Trust, options: ScanOptions
) -> tuple[LeftOut, ...]:
    """What the files that a source brings for modelkin ask for in vain."""
    settings = (options.settings.file, options.settings.keys) if options.settings else ("", ())
    named = (path for path in (*(options.corpora or ()), options.baseline) if path is not None)
    return not_obeyed(statements.brought, checkout.root, trust, settings, named)


def _unselected(found: _Found, settings: SettingsTaken | None) -> Iterable[LeftOut]:
    if settings is None:
        return ()
    found.unselected["min-similarity"] = sum(each.verdict.below_least > 0 for each in found.examined)
    return unselected(found.unselected, settings.file, settings.keys - settings.overridden)


def assembled(
    judged: Judged,
    files: Iterable[FileVerdict],
    skipped: Iterable[Skipped],
    *,
    root: str,
    corpus: CorpusIdentity,
    baseline: Path | None,
    seconds: float,
    trust: Trust = Trust.ISOLATED,
    left_out: Iterable[LeftOut] = (),
    not_obeyed: tuple[LeftOut, ...] = (),
) -> Report:
    """The report: findings that waivers and the baseline hide are counted before what else was ``left_out``."""
    return Report(
        root=root,
        corpus=corpus,
        files=tuple(files),
        findings=judged.findings,
        skipped=tuple(dict.fromkeys(skipped)),
        seconds=seconds,
        attributions=judged.attributions,
        baseline=str(baseline or ""),
        trust=trust,
        hidden=(*held_back(judged.findings, baseline), *left_out),
        not_obeyed=not_obeyed,
    )
