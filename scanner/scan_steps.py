"""The steps that scans and audits share, in the order in which they take them: options, upstreams, checks, a report.

Edit this when a scan or an audit takes one more step, or an option says what to scan or what to scan it against.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from .attribution.copies import AllFiles, CheckResult, Copy
from .attribution.waivers import Waiver
from .corpus.model import CORPUS_SUFFIX, Corpus
from .corpus.reach import joined_digest, known_corpora
from .corpus.store import default_corpora, is_corpus, open_segments
from .dating.dates import dates_of
from .errors import ConfigurationError
from .matching.exclusions import check_excluded
from .matching.ranking import VerdictOptions
from .pipeline import Examiner, SourceFacts
from .repository.disagreements import is_at_odds
from .repository.lookup import says_anything
from .repository.model import Declarations
from .results import (
    CorpusIdentity,
    FileDate,
    FileVerdict,
    Ground,
    LeftOut,
    Report,
    Skipped,
    Trust,
    Unread,
)
from .settings import checked_date
from .sources import open_source
from .sources.checkout import Checkout
from .sources.files import Selection
from .sources.specs import split_name
from .sources.unscanned_code import UnreadCode
from .support.globs import matcher
from .trust import held_back, not_obeyed

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
    weights: int | None = None
    """How many bytes of values of weights may be read of each side of a comparison; None: none are."""
    deep: bool = False
    """With ``weights``: whether more of some matrices is read, for rank and moved units."""

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
    corpora += [corpus for each in options.against for corpus in open_upstream(each, options.timeout)]
    check_excluded(options.exclude_upstream, corpora)
    return corpora


def open_upstream(source: str, timeout: float | None) -> list[Corpus]:
    """Open a corpus, each of its segments, or index a source that is to be one more: ``SOURCE`` or ``NAME=SOURCE``.

    Raises ModelkinError.
    """
    name, place = split_name(source)
    if place.endswith(CORPUS_SUFFIX):
        if name:
            raise ConfigurationError(f"{source}: a corpus has names for its projects: leave {name}= out")
        return open_segments(Path(place))
    # What builds a corpus is not loaded where one is only read: start-up is felt in every pre-commit run.
    from .corpus.indexing import index_source

    return [index_source(source, timeout)]


@contextmanager
def open_original(source: str, timeout: float | None) -> Iterator[tuple[list[Corpus], Checkout | None]]:
    """As ``open_upstream``, with the source itself, which stays open; None for a corpus, which is no model.

    A source without code is no error where it holds a model. Raises ModelkinError.
    """
    place = split_name(source)[1]
    if place.endswith(CORPUS_SUFFIX) and is_corpus(Path(place)):
        yield open_upstream(source, timeout), None
        return
    from .corpus.indexing import index_opened
    from .evidence.named_original import may_hold_model

    with open_source(place, obey=True) as checkout:
        yield [index_opened(checkout, source, timeout, lambda: may_hold_model(checkout))], checkout


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


def with_known_natives(
    unread: UnreadCode, corpora: Sequence[Corpus], source: SourceFacts, options: ScanOptions, named: bool = False
) -> tuple[Unread, ...]:
    """The code that was not read, with what the corpora know of its native files; the source must be open."""
    found = unread.found()
    if not unread.native:
        return found
    from .attribution.native_files import Asked, with_known

    excluded = matcher(options.exclude_upstream)
    asked = Asked(source.date_of, source.names, named, lambda project: not excluded(project))
    return with_known(found, unread.native, corpora, asked)


def check(
    copies: Sequence[Copy],
    declarations: Declarations,
    own: str = "",
    whole: bool = True,
    chosen: Collection[str] | None = None,
    others: AllFiles = AllFiles(),
) -> CheckResult:
    """Check for each copied file whether the terms of its upstreams are met. Raises RuleError.

    ``own`` is the scanned project, which owes itself nothing. ``whole`` says that ``declarations`` are those of a whole
    repository; nobody knows what stands beside a single file, and nothing there is said to be missing. Where only some
    paths were ``chosen``, findings on other files that have nothing to do with the copies are left out. ``others`` is
    what is known of all files, copies or not.
    """
    checked = _checked(copies, declarations, own, whole, others)
    if chosen is None:
        return checked
    untouched = {each for each in _checked((), declarations).findings if each.region.path not in chosen}
    return replace(checked, findings=tuple(each for each in checked.findings if each not in untouched))


def _checked(
    copies: Sequence[Copy],
    declarations: Declarations,
    own: str = "",
    whole: bool = True,
    others: AllFiles = AllFiles(),
) -> CheckResult:
    stated = (each.licence for each in others.stated)
    has_known = any(each.known for each in others.unread)
    if not copies and not has_known and not _tells_of_a_model(declarations) and not is_at_odds(declarations, stated):
        return CheckResult()
    from .attribution.engine import check_copies  # rules, which are not loaded for a run in which nothing was copied
    from .attribution.repository_view import RepositoryView

    return check_copies(copies, RepositoryView(declarations, own, whole, copies), others)


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
    known = known_corpora(corpora)
    name, version = " + ".join(each.name for each in known), max((each.version for each in known), default="")
    return CorpusIdentity(name, version, joined_digest([corpus.digest for corpus in corpora]), known)


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
    unread: tuple[Unread, ...] = (),
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
        unread=unread,
    )
