"""From which of the known upstreams a copy derives, and so whose terms it must meet.

Edit this when a copy is held to the terms of the wrong upstream, or of none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from ..notices.holders import holders_missing
from ..notices.project_names import names_project
from ..results import COPIES, Direction, FileVerdict, LicenceForm, UpstreamMatch
from .copies import Copy
from .model import NEARLY_THE_SAME, Derivation
from .naming import project_names, publisher_of
from .near_ties import builds_on, first_seen, is_dated, is_older, source_among
from .repository_view import RepositoryView


def derivations_of(copy: Copy, repository: RepositoryView) -> tuple[Derivation, ...]:
    """What a copied file derives from: its source, and what that one itself passed on without its notices.

    Empty where the file owes nobody anything.
    """
    source = derivation_of(copy, repository)
    if source is None or source.inner:
        return (source,) if source else ()
    return (source, *_passed_on(source, repository))


def derivation_of(copy: Copy, repository: RepositoryView) -> Derivation | None:
    """The derivation of a copied file from its source; None where it owes nobody anything."""
    verdict = copy.verdict
    listed = _listed(verdict)
    copied = [each for each in listed if each.verdict in COPIES and each in verdict.upstreams]
    foreign = [each for each in copied if not _own(each, copy, repository)]
    own = _own_file(copy, repository, listed, foreign)
    if own:
        # What the project had first, others have from it.
        foreign = [each for each in foreign if each.project == own.project or _came_before(each, own)]
        if _own(own, copy, repository):
            if verdict.origin is None or _own(verdict.origin, copy, repository):
                return None
            if not foreign:
                return _inner_derivation(copy, repository, listed)
    return _best_met(copy, repository, foreign[0], listed) if foreign else None


def _own_file(
    copy: Copy, repository: RepositoryView, listed: Sequence[UpstreamMatch], foreign: Sequence[UpstreamMatch]
) -> UpstreamMatch | None:
    """The project's own file among what explains nearly as much as the closest upstream; None without one.

    A file that is held against its own place in a project is not freed by its siblings there.
    """
    held = {each.project for each in foreign if not _nearly(each, copy, repository)}
    for each in listed:
        is_near = each is listed[0] or (each.share >= NEARLY_THE_SAME * listed[0].share and each.project not in held)
        if is_near and (_own(each, copy, repository) or _nearly(each, copy, repository)):
            return each
    return None


def _came_before(upstream: UpstreamMatch, own: UpstreamMatch) -> bool:
    """Whether the scanned project may have the code from an upstream, of which it has a file of its own."""
    return first_seen(upstream) < first_seen(own) and not builds_on(upstream, own)


def _listed(verdict: FileVerdict) -> tuple[UpstreamMatch, ...]:
    """All that may be the file's source: its upstreams, what is as near, the origin; nothing younger than the file."""
    known = (*verdict.upstreams, *verdict.alike, *((verdict.origin,) if verdict.origin else ()))
    return tuple(dict.fromkeys(each for each in known if each.direction is not Direction.LATER))


def _own(upstream: UpstreamMatch, copy: Copy, repository: RepositoryView) -> bool:
    """A file that is some project's release under its own path owes that project nothing beyond its own header."""
    if repository.is_at_home(copy, upstream):
        return True
    first = copy.verdict.upstreams[0]
    return bool(copy.verdict.own_release) and upstream != first and upstream.project == first.project


def _nearly(upstream: UpstreamMatch, copy: Copy, repository: RepositoryView) -> bool:
    return repository.is_nearly_at_home(copy, upstream)


def _best_met(
    copy: Copy, repository: RepositoryView, closest: UpstreamMatch, listed: tuple[UpstreamMatch, ...]
) -> Derivation:
    """The source among the closest and all that explain nearly as much."""
    near = [each for each in listed if each is not closest and each.share >= NEARLY_THE_SAME * closest.share]
    rivals = [each for each in near if not _own(each, copy, repository)]
    return source_among([_derivation(copy, repository, each, listed) for each in (closest, *rivals)])


