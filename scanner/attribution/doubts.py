"""What only the scanned source says of itself, and what it and an upstream both name: doubts that lower, or are said.

A claim never hides a finding. Edit this when a finding is too sure of itself, or when one more claim is to be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from ..results import Direction, Grade, Ground, Level, Region, UpstreamMatch
from ..rulebook.model import Duty
from .common_sources import common_source, from_here, perhaps_of_a_third
from .copies import Copy
from .findings import FindingDraft
from .model import Derivation, is_strict
from .repository_view import RepositoryView
from .third_parties import TERMS_OF_THE_HOLDER, own_holder, third_holder, tree_around

_BY_NAME = "by the name that this folder gives itself"
_BY_DATE = "by the dates that this folder itself gives"


def doubted(draft: FindingDraft, derivation: Derivation, repository: RepositoryView, given: Grade) -> FindingDraft:
    """The finding, lower where what the file says speaks against it, and with a word on what is only claimed.

    ``given`` is how well the copy says where it is from.
    """
    upstream = derivation.upstream
    if derivation.is_headless and draft.obligation and draft.obligation.duty is Duty.CARRY_LICENCE:
        draft = _headless(draft, upstream, given)
    if not derivation.is_sure:
        doubt = f"It is older than {derivation.closest}, which is closer to this file and does not name it."
        draft = draft.lowered(Level.WARNING, doubt)
    draft, is_all = _from_elsewhere(draft, derivation, repository)
    if is_all:
        return draft
    if derivation.sibling:
        return _by_sibling(draft, derivation, derivation.sibling)
    if repository.is_nearly_at_home(derivation.copy, upstream):
        doubt = f"Many files beside it are those of {upstream.project}: this may be {upstream.project} itself."
        is_named = repository.names_a_holder(derivation.copy, upstream)
        return draft.lowered(Level.NOTE if is_named else Level.WARNING, doubt)
    if claim := repository.home.claim_on(upstream):
        doubt = f"The name {claim}, which this source gives itself, is no proof that it is that."
        return draft.lowered(Level.ERROR, doubt)
    return draft


def doubt_of(derivation: Derivation, repository: RepositoryView) -> str:
    """Why the file need not be from that upstream, as a finding on it would say; empty where nothing speaks against."""
    asked = FindingDraft("relicensed", _whole(derivation.copy), upstream=derivation.upstream)
    told, _ = _from_elsewhere(asked, derivation, repository)
    return told.doubt


def _from_elsewhere(
    draft: FindingDraft, derivation: Derivation, repository: RepositoryView
) -> tuple[FindingDraft, bool]:
    """Less where the file need not be from the upstream; and whether that is all there is to say."""
    upstream = derivation.upstream
    if derivation.is_doubtful:
        other = "this one names neither holder nor source" if derivation.is_headless else "is not much like this one"
        doubt = f"The file names another source, and {other}: both may be from there."
        draft = draft.lowered(Level.NOTE if draft.rule == "part-unacknowledged" else Level.WARNING, doubt)
    if common := common_source(derivation):
        doubt = f"Both name {common} as their source, which is not known: who has it from whom is open."
        return draft.lowered(Level.NOTE, doubt), True
    for level, doubt in perhaps_of_a_third(derivation, repository, draft.rule):
        draft = draft.lowered(level, doubt)
    draft = _brought_along(draft, derivation, repository)
    if source := from_here(derivation, repository):
        doubt = f"{upstream.project} names {source} as its source, whose holder is the one of the LICENSE here."
        return draft.lowered(Level.NOTE, doubt), True
    return draft, False


def _brought_along(draft: FindingDraft, derivation: Derivation, repository: RepositoryView) -> FindingDraft:
    """Less where the file is another's by its header or place, or the upstream is by whom the LICENSE here names."""
    upstream = derivation.upstream
    less = Level.NOTE if draft.rule == "part-unacknowledged" else Level.WARNING
    if draft.rule in TERMS_OF_THE_HOLDER and (line := own_holder(derivation, repository)):
        doubt = f'The LICENSE here names "{line}", and nobody but a holder of {upstream.project}: it may be their own.'
        return draft.lowered(Level.WARNING if is_strict(upstream) else Level.NOTE, doubt)
    if line := third_holder(derivation, repository):
        doubt = f'The file is under the notice of another, "{line}": {upstream.project} may have it from them.'
        return draft.lowered(less, doubt)
    around, is_theirs = tree_around(derivation, repository)
    if is_theirs:
        doubt = f"The file stands among those of {around}, which is by the same publisher as {upstream.project}."
        return draft.lowered(Level.NOTE, doubt)
    if around:
        doubt = f"The file stands among those of {around}: what both have they may have from a third."
        return draft.lowered(less, doubt)
    return draft


def _by_sibling(draft: FindingDraft, derivation: Derivation, sibling: UpstreamMatch) -> FindingDraft:
    """What came by a file of the same project, which is named; less where that one's line is not the one owed."""
    if derivation.upstream.direction is Direction.IN_ORDER:
        like = f"a copy, by way of this project's own {sibling.path}, of"
        draft = replace(draft, facts={**draft.facts, "like": like})
    if set(derivation.lines).isdisjoint(sibling.copyrights):
        doubt = f"The line in {sibling.path} is another one: it may have the code from elsewhere."
        draft = draft.lowered(Level.WARNING, doubt)
    return draft


def _headless(draft: FindingDraft, upstream: UpstreamMatch, given: Grade) -> FindingDraft:
    """What the LICENSE of the upstream asks for, and no header: less where the copy names its source, or may be it."""
    if given is not Grade.NONE:
        return draft.lowered(Level.WARNING, "The source is named, if without its notice, which no file of it has.")
    if upstream.direction is not Direction.IN_ORDER:
        return draft.lowered(Level.WARNING, "The upstream file itself says neither whose it is nor under which terms.")
    return draft


def unconfirmed_drafts(copies: Iterable[Copy]) -> Iterator[FindingDraft]:
    """One for each project that has the code of files that are older by their own word alone."""
    for copy in copies:
        verdict = copy.verdict
        is_claim = verdict.claim if verdict.direction is Direction.LATER else verdict.dated.claim
        if is_claim and verdict.later:
            upstream = verdict.later[0]
            ground = _BY_NAME if verdict.direction_by is Ground.CREDIT else _BY_DATE
            yield FindingDraft(
                rule="date-unconfirmed",
                region=_whole(copy),
                facts={"reason": ground},
                upstream=upstream,
                upstream_region=_header(upstream),
                group=f"{upstream.project} {ground}",
            )


def _whole(copy: Copy) -> Region:
    return Region(copy.verdict.path, 1, max(copy.notice.last_line, 1))


def _header(upstream: UpstreamMatch) -> Region | None:
    return Region(upstream.path, 1, upstream.header_last_line) if upstream.header_last_line else None
