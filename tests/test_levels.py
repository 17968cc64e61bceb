"""How grave what is missing is, in whole small repositories: by what is known of who was first and what is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import modelkin
from modelkin.results import Confidence, Direction, Finding, Level, Report, Verdict
from modelkin.scan_steps import ScanOptions

from .support.repositories import written
from .support.tide_tables import FUNCTIONS, IMPORTS, WHOLE, part, renamed
from .support.upstreams import Release, write_corpus

APACHE = "Licensed under the Apache License, Version 2.0\n"
TIDE_HEADER = (
    "# Copyright 2021 The Tide Authors. All rights reserved.\n#\n"
    '# Licensed under the Apache License, Version 2.0 (the "License");\n'
    "# you may not use this file except in compliance with the License.\n"
)
MIT_OF = "MIT License\n\nCopyright (c) {} {}\n\nLicensed under the MIT License.\n"
OURS = MIT_OF.format(2025, "Harbour AI")
NANO = {"LICENSE": MIT_OF.format(2024, "Mere Field"), "README.md": "# nano-tides\n", "nano/warp.py": WHOLE}
TIDE = {"LICENSE": APACHE, "tidegrid/warp.py": TIDE_HEADER + WHOLE}


def scanned(tmp_path: Path, ours: dict[str, str], **upstreams: dict[str, str]) -> Report:
    """``ours``, scanned against each of ``upstreams``, by name; its folder goes by no name of theirs."""
    against = tuple(
        f"{name.replace('_', '-')}={written(tmp_path / 'given' / name, files)}" for name, files in upstreams.items()
    )
    root = written(tmp_path / "repository", {"LICENSE": OURS} | ours)
    return modelkin.scan(str(root), ScanOptions(corpora=(), against=against, isolated=True))


def levels(report: Report) -> dict[str, Level]:
    return {finding.rule: finding.level for finding in report.findings}


def of_rule(report: Report, rule: str, project: str = "") -> Finding:
    (found,) = (each for each in report.findings if each.rule == rule and each.upstream.startswith(project))
    return found


def test_a_whole_copy_of_mit_code_without_headers_that_names_nobody_is_an_error(tmp_path: Path) -> None:
    report = scanned(tmp_path, {"engine/warp.py": renamed(WHOLE)}, nano_tides=NANO)
    assert levels(report) == {"licence-text-missing": Level.ERROR, "source-unnamed": Level.NOTE}
    assert "Mere Field" in of_rule(report, "licence-text-missing").message


def test_less_is_missed_where_a_readme_names_the_source_and_nothing_where_its_notice_is_kept(tmp_path: Path) -> None:
    named = {"README.md": "The engine is adapted from https://github.com/merefield/nano-tides\n"}
    report = scanned(tmp_path / "named", {"engine/warp.py": WHOLE, **named}, nano_tides=NANO)
    missing = of_rule(report, "licence-text-missing")
    assert (missing.level, missing.confidence) == (Level.WARNING, Confidence.MEDIUM)
    kept = {"THIRD_PARTY_NOTICES": "nano-tides\n\n" + NANO["LICENSE"]}
    assert levels(scanned(tmp_path / "kept", {"engine/warp.py": WHOLE, **kept}, nano_tides=NANO)) == {}


def test_knowing_the_one_in_between_finds_no_less_of_what_it_dropped(tmp_path: Path) -> None:
    ours = {"engine/warp.py": renamed(WHOLE)}
    less = scanned(tmp_path / "less", ours, tidegrid=TIDE)
    more = scanned(tmp_path / "more", ours, nano_tides=NANO, tidegrid=TIDE)
    for report in (less, more):
        lost = of_rule(report, "holder-removed", "tidegrid")
        assert lost.level is Level.ERROR
        assert "The Tide Authors" in lost.message
    above = {rule for rule, level in levels(less).items() if level is not Level.NOTE}
    assert above <= {rule for rule, level in levels(more).items() if level is not Level.NOTE}
    assert "Mere Field" in of_rule(more, "licence-text-missing", "nano").message


def test_one_in_between_with_a_header_of_its_own_hides_nothing_either(tmp_path: Path) -> None:
    own = "# Copyright (c) 2024 Mere Field\n# SPDX-License-Identifier: MIT\n"
    between = NANO | {"nano/warp.py": own + WHOLE}
    report = scanned(tmp_path, {"engine/warp.py": renamed(WHOLE)}, nano_tides=between, tidegrid=TIDE)
    assert of_rule(report, "holder-removed", "nano").level is Level.ERROR
    lost = of_rule(report, "holder-removed", "tidegrid")
    assert (lost.level, lost.confidence) == (Level.WARNING, Confidence.MEDIUM)


def test_one_in_between_that_kept_the_lines_asks_for_them_once(tmp_path: Path) -> None:
    kept = NANO | {"nano/warp.py": TIDE_HEADER + WHOLE}
    report = scanned(tmp_path, {"engine/warp.py": TIDE_HEADER + renamed(WHOLE)}, nano_tides=kept, tidegrid=TIDE)
    assert "holder-removed" not in levels(report)


def test_two_that_name_the_same_ancestor_are_related_and_nothing_is_above_a_note(tmp_path: Path) -> None:
    theirs = (
        "# Copyright (c) OpenTideLab. All rights reserved.\n"
        "# Adapted from the code at https://github.com/other/HornTide, which adapts TideNeXt.\n"
    )
    ours = (
        "# Copyright (c) Facebook, Inc. and its affiliates.\n"
        '"""\nModified from: https://github.com/facebookresearch/TideNeXt\n"""\n'
    )
    toolbox = {"LICENSE": APACHE, "backbones/horn.py": theirs + WHOLE}
    report = scanned(tmp_path, {"trunks/next.py": ours + renamed(WHOLE)}, tidetoolbox=toolbox)
    assert report.files[0].verdict is not Verdict.INDEPENDENT
    assert report.files[0].direction is Direction.UNKNOWN
    assert set(levels(report).values()) == {Level.NOTE}
    assert {finding.confidence for finding in report.findings} == {Confidence.LOW}
    assert "credit-names-another" not in levels(report)
    copied = scanned(tmp_path / "copied", {"trunks/next.py": renamed(WHOLE)}, tidetoolbox=toolbox)
    assert of_rule(copied, "holder-removed").level is Level.ERROR


