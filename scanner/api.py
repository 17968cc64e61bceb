"""The product as functions, and the place to start reading: `scan`, then `_report`, has all stages in order.

Edit this when a stage comes or goes. `pipeline` has the stages that an audit's workers share with a scan.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from .attribution.known_findings import read_baseline
from .attribution.waiver_comments import files_with_waivers, waivers_beside
from .attribution.waivers import WaiversRead, settled
from .audit.options import AuditOptions
from .corpus.model import Corpus
from .corpus.validation import damage_explained
from .errors import SourceError
from .pipeline import (
    NOTHING_TO_SCAN,
    Examined,
    Examiner,
    ScanOptions,
    SettingsTaken,
    _upstream,
    assembled,
    check,
    examiner,
    files_not_obeyed,
    identity_of,
    is_empty,
    selection,
    upstreams,
)
from .repository.declarations import read_declarations
from .results import FileVerdict, LeftOut, Report, Skipped, Trust
from .sources import open_source, open_sources
from .sources.checkout import Checkout
from .sources.files import SourceFile
from .support.budget import OverBudgetError, budget
from .trust import asked_in_vain, obeyed, trust_in, unselected

if TYPE_CHECKING:
    from .audit.journal import Advance
    from .audit.outcome import Audit

Progress = Callable[[int, int, str], None]
"""Called with how many files are done, how many there are (0 when unknown), and the path of the last."""


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


def audit(
    place: str | Path,
    journal: str | Path,
    options: AuditOptions = AuditOptions(),
    *,
    resume: bool = False,
    progress: Callable[[Advance], None] | None = None,
) -> Audit:
    """Scan every repository in the folder ``place``, or that the list ``place`` names, into the file ``journal``.

    With ``resume``, what the journal holds already is not done again. No repository is trusted. ``progress`` is called
    with each Advance that is on the disk. Raises ModelkinError; the journal is whole then as well, as it is after any
    interruption. Workers import the main module, as all of ``multiprocessing`` does: call this from a script only below
    ``if __name__ == "__main__"``.
    """
    from .audit.run import run_audit  # the journal and the workers, which a scan never needs

    return run_audit(place, journal, options, resume, progress)


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
        declarations = read_declarations(checkout)
        copies = [each.copy for each in found.examined if each.copy]
        judged = check(copies, declarations, checkout.project, checkout.whole is not None, checkout.chosen)
        waivers = [*found.waivers, *waivers_beside(checkout, judged.findings)]
    if checkout.chosen is None and not found.examined and is_empty(found.skipped, declarations, options):
        raise SourceError(f"{checkout.root}: {NOTHING_TO_SCAN}; check the path and the --include globs")
    counting = obeyed(waivers, checkout.root, trust)
    partial = bool(options.include or options.exclude or checkout.chosen)
    files = [each.verdict for each in found.examined]
    cells = {each.path: each.cells for each in files if each.cells}
    waived = [*options.waivers, *counting.waivers]
    findings = settled(judged.findings, waived, known, partial, counting.bad, cells)
    refused = files_not_obeyed(checkout, declarations, trust, options)
    return assembled(
        replace(judged, findings=findings),
        files,
        [*found.skipped, *declarations.skipped],
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


def _unselected(found: _Found, settings: SettingsTaken | None) -> Iterable[LeftOut]:
    if settings is None:
        return ()
    found.unselected["min-similarity"] = sum(each.verdict.below_least > 0 for each in found.examined)
    return unselected(found.unselected, settings.file, settings.keys - settings.overridden)
