"""What a header says of licences, holders and changes, from the text of a file to the findings of a scan."""

from __future__ import annotations

from pathlib import Path

import modelkin
from modelkin.results import Finding, Level, Report
from modelkin.scan_steps import ScanOptions

from .support.licence_texts import APACHE, mit
from .support.repositories import written
from .support.small_corpora import ATTENTION

CODE = ATTENTION[ATTENTION.index("import") :]


def scanned(
    tmp_path: Path, header: str, upstream: str, licences: tuple[str | bytes, str | bytes] = (mit(), mit())
) -> Report:
    """The scan of a copy of one file under its own header, against an upstream that has it under another."""
    ours = written(tmp_path / "ours", {"window.py": header + CODE, "LICENSE": licences[0]})
    theirs = written(tmp_path / "lantern", {"lantern/window.py": upstream + CODE, "LICENSE": licences[1]})
    return modelkin.scan(str(ours), ScanOptions(against=(str(theirs),), corpora=()))


def found(report: Report) -> dict[str, Finding]:
    return {finding.rule: finding for finding in report.findings}


MODELS = """# Lantern nodes for one of several models.
#
# Models and their licences:
# - near: Apache-2.0 (https://models.example.org/near)
# - far: MIT (https://models.example.org/far)
#
# The code of this node itself is under the GPL-3.0 License.
"""


def test_the_licences_of_models_in_a_header_are_not_the_files(tmp_path: Path) -> None:
    report = scanned(tmp_path, MODELS, MODELS)
    assert report.files[0].upstreams[0].licence == "GPL-3.0-only"
    assert "combination-not-allowed" in found(report)


SOURCE_CODE = """# Copyright (c) 2021, NVIDIA Corporation. All rights reserved.
#
# Licensed under the NVIDIA Source Code License. For the full terms,
# see the LICENSE file of that project at https://code.example.org.
"""


def test_a_licence_that_is_named_beside_a_pointer_is_the_files(tmp_path: Path) -> None:
    report = scanned(tmp_path, SOURCE_CODE, SOURCE_CODE)
    assert report.files[0].upstreams[0].licence == "LicenseRef-NVIDIA-Source-Code"
    assert "combination-not-allowed" in found(report)


def test_a_holder_by_its_former_name_is_not_replaced(tmp_path: Path) -> None:
    ours, theirs = "# Copyright (c) Facebook, Inc. and its affiliates.\n", "# Copyright (c) Meta Platforms, Inc.\n"
    for name, pair in {"older": (ours, theirs), "newer": (theirs, ours)}.items():
        rules = found(scanned(tmp_path / name, *pair))
        assert not [rule for rule in rules if rule.startswith("holder-")]


NO_GPL = """# Copyright (c) 2012 Mere Field. All rights reserved.
#
# License:
#   Python Software Foundation License version 2
#
# This package holds no GNU General Public Licensed (GPLed) code.
"""


def test_a_licence_that_is_denied_is_not_the_files(tmp_path: Path) -> None:
    report = scanned(tmp_path, NO_GPL, NO_GPL)
    assert report.files[0].licence == "PSF-2.0"
    assert "combination-not-allowed" not in found(report)


def test_what_may_change_is_no_statement_of_changes(tmp_path: Path) -> None:
    header = "# Copyright 2021 The Lantern Authors\n# Licensed under the Apache License, Version 2.0\n"
    talk = f'{header}"""\nExperimental: changes to this interface may come without warning.\n"""\nNEAR = 1\n'
    said = f'{header}"""\nModified by Ours: windows may be near.\n"""\nNEAR = 1\n'
    licences = (APACHE, APACHE)
    assert "changes-not-stated" in found(scanned(tmp_path / "talk", talk, header, licences))
    assert "changes-not-stated" not in found(scanned(tmp_path / "said", said, header, licences))


def test_an_unknown_licence_is_the_files_and_not_the_projects(tmp_path: Path) -> None:
    header = "# Copyright 2021 The Lantern Authors\n# Licensed under the Lantern Works License 2.0.\n"
    report = scanned(tmp_path, header, header)
    assert report.files[0].upstreams[0].licence == "LicenseRef-Lantern-Works-2.0"
    assert found(report)["licence-unknown"].level is Level.NOTE
