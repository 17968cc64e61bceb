"""One file from text to verdict: parse, normalise, winnow, match, judge. Read it from top to bottom.

Edit this when a stage comes, goes or changes its place; what a stage does is in the module that it is imported from.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from .attribution.common_sources import shared_source
from .attribution.copies import Copy, Examined, KnownLines, read_copy
from .attribution.naming import is_for_code
from .corpus.file_header import stored
from .corpus.histories import PathHistories, path_histories
from .corpus.model import Corpus, Project, Version
from .corpus.union import CorpusUnion
from .dating.dates import SourceFacts
from .dating.not_before import not_before
from .fingerprints.normalize import normalise, normalise_plainly
from .fingerprints.statement_cache import StatementCache
from .fingerprints.winnowing import winnow
from .matching.candidates import Candidate, HistoryKey, Hits, find_candidates, find_hits
from .matching.comparison import Comparison
from .matching.direction import Credited, Facts, placed
from .matching.own_code import own_code
from .matching.query import Query, make_query
from .matching.ranking import (
    PLAIN_NOTE,
    VerdictOptions,
    is_better,
    least_share,
    may_be_better,
    may_hold,
    most_alike,
    related,
    wants_plain_form,
)
from .matching.verdict import judge, stands_under
from .matching.works import as_work, naming_works, place_of_work, text_above, text_of_work, with_further, works_among
from .notices.holders import holders, holders_missing
from .notices.model import Credit, Notice
from .notices.notice import notice_of_part, read_notice
from .notices.project_names import names_project
from .repository.own_names import plain_name
from .results import COPIES, FileDate, FileVerdict
from .sources.files import SourceFile
from .support.arrays import Array
from .support.budget import OverBudgetError, budget
from .support.globs import matcher
from .syntax.parser import parse
from .syntax.tree import SyntaxTree

if TYPE_CHECKING:
    from .fingerprints.plain_form import PlainForm
    from .notices.paragraphs import Run


class Seen(Struct, frozen=True, dict=True):
    """One file as far as it was looked at: read and compared, but not judged."""

    file: SourceFile
    cache: StatementCache
    """Where its names have their numbers."""
    query: Query
    kept: list[Comparison]
    """The upstreams that it is alike with, closest first."""
    notice: Notice
    tree: SyntaxTree
    errors: int
    """How many of its regions did not parse."""
    upstreams: PathHistories
    """What it was compared with: in their plain form, where that is what the query is in."""
    needs_date: bool
    """Whether the answer follows from when the file first appeared."""
    first: Query
    """The query in its first form."""

    @cached_property
    def credits(self) -> tuple[Credit, ...]:
        """What its comments and docstrings say of where its code is from."""
        from .notices.credits import credits_of  # loaded only where something was copied

        return credits_of(self.spoken)

    @cached_property
    def spoken(self) -> tuple[Run, ...]:
        """Its comments and docstrings."""
        from .notices.paragraphs import spoken_in

        return spoken_in(self.file.text, self.tree)


class Examiner:
    """Examines the files of one run against the same corpora. A statement that was seen before is not read again.

    ``exclude_upstream`` are globs of upstream projects to leave out. With ``keeps_own`` it says of each file what no
    known upstream explains, unless its original was named.
    """

    def __init__(
        self,
        corpora: Sequence[Corpus],
        how: VerdictOptions,
        exclude_upstream: Sequence[str] = (),
        keeps_own: bool = False,
    ) -> None:
        excluded = matcher(exclude_upstream)
        # All corpora are one: what is rare, what is oldest and what is closest is decided over all of them.
        self._upstreams = path_histories(CorpusUnion.of(corpora), lambda project: not excluded(project.name))
        self._cache = StatementCache()
        self._form: PlainForm | None = None
        self._how = how
        self._keeps_own = keeps_own and not how.named

    def examine(self, file: SourceFile, timeout: float | None = None, source: SourceFacts = SourceFacts()) -> Examined:
        """Say what ``file`` is, within its budget of memory and of ``timeout`` seconds. Raises OverBudgetError."""
        seen = self.look(file, timeout)
        # Where the date is looked up may be git or the network, which is no time of the file's.
        dated = source.date_of(file.path) if seen.needs_date else FileDate()
        return self.answer(seen, dated, source.names, timeout)

    def look(self, file: SourceFile, timeout: float | None = None) -> Seen:
        """All of `examine` that comes before the date of ``file``. Raises OverBudgetError."""
        with self._bounded(file, timeout):
            seen = self._seen(file)
        self._upstreams.union.settle()
        return seen

    def answer(self, seen: Seen, dated: FileDate, names: tuple[str, ...], timeout: float | None = None) -> Examined:
        """The rest of it: what a file is that appeared when ``dated`` says. Raises OverBudgetError."""
        with self._bounded(seen.file, timeout):
            return self._examined(seen, dated, names)

    @contextmanager
    def _bounded(self, file: SourceFile, timeout: float | None) -> Iterator[None]:
        try:
            with budget(len(file.text), timeout):
                yield
        except (OverBudgetError, MemoryError):
            self._cache = StatementCache()  # it may have been left in the middle of anything
            self._form = None
            raise

    def _seen(self, file: SourceFile) -> Seen:
        cache = self._cache_for_a_file()
        # Parse: statements and definitions, whatever does not parse left out.
        parsed = parse(file.text)
        # Normalise: names give way to distances, so that a renamed copy has the tokens of its original.
        code = normalise(parsed, file.text, cache)
        # Winnow: of all runs of tokens, the fingerprints that are worth looking up.
        query = first = make_query(code, winnow(code), cache.names.hashes)
        # Match: the upstream files that share enough of them, aligned with the file.
        hits, upstreams = find_hits(query, self._upstreams.union), self._upstreams
        candidates = self._candidates(query, upstreams, hits)
        kept = self._compared(query, cache, candidates, upstreams)
        if wants_plain_form(kept, candidates, self._how):
            # Match once more: in a plain form, in which style hides no copy.
            plainly = normalise_plainly(parsed, file.text, cache, self._plain_form(), code)
            plain = make_query(plainly, query.prints, cache.names.hashes)
            found = self._better(plain, cache, kept, hits)
            if found:
                query, kept, upstreams = plain, found, self._plain
        needs_date = bool(kept) and not self._how.named
        notice = read_notice(file.text)
        return Seen(file, cache, query, kept, notice, parsed.tree, code.errors, upstreams, needs_date, first)

    def _examined(self, seen: Seen, dated: FileDate, names: tuple[str, ...]) -> Examined:
        # Order in time: what is younger than the file is no upstream of it.
        file, facts = seen.file, _facts(seen, dated, names)
        ordered = placed(seen.kept, facts, partial(self._again, seen, facts.owns), self._how.named)
        # Judge: say what the file is to what was there before it.
        verdict = judge(file, seen.notice.licence, ordered, self._how)
        if seen.errors:
            left_out = f"{seen.errors} regions did not parse and were left out"
            verdict = replace(verdict, notes=(*verdict.notes, left_out))
        is_first_form = seen.upstreams is self._upstreams
        if not is_first_form:
            verdict = replace(verdict, notes=(*verdict.notes, PLAIN_NOTE))
        own = own_code(seen.first, self._upstreams.union, verdict) if self._keeps_own else None
        if not verdict.upstreams and not verdict.later:
            return Examined(verdict, None, seen.notice.last_line, own)
        copy = self._copy(verdict, seen)
        is_searched = is_first_form and not self._how.named
        if is_searched and verdict.verdict in COPIES and (works := works_among(ordered.kept, self._how)):
            alone = tuple(self._works(seen, copy, works, facts))
            verdict = naming_works(verdict, [each.verdict for each in alone])
            copy = replace(copy, verdict=verdict, works=alone)
        return Examined(verdict, copy, seen.notice.last_line, own)

    def _works(self, seen: Seen, copy: Copy, works: Sequence[Comparison], facts: Facts) -> Iterator[Copy]:
        """Each of ``works``, judged as if it stood alone in its file: what else is there changes none of its terms."""
        file, module = seen.file, seen.query.code.definitions[0].statements
        pieces = [len(each) for each in seen.cache.encode_all(module, file.text)]
        for work in works:
            text = text_of_work(work, file.text, pieces)
            alone = self._seen(replace(file, text=text))
            ordered = placed(alone.kept, facts, partial(self._again, alone, facts.owns), self._how.named)
            verdict = as_work(judge(file, seen.notice.licence, ordered, self._how))
            if verdict.verdict in COPIES:
                notice = notice_of_part(seen.notice, text_above(file.text, text, seen.query.code.definitions))
                yield replace(copy, verdict=verdict, notice=notice, place=place_of_work(verdict))

    def _again(
        self, seen: Seen, owns: Callable[[Project], bool], day: str, refused: Collection[HistoryKey]
    ) -> list[Comparison]:
        """What the file is related to that was there on the ISO date ``day``, less the path histories ``refused``."""
        of_day = seen.upstreams.dated(day, owns, refused)
        return self._compared(seen.query, seen.cache, self._candidates(seen.query, of_day), of_day, seen.kept)

    def _better(self, plain: Query, cache: StatementCache, kept: Sequence[Comparison], hits: Hits) -> list[Comparison]:
        """The upstreams that the plain form of a file is alike with, if they explain more of it than those ``kept``;
        ``hits`` are those of the first form."""
        if not may_be_better(plain, self._plain.union, kept):
            return []
        candidates = self._candidates(plain, self._plain, hits)
        if not may_hold(plain, candidates, kept):
            return []
        found = self._compared(plain, cache, candidates, self._plain)
        return found if is_better(found, kept) else []

    def _compared(
        self,
        query: Query,
        cache: StatementCache,
        candidates: Sequence[Candidate],
        upstreams: PathHistories,
        compared: Sequence[Comparison] = (),
    ) -> list[Comparison]:
        names = cache.names.spelled
        kept = related(query, names, candidates, self._how, compared)

        def relate(rest: Query, open_: Array, found: Collection[HistoryKey]) -> list[Comparison]:
            nearest = [each for each in most_alike(self._candidates(rest, upstreams)) if each.key not in found]
            return related(query, names, nearest, self._how, compared, open_)

        return kept if self._how.named else with_further(query, kept, relate)

    def _candidates(self, query: Query, upstreams: PathHistories, hits: Hits | None = None) -> list[Candidate]:
        """The upstream files that share enough fingerprints; an original that the user named needs to share none."""
        least = 0.0 if self._how.named else least_share(query)
        candidates = find_candidates(query, upstreams, least, hits)
        if self._how.named and not candidates:
            return [Candidate(upstreams, *each, 0.0) for each in upstreams.union.single_files()]
        return candidates

    def _copy(self, verdict: FileVerdict, seen: Seen) -> Copy:
        """What the file says of where it is from. That of a file without copied code is not looked for."""
        if not verdict.upstreams:
            return Copy(verdict, seen.notice, ())
        return read_copy(verdict, seen.notice, seen.file.text, self._known_copyrights, seen.spoken, seen.credits)

    def _cache_for_a_file(self) -> StatementCache:
        """Where its names have their numbers: with those of files before it, unless these are too many."""
        cache = self._cache.for_another_file()
        if cache is not self._cache:
            self._cache, self._form = cache, None
        return cache

    def _plain_form(self) -> PlainForm:
        """What brings statements into the plain form, for the present cache."""
        if self._form is None:
            from .fingerprints.plain_form import PlainForm  # most files are known in the first form

            self._form = PlainForm(self._cache.names)
        return self._form

    @cached_property
    def _plain(self) -> PathHistories:
        return self._upstreams.plain()

    @cached_property
    def _known_copyrights(self) -> KnownLines:
        corpora = self._upstreams.union.corpora
        return KnownLines(line for each in corpora for notice in stored(each.notices) for line in notice.copyrights)


def _facts(seen: Seen, dated: FileDate, names: tuple[str, ...]) -> Facts:
    """What is known of a file beside its code, of a source that goes by ``names``."""
    text = seen.file.text
    lines, own = seen.notice.copyrights, frozenset(plain_name(each.rpartition("/")[2]) for each in names)

    def credited(upstream: Notice) -> Credited:
        if not upstream.sources:
            return Credited()
        given = [line for line in lines if names_project(upstream.sources, (), (line,))]
        owed = {each for line in upstream.copyrights for each in holders(line)}
        # A line may name several: all of them must be who the credit is for. A file without a line names nobody else.
        by_holder = bool(given) and all(names_project(upstream.sources, (), (each,)) for each in owed)
        return Credited(by_holder, names_project(upstream.sources, names, ()))

    def shares_source(upstream: Notice, project: Project) -> bool:
        if not (upstream.sources and lines):
            return False
        names = (project.name, *project.packages)
        others = (each for each in credits_above() if not names_project([each.url], names, ()))
        return bool(shared_source(others, upstream.sources, lines))

    @cache
    def credits_above() -> tuple[Credit, ...]:
        return tuple(_header_credits(seen))

    return Facts(
        dated,
        lambda: not_before(text, lines),
        credited,
        shares_source,
        lambda project: _is_one_of(project, own),
        lambda version: _named(version, credits_above(), lines),
    )


def _named(version: Version, credits_above: Iterable[Credit], lines: Sequence[str]) -> tuple[int, int]:
    """How the header of a file, by its credits and its copyright lines, names an upstream file.

    First by credits, then by how many holders both have, where all of the upstream's are carried.
    """
    upstream = version.notice.copyrights
    shared = [each for line in lines for each in holders(line) if not holders_missing((each,), upstream)]
    is_carried = bool(upstream) and not holders_missing(upstream, lines)
    return max((_credited(each, version) for each in credits_above), default=0), len(shared) if is_carried else 0


def _credited(credit: Credit, version: Version) -> int:
    """2 where a credit names the path of an upstream file, 1 where it names the project, 0 for another one."""
    source, project = credit.url or credit.project, version.project
    if source and not names_project([source], (project.name, *project.packages, project.homepage), ()):
        return 0
    paths = credit.path, version.path
    is_path = "/" in credit.path and (stands_under(*paths) or stands_under(*reversed(paths)))
    return 2 if is_path else int(bool(source))


def _header_credits(seen: Seen) -> Iterator[Credit]:
    """What the file says above its first definition of where its code is from."""
    first = min((each.first_line for each in seen.query.code.definitions[1:]), default=sys.maxsize)
    yield from (each for each in seen.credits if is_for_code(each) and each.last_line < first)


def _is_one_of(project: Project, names: frozenset[str]) -> bool:
    return not names.isdisjoint(map(plain_name, (project.name, *project.packages)))
