"""The steps that scans and audits share, in the order in which they take them: options, upstreams, checks, a report.

Edit this when a scan or an audit takes one more step, or an option says what to scan or what to scan it against.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from .attribution.chosen_rules import check_choice, chosen
from .attribution.copies import AllFiles, CheckResult, Copy
from .attribution.waivers import Waiver
from .corpus.model import CORPUS_SUFFIX, Corpus, is_corpus
from .corpus.reach import joined_digest, known_corpora
from .corpus.store import default_corpora, open_segments, shipped_models
from .dating.dates import SourceFacts, dates_of
from .errors import ConfigurationError
from .evidence.named_original import Beside
from .evidence.repository_answer import Answered, answer
from .matching.exclusions import check_excluded
from .repository.disagreements import is_at_odds
from .repository.lookup import says_anything
from .repository.model import Declarations
from .repository.own_names import folder_name, project_name
from .results import (
    CorpusIdentity,
    FileDate,
    FileVerdict,
    Finding,
    Ground,
    LeftOut,
    Report,
    Scanned,
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
from .support.lazy import sha256_hex
from .trust import held_back, not_obeyed

if TYPE_CHECKING:
    from .evidence.model_origin import ModelOrigins
    from .models.model import ModelFacts
    from .pipeline import Examiner

NOTHING_TO_SCAN = "no Python file or notebook in it"


class ScanOptions(Struct, frozen=True):
    """What to scan and what to scan it against. Raises ConfigurationError for a broken glob, rule or date."""

    include: tuple[str, ...] = ()
    """Globs as in .gitignore: scan only paths that match one; all, when empty."""
    exclude: tuple[str, ...] = ()
    """Globs: leave out paths that match one."""
    exclude_upstream: tuple[str, ...] = ()
    """Globs: leave out upstream projects whose name matches one."""
    select: tuple[str, ...] = ()
    """Rules: report only findings of these; all, when empty."""
    ignore: tuple[str, ...] = ()
    """Rules: leave out findings of these."""
    level: tuple[str, ...] = ()
    """``RULE=LEVEL``: report findings of the rule at that level."""
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
    no_cache: bool = False
    """Examine each file anew, and keep nothing of it in the user's cache folder."""
    jobs: int = 1
    """Worker processes for the files, where there are many; 0 means one a core. Workers import the main module, as all
    of ``multiprocessing`` does."""
    weights: int | None = None
    """How many bytes of values of weights may be read of each side of a comparison; None: none are."""
    deep: bool = False
    """With ``weights``: whether more of some matrices is read, for rank and moved units."""

    def __post_init__(self) -> None:
        for globs in (self.include, self.exclude, self.exclude_upstream):
            matcher(globs)  # a broken one is an error before anything is fetched
        if self.select or self.ignore or self.level:
            check_choice(self.select, self.ignore, self.level)
        if self.as_of:
            checked_date(self.as_of, "as_of: ")


class KnowsModels(Protocol):
    """A corpus, as far as a model is held against it."""

    @property
    def models(self) -> Sequence[ModelFacts]:
        """The models that it knows."""


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


def known_models(options: ScanOptions, corpora: Sequence[Corpus]) -> list[Corpus]:
    """Of a scan's ``corpora`` those that know models, and the shipped one of models where the user named no corpora.

    To be asked only where the source holds a file of a model: others are spared opening it. Raises CorpusError.
    """
    shipped = shipped_models() if options.corpora is None else []
    return [*(each for each in corpora if each.model_count), *shipped]


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


def examiner(corpora: Sequence[Corpus], options: ScanOptions, named: bool = False, keeps_own: bool = False) -> Examiner:
    """An examiner of files; ``named``: the user named the original, ``keeps_own``: files are held against others."""
    # Not loaded where the scan cache knows all files.
    from .matching.ranking import VerdictOptions
    from .pipeline import Examiner

    how = VerdictOptions(named=named, min_similarity=options.min_similarity)
    return Examiner([each for each in corpora if each.file_count] or corpora, how, options.exclude_upstream, keeps_own)


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


