"""One file from text to verdict: parse, normalise, winnow, match, judge. The algorithm, to be read from top to bottom.

Edit this when a stage comes, goes or changes its place; what each does is in the module that it is imported from.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from .attribution.model import Copy
from .budget import OverBudgetError, budget
from .canonical import canonicalise
from .clones import COPIES
from .corpus.lineages import lineages
from .corpus.pack import Corpus
from .files import SourceFile
from .fingerprints import winnow
from .globs import matcher
from .lines import Lines
from .matching import Candidate, Query, find_candidates, query
from .notices import Notice, read_notice
from .parsing import parse
from .trees import SyntaxTree
from .verdict import LEAST_SHARE, FileVerdict, Judgement, judge


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
        self, corpora: Sequence[Corpus], how: Judgement, exclude_upstream: Sequence[str] = (), until: str = ""
    ) -> None:
        excluded = matcher(exclude_upstream)
        until = "" if how.named else until
        self._upstreams = [lineages(corpus, lambda project: not excluded(project.name), until) for corpus in corpora]
        self._lines = Lines()
        self._how = how

    def examine(self, file: SourceFile, timeout: float | None = None) -> Examined:
        """What ``file`` is, within its budget of memory and of ``timeout`` seconds. Raises OverBudgetError."""
        try:
            with budget(len(file.text), timeout):
                return self._examined(file)
        except OverBudgetError:
            self._lines = Lines()  # it may have been left in the middle of anything
            raise

    def _examined(self, file: SourceFile) -> Examined:
        parsed = parse(file.text)
        code = canonicalise(parsed, file.text, self._lines)
        asked = query(code, winnow(code), self._lines.names.hashes)
        candidates = self._candidates(asked)
        notice = read_notice(file.text)
        verdict = judge(file, notice.licence, asked, self._lines.names.spelled, candidates, self._how)
        if code.errors:
            told = f"{code.errors} regions did not parse and were left out"
            verdict = replace(verdict, notes=(*verdict.notes, told))
        return Examined(verdict, self._copy(verdict, notice, file.text, parsed.tree) if verdict.upstreams else None)

    def _candidates(self, asked: Query) -> list[Candidate]:
        """The upstream files that share enough with it; of an original that the user named, whatever it shares."""
        least = 0.0 if self._how.named else LEAST_SHARE
        candidates = [candidate for each in self._upstreams for candidate in find_candidates(asked, each, least)]
        if self._how.named and not candidates:
            return [Candidate(each, 0, 0, 0.0) for each in self._upstreams if each.corpus.file_count == 1]
        return candidates

    def _copy(self, verdict: FileVerdict, notice: Notice, text: bytes, tree: SyntaxTree) -> Copy:
        """What a file with that verdict says of where it is from."""
        if not any(each.parts or each.verdict in COPIES for each in verdict.upstreams):
            return Copy(verdict, notice, ())
        from .attribution.copies import read_copy  # only where something was copied: most files are nobody's copy

        return read_copy(verdict, notice, text, self._known_copyrights, tree)

    @cached_property
    def _known_copyrights(self) -> frozenset[str]:
        from .attribution.copies import letters

        # Files of one project say the same: most lines are there many times.
        lines = {line for each in self._upstreams for notice in each.corpus.notices for line in notice.copyrights}
        return frozenset(map(letters, lines))
