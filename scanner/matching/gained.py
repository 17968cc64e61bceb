"""When what a file holds of what an upstream path gained tells that the file derives from it.

Apart from `innovations`, which finds what was gained, so that who has the answer need not load what compares. Edit this
when more or less of it should be enough.
"""

from __future__ import annotations

from ..results import Innovations

# From so many on, and from this part of them on, a file derives from the upstream.
LEAST_HELD = 3
HELD_PART = 0.3
# And it holds this part of the share of what was there before.
KEPT_PART = 0.5


def tell_of_descent(found: Innovations | None) -> bool:
    """Whether the file holds enough of what the upstream added to be derived from it.

    An upstream may have added what it took from the file itself: then the file lacks what was there before.
    """
    if found is None or found.held < max(LEAST_HELD, HELD_PART * found.added):
        return False
    return found.kept_held * found.added >= KEPT_PART * found.held * found.kept
