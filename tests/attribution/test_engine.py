"""The check of all copies: each copy that goes in comes out, in any order, whatever stands in it."""

from __future__ import annotations

import sys
from subprocess import run

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from modelkin.attribution.copies import Copy
from modelkin.repository.model import Declarations
from modelkin.results import Level, LicenceForm, UpstreamMatch, Verdict
from modelkin.rulebook.loader import finding_rules, licence_rules
from modelkin.scan_steps import check

from ..support.attributed import (
    APACHE,
    BEACON,
    CODE,
    HEADLESS,
    LAMP,
    LAMP_HEADER,
    MIT,
    checked,
    copy_of,
    declarations_of,
)
from ..support.processor_time import processor_seconds

LICENCES = sorted(rule.id for rule in licence_rules())
HEADERS = (
    "",
    LAMP_HEADER,
    "# Copyright 2024 Harbour AI\n",
    "# SPDX-License-Identifier: MIT\n",
    "# Adapted from Beacon\n",
)
REPOSITORIES = tuple(map(declarations_of, ({}, {"LICENSE": APACHE}, {"LICENSE": MIT, "NOTICE": "lamp\n"})))


@st.composite
def upstreams(draw: st.DrawFn) -> UpstreamMatch:
    return replace(
        draw(st.sampled_from((LAMP, BEACON, HEADLESS))),
        licence=draw(st.sampled_from([*LICENCES, "", "LicenseRef-Nobody", "MIT OR Apache-2.0"])),
        verdict=draw(st.sampled_from(Verdict)),
        share=draw(st.floats(0, 1)),
        licence_form=draw(st.sampled_from(LicenceForm)),
        licence_copyrights=draw(st.sampled_from(((), ("Copyright 2020 Somebody",)))),
        has_notice_file=draw(st.booleans()),
    )


@st.composite
def copies(draw: st.DrawFn) -> Copy:
    given_upstreams = draw(st.lists(upstreams(), min_size=1, max_size=3))
    path = draw(st.sampled_from(("a.py", "b/c.py", "lamp/modeling_lamp.py")))
    own_release = draw(st.sampled_from(("", "lamp 1.0")))
    return copy_of(*given_upstreams, text=draw(st.sampled_from(HEADERS)) + CODE, path=path, own_release=own_release)


@pytest.mark.unmeasured
@given(
    st.lists(copies(), max_size=4, unique_by=lambda copy: copy.verdict.path), st.sampled_from(REPOSITORIES), st.data()
)
@settings(max_examples=120, deadline=None)
def test_whatever_is_copied_findings_are_whole_and_in_order(
    found: list[Copy], declarations: Declarations, data: st.DataObject
) -> None:
    result = check(found, declarations, own=data.draw(st.sampled_from(("", "beacon"))))
    known = {rule.id for rule in finding_rules()}
    levels = list(Level)
    keys = [
        (levels.index(each.level), each.region.path, each.region.first_line, each.rule, each.message)
        for each in result.findings
    ]
    assert keys == sorted(keys)
    for finding in result.findings:
        assert finding.rule in known
        assert finding.message
        assert finding.remedy
        assert finding.region.first_line <= finding.region.last_line
    places = [
        (finding.rule, place.region, place.upstream) for finding in result.findings for place in finding.each_place
    ]
    assert len(places) == len(set(places))


@given(
    st.lists(copies(), max_size=4, unique_by=lambda copy: copy.verdict.path), st.sampled_from(REPOSITORIES), st.data()
)
@settings(max_examples=60, deadline=None)
def test_the_order_of_files_does_not_matter(found: list[Copy], declarations: Declarations, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(found))
    first, second = check(found, declarations), check(shuffled, declarations)
    assert first.findings == second.findings
    assert set(first.attributions) == set(second.attributions)


@given(upstreams(), st.sampled_from(REPOSITORIES))
@settings(max_examples=120, deadline=None)
def test_the_upstream_file_itself_with_all_it_came_with_is_no_error(
    upstream: UpstreamMatch, around: Declarations
) -> None:
    lines = "".join(f"# {line}\n" for line in upstream.copyrights)
    tag = f"# SPDX-License-Identifier: {upstream.licence}\n" if upstream.licence else ""
    copy = copy_of(replace(upstream, verdict=Verdict.IDENTICAL), text=lines + tag + CODE)
    missed = {finding.rule for finding in check([copy], around).findings}
    assert not missed & {
        "holder-removed",
        "holder-replaced",
        "licence-header-removed",
        "relicensed",
        "changes-not-stated",
    }


def test_one_attribution_for_each_file_that_owes_something() -> None:
    owing = copy_of(LAMP, path="a.py")
    free = copy_of(replace(LAMP, verdict=Verdict.FRAGMENTS), path="b.py")
    result = checked(owing, free, LICENSE=APACHE)
    assert [attribution.path for attribution in result.attributions] == ["a.py"]
    assert result.attributions[0].upstream == LAMP


ACCUSING = ["steal", "stole", "plagiari", "theft", "illegal", "guilty", "violat", "infring"]


def test_rules_state_facts_and_accuse_nobody() -> None:
    said = ("title", "message", "message_of_many", "help", "remedy", "remedy_of_many")
    texts = {rule.id: " ".join(getattr(rule, field) for field in said).lower() for rule in finding_rules()}
    assert not [(rule, word) for rule, text in texts.items() for word in ACCUSING if word in text]


def test_hundreds_of_copies_beside_a_megabyte_of_notices_take_no_time() -> None:
    notices = "Another project\nCopyright (c) 2020 Somebody\n\nLicensed under the MIT License.\n\n" * 12_000
    found = [copy_of(LAMP, BEACON, path=f"models/m{number}.py") for number in range(300)]
    declarations = declarations_of({"THIRD_PARTY_NOTICES": notices, "LICENSE": APACHE})
    check(found[:1], declarations)
    with processor_seconds(at_most=4):
        result = check(found, declarations)
    assert len({path for finding in result.findings for path in finding.files if finding.level is Level.ERROR}) == 300


def test_where_nothing_was_copied_no_rules_are_loaded() -> None:
    code = """if True:
        import sys
        from modelkin.scan_steps import check
        from modelkin.repository.model import Declarations
        assert not check([], Declarations()).findings
        sys.exit("yaml" in sys.modules)
    """
    assert run([sys.executable, "-c", code], check=False).returncode == 0


def test_lines_that_two_licences_of_a_file_ask_for_are_missed_once() -> None:
    both = replace(LAMP, licence="Apache-2.0 AND MIT")
    found = checked(copy_of(both), LICENSE=MIT).findings
    assert [each.level for each in found if each.rule == "holder-removed"] == [Level.ERROR]
    assert len([each for each in found if each.rule == "licence-header-removed"]) == 2, "each says another licence"
