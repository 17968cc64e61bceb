"""Where the differences of a comparison begin, which readers of a page step through."""

from __future__ import annotations

from modelkin.diffs.model import Gap, RowKind, ShownRow
from modelkin.reports.html.side_rows import difference_starts


def test_a_difference_goes_on_over_two_lines_that_are_the_same_and_over_what_only_one_side_has() -> None:
    same, changed, alone = RowKind.SAME, RowKind.CHANGED, RowKind.COPY_ONLY

    def rows(*kinds: RowKind | Gap) -> list[ShownRow | Gap]:
        return [kind if isinstance(kind, Gap) else ShownRow(kind, None, None) for kind in kinds]

    assert list(difference_starts(rows(same, changed, same, same, changed, same, same, same, changed))) == [1, 8]
    assert list(difference_starts(rows(alone, Gap(alone, 9, (2, 10), None), alone, changed))) == [0]
    assert list(
        difference_starts(rows(changed, Gap(same, 9, (2, 10), (2, 10)), changed, Gap(None, 3, None, None)))
    ) == [0, 2]
    assert list(difference_starts(rows(same, same))) == []
