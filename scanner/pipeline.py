"""One file from text to verdict: parse, normalise, winnow, match, judge. Read it from top to bottom.

Below stand the steps that scans and audits share, in the order in which they take them. Edit this when a stage comes,
goes or changes its place; what a stage does is in the module that it is imported from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from .attribution.copies import CheckResult, Copy, letters, read_copy
from .attribution.naming import plain_name
from .attribution.waivers import Waiver
from .corpus.histories import PathHistories, path_histories
from .corpus.model import CORPUS_SUFFIX, Corpus, Project
from .corpus.store import default_corpora, open_corpus
from .dating.dates import DateOf, dates_of
from .dating.not_before import not_before
from .errors import ConfigurationError
from .fingerprints.normalize import normalise
from .fingerprints.statement_cache import StatementCache
from .fingerprints.winnowing import winnow
from .matching.candidates import Candidate, HistoryKey, find_candidates
from .matching.comparison import Comparison
from .matching.direction import Credited, Facts, placed
from .matching.exclusions import check_excluded
from .matching.query import Query, make_query
from .matching.ranking import VerdictOptions, least_share, most_alike, related
from .matching.verdict import judge
from .matching.works import as_work, naming_works, place_of_work, text_above, text_of_work, with_further, works_among
from .notices.holders import holders
from .notices.model import Notice
from .notices.notice import notice_of_part, read_notice
from .notices.project_names import names_project
from .repository.lookup import says_anything
from .repository.model import Declarations
from .results import COPIES, CorpusIdentity, FileDate, FileVerdict, Ground, LeftOut, Report, Skipped, Trust
from .settings import checked_date
from .sources.checkout import Checkout
from .sources.files import Selection, SourceFile
from .sources.specs import split_name
from .support.budget import OverBudgetError, budget
from .support.globs import matcher
from .syntax.parser import parse
from .syntax.tree import SyntaxTree
from .trust import held_back, not_obeyed


class Examined(Struct, frozen=True):
    """What one file is."""

    verdict: FileVerdict
    """What the file is to each known upstream."""
    copy: Copy | None
    """What its own text says of where it is from; None when it stands on no upstream."""


class SourceFacts(NamedTuple):
    """What a source tells beside its code, to say who was first."""

    date_of: DateOf = lambda _: FileDate()
    """Says when the file at a path first appeared; asked only for files that are alike with an upstream."""
    names: tuple[str, ...] = ()
    """What the source calls itself, in its metadata or its address."""


class _Seen(NamedTuple):
    """One file as far as it was looked at."""

    query: Query
    kept: list[Comparison]
    """The upstreams that it is alike with, closest first."""
    notice: Notice
    tree: SyntaxTree
    errors: int
    """How many of its regions did not parse."""


class Examiner:
    """Examines the files of one run against the same corpora. A statement that was seen before is not read again.

    ``exclude_upstream`` are globs of upstream projects to leave out.
    """

    def __init__(self, corpora: Sequence[Corpus], how: VerdictOptions, exclude_upstream: Sequence[str] = ()) -> None:
        excluded = matcher(exclude_upstream)
        self._upstreams = [path_histories(corpus, lambda project: not excluded(project.name)) for corpus in corpora]
        self._cache = StatementCache()
        self._how = how

    def examine(self, file: SourceFile, timeout: float | None = None, source: SourceFacts = SourceFacts()) -> Examined:
        """Say what ``file`` is, within its budget of memory and of ``timeout`` seconds. Raises OverBudgetError."""
        try:
            with budget(len(file.text), timeout):
                seen = self._seen(file)
            # Where the date is looked up may be git or the network, which is no time of the file's.
            dated = source.date_of(file.path) if seen.kept and not self._how.named else FileDate()
            with budget(len(file.text), timeout):
                return self._examined(file, seen, dated, source.names)
        except OverBudgetError:
            self._cache = StatementCache()  # it may have been left in the middle of anything
            raise

    def _seen(self, file: SourceFile) -> _Seen:
        # Parse: statements and definitions, whatever does not parse left out.
        parsed = parse(file.text)
        # Normalise: names give way to distances, so that a renamed copy has the tokens of its original.
        code = normalise(parsed, file.text, self._cache)
        # Winnow: of all runs of tokens, the fingerprints that are worth looking up.
        query = make_query(code, winnow(code), self._cache.names.hashes)
        # Match: the upstream files that share enough of them, aligned with the file.
        kept = self._related(query, self._upstreams)
        return _Seen(query, kept, read_notice(file.text), parsed.tree, code.errors)

    def _examined(self, file: SourceFile, seen: _Seen, dated: FileDate, names: tuple[str, ...]) -> Examined:
        # Order in time: what is younger than the file is no upstream of it.
        facts = _facts(file.text, seen.notice, dated, names)
        ordered = placed(seen.kept, facts, partial(self._again, seen, facts.owns), self._how.named)
        # Judge: say what the file is to what was there before it.
        verdict = judge(file, seen.notice.licence, ordered, self._how)
        if seen.errors:
            left_out = f"{seen.errors} regions did not parse and were left out"
            verdict = replace(verdict, notes=(*verdict.notes, left_out))
        if not verdict.upstreams and not verdict.later:
            return Examined(verdict, None)
        copy = self._copy(verdict, seen.notice, file.text, seen.tree)
        if verdict.verdict in COPIES and (works := works_among(ordered.kept, self._how)):
            alone = tuple(self._works(file, seen, copy, works, facts))
            verdict = naming_works(verdict, [each.verdict for each in alone])
            copy = replace(copy, verdict=verdict, works=alone)
        return Examined(verdict, copy)

    def _works(
        self, file: SourceFile, seen: _Seen, copy: Copy, works: Sequence[Comparison], facts: Facts
    ) -> Iterator[Copy]:
        """Each of ``works``, judged as if it stood alone in its file: what else is there changes none of its terms."""
        module = seen.query.code.definitions[0].statements
        pieces = [len(each) for each in self._cache.encode_all(module, file.text)]
        for work in works:
            text = text_of_work(work, file.text, pieces)
            alone = self._seen(replace(file, text=text))
            ordered = placed(alone.kept, facts, partial(self._again, alone, facts.owns), self._how.named)
            verdict = as_work(judge(file, seen.notice.licence, ordered, self._how))
            if verdict.verdict in COPIES:
                notice = notice_of_part(seen.notice, text_above(file.text, text, seen.query.code.definitions))
                yield replace(copy, verdict=verdict, notice=notice, place=place_of_work(verdict))

    def _again(
        self, seen: _Seen, owns: Callable[[Project], bool], day: str, refused: Collection[HistoryKey]
    ) -> list[Comparison]:
        """What the file is related to that was there on the ISO date ``day``, less the path histories ``refused``."""
        of_day = [
            each.dated(day, owns, [history for corpus, history in refused if corpus == id(each.corpus)])
            for each in self._upstreams
        ]
        return self._related(seen.query, of_day, seen.kept)

    def _related(
        self, query: Query, upstreams: Sequence[PathHistories], compared: Sequence[Comparison] = ()
    ) -> list[Comparison]:
        names = self._cache.names.spelled
        kept = related(query, names, self._candidates(query, upstreams), self._how, compared)

        def relate(rest: Query) -> list[Comparison]:
            nearest = most_alike(self._candidates(rest, upstreams))
            return related(query, names, nearest, self._how, (*kept, *compared))

        return kept if self._how.named else with_further(query, kept, relate)

    def _candidates(self, query: Query, upstreams: Sequence[PathHistories]) -> list[Candidate]:
        """The upstream files that share enough fingerprints; an original that the user named needs to share none."""
        least = 0.0 if self._how.named else least_share(query)
        candidates = [candidate for each in upstreams for candidate in find_candidates(query, each, least)]
        if self._how.named and not candidates:
            return [Candidate(each, 0, 0, 0.0) for each in upstreams if each.corpus.file_count == 1]
        return candidates

    def _copy(self, verdict: FileVerdict, notice: Notice, text: bytes, tree: SyntaxTree) -> Copy:
        """What the file says of where it is from. That of a file without copied code is not looked for."""
        if not any(each.parts or each.verdict in COPIES for each in verdict.upstreams):
            return Copy(verdict, notice, ())
        return read_copy(verdict, notice, text, self._known_copyrights, tree)

    @cached_property
    def _known_copyrights(self) -> frozenset[str]:
        # Files of one project say the same: most lines are there many times.
        lines = {line for each in self._upstreams for notice in each.corpus.notices for line in notice.copyrights}
        return frozenset(map(letters, lines))


def _facts(text: bytes, notice: Notice, dated: FileDate, names: tuple[str, ...]) -> Facts:
    """What is known of a file beside its code, of a source that goes by ``names``."""
    lines, own = notice.copyrights, frozenset(plain_name(each.rpartition("/")[2]) for each in names)

    def credited(upstream: Notice) -> Credited:
        if not upstream.sources:
            return Credited()
        given = [line for line in lines if names_project(upstream.sources, (), (line,))]
        owed = {each for line in upstream.copyrights for each in holders(line)}
        # A line may name several: all of them must be who the credit is for.
        by_holder = bool(given and owed) and all(names_project(upstream.sources, (), (each,)) for each in owed)
        return Credited(by_holder, names_project(upstream.sources, names, ()))

    return Facts(dated, lambda: not_before(text, lines), credited, lambda project: _is_one_of(project, own))


def _is_one_of(project: Project, names: frozenset[str]) -> bool:
    return not names.isdisjoint((plain_name(project.name), plain_name(project.package or project.name)))


# The steps that scans and audits share.


NOTHING_TO_SCAN = "no Python file or notebook in it"


class ScanOptions(Struct, frozen=True):
    """What to scan and what to scan it against. Raises ConfigurationError for a broken glob or date."""

    include: tuple[str, ...] = ()
    """Globs as in .gitignore: scan only paths that match one; all, when empty."""
    exclude: tuple[str, ...] = ()
    """Globs: leave out paths that match one."""
    exclude_upstream: tuple[str, ...] = ()
    """Globs: leave out upstream projects whose name matches one."""
    min_similarity: float = 0.0
    """Report only files of which at least this share (0 to 1) stands in an upstream."""
    against: tuple[str, ...] = ()
    """Sources, each also as ``NAME=SOURCE``, and corpus files, to take as further upstreams."""
    corpora: tuple[Path, ...] | None = None
    """The corpus files to use; None means the shipped one and the user's."""
    waivers: tuple[Waiver, ...] = ()
    """The waivers of the settings. Where the source is trusted, those in the scanned files count as well."""
    baseline: Path | None = None
    """A file of findings that are known, which the report marks."""
    isolated: bool = False
    """Trust no source, not even the working tree that this process stands in."""
    settings: SettingsTaken | None = None
    """Which of these options a settings file filled: the report says what they hide."""
    timeout: float | None = None
    """Seconds of processor time that one file may take; None means 2, and 2 for each MB."""
    as_of: str = ""
    """The ISO date on which all files of the source appeared, from a person who knows; empty: the source is asked."""

    def __post_init__(self) -> None:
        for globs in (self.include, self.exclude, self.exclude_upstream):
            matcher(globs)  # a broken one is an error before anything is fetched
        if self.as_of:
            checked_date(self.as_of, "as_of: ")


