"""One repository in, one report out: the stages of the product, in order."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from .attribution.model import Attribution, Judged
from .baseline import marked, read_baseline
from .budget import OverBudgetError, budget
from .corpus.checking import damage_explained
from .corpus.opening import open_corpus
from .corpus.pack import CORPUS_SUFFIX, Corpus
from .corpus.shelf import default_corpora
from .errors import SourceError
from .files import Selection, Skipped, SourceFile, read_files
from .findings import Finding
from .globs import matcher
from .pipeline import Examined, Examiner
from .regions import Cells
from .settings import SETTINGS
from .sources import Checkout, LeftOut, open_source, open_sources
from .sources.specs import split_path
from .statements import Statements, read_statements, says_anything
from .trust import Trust, is_of_another, not_obeyed, trust_in
from .verdict import FileVerdict, Judgement
from .waivers import Waiver, WaiversRead, apply_waivers, joined, read_waivers, waivers_beside

Progress = Callable[[int, int, str], None]


class SettingsTaken(Struct, frozen=True):
    """The settings in ``file`` that count: their ``keys``, and which of these the command line overrides."""

    file: str
    keys: frozenset[str]
    overridden: frozenset[str] = frozenset()


class ScanOptions(Struct, frozen=True):
    """What to scan and what to scan it against; ``corpora`` None means the shipped one and the user's.

    ``waivers`` are those of the settings; where the source is trusted, the ones in the scanned files themselves are
    read with them. Findings that ``baseline`` holds are marked as known. ``isolated`` trusts no source, not even the
    working tree one stands in. ``settings`` tells which of these options a file of settings filled: the report says
    what they hide. ``timeout`` is the processor time in seconds that one file may take; None means 2, and 2 for each
    MB. Raises ConfigurationError for a broken glob.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    exclude_upstream: tuple[str, ...] = ()
    min_similarity: float = 0.0
    against: tuple[str, ...] = ()
    corpora: tuple[Path, ...] | None = None
    waivers: tuple[Waiver, ...] = ()
    baseline: Path | None = None
    isolated: bool = False
    settings: SettingsTaken | None = None
    timeout: float | None = None

    def __post_init__(self) -> None:
        for globs in (self.include, self.exclude, self.exclude_upstream):
            matcher(globs)  # a broken one is told before anything is fetched


class CorpusIdentity(Struct, frozen=True):
    """Which corpora answered: joined names, newest version, digest over all."""

    name: str
    version: str
    digest: str


class Report(Struct, frozen=True):
    """Everything one run found; formats choose words and layout only. ``baseline`` is what it was held against.

    ``trust`` says whether what the source says to modelkin counted; ``hidden`` is what it hid, by settings, waivers and
    ignore rules that counted, and ``not_obeyed`` what it asked for in vain.
    """

    root: str
    corpus: CorpusIdentity
    files: tuple[FileVerdict, ...]
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    seconds: float
    attributions: tuple[Attribution, ...] = ()
    baseline: str = ""
    trust: Trust = Trust.ISOLATED
    hidden: tuple[LeftOut, ...] = ()
    not_obeyed: tuple[LeftOut, ...] = ()

    def cells(self) -> dict[str, Cells]:
        """Of each notebook, by its path, where its lines stand."""
        return _cells_by_path(self.files)


def scan(source: str | Sequence[str], options: ScanOptions = ScanOptions(), progress: Progress | None = None) -> Report:
    """Say of each Python file and notebook of ``source`` which known upstream it is from. Raises ModelkinError.

    A list of sources, or of one file beside .git, is of the folder this process runs in, as a pre-commit hook names
    what changed: of what the repository says elsewhere, only what concerns them is reported.
    """
    corpora = [
        *default_corpora(options.corpora, required=not options.against),
        *(upstream(each, options.timeout) for each in options.against),
    ]
    how = Judgement(min_similarity=options.min_similarity)
    trust = trust_in(source, options.isolated)
    return _report(open_sources(source, obey=trust is Trust.WORKING_TREE), trust, corpora, options, how, progress)


def compare(copy: str, original: str, options: ScanOptions = ScanOptions(), progress: Progress | None = None) -> Report:
    """As ``scan``, with ``original`` as the only upstream: a file or a whole tree. Raises ModelkinError."""
    how = Judgement(named=True, min_similarity=options.min_similarity)
    trust = trust_in(copy, options.isolated)
    opened = open_source(copy, obey=trust is Trust.WORKING_TREE)
    return _report(opened, trust, [upstream(original, options.timeout)], options, how, progress)


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


def upstream(source: str, timeout: float | None = None) -> Corpus:
    """One more thing to compare with: a corpus file, or a source, which is indexed. Raises ModelkinError."""
    if source.endswith(CORPUS_SUFFIX):
        return open_corpus(Path(source))
    # What builds a corpus is not loaded where one is only read: start-up is felt in every pre-commit run.
    from .corpus.indexing import index_source

    return index_source(source, timeout)


