"""What lowers a finding or is said beside it: an order that is not known, claims, a source that both name."""

from __future__ import annotations

from msgspec.structs import replace

from modelkin.attribution.copies import CheckResult, Copy
from modelkin.results import Direction, Finding, Ground, Level, Region, UpstreamMatch, Verdict

from ..support.attributed import APACHE, BEACON, CODE, LAMP, MIT, checked, copy_of, only, rules
from ..support.findings_by_file import by_file

LOWER = {Level.ERROR: Level.WARNING, Level.WARNING: Level.NOTE, Level.NOTE: Level.NOTE}


def by_place(result: CheckResult) -> dict[tuple[str, str], Finding]:
    return {(each.rule, each.region.path): each for each in by_file(result.findings)}


def towards(direction: Direction, **facts: str) -> dict[tuple[str, str], Finding]:
    return by_place(checked(copy_of(replace(LAMP, direction=direction, **facts)), LICENSE=MIT))


def test_findings_of_unknown_order_are_one_level_lower_and_say_so() -> None:
    sure, unknown = towards(Direction.IN_ORDER), towards(Direction.UNKNOWN)
    assert {finding.level for finding in sure.values()} == set(Level)
    assert {key: LOWER[finding.level] for key, finding in sure.items()} == {
        key: finding.level for key, finding in unknown.items()
    }
    assert not [finding for finding in sure.values() if "Which of the two" in finding.reason]
    words = "Which of the two is older is not known."
    assert not [finding for finding in unknown.values() if not finding.reason.endswith(words)]


def test_findings_of_open_order_are_notes_and_name_the_releases() -> None:
    found = towards(Direction.OPEN, without="1.2", appeared="1.3").values()
    assert {finding.level for finding in found} == {Level.NOTE}
    words = "this file falls between 1.2, which lacks it, and 1.3, which has it."
    assert not [finding for finding in found if not finding.reason.endswith(words)]
    found = towards(Direction.OPEN, appeared="1.3").values()
    words = "this file falls before 1.3, the first known release that has the path."
    assert not [finding for finding in found if not finding.reason.endswith(words)]


def test_where_the_order_is_open_no_release_is_credited_and_nothing_is_promised() -> None:
    orders = Direction.IN_ORDER, Direction.OPEN
    sure, found = (" ".join(each.remedy for each in towards(order).values()) for order in orders)
    assert "`modelkin attribute` writes" in sure
    assert '"Modified from lamp 1.0 (2022-03-01), lamp/modeling_lamp.py' in sure
    assert "`modelkin attribute`" not in found
    assert '"Modified from lamp 1.0 or earlier, lamp/modeling_lamp.py' in found


def test_lines_that_an_older_release_lacks_are_a_note() -> None:
    lines = (*LAMP.copyrights, "Copyright 2023 Later Labs")
    upstream = replace(LAMP, copyrights=lines, recent_lines=lines[1:])
    both = only(checked(copy_of(upstream), LICENSE=APACHE), "holder-removed")
    assert both.level is Level.ERROR
    assert "Later Labs" not in both.message
    recent = only(checked(copy_of(upstream, text=f"# {lines[0]}\n{CODE}"), LICENSE=APACHE), "holder-removed")
    assert recent.level is Level.NOTE
    assert "An older known release of that file lacks it" in recent.reason
    unknown = replace(upstream, licence="LicenseRef-Nobody", recent_lines=lines)
    assert only(checked(copy_of(unknown)), "holder-removed").level is Level.NOTE


def later(path: str, upstream: UpstreamMatch = LAMP, by: Ground = Ground.COMMIT, claim: bool = True) -> Copy:
    copy = copy_of(upstream, path=path)
    verdict = replace(copy.verdict, verdict=Verdict.INDEPENDENT, upstreams=(), origin=None, later=(upstream,))
    return replace(copy, verdict=replace(verdict, direction=Direction.LATER, direction_by=by, claim=claim))


def test_a_project_that_is_younger_by_claims_alone_gets_one_neutral_note() -> None:
    found = checked(later("b.py"), later("a.py"), later("c.py", BEACON, Ground.CREDIT), LICENSE=MIT)
    assert rules(found) == {"date-unconfirmed"}
    dated, named = found.findings
    assert (dated.level, dated.region.path) == (Level.NOTE, "a.py")
    assert dated.message.startswith("Code of a.py and 1 more is also in lamp 1.0 lamp/modeling_lamp.py.")
    assert "the dates that this folder itself gives" in dated.message
    assert "the name that this folder gives itself" in named.message
    assert not found.attributions


def test_what_is_younger_by_dates_that_hold_is_no_finding() -> None:
    assert not checked(later("a.py", by=Ground.RELEASE, claim=False), LICENSE=MIT).findings


def test_a_work_in_a_file_that_names_another_source_may_be_from_there() -> None:
    """The whole of lamp's file is in a longer one: that one's header speaks for all of it."""
    header = "# Adapted from https://github.com/ada/beacon/blob/main/beacon/model.py\n"
    for text, level in ((header + CODE, Level.WARNING), (CODE, Level.ERROR)):
        work = replace(copy_of(LAMP, text=text), place=Region("modeling.py", 4, 5))
        assert only(checked(work, LICENSE=MIT), "relicensed").level is level
