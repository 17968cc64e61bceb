"""Which copies are left to a person: where who was first is open or only claimed, and where the upstream has no name.

Edit this when one more thing must be certain before notices are written into somebody's file.
"""

from __future__ import annotations

import re

from ..results import Direction, UpstreamMatch
from .needs import Need

_PLACE = re.compile(r"[./~\\]|[A-Za-z]:[\\/]")


def refusal(need: Need) -> str:
    """Why nothing is written for a copy, and what a person can do; empty where all that is to be known is."""
    upstream = need.attribution.upstream
    if not upstream.project or _PLACE.match(upstream.project):
        place = upstream.project or upstream.path
        return f"its upstream, {place}, has no name to write: give it one, as in --against NAME={place}"
    doubt = _doubt(need, upstream)
    if not doubt:
        return ""
    theirs = " ".join(filter(None, (upstream.project, upstream.path)))
    return f"{doubt} whether it or {theirs} is the older one: if it is from there, name that in its header yourself"


def _doubt(need: Need, upstream: UpstreamMatch) -> str:
    if upstream.direction in (Direction.OPEN, Direction.LATER):
        return "its date leaves open"
    is_claimed = need.verdict.claim or need.verdict.dated.claim
    return "nothing but its own word tells" if upstream.direction is Direction.UNKNOWN and is_claimed else ""