def _report(
    opened: AbstractContextManager[Checkout],
    trust: Trust,
    corpora: Sequence[Corpus],
    options: ScanOptions,
    how: Judgement,
    progress: Progress | None,
) -> Report:
    began = time.perf_counter()
    known = read_baseline(options.baseline) if options.baseline else frozenset()
    examined: list[Examined] = []
    inline: list[WaiversRead] = []
    skipped: list[Skipped] = []
    unselected: Counter[str] = Counter()
    with opened as checkout, damage_explained(corpora):
        examiner = Examiner(corpora, how, options.exclude_upstream, checkout.released)
        selection = Selection(options.include, options.exclude, timeout=options.timeout)
        for file in read_files(checkout, selection, unselected):
            if isinstance(file, Skipped):
                skipped.append(file)
                continue
            try:
                with budget(len(file.text), options.timeout):
                    found = examiner.examine(file), read_waivers(file.path, file.text, file.cells)
            except OverBudgetError as over:
                skipped.append(Skipped(file.path, str(over)))
                continue
            examined.append(found[0])
            inline += [found[1]] if len(found[1]) else []
            if progress:
                progress(len(examined), 0, file.path)
        statements = read_statements(checkout)
        judged = _judged(examined, statements, checkout)
        inline += waivers_beside(checkout, judged.findings)
    if not examined and not skipped and checkout.chosen is None and (options.include or not says_anything(statements)):
        raise SourceError(f"{checkout.root}: no Python file or notebook in it; check the path and the --include globs")
    partial = bool(options.include or options.exclude or checkout.chosen)
    obeyed = joined([each for each in inline if trust is Trust.WORKING_TREE and not _is_of_another(checkout, each)])
    cells = _cells_by_path(each.verdict for each in examined)
    waivers = [*options.waivers, *obeyed.waivers]
    findings = marked(apply_waivers(judged.findings, waivers, partial, obeyed.bad, cells), known)
    unselected["min-similarity"] = sum(each.verdict.below_least > 0 for each in examined)
    return Report(
        root=checkout.root,
        corpus=identity_of(corpora),
        files=tuple(each.verdict for each in examined),
        findings=tuple(findings),
        skipped=tuple(dict.fromkeys((*skipped, *statements.skipped))),
        seconds=time.perf_counter() - began,
        attributions=judged.attributions,
        baseline=str(options.baseline or ""),
        trust=trust,
        hidden=(
            *held_back(findings, options.baseline),
            *_unselected(unselected, options.settings),
            *checkout.left_out(),
        ),
        not_obeyed=asked_in_vain(checkout, statements, trust, options, sum(map(len, inline)) - len(obeyed)),
    )


def _cells_by_path(files: Iterable[FileVerdict]) -> dict[str, Cells]:
    """Of each notebook among ``files``, where its lines stand."""
    return {file.path: file.cells for file in files if file.cells}


def _is_of_another(checkout: Checkout, read: WaiversRead) -> bool:
    """Whether waivers, which are of one file, stand in a repository inside the working tree, which has no say in it."""
    top, _ = split_path(checkout.root)
    return any(is_of_another(top, each.path) for each in (read.waivers or read.bad)[:1])


def asked_in_vain(
    checkout: Checkout, statements: Statements, trust: Trust, options: ScanOptions, waivers: int
) -> tuple[LeftOut, ...]:
    """What the source asks for and does not get; ``waivers`` in its comments are among it."""
    settings = options.settings
    obeyed = (settings.file, settings.keys) if settings else ("", ())
    named = (path for path in (*(options.corpora or ()), options.baseline) if path is not None)
    return (
        *not_obeyed(statements.brought, checkout.root, trust, obeyed, named),
        *([LeftOut("waivers", "comments", waivers)] if waivers else []),
        *checkout.disregarded(),
    )


def held_back(findings: Sequence[Finding], baseline: Path | None) -> Iterator[LeftOut]:
    """How many findings are waived, by each place where that may stand, and how many the baseline knows."""
    waived = (each.suppression for each in findings if each.suppression)
    places = Counter("comments" if each.in_source else each.path for each in waived)
    for place, count in sorted(places.items()):
        yield LeftOut("findings waived", place, count)
    if known := sum(each.known and not each.suppression for each in findings):
        yield LeftOut("findings known", str(baseline), known)


def _unselected(counts: Mapping[str, int], settings: SettingsTaken | None) -> Iterator[LeftOut]:
    """What settings left out; what the command line leaves out, its user knows."""
    if settings is None:
        return
    for each in SETTINGS:
        if each.hides and counts.get(each.key) and each.key in settings.keys - settings.overridden:
            yield LeftOut(each.hides, settings.file, counts[each.key])


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
