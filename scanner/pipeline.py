"""One file from text to verdict: parse, normalise, winnow, match, judge. The algorithm, to be read from top to bottom.

Edit this when a stage comes, goes or changes its place; what each does is in the module that it is imported from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from .attribution.copies import CheckResult, Copy, letters, read_copy
from .attribution.waivers import Waiver
from .corpus.histories import path_histories
from .corpus.model import CORPUS_SUFFIX, Corpus
from .corpus.store import default_corpora, open_corpus
from .fingerprints.normalize import normalise
from .fingerprints.statement_cache import StatementCache
from .fingerprints.winnowing import winnow
from .matching.candidates import Candidate, find_candidates
from .matching.query import Query, make_query
from .matching.verdict import LEAST_SHARE, VerdictOptions, judge
from .notices.model import Notice
from .notices.notice import read_notice
from .repository.lookup import says_anything
from .repository.model import Declarations
from .results import COPIES, CorpusIdentity, FileVerdict, LeftOut, Report, Skipped, Trust
from .sources.checkout import Checkout
from .sources.files import Selection, SourceFile
from .support.budget import OverBudgetError, budget
from .support.globs import matcher
from .syntax.parser import parse
from .syntax.tree import SyntaxTree
from .trust import held_back, not_obeyed


class Examined(Struct, frozen=True):
    """A file's verdict; where it stands on an upstream, also what its own text says of that."""

    verdict: FileVerdict
    copy: Copy | None


class Examiner:
    """Examines the files of one run against the same upstreams; statements seen before are not read again.

    Upstream projects that a glob of ``exclude_upstream`` matches are left out, and so is what appeared after ``until``
    (an ISO date; empty: nothing is), unless the user named the original.
    """

    def __init__(
        self, corpora: Sequence[Corpus], how: VerdictOptions, exclude_upstream: Sequence[str] = (), until: str = ""
    ) -> None:
        excluded = matcher(exclude_upstream)
        until = "" if how.named else until
        self._upstreams = [
            path_histories(corpus, lambda project: not excluded(project.name), until) for corpus in corpora
        ]
        self._cache = StatementCache()
        self._how = how

    def examine(self, file: SourceFile, timeout: float | None = None) -> Examined:
        """What ``file`` is, within its budget of memory and of ``timeout`` seconds. Raises OverBudgetError."""
        try:
            with budget(len(file.text), timeout):
                return self._examined(file)
        except OverBudgetError:
            self._cache = StatementCache()  # it may have been left in the middle of anything
            raise

    def _examined(self, file: SourceFile) -> Examined:
        parsed = parse(file.text)
        code = normalise(parsed, file.text, self._cache)
        query = make_query(code, winnow(code), self._cache.names.hashes)
        candidates = self._candidates(query)
        notice = read_notice(file.text)
        verdict = judge(file, notice.licence, query, self._cache.names.spelled, candidates, self._how)
        if code.errors:
            told = f"{code.errors} regions did not parse and were left out"
            verdict = replace(verdict, notes=(*verdict.notes, told))
        return Examined(verdict, self._copy(verdict, notice, file.text, parsed.tree) if verdict.upstreams else None)

    def _candidates(self, query: Query) -> list[Candidate]:
        """The upstream files that share enough with it; of an original that the user named, whatever it shares."""
        least = 0.0 if self._how.named else LEAST_SHARE
        candidates = [candidate for each in self._upstreams for candidate in find_candidates(query, each, least)]
        if self._how.named and not candidates:
            return [Candidate(each, 0, 0, 0.0) for each in self._upstreams if each.corpus.file_count == 1]
        return candidates

    def _copy(self, verdict: FileVerdict, notice: Notice, text: bytes, tree: SyntaxTree) -> Copy:
        """What a file with that verdict says of where it is from."""
        if not any(each.parts or each.verdict in COPIES for each in verdict.upstreams):
            return Copy(verdict, notice, ())
        return read_copy(verdict, notice, text, self._known_copyrights, tree)

    @cached_property
    def _known_copyrights(self) -> frozenset[str]:
        # Files of one project say the same: most lines are there many times.
        lines = {line for each in self._upstreams for notice in each.corpus.notices for line in notice.copyrights}
        return frozenset(map(letters, lines))


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
    how = VerdictOptions(named=named, min_similarity=options.min_similarity)
    return Examiner(corpora, how, options.exclude_upstream, until)


def is_empty(skipped: Sequence[Skipped], declarations: Declarations, options: ScanOptions) -> bool:
    """Whether a source without files to examine has nothing else to report on."""
    return not skipped and (bool(options.include) or not says_anything(declarations))


def files_not_obeyed(
    checkout: Checkout, declarations: Declarations, trust: Trust, options: ScanOptions
) -> tuple[LeftOut, ...]:
    """What the files that a source brings for modelkin ask for in vain."""
    settings = (options.settings.file, options.settings.keys) if options.settings else ("", ())
    named = (path for path in (*(options.corpora or ()), options.baseline) if path is not None)
    return not_obeyed(declarations.brought, checkout.root, trust, settings, named)


def assembled(
    checked: CheckResult,
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
        findings=checked.findings,
        skipped=tuple(dict.fromkeys(skipped)),
        seconds=seconds,
        attributions=checked.attributions,
        baseline=str(baseline or ""),
        trust=trust,
        hidden=(*held_back(checked.findings, baseline), *left_out),
        not_obeyed=not_obeyed,
    )


def check(
    copies: Sequence[Copy],
    declarations: Declarations,
    own: str = "",
    whole: bool = True,
    chosen: Collection[str] | None = None,
) -> CheckResult:
    """Check each copied file against the terms of the upstream it stands on.

    ``own`` is the scanned project, which owes itself nothing. ``whole`` says that ``declarations`` tell of a whole
    repository: of a single file nobody knows what stands beside it, and nothing there is said to be missing. Where
    only some paths were ``chosen``, nothing is said of other files that would be so without the copies. Raises
    RuleError.
    """
    checked = _checked(copies, declarations, own, whole)
    if chosen is None:
        return checked
    untouched = {each for each in _checked((), declarations).findings if each.region.path not in chosen}
    return replace(checked, findings=tuple(each for each in checked.findings if each not in untouched))


def _checked(copies: Sequence[Copy], declarations: Declarations, own: str = "", whole: bool = True) -> CheckResult:
    if not copies and not _tells_of_a_model(declarations):
        return CheckResult()
    from .attribution.engine import check_copies  # rules, which are not loaded for a run in which nothing was copied
    from .attribution.repository_view import RepositoryView

    return check_copies(copies, RepositoryView(declarations, own, whole, [copy.verdict for copy in copies]))


def _tells_of_a_model(declarations: Declarations) -> bool:
    return bool(declarations.leftovers) or any(card.licence or card.base_models for card in declarations.model_cards)
