"""Which copies are left to a person, and what is said of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from modelkin.fixes.model import Edit, Undone
from modelkin.fixes.needs import Need, needs
from modelkin.fixes.plan import FixTarget, header_edits, plan_file
from modelkin.fixes.refusals import refusal
from modelkin.results import Attribution, Direction, FileDate, Report
from modelkin.rulebook.model import Duty

from .test_needs import TEXT, UPSTREAM, report


def need(claim: bool = False, dated: FileDate = FileDate(), **upstream: Any) -> Need:
    (found,) = needs(report(Duty.KEEP_NOTICES, upstream=replace(UPSTREAM, **upstream)))
    return replace(found, verdict=replace(found.verdict, claim=claim, dated=dated))


def test_where_it_is_known_who_was_first_notices_are_written() -> None:
    assert not refusal(need(direction=Direction.IN_ORDER))
    assert not refusal(need(direction=Direction.IN_ORDER, dated=FileDate("2024-01-01", claim=True)))
    assert not refusal(need(direction=Direction.UNKNOWN))


def test_where_it_is_open_or_claimed_they_are_left_to_a_person() -> None:
    claimed = FileDate("2015-01-01", claim=True)
    words = "the older one: if it is from there, name that in its header yourself"
    assert (
        refusal(need(direction=Direction.OPEN)) == f"its date leaves open whether it or lantern lantern/a.py is {words}"
    )
    assert refusal(need(direction=Direction.LATER)).endswith(words)
    assert refusal(need(direction=Direction.UNKNOWN, dated=claimed)).startswith("nothing but its own word tells")
    assert refusal(need(direction=Direction.UNKNOWN, claim=True)).startswith("nothing but its own word tells")


def test_a_path_is_no_name_to_write() -> None:
    places = ("", "../lantern", "/home/me/lantern", "./lantern", "~/lantern", "C:\\lantern")
    refused = [refusal(need(direction=Direction.IN_ORDER, project=place)) for place in places]
    assert not [each for each in refused if "--against NAME=" not in each]
    assert not refusal(need(direction=Direction.IN_ORDER, project="mere/nano-tides"))


def changed(given: Report, direction: Direction) -> Report:
    upstream = replace(UPSTREAM, direction=direction)
    return replace(given, attributions=tuple(replace(each, upstream=upstream) for each in given.attributions))


def test_a_refused_file_is_left_as_it_is_and_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(TEXT)
    plan = plan_file(changed(report(Duty.KEEP_NOTICES), Direction.OPEN), path)
    assert plan.edits == ()
    assert [each.path for each in plan.undone] == ["a.py"]
    assert plan_file(changed(report(Duty.KEEP_NOTICES), Direction.IN_ORDER), path).edits


def test_what_a_file_owes_two_upstreams_is_one_edit() -> None:
    first = need(direction=Direction.IN_ORDER)
    beacon = replace(
        UPSTREAM, project="beacon", path="beacon/b.py", url="", licence="MIT", copyrights=("(c) 2019 Ada",)
    )
    duties = first.attribution.duties
    second = replace(
        first, attribution=Attribution("a.py", beacon, first.attribution.grade, duties), others=(UPSTREAM,)
    )
    (edit,) = header_edits([FixTarget(each, TEXT, TEXT) for each in (first, second)])
    assert isinstance(edit, Edit)
    assert not isinstance(edit, Undone)
    assert edit.before == TEXT
    text = edit.after.decode()
    assert [text.count(line) for line in ("Modified from lantern", "Modified from beacon", "(c) 2019 Ada")] == [1, 1, 1]
    assert text.count("SPDX-License-Identifier") == 1
    assert edit.why.count("Modified from") == 2
