"""Which copies are mended, and what each of them lacks."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from modelkin.fixes.model import Undone
from modelkin.fixes.needs import acknowledgement, by_hand, header_lines, needs
from modelkin.fixes.plan import FixTarget, read_targets
from modelkin.results import (
    Attribution,
    CorpusIdentity,
    DutyState,
    FileVerdict,
    Finding,
    Grade,
    Level,
    Region,
    Report,
    State,
    Suppression,
    UpstreamMatch,
    Verdict,
)
from modelkin.rulebook.loader import licence_rule
from modelkin.rulebook.model import Duty

TEXT = b"# What is needed.\nimport x\n"
URL = "https://example.org/lantern/a.py"
UPSTREAM = UpstreamMatch(
    "lantern", "lantern/a.py", "1.0", "2.0", "", 1.0, "Apache-2.0", ("Copyright 2020 Them", "(c) 2021 Others"), URL
)
APACHE = licence_rule("Apache-2.0")


def report(*duties: Duty, findings: tuple[Finding, ...] = (), upstream: UpstreamMatch = UPSTREAM) -> Report:
    sha256 = hashlib.sha256(TEXT).hexdigest()
    verdict = FileVerdict("a.py", sha256, Verdict.RENAMED, 1.0, "", (upstream,), None, (), ())
    assert APACHE is not None
    states = tuple(
        DutyState(APACHE.id, each.clause, each.asks, State.MISSED if each.duty in duties else State.MET, "")
        for each in APACHE.obligations
    )
    attribution = Attribution("a.py", upstream, Grade.NONE, states)
    return Report("", CorpusIdentity("", "", ""), (verdict,), findings, (), 0.0, (attribution,))


def finding(rule: str, path: str = "a.py", line: int = 1, suppression: Suppression | None = None) -> Finding:
    return Finding(rule, Level.ERROR, Region(path, line, line), "", "", "", suppression=suppression)


def lines(header: str, *duties: Duty, findings: tuple[Finding, ...] = (), **upstream: Any) -> tuple[str, ...]:
    (need,) = needs(report(*duties, findings=findings, upstream=replace(UPSTREAM, **upstream)))
    return header_lines(need, header.encode() + TEXT)


def test_what_meets_its_terms_needs_nothing() -> None:
    assert list(needs(report())) == []


def test_what_is_a_matter_of_conduct_is_not_written() -> None:
    assert list(needs(report(Duty.NO_ENDORSEMENT))) == []


def test_a_file_of_which_all_is_waived_is_left_alone() -> None:
    waived = finding("holder-removed", suppression=Suppression("", 1, "reason", in_source=True))
    assert list(needs(report(Duty.KEEP_NOTICES, findings=(waived,)))) == []
    assert list(needs(report(Duty.KEEP_NOTICES, findings=(waived, finding("relicensed")))))


def test_all_that_is_lacking_is_said() -> None:
    assert lines("", Duty.KEEP_NOTICES) == (
        f"Modified from lantern 1.0, lantern/a.py, {URL}",
        "Copyright 2020 Them",
        "(c) 2021 Others",
        "SPDX-License-Identifier: Apache-2.0",
    )


def test_what_is_there_is_not_repeated() -> None:
    header = "# Copyright 2020-2024 Them\n# Licensed under the Apache License, Version 2.0\n"
    assert lines(header, Duty.KEEP_NOTICES) == (f"Modified from lantern 1.0, lantern/a.py, {URL}", "(c) 2021 Others")


def test_what_was_written_before_is_not_written_again() -> None:
    """However a reader takes the lines: the findings are as they were."""
    written = lines("", Duty.KEEP_NOTICES, findings=(finding("source-unnamed"),))
    header = "".join(f"# {line}\n" for line in written)
    assert lines(header, Duty.KEEP_NOTICES, findings=(finding("source-unnamed"),)) == ()


def test_a_file_under_another_licence_says_what_is_under_which() -> None:
    *_, last = lines("# SPDX-License-Identifier: MIT\n", Duty.KEEP_NOTICES)
    assert last == "What is from lantern is under Apache-2.0."


def test_a_licence_text_alone_is_no_matter_of_the_header() -> None:
    assert lines("", Duty.CARRY_LICENCE, findings=(finding("licence-text-missing", "b.py"),)) == ()


def test_a_licence_text_that_is_waived_for_all_is_not_written() -> None:
    waived = finding("licence-text-missing", "b.py", suppression=Suppression("", 1, "reason", in_source=False))
    assert list(needs(report(Duty.CARRY_LICENCE, findings=(waived,)))) == []


def test_what_is_no_licence_expression_is_no_tag() -> None:
    written = [
        lines("", Duty.KEEP_NOTICES, licence=licence) for licence in ("", "see LICENSE: ask us", "MIT\nimport os")
    ]
    assert not [each for each in written if any("SPDX" in line for line in each)]


def test_an_upstream_without_a_link_or_release_is_named_by_its_path() -> None:
    first, *_ = lines("", Duty.KEEP_NOTICES, url="", first_release="")
    assert first == "Modified from lantern, lantern/a.py"


def test_findings_that_no_obligation_stands_for_are_answered_too() -> None:
    rules = ("relicensed", "source-unnamed", "credit-link-only", "holder-replaced")
    assert {lines("", findings=(finding(rule),))[0] for rule in rules} == {
        f"Modified from lantern 1.0, lantern/a.py, {URL}"
    }
    assert not [rule for rule in rules if by_hand(report(findings=(finding(rule),)))]


def test_other_findings_are_left_to_a_person() -> None:
    for rule in ("combination-not-allowed", "base-model-unnamed"):
        found = (finding(rule), finding(rule, suppression=Suppression("", 1, "reason", in_source=True)))
        assert by_hand(report(findings=found)) == found[:1]


def test_an_entry_says_what_is_from_where() -> None:
    (need,) = needs(report(Duty.CARRY_LICENCE, findings=(finding("licence-text-missing", "b.py"),)))
    told = acknowledgement(need, {"Apache-2.0": "LICENSES/Apache-2.0.txt"}, ("Words",))
    assert told.licences == ("Apache-2.0, text in LICENSES/Apache-2.0.txt",)
    assert told.files == (f"a.py, modified from lantern/a.py, 1.0 to 2.0, {URL}",)
    assert told.notice == ("Words",)
    assert acknowledgement(need, {}, ()).licences == (f"Apache-2.0, text at {APACHE.url if APACHE else ''}",)


OTHER_SOURCES = [
    b"# Adapted from https://github.com/example/beacon/blob/main/b.py\n",
    b"# Copyright 2024 Me\n# Copied from beacon.models.b\n",
    b'"""Words.\n\nAdapted from https://github.com/example/beacon\n"""\n',
]


