"""What counts as a port of another upstream."""

from __future__ import annotations

import pytest

from modelkin.results import Direction, FileVerdict, UpstreamMatch, Verdict

from .port_shares import MOST, Share, counts

LANTERN = UpstreamMatch("lantern", "lantern/new.py", "3.0", "3.0", "2023-07-08", 1.0, "MIT", (), "")


def file(verdict: Verdict, direction: Direction, *upstreams: UpstreamMatch) -> FileVerdict:
    return FileVerdict("a.py", "", verdict, 0.9, "", upstreams, None, (), (), direction=direction)


@pytest.mark.parametrize("verdict", [Verdict.IDENTICAL, Verdict.RENAMED, Verdict.MODIFIED])
@pytest.mark.parametrize("direction", [Direction.IN_ORDER, Direction.OPEN, Direction.UNKNOWN])
def test_a_copy_that_is_not_older_than_its_upstream_counts(verdict: Verdict, direction: Direction) -> None:
    assert counts(file(verdict, direction, LANTERN))


def test_fragments_and_what_is_older_do_not_count() -> None:
    assert not counts(file(Verdict.FRAGMENTS, Direction.IN_ORDER, LANTERN))
    assert not counts(file(Verdict.MODIFIED, Direction.LATER, LANTERN))
    assert not counts(file(Verdict.INDEPENDENT, Direction.UNKNOWN))


def test_the_share_is_of_all_files_and_names_the_upstreams() -> None:
    copy = file(Verdict.RENAMED, Direction.IN_ORDER, LANTERN)
    assert Share("beacon", "1.0", 4, (copy,)).row() == ["beacon", "1.0", 4, 1, 0.25, "lantern 1"]
    assert Share("beacon", "1.0", 4, (copy,)).share > MOST
