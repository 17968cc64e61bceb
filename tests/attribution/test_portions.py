"""Definitions taken from an upstream are to be named, also where the file as a whole is no copy of it."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from modelkin import ScanOptions, scan
from modelkin.results import DefinitionMatch, Level, Report, UpstreamMatch, Verdict

from ..support.attributed import APACHE, BEACON, CODE, LAMP, LAMP_HEADER, checked, copy_of, only, rules
from ..support.small_corpora import ATTENTION, ROTARY, SCHEDULE, Upstream, corpus_of

RULE = "part-unacknowledged"
PART = replace(LAMP, verdict=Verdict.FRAGMENTS, share=0.3, parts=("Rotary.forward", "Rotary"))


def test_parts_that_nobody_names_are_reported_with_what_they_are_of() -> None:
    finding = only(checked(copy_of(PART), LICENSE=APACHE), RULE)
    assert finding.level is Level.WARNING
    assert finding.message == (
        "lamp 1.0 lamp/modeling_lamp.py has 30 % of this file's code, and most or all of Rotary.forward, Rotary. "
        "Nothing here names lamp."
    )
    assert LAMP.copyrights[0] in finding.remedy
    assert LAMP.url in finding.remedy


def test_without_parts_fragments_are_no_ground_for_duties() -> None:
    assert not checked(copy_of(replace(PART, parts=())), LICENSE=APACHE).findings


def test_where_no_copyright_line_is_known_those_of_its_licence_are_asked_for() -> None:
    finding = only(checked(copy_of(replace(PART, copyrights=())), LICENSE=APACHE), RULE)
    assert finding.remedy.endswith("Add its copyright lines: those of its LICENSE.")


def definition(name: str, first_line: int, last_line: int) -> DefinitionMatch:
    return DefinitionMatch(name, first_line, last_line, Verdict.RENAMED, 1.0, 20, 4, 4)


def told(text: str, *parts: DefinitionMatch, upstream: UpstreamMatch = PART) -> Level:
    """The level at which a file of that text, whose definitions are ``parts``, is told of."""
    copy = copy_of(upstream, text=text)
    copy = replace(copy, verdict=replace(copy.verdict, definitions=parts))
    return only(checked(copy, LICENSE=APACHE), RULE).level


def test_what_says_that_it_is_from_another_project_may_be_from_there() -> None:
    """Both may have it from a third, which nobody knows: the file does say where it has it from."""
    header = "# Adapted from https://github.com/ada/beacon/blob/main/model.py\n"
    part = replace(PART, parts=("Harbour",))
    here = definition("Harbour", 14, 15)
    above = "import torch\n\n\nclass Lantern:\n    pass\n" + "\n" * 6
    section = "# --- Rotary code from https://github.com/ada/beacon/blob/main/model.py ---\n\n\n"
    lantern = definition("Lantern", 4, 5)
    assert told(header + CODE, lantern, here, upstream=part) is Level.NOTE
    assert told(above + section + CODE, lantern, here, upstream=part) is Level.NOTE
    assert told(above + CODE, lantern, here, upstream=part) is Level.WARNING
    far = definition("Harbour", 200, 201)
    assert told(above + section + CODE, lantern, far, upstream=part) is Level.WARNING, "it speaks of what follows it"


def test_a_function_that_says_whence_it_is_owes_the_notice_as_a_file_does() -> None:
    above = "import torch\n\n\nclass Lantern:\n    pass\n\n\n"
    said = "# taken from https://github.com/example/lamp/blob/main/lamp/modeling_lamp.py\n"
    part = replace(PART, parts=("Harbour",))
    for header, rule in (("", "adapted-notice-missing"), (LAMP_HEADER, None)):
        copy = copy_of(part, text=header + above + said + CODE)
        first = copy.credits[0].last_line + 2
        places = (definition("Lantern", first - 8, first - 7), definition("Harbour", first, first + 5))
        copy = replace(copy, verdict=replace(copy.verdict, definitions=places))
        assert rules(checked(copy, LICENSE=APACHE)) == ({rule} if rule else set())


def test_a_folder_with_a_licence_of_its_own_may_be_anothers() -> None:
    """What was taken over whole stands there as its makers gave it, and others have it from them."""
    part = copy_of(PART, path="annotator/midas/vit.py")
    own = "Copyright (c) 2019 Ada Beacon\n\nLicensed under the MIT License.\n"
    found = checked(part, files={"LICENSE": APACHE, "annotator/midas/LICENSE": own})
    assert only(found, RULE).level is Level.NOTE
    assert "annotator/midas/LICENSE" in only(found, RULE).reason
    elsewhere = checked(part, files={"LICENSE": APACHE, "annotator/other/LICENSE": own})
    assert only(elsewhere, RULE).level is Level.WARNING


NAMING = [
    LAMP_HEADER + CODE,
    "# Rotary is taken from https://github.com/example/lamp\n" + CODE,
    "# Copyright 2022 Lumen Labs, The Lamp Authors\n" + CODE,
]


def test_a_file_that_names_the_source_answers_for_its_parts() -> None:
    assert not [text for text in NAMING if RULE in rules(checked(copy_of(PART, text=text), LICENSE=APACHE))]


BESIDE = [
    {"NOTICE": "modeling.py holds parts of lamp, https://github.com/example/lamp\n"},
    {"README.md": "# Harbour\n\nThe rotary embedding is adapted from https://github.com/example/lamp.\n"},
    {"modeling.py": CODE, "modeling.py.license": "SPDX-FileCopyrightText: 2022 The Lamp Authors and Lumen Labs\n"},
]


def test_what_stands_beside_a_file_answers_for_its_parts() -> None:
    found = [rules(checked(copy_of(PART), files={"LICENSE": APACHE, **files})) for files in BESIDE]
    assert not [files for files, each in zip(BESIDE, found, strict=True) if RULE in each]


def test_a_project_owes_itself_nothing_for_parts() -> None:
    assert RULE not in rules(checked(copy_of(PART), own="lamp", LICENSE=APACHE))


def test_a_copy_is_checked_by_its_closest_upstream_and_reported_for_parts_of_another() -> None:
    part = replace(BEACON, verdict=Verdict.FRAGMENTS, share=0.3, parts=("Schedule.rate",))
    result = checked(copy_of(LAMP, part, text=LAMP_HEADER + CODE), LICENSE=APACHE)
    assert rules(result) == {"changes-not-stated", RULE}
    assert only(result, RULE).upstream.startswith("beacon 1.0")


def test_parts_of_a_sibling_of_the_closest_upstream_are_one_case() -> None:
    sibling = replace(PART, path="lamp/other.py")
    assert RULE not in rules(checked(copy_of(LAMP, sibling), LICENSE=APACHE))


def test_each_project_is_reported_once() -> None:
    again = replace(PART, path="lamp/other.py", parts=("Other",))
    assert [each.rule for each in checked(copy_of(PART, again), LICENSE=APACHE).findings] == [RULE]


def test_many_parts_are_counted() -> None:
    many = replace(PART, parts=tuple(f"Rotary.part_{number}" for number in range(9)))
    assert (
        "most or all of Rotary.part_0, Rotary.part_1, Rotary.part_2, Rotary.part_3 and 5 more."
        in only(checked(copy_of(many), LICENSE=APACHE), RULE).message
    )


# What makes an upstream file more than twice as long as what was taken from it.
FURTHER = "\n\n".join(
    f"def reading_{number}(columns, depth):\n    found = {{key: columns[key] ** {number} for key in sorted(columns)}}\n"
    f"    for key in found:\n        found[key] = found[key] // (depth + {number}) or depth - {number}\n"
    f"    return [each for each in found.values() if each != {number}], len(found) % {number + 2}\n"
    for number in range(12)
)
OWN = "\n\n".join(
    f"def stage_{number}(rows, width):\n    kept = [row[{number}] * width for row in rows if row]\n"
    f"    return sum(kept) / max(len(kept), {number + 1}), sorted(kept)[-{number + 1}:]\n"
    for number in range(16)
)
CLASS = ATTENTION.partition("import torch\n")[2].replace("WindowAttention", "Focus")


def scan_files(folder: Path, licence: str, *texts: str) -> Report:
    """A report on files of those texts under Apache-2.0, with a project under ``licence`` known, and another."""
    header, tag = "Licensed under the Apache License, Version 2.0", f"SPDX-License-Identifier: {licence}"
    attention = f"{ATTENTION.replace(header, tag)}\n\n{FURTHER}"
    lantern = Upstream(files={"lantern/attention.py": attention}, licence=licence)
    lighthouse = Upstream("lighthouse", files={"lighthouse/tools.py": f"{SCHEDULE}\n\n{ROTARY}"}, licence="MIT")
    corpus_of(lantern, lighthouse).save(folder / "small.safetensors")
    (folder / "code").mkdir()
    (folder / "code" / "LICENSE").write_text(APACHE)
    for number, text in enumerate(texts):
        (folder / "code" / f"file_{number}.py").write_text(text)
    options = ScanOptions(corpora=(folder / "small.safetensors",), as_of="2024-01-01")
    return scan(str(folder / "code"), options)


def test_a_file_put_together_from_two_upstreams_answers_for_both(tmp_path: Path) -> None:
    text = f"import torch\n{CLASS}\n\n{SCHEDULE.replace('WarmupSchedule', 'Rates')}\n\n{ROTARY}"
    report = scan_files(tmp_path, "MIT", text)
    (file,) = report.files
    assert [each.project for each in file.upstreams] == ["lighthouse", "lantern"]
    assert [each.parts for each in file.upstreams] == [(), ("Focus.__init__", "Focus.forward")]
    found = {finding.rule: finding.message for finding in report.findings}
    assert "licence-text-missing" in found
    assert found[RULE].startswith("lantern 1.0 lantern/attention.py has ")
    assert "most or all of Focus.__init__, Focus.forward." in found[RULE]


def test_a_class_among_a_file_of_ones_own_is_found(tmp_path: Path) -> None:
    report = scan_files(tmp_path, "MIT", OWN + CLASS)
    (file,) = report.files
    assert file.verdict is Verdict.FRAGMENTS
    assert file.upstreams[0].parts == ("Focus.__init__", "Focus.forward")
    assert [(each.rule, each.level) for each in report.findings] == [(RULE, Level.WARNING)]


EDITED = CLASS.replace("width // heads", "width // heads + 1").replace("batch, length, width)", "batch, length, -1)")


def test_a_class_of_which_most_is_an_upstreams_is_found(tmp_path: Path) -> None:
    report = scan_files(tmp_path, "MIT", OWN + EDITED)
    assert report.files[0].upstreams[0].parts == ("Focus.__init__", "Focus.forward")
    assert [each.rule for each in report.findings] == [RULE]


def test_a_part_under_a_copyleft_licence_is_held_against_the_licence_of_the_whole(tmp_path: Path) -> None:
    text = OWN + EDITED
    found = {each.rule: each for each in scan_files(tmp_path, "GPL-3.0-only", text).findings}
    assert found.keys() == {RULE, "combination-not-allowed", "licence-text-missing", "holder-removed"}
    refused = found["combination-not-allowed"]
    assert refused.level is Level.WARNING
    assert refused.message.startswith("This file is in part a copy of lantern 1.0 lantern/attention.py")
    assert refused.region.first_line > OWN.count("\n") - 1


def test_a_part_that_is_named_still_owes_what_copyleft_asks(tmp_path: Path) -> None:
    text = f"# Focus is taken from lantern, https://example.org/lantern/lantern\n{OWN}{EDITED}"
    found = {each.rule for each in scan_files(tmp_path, "GPL-3.0-only", text).findings}
    assert RULE not in found
    assert "combination-not-allowed" in found


def test_small_parts_of_one_upstream_in_several_files_add_up(tmp_path: Path) -> None:
    methods = CLASS.replace("torch.nn.Module", "object").split("\n    def ")
    small = [f"{OWN}\n\nclass Focus:\n    def {method}" for method in methods[1:]]
    (tmp_path / "one").mkdir()
    (tmp_path / "both").mkdir()
    alone = scan_files(tmp_path / "one", "GPL-3.0-only", small[0])
    assert [(each.rule, each.level) for each in alone.findings] == [(RULE, Level.NOTE)]
    both = scan_files(tmp_path / "both", "GPL-3.0-only", *small)
    assert (RULE, Level.WARNING) in {(each.rule, each.level) for each in both.findings}