def test_a_header_that_names_another_source_is_left_to_a_person(tmp_path: Path) -> None:
    for header in OTHER_SOURCES:
        (), (undone,) = targets_of(header + TEXT, tmp_path)
        assert "beacon, but its code is in lantern 1.0 lantern/a.py" in undone.reason


OTHER_CREDITS = [
    b"# Adapted from https://github.com/example/beacon and from lantern, https://example.org/lantern/a.py\n",
    b"# This code is based on Beacon's library and the Beacon implementations in this library.\n",
    b"import x\n\n\n# Adapted from https://github.com/example/beacon\ndef y():\n    pass\n",
]


def test_credits_for_both_in_general_or_for_a_part_are_no_matter(tmp_path: Path) -> None:
    for text in OTHER_CREDITS:
        (target,), () = targets_of(text, tmp_path)
        assert isinstance(target, FixTarget)
        assert target.stored == text


@pytest.mark.parametrize(
    ("stored", "reason"), [(TEXT + b"\n", "it was changed meanwhile"), (None, "it cannot be read: No such file")]
)
def test_a_file_that_is_another_by_now_is_left_alone(stored: bytes | None, reason: str, tmp_path: Path) -> None:
    if stored:
        (tmp_path / "a.py").write_bytes(stored)
    targets, (undone,) = read_targets(needs(report(Duty.KEEP_NOTICES)), tmp_path)
    assert targets == ()
    assert isinstance(undone, Undone)
    assert reason in undone.reason


def test_a_link_to_another_source_asks_for_nothing_by_itself(tmp_path: Path) -> None:
    link_only = report(findings=(finding("credit-link-only"),))
    assert targets_of(b"# Adapted from https://github.com/example/beacon\n", tmp_path, link_only) == ((), ())


def targets_of(text: bytes, root: Path, told: Report | None = None) -> tuple[tuple[FixTarget, ...], tuple[Undone, ...]]:
    (root / "a.py").write_bytes(text)
    told = told or report(Duty.KEEP_NOTICES)
    verdict = replace(told.files[0], sha256=hashlib.sha256(text).hexdigest())
    return read_targets(needs(replace(told, files=(verdict,))), root)


def test_a_line_that_older_releases_lack_is_not_written() -> None:
    assert "(c) 2021 Others" not in lines("", Duty.KEEP_NOTICES, recent_lines=("(c) 2021 Others",))
