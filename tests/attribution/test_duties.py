"""How each kind of obligation comes out."""

from __future__ import annotations

from msgspec.structs import replace

from modelkin.attribution.copies import CheckResult
from modelkin.results import (
    Confidence,
    DefinitionMatch,
    Direction,
    DutyState,
    Level,
    LicenceForm,
    Region,
    State,
    Verdict,
)

from ..support.attributed import APACHE, BEACON, CODE, HEADLESS, LAMP, LAMP_HEADER, MIT, checked, copy_of, only, rules

OWN = "# Copyright 2024 Harbour AI\n"
MIT_BEACON = replace(BEACON, licence="MIT")
CITED = "beacon, https://github.com/ada/beacon\nCopyright (c) 2021 Ada Beacon\n\nLicensed under the MIT License.\n"


def duties(result: CheckResult) -> dict[str, DutyState]:
    (attribution,) = result.attributions
    return {duty.clause: duty for duty in attribution.duties}


def levels(result: CheckResult) -> dict[str, Level]:
    return {finding.rule: finding.level for finding in result.findings}


def test_each_clause_of_the_licence_is_answered() -> None:
    found = duties(checked(copy_of(LAMP, text=LAMP_HEADER + CODE), LICENSE=APACHE))
    assert set(found) == {"§4(a)", "§4(b)", "§4(c)", "§4(d)"}
    assert found["§4(a)"].state is State.MET
    assert found["§4(a)"].where == "LICENSE"
    assert found["§4(b)"].state is State.MISSED


def test_a_finding_names_clause_lines_and_remedy() -> None:
    finding = only(checked(copy_of(LAMP), LICENSE=APACHE), "holder-removed")
    assert finding.level is Level.ERROR
    assert finding.clause == "Apache-2.0 §4(c)"
    assert finding.region == Region("modeling.py", 1, 1)
    assert finding.upstream == "lamp 1.0 lamp/modeling_lamp.py"
    assert LAMP.copyrights[0] in finding.message
    assert LAMP.copyrights[0] in finding.remedy
    assert "modelkin attribute" in finding.remedy


def test_a_finding_about_notices_points_at_the_upstream_s_header_and_another_at_what_was_copied() -> None:
    copy = copy_of(LAMP)
    places = ((30, 44), (12, 20), (50, 90))
    definitions = tuple(
        DefinitionMatch("A", 5, 9, Verdict.RENAMED, 1.0, 9, 3, 3, "B", Region(LAMP.path, *place)) for place in places
    )
    elsewhere = replace(definitions[0], upstream=Region("lamp/other.py", 1, 900))
    verdict = replace(copy.verdict, definitions=(*definitions, elsewhere))
    found = checked(replace(copy, verdict=verdict), LICENSE=APACHE)
    assert only(found, "holder-removed").upstream_region == Region(LAMP.path, 1, LAMP.header_last_line)
    assert only(found, "changes-not-stated").upstream_region == Region(LAMP.path, 12, 90)


def test_a_missing_line_is_replaced_only_where_no_holder_is_kept() -> None:
    assert "holder-replaced" in rules(checked(copy_of(LAMP, text=OWN + CODE), LICENSE=APACHE))
    some = "# Copyright 2024 Harbour AI and Lumen Labs\n"
    assert "holder-removed" in rules(checked(copy_of(LAMP, text=some + CODE), LICENSE=APACHE))


def test_who_keeps_a_part_of_the_holders_may_have_an_older_form_of_the_header() -> None:
    two = replace(LAMP, copyrights=("Copyright 2022 The Lamp Authors and Lumen Labs",))
    part = only(checked(copy_of(two, text="# Copyright 2020 Lumen Labs\n" + CODE), LICENSE=APACHE), "holder-removed")
    assert part.level is Level.WARNING
    assert "may be from before" in part.reason
    told = "# Copyright 2020 Lumen Labs\n# Modified from https://github.com/ada/far\n" + CODE
    assert only(checked(copy_of(two, text=told), LICENSE=APACHE), "holder-removed").level is Level.NOTE
    none = only(checked(copy_of(two, text=CODE), LICENSE=APACHE), "holder-removed")
    assert none.level is Level.ERROR


def test_a_holder_who_was_renamed_is_neither_gone_nor_replaced() -> None:
    renamed = {
        "Copyright (c) Meta Platforms, Inc. and affiliates.": "# Copyright (c) Facebook, Inc. and its affiliates.\n"
    }
    renamed["Copyright (c) Facebook, Inc."] = "# Copyright (c) Meta Platforms, Inc.\n"
    for line, header in renamed.items():
        found = rules(checked(copy_of(replace(LAMP, copyrights=(line,)), text=header + CODE), LICENSE=APACHE))
        assert found.isdisjoint({"holder-removed", "holder-replaced"})