def _passed_on(source: Derivation, repository: RepositoryView) -> Iterator[Derivation]:
    """What the source has from each older project, and passed on without its lines or its licence."""
    told, licences = list(source.upstream.copyrights), {source.upstream.licence}
    projects = {source.upstream.project}
    for older in sorted(source.listed, key=first_seen):
        at_home = repository.is_at_home(source.copy, older) or repository.is_nearly_at_home(source.copy, older)
        if at_home or older.project in projects or not _may_have_it_from(source, older):
            continue
        if publisher_of(older) and publisher_of(older) == publisher_of(source.upstream):
            continue  # who has both owes himself nothing
        if not _is_as_near(source, older) and _is_kept_whole(source):
            continue
        surely = _says_it_has_it_from(source, older)
        if not surely and not _stands_beside(source, older):
            continue
        lines = holders_missing(older.copyrights, told)
        states_none = source.upstream.licence_form is LicenceForm.NONE and older.licence_form is not LicenceForm.NONE
        if lines or (states_none and older.licence not in licences):
            told += lines
            licences.add(older.licence)
            projects.add(older.project)
            passed = _derivation(source.copy, repository, older, source.listed, lines)
            yield replace(passed, passed_on=True, is_sure=surely and _is_as_near(source, older))


def _may_have_it_from(source: Derivation, older: UpstreamMatch) -> bool:
    """Whether the source of a copy may have the code from ``older``, of which the copy surely is one, too."""
    closer = source.upstream
    if older.project == closer.project or older.verdict not in COPIES or older.direction is not Direction.IN_ORDER:
        return False
    return is_older(older, closer)


def _says_it_has_it_from(source: Derivation, older: UpstreamMatch) -> bool:
    """Whether ``older`` is the file's origin, or the source names it, or the source says nothing of whose it is."""
    named = names_project(source.upstream.sources, project_names(older), ())
    return older == source.copy.verdict.origin or named or source.is_headless


def _is_as_near(source: Derivation, older: UpstreamMatch) -> bool:
    """Whether the source names ``older``, or the file is nearly as much alike with it: else a third may have had it."""
    named = names_project(source.upstream.sources, project_names(older), ())
    return named or older.share >= NEARLY_THE_SAME * source.upstream.share


def _is_kept_whole(source: Derivation) -> bool:
    """Whether the file carries all lines of its source, of a file without any those of its LICENSE."""
    lines = source.lines or source.upstream.licence_copyrights
    return bool(lines) and not holders_missing(lines, source.copyrights)


def _stands_beside(source: Derivation, older: UpstreamMatch) -> bool:
    """Whether the user gave one of the two, which no corpus relates to others, and both explain nearly the same."""
    given = not (is_dated(older) and is_dated(source.upstream))
    return given and older.share >= NEARLY_THE_SAME * source.upstream.share


def _inner_derivation(copy: Copy, repository: RepositoryView, listed: Sequence[UpstreamMatch]) -> Derivation | None:
    """A sibling of the same project keeps lines of others: a copy of it that says nothing at all drops them.

    It is held against the other's file, which the sibling has the code from. One that has a notice or a credit of its
    own leads the reader to them; they are kept within the same work.
    """
    if copy.notice.copyrights or copy.credits:
        return None
    siblings = [each for each in listed if _is_sibling(each, copy, repository)]
    others = sorted((each for each in listed if not _own(each, copy, repository)), key=first_seen)
    for sibling in siblings[:1]:
        for other in others:
            lines = tuple(line for line in other.copyrights if not holders_missing((line,), sibling.copyrights))
            if lines:
                derivation = _derivation(copy, repository, other, tuple(listed), lines, sibling)
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
    sibling: UpstreamMatch | None = None,
) -> Derivation:
    licence = repository.licence_stated_of(copy, upstream)
    return Derivation(
        copy=copy,
        upstream=upstream,
        listed=listed,
        lines=upstream.copyrights if lines is None else lines,
        copyrights=repository.copyrights_of(copy),
        licence=licence,
        states_licence=bool(licence) or copy.notice.form is not LicenceForm.NONE,
        sibling=sibling,
    )
