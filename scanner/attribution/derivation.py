"""From which of the known upstreams a copy derives, and so whose terms it must meet.

Edit this when a copy is held to the terms of the wrong upstream, or of none.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

from ..matching.comparison import MODULE
from ..notices.holders import holders, holders_missing
from ..notices.model import Credit
from ..results import COPIES, LicenceForm, UpstreamMatch
from .copies import Copy
from .naming import credits_any, credits_it, is_by_one_of, is_for_code
from .repository_view import RepositoryView

# An upstream that explains this part of what the closest does may as well be the true source.
NEARLY_THE_SAME = 0.8


class Derivation(NamedTuple):
    """A copy and the upstream it derives from, whose terms it must meet."""

    copy: Copy
    upstream: UpstreamMatch
    listed: tuple[UpstreamMatch, ...]
    """All upstreams that the file is known to stand on, to tell a right credit from a wrong one."""
    lines: tuple[str, ...]
    """The upstream file's copyright lines that must stay."""
    copyrights: tuple[str, ...]
    """The copyright lines that the file, or a sidecar for it, states."""
    licence: str
    """The licence that the file, or a sidecar for it, states; empty where none."""
    states_licence: bool
    """Whether it states one in any form, known or not."""
    inner: bool = False
    """Whether the upstream is a file of the scanned project itself: then only the notices of others must stay."""

    @property
    def path(self) -> str:
        """The copy's path."""
        return self.copy.verdict.path

    @property
    def header_credits(self) -> tuple[Credit, ...]:
        """The credits that speak for the file.

        Others may have come along with the code: those of single functions, and those for a holder whom the upstream
        file names itself.
        """
        lines = (each.first_line for each in self.copy.verdict.definitions if each.qualname != MODULE)
        first = min(lines, default=inf)
        above = (each for each in self.copy.credits if is_for_code(each) and each.last_line < first)
        return tuple(each for each in above if not is_by_one_of(each, self.upstream.copyrights))

    @property
    def is_doubtful(self) -> bool:
        """Whether the file and its upstream may both stand on what the file credits: they are not much alike."""
        credited = any(not credits_any(each, self.listed) for each in self.header_credits)
        return credited and self.upstream.share < NEARLY_THE_SAME

    @property
    def is_headless(self) -> bool:
        """Whether the upstream file itself says neither whose it is nor under which licence."""
        return self.upstream.licence_form is LicenceForm.NONE and not self.upstream.copyrights

    @property
    def names_a_holder(self) -> bool:
        """Whether the file names any of the holders it is to name."""
        owed = {holder for line in self.lines for holder in holders(line)}
        return not owed.isdisjoint(holder for line in self.copyrights for holder in holders(line))

    @property
    def missing(self) -> tuple[str, ...]:
        """The owed lines that neither the file nor a sidecar carries.

        Of files that are much alike the closest need not be the one that was copied: a line that is known from another
        upstream file, and has a holder in common with the one owed, is that other file's header, kept.
        """
        missing = holders_missing(self.lines, self.copyrights)
        return tuple(line for line in missing if not any(_is_sibling_of(line, other) for other in self.copy.known))


def _is_sibling_of(line: str, other: str) -> bool:
    """Whether two lines share a holder and ``other`` names a further one: "X and Lamp Inc.", "Y and Lamp Inc."."""
    owed, kept = set(holders(line)), set(holders(other))
    return bool(owed & kept) and bool(kept - owed)


def derivation_of(copy: Copy, repository: RepositoryView) -> Derivation | None:
    """The derivation of a copied file; None where it owes nobody anything."""
    verdict = copy.verdict
    listed = tuple(dict.fromkeys((*verdict.upstreams, *((verdict.origin,) if verdict.origin else ()))))
    foreign = [each for each in verdict.upstreams if each.verdict in COPIES and not _own(each, copy, repository)]
    if listed and _own(listed[0], copy, repository):
        # What the project had first, others have from it.
        if verdict.origin is None or _own(verdict.origin, copy, repository):
            return None
        if not foreign:
            return _inner_derivation(copy, repository, listed)
    if not foreign:
        return None
    return _best_met(copy, repository, foreign[0], listed)


def _own(upstream: UpstreamMatch, copy: Copy, repository: RepositoryView) -> bool:
    """A file that is some project's release under its own path owes that project nothing beyond its own header."""
    if repository.is_at_home(copy.verdict.path, upstream):
        return True
    first = copy.verdict.upstreams[0]
    return bool(copy.verdict.own_release) and upstream != first and upstream.project == first.project


def _best_met(
    copy: Copy, repository: RepositoryView, closest: UpstreamMatch, listed: tuple[UpstreamMatch, ...]
) -> Derivation:
    """Of upstreams that explain nearly the same, the one whose notices the copy carries is taken for its source.

    Siblings in one upstream project often hold the same code under different holders; nobody owes both.
    """
    derivation = _derivation(copy, repository, closest, listed)
    if derivation.lines and not derivation.missing:
        return derivation
    for rival in listed:
        alike = rival is not closest and rival.share >= NEARLY_THE_SAME * closest.share
        if alike and not _own(rival, copy, repository):
            other = _derivation(copy, repository, rival, listed)
            if (other.lines and not other.missing) or _names_only(copy, rival, closest):
                return other
    return derivation


def _names_only(copy: Copy, rival: UpstreamMatch, closest: UpstreamMatch) -> bool:
    """Whether the file's own credits name the rival's project and not that of the closest."""
    named = any(credits_it(credit, rival) for credit in copy.credits)
    return named and not any(credits_it(credit, closest) for credit in copy.credits)


def _inner_derivation(copy: Copy, repository: RepositoryView, listed: Sequence[UpstreamMatch]) -> Derivation | None:
    """A sibling of the same project keeps lines of others: a copy of it that says nothing at all drops them.

    One that has a notice or a credit of its own leads the reader to them; they are kept within the same work.
    """
    if copy.notice.copyrights or copy.credits:
        return None
    siblings = [each for each in copy.verdict.upstreams if _is_sibling(each, copy, repository)]
    others = [line for each in listed if not _own(each, copy, repository) for line in each.copyrights]
    for sibling in siblings[:1]:
        lines = tuple(line for line in sibling.copyrights if not holders_missing((line,), others))
        derivation = _derivation(copy, repository, sibling, tuple(listed), lines, inner=True)
        return derivation if derivation.missing else None
    return None


def _is_sibling(upstream: UpstreamMatch, copy: Copy, repository: RepositoryView) -> bool:
    same_path = copy.verdict.path.endswith(upstream.path)
    return _own(upstream, copy, repository) and upstream.verdict in COPIES and not same_path


def _derivation(
    copy: Copy,
    repository: RepositoryView,
    upstream: UpstreamMatch,
    listed: tuple[UpstreamMatch, ...],
    lines: tuple[str, ...] | None = None,
    inner: bool = False,
) -> Derivation:
    sidecars = repository.sidecars(copy.verdict.path)
    licence = copy.notice.licence or next((each.licence for each in sidecars if each.licence), "")
    return Derivation(
        copy=copy,
        upstream=upstream,
        listed=listed,
        lines=upstream.copyrights if lines is None else lines,
        copyrights=repository.copyrights_of(copy),
        licence=licence,
        states_licence=bool(licence) or copy.notice.form is not LicenceForm.NONE,
        inner=inner,
    )
