"""The product as functions, and the place to start reading: `scan`, and then `_report`, which has all stages in order.

Edit this when a stage comes or goes. `pipeline` has what happens to one file, `scan_steps` the steps that audits share.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from .attribution.copies import AllFiles, Examined
from .attribution.known_findings import read_baseline
from .attribution.waiver_comments import files_with_waivers, waivers_beside
from .attribution.waivers import WaiversRead, settled
from .audit.options import AuditOptions
from .corpus.model import Corpus
from .corpus.store import damage_explained
from .dating.dates import SourceFacts
from .dating.source_state import scanned_now
from .errors import SourceError
from .evidence.named_original import Beside, Original
from .evidence.repository_answer import Answered
from .examining.cached_examiner import CachedExaminer
from .examining.kept_outcomes import kept_outcomes
from .examining.many_files import Examination
from .repository.declarations import read_declarations
from .repository.layout import is_model_path
from .repository.model import Declarations
from .results import Attribution, FileVerdict, Finding, LeftOut, Report, Skipped, Trust, Unread, cells_by_path
from .scan_steps import (
    NOTHING_TO_SCAN,
    ScanOptions,
    SettingsTaken,
    assembled,
    beside_code,
    by_rule,
    check,
    examiner,
    files_not_obeyed,
    identity_of,
    is_empty,
    known_models,
    model_origins,
    name_of,
    open_original,
    open_upstreams,
    selection,
    source_facts,
    with_known_natives,
)
from .sources import open_source, open_sources
from .sources.checkout import Checkout
from .sources.files import SourceFile, count_files
from .sources.unscanned_code import UnreadCode
from .support.announcements import announce
from .support.budget import OverBudgetError, budget
from .support.collecting import seldom_collecting
from .trust import asked_in_vain, obeyed, trust_in, unselected

if TYPE_CHECKING:
    from .audit.journal import Advance
    from .audit.outcome import Audit
    from .evidence.model_origin import ModelOrigins
    from .predictions.model import Agreement

# An error names so many of the globs that chose nothing.
_MOST_GLOBS = 3

Progress = Callable[[int, int, str], None]
"""Called with how many files are done, how many there are (0 when unknown), and the path of the last."""


def scan(source: str | Sequence[str], options: ScanOptions = ScanOptions(), progress: Progress | None = None) -> Report:
    """Say where each Python file and notebook of ``source`` is from, and whether the terms it is under are met.

    ``source`` is a folder, a file, an archive, a release or a repository, as `open_source` takes it. A list names files
    and folders of the folder that this process runs in, as a pre-commit hook does; of all that the repository says
    elsewhere, the report then has only what concerns them. Raises ModelkinError.
    """
    trust = _trust_in(source, options)
    corpora = open_upstreams(options)
    opened = open_sources(source, obey=trust is Trust.WORKING_TREE)
    return _report(opened, trust, corpora, options, progress)


def compare(
    copy: str,
    original: str,
    options: ScanOptions = ScanOptions(),
    progress: Progress | None = None,
    parents: Sequence[str] = (),
) -> Report:
    """As ``scan``, with ``original``, a file or a whole tree, as the only upstream, and beside the code all that files
    of a model tell: `Report.evidence` and `Report.conclusion`.

    ``parents`` are sources of models that both may be built on, each also as ``NAME=SOURCE``: what is theirs, too, is
    said to be. Values of weights are read where ``options.weights`` says how many bytes of each side. Raises
    ModelkinError, also where one side has neither code nor a file of a model.
    """
    trust = _trust_in(copy, options)
    with open_original(original, options.timeout) as (corpora, checkout):
        opened = open_source(copy, obey=trust is Trust.WORKING_TREE)
        how = parents, options.weights, options.deep
        known = Original(corpora[0].name, checkout, *how) if corpora else None
        return _report(opened, trust, corpora, options, progress, known)


def compare_files(copy: str | Path, original: str | Path) -> FileVerdict:
    """Compare two files. Raises ModelkinError when either cannot be read."""
    report = compare(str(copy), str(original))
    if not report.files:
        raise SourceError(f"{copy}: {report.skipped[0].reason if report.skipped else 'no Python file'}")
    return report.files[0]


def compare_texts(copy: bytes, original: bytes) -> FileVerdict:
    """Compare two texts of Python code in UTF-8. Raises ModelkinError when one takes longer than a file may."""
    from .corpus.indexing import index_text

    try:
        with budget(len(original)):
            corpus = index_text(original)
        return examiner([corpus], ScanOptions(), named=True).examine(SourceFile("copy.py", copy, "")).verdict
    except OverBudgetError as over:
        raise SourceError(f"the texts cannot be compared: {over}") from None


def agree(
    first: str,
    second: str,
    gold: str,
    controls: Sequence[str] = (),
    *,
    id_field: str = "id",
    answer_field: str = "answer",
) -> Agreement:
    """Say whether two models give the same wrong answers more often than independent models do.

    All are paths of files, JSON lines or CSV, whose lines have ``id_field`` and ``answer_field``: answers of the two
    models, the right ones, and those of at least three other models, without which nothing is concluded. Raises
    ModelkinError.
    """
    from .predictions.answer_files import Fields  # imported late: nothing else has to do with answers
    from .predictions.answer_table import answer_table
    from .predictions.judgement import agreement

    return agreement(answer_table((first, second), gold, controls, Fields(id_field, answer_field)))


def audit(
    place: str | Path,
    journal: str | Path,
    options: AuditOptions = AuditOptions(),
    *,
    resume: bool = False,
    progress: Callable[[Advance], None] | None = None,
) -> Audit:
    """Scan every repository in the folder ``place``, or in the list ``place``, into the file ``journal``.

    No repository is trusted. With ``resume``, what the journal holds already is not done again; after an error or an
    interruption, too, the journal is whole. ``progress`` is called with each Advance that is on the disk. Workers
    import the main module, as all of ``multiprocessing`` does: a script calls this below ``if __name__ ==
    "__main__"``. Raises ModelkinError.
    """
    from .audit.run import run_audit  # imported late: a scan needs no journal and no workers

    return run_audit(place, journal, options, resume, progress)


def _trust_in(source: str | Sequence[str], options: ScanOptions) -> Trust:
    """How far ``source`` is trusted, as it was decided when its settings were looked for; else decided now."""
    decided = options.settings.trust if options.settings else None
    return decided or trust_in(source, options.isolated)


def _report(
    opened: AbstractContextManager[Checkout],
    trust: Trust,
    corpora: Sequence[Corpus],
    options: ScanOptions,
    progress: Progress | None,
    original: Original | None = None,
) -> Report:
    """All stages, in order. ``original`` is the one upstream that the user named, if it is one."""
    began, known = time.perf_counter(), read_baseline(options.baseline)
    with opened as checkout, damage_explained(corpora):
        # What does the repository say of itself, and at which commit or release is it?
        declarations, scanned = read_declarations(checkout), scanned_now(checkout)
        # What is each file, who had it first, and what does it say of where it is from?
        facts = source_facts(checkout, declarations, options)
        found = _examined(checkout, corpora, facts, options, progress, original is not None)
        files = [each.verdict for each in found.examined]
        # What has it in common with the original beside its code, or with known models?
        model = None if original else _known_origins(checkout, declarations, facts, corpora, options)
        # Are the terms met that the copies are under?
        copies = [each.copy for each in found.examined if each.copy]
        others = found.others(with_known_natives(found.unread, corpora, facts, options, original is not None), model)
        checked = check(copies, declarations, checkout.project, checkout.whole is not None, checkout.chosen, others)
        beside = _beside(checkout, declarations, files, checked.attributions, model, original)
        waivers = [*found.waivers, *waivers_beside(checkout, checked.findings)]
    _tell_of_nothing(checkout, found, beside, declarations, options, original is not None)
    # Which findings are answered for?
    counting = obeyed(waivers, checkout.root, trust)
    findings, by_choice = _settled(checked.findings, counting, known, files, checkout, options)
    refused = files_not_obeyed(checkout, declarations, trust, options)  # what did the source ask for in vain?
    report = assembled(
        replace(checked, findings=findings),
        files,
        [*found.skipped, *declarations.skipped, *beside.skipped],
        root=checkout.root,
        corpus=identity_of(corpora, known_models(options, corpora) if model and model.is_model else ()),
        baseline=options.baseline,
        seconds=time.perf_counter() - began,
        trust=trust,
        left_out=(*by_choice, *_unselected(found, options.settings), *checkout.left_out()),
        not_obeyed=asked_in_vain(refused, sum(map(len, waivers)) - len(counting), checkout.disregarded()),
        unread=(*others.unread, *(each for corpus in corpora for each in corpus.unread)),
        scanned=scanned,
    )
    return replace(report, evidence=beside.observations, conclusion=beside.conclusion)


def _beside(
    checkout: Checkout,
    said: Declarations,
    files: Sequence[FileVerdict],
    attributions: Sequence[Attribution],
    model: ModelOrigins | None,
    original: Original | None,
) -> Beside:
    """What was found beside the code, and the answer for the whole."""
    if original:
        return original.beside(checkout, said.names, files)
    return beside_code(Answered(name_of(checkout, said), files, len(files), model, said, attributions))


def _known_origins(
    checkout: Checkout, said: Declarations, facts: SourceFacts, corpora: Sequence[Corpus], options: ScanOptions
) -> ModelOrigins | None:
    """What known models have in common with the model in the source; of a hook's run only where one of the paths is of
    a model."""
    if checkout.chosen is not None:
        said = replace(said, holds_model=any(map(is_model_path, checkout.chosen)))
    return model_origins(checkout, said, facts, lambda: known_models(options, corpora), options)


def _tell_of_nothing(
    checkout: Checkout,
    found: _FilesFound,
    beside: Beside,
    said: Declarations,
    options: ScanOptions,
    is_compared: bool,
) -> None:
    """Tell where there is nothing to report on. Raises SourceError where globs, or a comparison, ask for more."""
    if checkout.chosen is not None or found.examined or beside.is_model:
        return
    if not is_empty(found.skipped, said, options):
        return
    if options.include:
        globs = ", ".join(options.include[:_MOST_GLOBS]) + (", …" if len(options.include) > _MOST_GLOBS else "")
        rule = "as in a .gitignore, * takes no slash, and **/ takes folders"
        raise SourceError(f"{checkout.root}: {NOTHING_TO_SCAN} matches --include {globs}{found.unread.told()}: {rule}")
    if is_compared:
        raise SourceError(f"{checkout.root}: {found.nothing()}; check the path")
    announce(f"{checkout.root}: {found.nothing()}, and nothing that it says of itself: there is nothing to report on")


def _settled(
    findings: Sequence[Finding],
    counting: WaiversRead,
    known: frozenset[str],
    files: Sequence[FileVerdict],
    checkout: Checkout,
    options: ScanOptions,
) -> tuple[tuple[Finding, ...], tuple[LeftOut, ...]]:
    """The findings, marked where they are answered for: waived where waivers count, or known from the baseline. Of them
    those that the user asked for by rule, and what that hides.
    """
    waived = [*options.waivers, *counting.waivers]
    is_partial = bool(options.include or options.exclude or checkout.chosen)
    return by_rule(settled(findings, waived, known, is_partial, counting.bad, cells_by_path(files)), options)


class _FilesFound(Struct):
    """What became of the files of one source."""

    examined: list[Examined] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    waivers: list[WaiversRead] = field(default_factory=list)
    unselected: Counter[str] = field(default_factory=Counter)
    """How many files the setting of that key left out."""
    unread: UnreadCode = field(default_factory=UnreadCode)

    def add(self, outcome: Examined | Skipped, waivers: WaiversRead) -> None:
        """What became of one file, and the waivers in its comments."""
        if isinstance(outcome, Skipped):
            self.skipped.append(outcome)
            return
        self.examined.append(outcome)
        self.waivers += [waivers] if len(waivers) else []

    def nothing(self) -> str:
        """That there is no code to scan, in words."""
        return NOTHING_TO_SCAN + self.unread.told()

    def others(self, unread: tuple[Unread, ...], model: ModelOrigins | None) -> AllFiles:
        """What is known of all files, copies or not; of the ``unread``, what is not Python."""
        return AllFiles(tuple(each.stated for each in self.examined if each.stated), unread, model)


def _examined(
    checkout: Checkout,
    corpora: Sequence[Corpus],
    facts: SourceFacts,
    options: ScanOptions,
    progress: Progress | None,
    named: bool,
) -> _FilesFound:
    found, wanted = _FilesFound(), selection(options)
    total = count_files(checkout, wanted) if progress else 0
    read = files_with_waivers(checkout, wanted, found.unselected, found.unread)
    with seldom_collecting(), kept_outcomes(checkout.folder, options.no_cache or named) as kept:
        examiner = CachedExaminer(corpora, options, kept, named)
        examination = Examination(corpora, options, examiner, facts, 1 if named else options.jobs)
        with closing(examination.outcomes(read)) as outcomes:
            for done, (outcome, waivers) in enumerate(outcomes, 1):
                found.add(outcome, waivers)
                if progress:
                    progress(done, total, outcome.path)
    return found


def _unselected(found: _FilesFound, settings: SettingsTaken | None) -> Iterable[LeftOut]:
    """What settings left out of the report, if they were taken."""
    if settings is None:
        return ()
    found.unselected["min-similarity"] = sum(each.verdict.below_least > 0 for each in found.examined)
    return unselected(found.unselected, settings.file, settings.keys - settings.overridden)
