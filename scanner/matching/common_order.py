"""What two lists of statements have in common, in the same order, as much of it as can be: places beside places.

Edit this when statements within two definitions stand beside each other wrongly, or take long to be put there.
"""

from __future__ import annotations

# Two lists with more pairs than this are not aligned but matched: a definition of 5,000 statements.
LONGEST_TABLE = 25_000_000
Places = list[tuple[int, int]]
"""Places in one list, each with the one in the other."""


def common(left: list[int], right: list[int], row: int, end: int, other: int, other_end: int) -> Places:
    """Places of a longest common subsequence of ``left[row:end]`` and ``right[other:other_end]``.

    Of two very long lists, of equal items in order of their appearance.
    """
    if (end - row) * (other_end - other) > LONGEST_TABLE:
        waiting: dict[int, list[int]] = {}
        for place in range(other_end - 1, other - 1, -1):
            waiting.setdefault(right[place], []).append(place)
        return [(place, waiting[left[place]].pop()) for place in range(row, end) if waiting.get(left[place])]
    first, other_first, last = row, other, end
    while row < end and other < other_end and left[row] == right[other]:
        row, other = row + 1, other + 1
    while row < end and other < other_end and left[end - 1] == right[other_end - 1]:
        end, other_end = end - 1, other_end - 1
    before = zip(range(first, row), range(other_first, other), strict=True)
    after = zip(range(end, last), range(other_end, other_end + last - end), strict=True)
    return [*before, *_common_middle(left[row:end], right[other:other_end], row, other), *after]


def common_around(
    left: list[int], right: list[int], anchors: Places, row: int, end: int, other: int, other_end: int
) -> Places:
    """The anchors, and a longest common subsequence of what lies before, between and after them."""
    found: Places = []
    for place, partner in anchors:
        found += common(left, right, row, place, other, partner)
        found.append((place, partner))
        row, other = place + 1, partner + 1
    return found + common(left, right, row, end, other, other_end)


def _common_middle(left: list[int], right: list[int], row: int, other: int) -> Places:
    """The same of two lists, which begin at ``row`` and ``other``, and neither begin nor end alike."""
    if set(left).isdisjoint(right):
        return []
    from rapidfuzz.distance import LCSseq  # what was changed in one place, as most is, is aligned by now

    blocks = LCSseq.editops(left, right).as_matching_blocks()
    return [(row + block.a + step, other + block.b + step) for block in blocks for step in range(block.size)]
