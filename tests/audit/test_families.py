"""Files that several repositories of an audit copy from one another are told of, in families."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from modelkin.audit.families import likely_first
from modelkin.audit.family_model import Certainty, Families, FamilyFile
from modelkin.audit.journal_lines import read_lines, seal
from modelkin.audit.outcome import Audit, open_audit
from modelkin.audit.records import JournalRecord
from modelkin.cli import main
from modelkin.reports.audits import render_json, render_text
from modelkin.results import FileDate, Ground

from ..support.audit_cases import README, asked, run, write_repositories
from ..support.family_cases import edited, module_of_its_own, renamed
from ..support.git_histories import FIRST, THIRD, committed, needs_git_and_shell
from ..support.page_checks import CHECKS, failures
from ..support.pages import one, read_page
from ..support.small_corpora import ATTENTION

OWN = module_of_its_own(1)
HELPER = module_of_its_own(2, functions=1)
PLACE: Mapping[str, Mapping[str, str]] = {
    "a/first": README | {"lib/own.py": OWN, "known.py": ATTENTION},
    "b/renamed": README | {"src/ours.py": renamed(OWN), "other.py": module_of_its_own(3)},
    "c/edited": README | {"mine.py": edited(OWN), "known.py": ATTENTION},
    "d/vendored": README | {"vendor/own.py": OWN},
    "e/alone": README | {"one.py": module_of_its_own(4), "copy.py": module_of_its_own(4)},
    "f/helper": README | {"one.py": HELPER + module_of_its_own(5)},
    "g/helper": README | {"two.py": HELPER + module_of_its_own(6)},
}


@pytest.fixture(scope="module")
def audited(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    folder = tmp_path_factory.mktemp("families")
    return run(write_repositories(folder / "all", PLACE), folder / "audit.jsonl", asked(corpus))


def held(families: Families) -> list[set[tuple[str, str]]]:
    """The repositories and paths of each family."""
    return [{(each.repository, each.path) for each in family.members} for family in families.families]


def test_renamed_edited_and_vendored_copies_are_one_family_and_nothing_else_is(audited: Audit) -> None:
    assert held(audited.families) == [
        {
            ("a/first", "lib/own.py"),
            ("b/renamed", "src/ours.py"),
            ("c/edited", "mine.py"),
            ("d/vendored", "vendor/own.py"),
        }
    ]
    family = audited.families.families[0]
    assert (family.repositories, family.files, family.contents) == (4, 4, 3)
    shares = {each.repository: each.share for each in family.members}
    assert shares["a/first"] == shares["d/vendored"] == 1.0
    assert shares["b/renamed"] > 0.9
    assert shares["c/edited"] > 0.5


def test_definitions_that_recur_are_named(audited: Audit) -> None:
    definitions = audited.families.families[0].definitions
    assert {each.repositories for each in definitions} == {3}
    assert all(each.evidence > 0 for each in definitions)


def test_without_dates_who_was_first_is_not_known(audited: Audit) -> None:
    family = audited.families.families[0]
    assert (family.first, family.certainty) == (None, Certainty.UNKNOWN)
    assert "unknown: nothing dates these files" in render_text(audited)


def test_what_a_known_upstream_has_makes_no_family(audited: Audit) -> None:
    assert not [path for family in held(audited.families) for _, path in family if path == "known.py"]


def test_json_and_graph_tell_of_families(audited: Audit, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(render_json(audited))
    assert [each["repositories"] for each in told["families"]] == [4]
    assert told["families_left"] == {"smaller": 0, "common": 0, "not_recorded": False}
    assert {each["repository"] for each in told["families"][0]["members"]} == {
        "a/first", "b/renamed", "c/edited", "d/vendored"
    }  # fmt: skip
    main(["report", str(audited.path), "--format", "dot", "--fail-on", "never"])
    assert capsys.readouterr().out.count("has code in common with: 1 file") == 3


def test_the_page_lists_the_files_of_a_family(audited: Audit, tmp_path: Path) -> None:
    main(["report", str(audited.path), "--format", f"html={tmp_path / 'page.html'}", "--fail-on", "never"])
    page = read_page((tmp_path / "page.html").read_text("utf-8"))
    section = one(page, "section", id="families").text
    assert all(path in section for path in ("lib/own.py", "src/ours.py", "mine.py", "vendor/own.py"))
    assert not [found for check in CHECKS for found in failures(check, {"audit": page})]


def test_an_audit_that_goes_on_finds_the_same(audited: Audit, corpus: Path, tmp_path: Path) -> None:
    journal = tmp_path / "again.jsonl"
    lines = audited.path.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[: len(lines) // 2]))
    place = audited.path.parent / "all"
    assert run(place, journal, asked(corpus), resume=True).families == audited.families


def test_a_journal_that_did_not_record_it_is_read_and_says_so(audited: Audit, tmp_path: Path) -> None:
    path, before = tmp_path / "old.jsonl", bytes(16)
    with path.open("wb") as file:
        for line in audited.path.read_bytes().splitlines():
            record = json.loads(line)
            record.pop("digest")
            if "dates" in record:
                continue
            if (record.get("content") or {}).get("examined"):
                record["content"]["examined"].pop("own", None)
            sealed, before = seal(json.dumps(record).encode() + b"\n", before)
            file.write(sealed)
    old = open_audit(path)
    assert old.rows == audited.rows
    assert not old.families.families
    assert not old.families.is_recorded
    assert "audit again" in render_text(old)


@needs_git_and_shell
def test_files_of_families_are_dated_and_no_others(corpus: Path, tmp_path: Path) -> None:
    young = {"x.py": renamed(OWN), "y.py": module_of_its_own(9)}
    for name, files, day in (("young", young, THIRD), ("old", {"own.py": OWN}, FIRST)):
        committed(tmp_path / "all" / name, files, day)
    audit = run(tmp_path / "all", tmp_path / "audit.jsonl", asked(corpus))
    dates = [line.dates for _, line in read_lines(audit.path, JournalRecord) if line.dates]
    assert {each.name: tuple(each.dates) for each in dates} == {"young": ("x.py",), "old": ("own.py",)}
    family = audit.families.families[0]
    assert family.first is not None
    assert (family.first.repository, family.certainty) == ("old", Certainty.OPEN)
    assert family.why == "its date is its own claim"


RELEASED = FileDate("2020-02-03", Ground.RELEASE, says="own 1.0")
FILE = FamilyFile("org/one", "a.py", "0" * 64, 1.0, RELEASED)


def later(**changes: object) -> FamilyFile:
    """A file of another repository, released a year later."""
    return replace(FILE, repository="org/two", dated=replace(RELEASED, date="2021-02-03", **changes))


@pytest.mark.parametrize(
    ("other", "certainty"),
    [
        (later(), Certainty.CERTAIN),
        (later(claim=True), Certainty.OPEN),
        (later(at_latest=True), Certainty.OPEN),
        (replace(FILE, repository="org/two"), Certainty.UNKNOWN),
        (replace(FILE, repository="org/two", dated=FileDate()), Certainty.UNKNOWN),
    ],
)
def test_only_dates_that_nobody_here_controls_are_certain(other: FamilyFile, certainty: Certainty) -> None:
    first, found, _ = likely_first([FILE, other])
    assert found is certainty
    assert (first is None) == (certainty is Certainty.UNKNOWN)