class SettingsTaken(Struct, frozen=True):
    """The settings of one file that count."""

    file: str
    """The path of the file."""
    keys: frozenset[str]
    """The keys that count."""
    overridden: frozenset[str] = frozenset()
    """Those of ``keys`` that the command line overrides."""
    trust: Trust | None = None
    """How far the source that holds the file is trusted; None where the user named the file."""


def open_upstreams(options: ScanOptions) -> list[Corpus]:
    """Open all that the options compare with. Raises ModelkinError."""
    corpora = default_corpora(options.corpora, required=not options.against)
    corpora += [open_upstream(each, options.timeout) for each in options.against]
    check_excluded(options.exclude_upstream, corpora)
    return corpora


def open_upstream(source: str, timeout: float | None) -> Corpus:
    """Open a corpus file, or index a source that is to be one more upstream: ``SOURCE`` or ``NAME=SOURCE``.

    Raises ModelkinError.
    """
    name, place = split_name(source)
    if place.endswith(CORPUS_SUFFIX):
        if name:
            raise ConfigurationError(f"{source}: a corpus has names for its projects: leave {name}= out")
        return open_corpus(Path(place))
    # What builds a corpus is not loaded where one is only read: start-up is felt in every pre-commit run.
    from .corpus.indexing import index_source

    return index_source(source, timeout)