def test_a_file_has_one_finding_of_a_rule_for_each_project_that_it_owes() -> None:
    two = replace(LAMP, copyrights=(*LAMP.copyrights, "Copyright (c) 2021, Meridian Corporation."))
    result = checked(copy_of(two, BEACON, text=OWN + CODE), LICENSE=APACHE)
    found = [finding.message for finding in result.findings if finding.rule == "holder-replaced"]
    assert len(found) == len(result.attributions) == 2
    (of_lamp,) = (message for message in found if "of lamp" in message)
    assert "Lumen" in of_lamp
    assert "Meridian" in of_lamp


def test_apache_wants_the_line_in_the_file_a_notice_beside_it_lowers_the_level() -> None:
    notice = f"lamp\n{LAMP.copyrights[0]}\n"
    assert levels(checked(copy_of(LAMP), LICENSE=APACHE, NOTICE=notice))["holder-removed"] is Level.WARNING


def test_mit_takes_the_line_from_any_legal_file() -> None:
    result = checked(copy_of(MIT_BEACON), LICENSE=APACHE, THIRD_PARTY_NOTICES=CITED)
    assert rules(result) == set()
    assert {duty.state for duty in result.attributions[0].duties} == {State.MET}


def test_the_repository_owes_its_own_holder_nothing() -> None:
    own = replace(LAMP, copyrights=("Copyright 2022 Harbour AI",))
    assert "holder-removed" not in rules(checked(copy_of(own), LICENSE=f"Copyright 2024 Harbour AI\n\n{APACHE}"))


def test_two_projects_of_one_publisher_owe_each_other_no_line() -> None:
    theirs = replace(LAMP, copyrights=("Copyright 2022 Lumen Labs",), licence_copyrights=("Copyright 2020 Lumen Labs",))
    own = replace(LAMP, project="harbour", package="harbour", url="https://github.com/example/harbour/blob/v1/x.py")
    copies = copy_of(own, path="a.py"), copy_of(theirs, path="b.py")
    assert "holder-removed" not in rules(checked(*copies, own="harbour", LICENSE=APACHE))
    assert "holder-removed" in rules(checked(copies[1], LICENSE=APACHE))
    uploads = [replace(each, url=f"https://pypi.org/project/{each.project}/1.0/") for each in (own, theirs)]
    sold = [copy_of(each, path=path) for each, path in zip(uploads, ("a.py", "b.py"), strict=True)]
    assert "holder-removed" in rules(checked(*sold, own="harbour", LICENSE=APACHE)), "a registry has everybody's"
    others = replace(theirs, copyrights=LAMP.copyrights)
    result = checked(copies[0], copy_of(others, path="b.py"), own="harbour", LICENSE=APACHE)
    assert "holder-removed" in rules(result), "the line names somebody else too"


def test_a_few_further_lines_of_a_licence_may_be_younger_than_the_text_that_is_here() -> None:
    lines = tuple(f"Copyright (c) 2016 {name} Works" for name in ("Ada", "Bee", "Cay", "Dew"))
    upstream = replace(HEADLESS, licence="MIT", licence_copyrights=lines)
    text = "MIT License\n\n{}\n\nLicensed under the MIT License.\n"
    levels_of = {3: Level.NOTE, 2: Level.ERROR, 1: Level.ERROR}
    for count, level in levels_of.items():
        files = {"LICENSE": text.format("\n".join(lines[:count]))}
        assert only(checked(copy_of(upstream), files=files), "licence-text-missing").level is level


PART = '''
"""
BSD 3-Clause License

Copyright (c) 2017, Ada Beacon
All rights reserved.

Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
following conditions are met: the notice is kept. Neither the name of the copyright holder is used to endorse.
"""
'''


def test_a_notice_above_a_part_further_down_is_kept_in_the_file() -> None:
    upstream = replace(HEADLESS, licence="BSD-3-Clause", licence_copyrights=("Copyright (c) 2017, Ada Beacon",))
    header = "# Copyright 2020 Harbour AI\n# Licensed under the Apache License, Version 2.0\nimport torch\n"
    kept = checked(copy_of(upstream, text=header + PART + CODE), LICENSE=APACHE)
    assert {"licence-text-missing", "relicensed", "source-unnamed"}.isdisjoint(rules(kept))
    gone = rules(checked(copy_of(upstream, text=header + CODE), LICENSE=APACHE))
    assert {"licence-text-missing", "relicensed"} <= gone
    line = f"{header}\n# {LAMP.copyrights[0]}\n{CODE}"
    assert "holder-removed" not in rules(checked(copy_of(LAMP, text=line), LICENSE=APACHE))