def model_origins(
    checkout: Checkout,
    declarations: Declarations,
    source: SourceFacts,
    corpora: Callable[[], Iterable[KnowsModels]],
    options: ScanOptions,
) -> ModelOrigins | None:
    """What known models have in common with the model in a source, which must be open; None where it holds no model.

    ``corpora`` are asked for only where it does. Raises CorpusError.
    """
    if not declarations.holds_model or checkout.whole is None:
        return None
    from .evidence.model_origin import Asked, find_origins  # what reads and compares models

    excluded = matcher(options.exclude_upstream)
    name = name_of(checkout, declarations)
    titles = (card.title for card in declarations.model_cards if "/" not in card.path)
    names = dict.fromkeys(filter(None, (name, *declarations.names, folder_name(checkout.root), *titles)))
    bases = dict.fromkeys(base for card in declarations.model_cards for base in card.base_models)
    return find_origins(
        checkout,
        Asked(name, tuple(names), tuple(bases), source.date_of),
        lambda: (model for corpus in corpora() for model in corpus.models if not excluded(model.name)),
    )


def name_of(checkout: Checkout, declarations: Declarations) -> str:
    """What the answer calls the source."""
    return project_name(checkout, declarations.names) or checkout.root


def beside_code(asked: Answered) -> Beside:
    """What a scan found beside the code, and its answer, which rests on that and on the code."""
    found = asked.model
    if found is None:
        return Beside(conclusion=answer(asked))
    return Beside(found.told, found.skipped, answer(asked), found.is_model)


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
    has_known |= others.model is not None and bool(others.model.origins)
    if not copies and not has_known and not _tells_of_a_model(declarations) and not is_at_odds(declarations, stated):
        return CheckResult()
    from .attribution.engine import check_copies  # rules, which are not loaded for a run in which nothing was copied
    from .attribution.repository_view import RepositoryView

    return check_copies(copies, RepositoryView(declarations, own, whole, copies), others)


def _tells_of_a_model(declarations: Declarations) -> bool:
    return bool(declarations.leftovers) or any(card.licence or card.base_models for card in declarations.model_cards)


def by_rule(findings: tuple[Finding, ...], options: ScanOptions) -> tuple[tuple[Finding, ...], tuple[LeftOut, ...]]:
    """The findings that the options ask for, at the levels that they ask for; and what they hide and lower."""
    if not (options.select or options.ignore or options.level):
        return findings, ()
    taken = options.settings

    def said_by(key: str) -> str:
        return f"--settings {taken.file}" if taken and key in taken.keys - taken.overridden else f"--{key}"

    return chosen(findings, options.select, options.ignore, options.level, said_by)


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


def identity_of(corpora: Sequence[Corpus], models: Sequence[Corpus] = ()) -> CorpusIdentity:
    """Name, version and digest of all ``corpora`` together, as a report gives them; and of those of ``models`` that are
    not among them."""
    corpora = [*corpora, *(each for each in models if not any(each is other for other in corpora))]
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
    scanned: Scanned = Scanned(),
) -> Report:
    """Put the report together. What waivers and the baseline hide stands before what else was ``left_out``."""
    files = tuple(files)
    return Report(
        root=root,
        corpus=corpus,
        files=files,
        findings=checked.findings,
        skipped=tuple(dict.fromkeys(skipped)),
        seconds=seconds,
        attributions=checked.attributions,
        baseline=str(baseline or ""),
        trust=trust,
        hidden=(*held_back(checked.findings, baseline), *left_out),
        not_obeyed=not_obeyed,
        unread=unread,
        scanned=replace(scanned, digest=_digest(files)),
    )


def _digest(files: Iterable[FileVerdict]) -> str:
    """A digest over the paths and contents of all files, in whatever order they were examined; empty without one."""
    contents = sorted((each.path, each.sha256) for each in files)
    told = "".join(f"{path}\0{content}\n" for path, content in contents)
    return sha256_hex(told.encode("utf-8", "surrogatepass")) if contents else ""
