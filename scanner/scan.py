"""One repository in, one report out: the stages of the product, in order."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from .attribution.model import Attribution, Judged
from .baseline import marked, read_baseline
from .budget import OverBudgetError, budget
from .corpus.checking import damage_explained
from .corpus.pack import Corpus
from .corpus.shelf import default_corpora
from .errors import SourceError
from .examination import Examined, Examiner
from .files import Selection, Skipped, SourceFile, read_files
from .findings import Finding
from .sources import Checkout, open_source, open_sources
from .statements import Statements, read_statements, says_anything
from .verdict import FileVerdict, Judgement
from .waivers import Waiver, apply_waivers, read_waivers, waivers_beside

Progress = Callable[[int, int, str], None]


class ScanOptions(Struct, frozen=True):
    """What to scan and what to scan it against; ``corpora`` None means the shipped, the user's and the project's.

    ``waivers`` are those of the configuration; the ones in the scanned files themselves are read with them.
    Findings that ``baseline`` holds are marked as known. ``timeout`` is the processor time in seconds that one file may
    take; None means 2, and 2 for each MB.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    exclude_upstream: tuple[str, ...] = ()
    min_similarity: float = 0.0
    against: tuple[str, ...] = ()
    corpora: tuple[Path, ...] | None = None
    waivers: tuple[Waiver, ...] = ()
    baseline: Path | None = None
    timeout: float | None = None


class CorpusIdentity(Struct, frozen=True):
    """Which corpora answered: joined names, newest version, digest over all."""

    name: str
    version: str
    digest: str


class Report(Struct, frozen=True):
    """Everything one run found; formats choose words and layout only. ``baseline`` is what it was held against."""

    root: str
    corpus: CorpusIdentity
    files: tuple[FileVerdict, ...]
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    seconds: float
    attributions: tuple[Attribution, ...] = ()
    baseline: str = ""


def scan(source: str | Sequence[str], options: ScanOptions = ScanOptions(), progress: Progress | None = None) -> Report:
    """Say of each Python file and notebook of ``source`` which known upstream it is from. Raises ModelkinError.

    A list of sources, or of one file beside .git, is of the folder this process runs in, as a pre-commit hook names
    what changed: of what the repository says elsewhere, only what concerns them is reported.
    """
    corpora = [
        *default_corpora(options.corpora, required=not options.against),
        *(_indexed(each, options.timeout) for each in options.against),
    ]
    how = Judgement(min_similarity=options.min_similarity)
    return _report(open_sources(source), corpora, options, how, progress)


def compare(copy: str, original: str, options: ScanOptions = ScanOptions(), progress: Progress | None = None) -> Report:
    """As ``scan``, with ``original`` as the only upstream: a file or a whole tree. Raises ModelkinError."""
    how = Judgement(named=True, min_similarity=options.min_similarity)
    return _report(open_source(copy), [_indexed(original, options.timeout)], options, how, progress)


def compare_files(copy: str | Path, original: str | Path) -> FileVerdict:
    """Compare two files. Raises ModelkinError when either cannot be read."""
    report = compare(str(copy), str(original))
    if not report.files:
        raise SourceError(f"{copy}: {report.skipped[0].reason if report.skipped else 'no Python file'}")
    return report.files[0]


def compare_texts(copy: bytes, original: bytes) -> FileVerdict:
    """Compare two texts of Python code, UTF-8."""
    from .corpus.indexing import index_text

    examiner = Examiner([index_text(original)], Judgement(named=True))
    return examiner.examine(SourceFile("copy.py", copy, "")).verdict


def _indexed(source: str, timeout: float | None) -> Corpus:
    # What builds a corpus is not loaded where one is only read: start-up is felt in every pre-commit run.
    from .corpus.indexing import index_source

    return index_source(source, timeout)


def _report(
    opened: AbstractContextManager[Checkout],
    corpora: Sequence[Corpus],
    options: ScanOptions,
    how: Judgement,
    progress: Progress | None,
) -> Report:
    began = time.perf_counter()
    known = read_baseline(options.baseline) if options.baseline else frozenset()
    examined: list[Examined] = []
    waivers = list(options.waivers)
    skipped: list[Skipped] = []
    with opened as checkout, damage_explained(corpora):
        examiner = Examiner(corpora, how, options.exclude_upstream, checkout.released)
        for file in read_files(checkout, Selection(options.include, options.exclude, timeout=options.timeout)):
            if isinstance(file, Skipped):
                skipped.append(file)
                continue
            try:
                with budget(len(file.text), options.timeout):
                    found = examiner.examine(file), read_waivers(file.path, file.text)
            except OverBudgetError as over:
                skipped.append(Skipped(file.path, str(over)))
                continue
            examined.append(found[0])
            waivers += found[1]
            if progress:
                progress(len(examined), 0, file.path)
        statements = read_statements(checkout)
        judged = _judged(examined, statements, checkout)
        waivers += waivers_beside(checkout, judged.findings)
    if not examined and not skipped and checkout.chosen is None and (options.include or not says_anything(statements)):
        raise SourceError(f"{checkout.root}: no Python file or notebook in it; check the path and the --include globs")
    partial = bool(options.include or options.exclude or checkout.chosen)
    return Report(
        root=checkout.root,
        corpus=identity_of(corpora),
        files=tuple(each.verdict for each in examined),
        findings=tuple(marked(apply_waivers(judged.findings, waivers, partial), known)),
        skipped=tuple(dict.fromkeys((*skipped, *statements.skipped))),
        seconds=time.perf_counter() - began,
        attributions=judged.attributions,
        baseline=str(options.baseline or ""),
    )


def _judged(examined: Iterable[Examined], statements: Statements, checkout: Checkout) -> Judged:
    """Whether the terms of the upstreams are met."""
    from .attribution.check import check  # rules are not loaded where nothing was copied

    copies = [each.copy for each in examined if each.copy]
    judged = check(copies, statements, own=checkout.project, whole=checkout.whole is not None)
    if checkout.chosen is None:
        return judged
    untouched = {each for each in check((), statements).findings if each.region.path not in checkout.chosen}
    return replace(judged, findings=tuple(each for each in judged.findings if each not in untouched))


def identity_of(corpora: Sequence[Corpus]) -> CorpusIdentity:
    """What a report says of the corpora it rests on."""
    digests = [corpus.digest for corpus in corpora]
    joined = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    return CorpusIdentity(" + ".join(c.name for c in corpora), max((c.version for c in corpora), default=""), joined)