def test_a_licence_header_may_be_shortened_to_a_tag() -> None:
    tag = f"# {LAMP.copyrights[0]}\n# SPDX-License-Identifier: Apache-2.0\n"
    assert "licence-header-removed" not in rules(checked(copy_of(LAMP, text=tag + CODE), LICENSE=APACHE))
    bare = f"# {LAMP.copyrights[0]}\n"
    assert levels(checked(copy_of(LAMP, text=bare + CODE), LICENSE=APACHE))["licence-header-removed"] is Level.WARNING


def test_an_upstream_without_a_header_is_held_against_no_ideal() -> None:
    assert rules(checked(copy_of(HEADLESS), LICENSE=APACHE)) == {"source-unnamed", "changes-not-stated"}


def test_a_kept_licence_header_makes_less_of_a_missing_text() -> None:
    headers = {LAMP_HEADER: Level.WARNING, "": Level.ERROR, f"# {LAMP.copyrights[0]}\n": Level.ERROR}
    found = {header: levels(checked(copy_of(LAMP, text=header + CODE))) for header in headers}
    assert {header: each["licence-text-missing"] for header, each in found.items()} == headers


def test_a_licence_text_is_missed_once_for_all_files() -> None:
    copies = [copy_of(LAMP, path=f"models/m{number}.py") for number in range(7)]
    finding = only(checked(*copies), "licence-text-missing")
    assert "models/m0.py and 6 more" in finding.message


def test_the_copyright_line_is_part_of_an_mit_licence() -> None:
    headless = replace(HEADLESS, licence="MIT", licence_copyrights=("Copyright (c) 2021 Ada Beacon",))
    finding = only(checked(copy_of(headless), LICENSE=MIT), "licence-text-missing")
    assert "Ada Beacon" in finding.message
    assert finding.level is Level.ERROR
    assert "licence-text-missing" not in rules(checked(copy_of(headless), LICENSE=MIT, THIRD_PARTY_NOTICES=CITED))


def test_less_is_missed_of_a_headless_upstream_that_is_named_or_may_be_the_younger_one() -> None:
    headless = replace(HEADLESS, licence="MIT", licence_copyrights=("Copyright (c) 2021 Ada Beacon",))
    credited = copy_of(headless, text="# Adapted from https://github.com/example/lamp\n" + CODE)
    named = only(checked(credited, LICENSE=MIT), "licence-text-missing")
    in_readme = checked(
        copy_of(headless), LICENSE=MIT, README__md="Code adapted from https://github.com/example/lamp\n"
    )
    for finding in (named, only(in_readme, "licence-text-missing")):
        assert (finding.level, finding.confidence) == (Level.WARNING, Confidence.MEDIUM)
        assert finding.reason.startswith("The source is named")
    for direction in (Direction.UNKNOWN, Direction.OPEN):
        unsettled = checked(copy_of(replace(headless, direction=direction)), LICENSE=MIT)
        assert only(unsettled, "licence-text-missing").level is Level.NOTE


def test_of_a_single_file_nothing_is_missed_beside_it() -> None:
    result = checked(copy_of(replace(LAMP, has_notice_file=True)), whole=False)
    assert rules(result) == {"holder-removed", "licence-header-removed", "changes-not-stated"}
    assert duties(result)["§4(a)"].state is State.NOT_JUDGED


def test_a_notice_file_is_asked_for_where_the_upstream_has_one() -> None:
    noted = copy_of(replace(LAMP, has_notice_file=True), text=LAMP_HEADER + CODE)
    assert "notice-file-missing" in rules(checked(noted, LICENSE=APACHE))
    assert "notice-file-missing" not in rules(checked(noted, LICENSE=APACHE, NOTICE="Includes code of lamp.\n"))
    assert "notice-file-missing" not in rules(checked(copy_of(LAMP, text=LAMP_HEADER + CODE), LICENSE=APACHE))


def test_one_line_states_the_change() -> None:
    lines = ("Modified by Harbour AI", "Adapted from example/lamp", "This file has been modified.")
    copies = {line: copy_of(LAMP, text=f"{LAMP_HEADER}# {line}\n{CODE}") for line in lines}
    assert not [line for line, copy in copies.items() if "changes-not-stated" in rules(checked(copy, LICENSE=APACHE))]


def test_an_unchanged_file_has_nothing_to_state() -> None:
    same = replace(LAMP, verdict=Verdict.IDENTICAL)
    assert rules(checked(copy_of(same, text=LAMP_HEADER + CODE), LICENSE=APACHE)) == set()


def test_code_under_a_model_licence_asks_for_its_words() -> None:
    meta = replace(LAMP, licence="LicenseRef-Llama-3.1", licence_form=LicenceForm.POINTER)
    found = rules(checked(copy_of(meta, text=LAMP_HEADER + CODE)))
    assert {"exact-notice-missing", "display-text-missing"} <= found


def test_a_licence_without_duties_asks_for_nothing() -> None:
    free = replace(LAMP, licence="CC0-1.0")
    assert rules(checked(copy_of(free), LICENSE=MIT)) == set()
