"""A copy in, what it owes for definitions it holds of upstreams that it is no copy of as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from ..definitions import MODULE
from ..notices import holders_missing
from ..regions import Region
from ..verdict import UpstreamMatch
from . import naming
from .case import Case
from .drafts import Draft, quoted
from .model import Copy
from .repository import Repository

MOST_NAMED = 4


def part_drafts(copy: Copy, case: Case | None, repository: Repository) -> Iterator[Draft]:
    """For each upstream that nobody names and whose definitions stand whole in the file; ``case`` is judged apart."""
    answered = {case.upstream.project} if case else set()
    for upstream in copy.verdict.upstreams:
        if upstream.parts and upstream.project not in answered and not _named(upstream, copy, repository):
            answered.add(upstream.project)
            yield _draft(upstream, copy)


def _named(upstream: UpstreamMatch, copy: Copy, repository: Repository) -> bool:
    """Whether file, sidecar, README or NOTICE says whose the definitions are, or they are the project's own."""
    if repository.is_at_home(copy.verdict.path, upstream):
        return True
    given = repository.copyrights_of(copy)
    if any(not holders_missing((line,), given) for line in (*upstream.copyrights, *upstream.licence_copyrights)):
        return True
    credited = any(naming.credits_it(each, upstream) for each in repository.credits_of(copy))
    return credited or repository.entry_for(upstream) is not None


def _draft(upstream: UpstreamMatch, copy: Copy) -> Draft:
    path, lines = copy.verdict.path, upstream.copyrights or upstream.licence_copyrights
    more = len(upstream.parts) - MOST_NAMED
    named = ", ".join(upstream.parts[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    held = [each for each in copy.verdict.definitions if each.qualname in upstream.parts]
    # The module spans the whole file: a definition in it says more of where to look.
    first = min(held, key=lambda each: (each.qualname == MODULE, each.first_line), default=None)
    return Draft(
        rule="part-unacknowledged",
        region=Region(path, first.first_line, first.last_line) if first else Region(path, 1, 1),
        facts={"definitions": named, "share": f"{100 * upstream.share:.0f} %", "missing": quoted(lines) or "none"},
        upstream=upstream,
    )
