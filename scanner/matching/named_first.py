"""Of upstreams that hold nearly as much of a file, the one that the file's own header names comes first.

Ports of one file are near each other, and which of them is a little nearer is chance; a header that came along is not.
What is only renamed is that upstream's, whatever it says.
Edit this when a header should decide less, or more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..corpus.model import Version
from ..results import Direction
from ..support.arrays import among
from .candidates import Candidate
from .comparison import Comparison
from .ranking import ADDED_SHARE, ALIKE_PART

# So much of what the closest aligns has to stand in the other one as well: a file may be put together from several.
COMMON_PART = 0.8

Named = Callable[[Version], tuple[int, int]]
"""How the header of the scanned file names an upstream file: larger where it does so more closely, (0, 0) for not."""


def named_first(kept: Sequence[Comparison], direction: Callable[[Comparison], Direction], named: Named) -> int:
    """The place in ``kept``, which are closest first, of the one to be named first."""
    if len({each.candidate.key for each in kept}) < 2 or kept[0].whole():
        return 0
    certain = direction(kept[0]) is Direction.IN_ORDER
    least = max(ALIKE_PART * kept[0].similarity, kept[0].similarity - ADDED_SHARE)
    near = [
        place
        for place, each in enumerate(kept)
        if each.similarity >= least
        and (direction(each) is Direction.IN_ORDER) is certain
        and _has_common(each, kept[0])
    ]
    if len({kept[place].candidate.key for place in near}) < 2:
        return 0
    told = {place: named(first_version(kept[place].candidate)) for place in near}
    return max(near, key=lambda place: (told[place], -place))


def _has_common(comparison: Comparison, closest: Comparison) -> bool:
    tokens, aligned = closest.query.statement_tokens, closest.alignment.statements
    common = among(comparison.alignment.statements, aligned)[1]
    return float(tokens[aligned[common]].sum()) >= COMMON_PART * float(tokens[aligned].sum())


def first_version(candidate: Candidate) -> Version:
    """The first release with the content."""
    return candidate.histories.versions(candidate.file, candidate.history)[0]
