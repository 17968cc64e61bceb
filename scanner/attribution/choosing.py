"""A copy and its repository in, the case to judge out: whose terms the file must meet."""

from __future__ import annotations

from collections.abc import Sequence

from ..clones import COPIES
from ..notices import LicenceForm, holders_missing
from ..verdict import UpstreamMatch
from . import naming
from .case import NEARLY_THE_SAME, Case
from .model import Copy
from .repository import Repository


def choose(copy: Copy, repository: Repository) -> Case | None:
    """The case of a copied file; None where it owes nobody anything."""
    verdict = copy.verdict
    listed = tuple(dict.fromkeys((*verdict.upstreams, *((verdict.origin,) if verdict.origin else ()))))
    foreign = [each for each in verdict.upstreams if each.verdict in COPIES and not _own(each, copy, repository)]
    if listed and _own(listed[0], copy, repository):
        # What the project had first, others have from it.
        if verdict.origin is None or _own(verdict.origin, copy, repository):
            return None
        if not foreign:
            return _inner_case(copy, repository, listed)
    if not foreign:
        return None
    return _best_met(copy, repository, foreign[0], listed)


def _own(upstream: UpstreamMatch, copy: Copy, repository: Repository) -> bool:
    """A file that is some project's release under its own path owes that project nothing beyond its own header."""
    if repository.is_at_home(copy.verdict.path, upstream):
        return True
    first = copy.verdict.upstreams[0]
    return bool(copy.verdict.own_release) and upstream != first and upstream.project == first.project


def _best_met(copy: Copy, repository: Repository, closest: UpstreamMatch, listed: tuple[UpstreamMatch, ...]) -> Case:
    """Of upstreams that explain nearly the same, the one whose notices the copy carries is taken for its source.

    Siblings in one upstream project often hold the same code under different holders; nobody owes both.
    """
    case = _case(copy, repository, closest, listed)
    if case.lines and not case.missing:
        return case
    for rival in listed:
        alike = rival is not closest and rival.share >= NEARLY_THE_SAME * closest.share
        if alike and not _own(rival, copy, repository):
            other = _case(copy, repository, rival, listed)
            if (other.lines and not other.missing) or _names_only(copy, rival, closest):
                return other
    return case


def _names_only(copy: Copy, rival: UpstreamMatch, closest: UpstreamMatch) -> bool:
    """Whether the file's own credits name the rival's project and not that of the closest."""
    named = any(naming.credits_it(credit, rival) for credit in copy.credits)
    return named and not any(naming.credits_it(credit, closest) for credit in copy.credits)


def _inner_case(copy: Copy, repository: Repository, listed: Sequence[UpstreamMatch]) -> Case | None:
    """A sibling of the same project keeps lines of others: a copy of it that says nothing at all drops them.

    One that has a notice or a credit of its own leads the reader to them; they are kept within the same work.
    """
    if copy.notice.copyrights or copy.credits:
        return None
    siblings = [each for each in copy.verdict.upstreams if _is_sibling(each, copy, repository)]
    others = [line for each in listed if not _own(each, copy, repository) for line in each.copyrights]
    for sibling in siblings[:1]:
        lines = tuple(line for line in sibling.copyrights if not holders_missing((line,), others))
        case = _case(copy, repository, sibling, tuple(listed), lines, inner=True)
        return case if case.missing else None
    return None


def _is_sibling(upstream: UpstreamMatch, copy: Copy, repository: Repository) -> bool:
    same_path = copy.verdict.path.endswith(upstream.path)
    return _own(upstream, copy, repository) and upstream.verdict in COPIES and not same_path


def _case(
    copy: Copy,
    repository: Repository,
    upstream: UpstreamMatch,
    listed: tuple[UpstreamMatch, ...],
    lines: tuple[str, ...] | None = None,
    inner: bool = False,
) -> Case:
    sidecars = repository.sidecars(copy.verdict.path)
    licence = copy.notice.licence or next((each.licence for each in sidecars if each.licence), "")
    return Case(
        copy=copy,
        upstream=upstream,
        listed=listed,
        lines=upstream.copyrights if lines is None else lines,
        copyrights=repository.copyrights_of(copy),
        licence=licence,
        states_licence=bool(licence) or copy.notice.form is not LicenceForm.NONE,
        inner=inner,
    )