def test_a_file_that_says_adapted_and_lacks_the_notice_is_told(tmp_path: Path) -> None:
    credit = '"""Adapted from https://github.com/tideworks/tidegrid/tree/main/tidegrid/warp.py."""\n'
    report = scanned(tmp_path / "a", {"pipes/warp.py": credit + part(2)}, tidegrid=TIDE)
    assert report.files[0].verdict is Verdict.FRAGMENTS
    told = [each for each in report.findings if each.level is not Level.NOTE]
    assert told
    assert any("The Tide Authors" in each.message + each.remedy for each in told)
    line = TIDE_HEADER.split("\n")[0] + "\n"
    kept = scanned(tmp_path / "b", {"pipes/warp.py": line + credit + part(2)}, tidegrid=TIDE)
    assert "adapted-notice-missing" not in levels(kept)


def test_a_line_that_an_older_known_release_lacks_is_a_note(tmp_path: Path) -> None:
    changed = WHOLE.replace("moved > 500", "moved > 900 or not share").replace(
        "quay.depth[spot] >=", "quay.depth[spot] - 1 >"
    )
    younger = "# Copyright (c) Tide Works. All rights reserved.\n" + changed
    first = IMPORTS + "\n\n".join(FUNCTIONS[:5])
    corpus = write_corpus(
        tmp_path / "corpus.safetensors",
        [
            Release("tidegrid", "1.0", "2021-01-01", {"tidegrid/warp.py": first}),
            Release("tidegrid", "3.0", "2023-01-01", {"tidegrid/warp.py": younger}),
        ],
    )
    root = written(tmp_path / "repository", {"LICENSE": OURS, "engine/warp.py": WHOLE})
    report = modelkin.scan(str(root), ScanOptions(corpora=(corpus,), isolated=True, as_of="2024-01-01"))
    lost = of_rule(report, "holder-removed")
    assert (lost.level, lost.confidence) == (Level.NOTE, Confidence.LOW)
    assert "An older known release of that file lacks it" in lost.reason


def test_a_copy_without_its_header_is_an_error_once_dated_or_with_what_the_upstream_added(tmp_path: Path) -> None:
    shorter = IMPORTS + "\n\n".join(FUNCTIONS[:5])
    releases = [
        Release("tidegrid", "1.0", "2021-01-01", {"tidegrid/other.py": "TIDES = 2\n"}),
        Release("tidegrid", "2.0", "2022-01-01", {"tidegrid/warp.py": TIDE_HEADER + WHOLE}),
    ]
    grown = [replace(releases[0], files={"tidegrid/warp.py": TIDE_HEADER + shorter}), releases[1]]
    root = written(tmp_path / "repository", {"LICENSE": OURS, "engine/warp.py": renamed(WHOLE)})

    def lost(known: list[Release], as_of: str) -> tuple[Level, str]:
        corpus = write_corpus(tmp_path / "corpus.safetensors", known)
        report = modelkin.scan(str(root), ScanOptions(corpora=(corpus,), isolated=True, as_of=as_of))
        found = of_rule(report, "holder-removed")
        return found.level, found.reason

    assert lost(releases, "") == (Level.WARNING, "Which of the two is older is not known.")
    assert lost(releases, "2024-01-01") == (Level.ERROR, "")
    assert lost(grown, "")[0] is Level.ERROR


def test_an_original_whose_holder_the_known_file_names_owes_nothing(tmp_path: Path) -> None:
    adopter = "# Copyright (c) 2021 Delta Research\n# Code from https://github.com/deltaresearch/TideFormer\n"
    original = "# Copyright (c) 2021 Delta Research\n# Licensed under the MIT License\n"
    known = {"LICENSE": MIT_OF.format(2024, "Tide Tools"), "tidetools/former.py": adopter + WHOLE}
    report = scanned(tmp_path, {"former.py": original + WHOLE}, tidetools=known)
    assert report.findings == ()


def test_the_name_of_an_upstream_is_that_of_its_metadata_and_never_a_path(tmp_path: Path) -> None:
    metadata = {"pyproject.toml": '[project]\nname = "nano-tides"\nversion = "1.0"\n'}
    folder = written(tmp_path / "somewhere" / "else", NANO | metadata)
    credit = '"""Adapted from https://github.com/merefield/nano-tides"""\n'
    root = written(tmp_path / "repository", {"LICENSE": OURS, "engine/warp.py": credit + renamed(WHOLE)})
    report = modelkin.scan(str(root), ScanOptions(corpora=(), against=(str(folder),), isolated=True))
    assert {each.project for each in report.files[0].upstreams} == {"nano-tides"}
    assert "credit-names-another" not in levels(report)
    assert not [each for each in report.findings if str(tmp_path) in each.message + each.remedy]


def test_carriage_returns_end_lines(tmp_path: Path) -> None:
    ours = (TIDE_HEADER + WHOLE).replace("\n", "\r")
    report = scanned(tmp_path, {"warp.py": ours}, tidegrid=TIDE)
    assert report.files[0].verdict in (Verdict.IDENTICAL, Verdict.MODIFIED)