def selection(options: ScanOptions) -> Selection:
    """Which files of a source to read."""
    return Selection(options.include, options.exclude, timeout=options.timeout)


def examiner(corpora: Sequence[Corpus], options: ScanOptions, named: bool = False) -> Examiner:
    """An examiner of files; ``named``: the user named the original."""
    how = VerdictOptions(named=named, min_similarity=options.min_similarity)
    return Examiner(corpora, how, options.exclude_upstream)


def source_facts(checkout: Checkout, declarations: Declarations, options: ScanOptions) -> SourceFacts:
    """What ``checkout`` tells of when its files appeared, and of what project it is."""
    if options.as_of:
        as_of = FileDate(options.as_of, Ground.AS_OF, says="--as-of")
        return SourceFacts(lambda _: as_of, declarations.names)
    return SourceFacts(dates_of(checkout), declarations.names)


def check(
    copies: Sequence[Copy],
    declarations: Declarations,
    own: str = "",
    whole: bool = True,
    chosen: Collection[str] | None = None,
) -> CheckResult:
    """Check for each copied file whether the terms of its upstreams are met. Raises RuleError.

    ``own`` is the scanned project, which owes itself nothing. ``whole`` says that ``declarations`` are those of a whole
    repository; nobody knows what stands beside a single file, and nothing there is said to be missing. Where only some
    paths were ``chosen``, findings on other files that have nothing to do with the copies are left out.
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

    return check_copies(copies, RepositoryView(declarations, own, whole, copies))


def _tells_of_a_model(declarations: Declarations) -> bool:
    return bool(declarations.leftovers) or any(card.licence or card.base_models for card in declarations.model_cards)


def is_empty(skipped: Sequence[Skipped], declarations: Declarations, options: ScanOptions) -> bool:
    """Whether a source without code has nothing else to report on: no licence or model card, and nothing skipped."""
    return not skipped and (bool(options.include) or not says_anything(declarations))


def files_not_obeyed(
    checkout: Checkout, declarations: Declarations, trust: Trust, options: ScanOptions
) -> tuple[LeftOut, ...]:
    """What the settings, corpora and baselines that a source brings ask for in vain."""
    settings = (options.settings.file, options.settings.keys) if options.settings else ("", ())
    named = (path for path in (*(options.corpora or ()), options.baseline) if path is not None)
    return not_obeyed(declarations.brought, checkout.root, trust, settings, named)


def identity_of(corpora: Sequence[Corpus]) -> CorpusIdentity:
    """Name, version and digest of all ``corpora`` together, as a report gives them."""
    digests = [corpus.digest for corpus in corpora]
    joined = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    return CorpusIdentity(" + ".join(c.name for c in corpora), max((c.version for c in corpora), default=""), joined)


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
    """Put the report together. What waivers and the baseline hide stands before what else was ``left_out``."""
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
