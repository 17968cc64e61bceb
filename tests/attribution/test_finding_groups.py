"""One fact, one finding: files of one upstream, duty and holder are told once, and answered for each by itself."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from modelkin.attribution.known_findings import fingerprints, marked, read_baseline, write_baseline
from modelkin.attribution.waivers import Waiver, apply_waivers
from modelkin.reports import concise, github, markdown, sarif, text
from modelkin.reports.console import Detail, Page
from modelkin.reports.html import page
from modelkin.reports.json import as_data
from modelkin.results import Confidence, CorpusIdentity, Direction, Finding, Level, Report, UpstreamMatch

from ..support.attributed import BEACON, LAMP, MIT, checked, copy_of, only

COPIES = 100


def of_lamp(number: int, **changes: object) -> UpstreamMatch:
    """A file of lamp of its own path; its line has a year of its own."""
    line = f"Copyright {2019 + number % 4} The Lamp Authors and Lumen Labs. All rights reserved."
    return replace(LAMP, path=f"lamp/m{number}.py", copyrights=(line,), **changes)


def port(count: int = COPIES, **changes: object) -> tuple[Finding, ...]:
    """The findings on a repository that copies that many files of lamp without their notices."""
    copies = [copy_of(of_lamp(number, **changes), path=f"models/m{number:03}.py") for number in range(count)]
    return checked(*copies, LICENSE=MIT).findings


def report_of(findings: tuple[Finding, ...]) -> Report:
    return Report("port", CorpusIdentity("", "", ""), (), findings, (), 0.1)


def test_a_hundred_copies_of_one_upstream_are_one_finding_a_duty() -> None:
    found = port()
    assert len(found) == len({finding.rule for finding in found}) <= 5
    removed = next(finding for finding in found if finding.rule == "holder-removed")
    assert removed.files == tuple(f"models/m{number:03}.py" for number in range(COPIES))
    assert removed.message.startswith("These files are copies of files of lamp, whose headers have ")
    assert "The Lamp Authors and Lumen Labs" in removed.message
    assert (removed.upstream, removed.confidence, removed.reason) == ("lamp 1.0", Confidence.HIGH, "")
    place = removed.places[7]
    assert (place.region.path, place.upstream) == ("models/m007.py", "lamp 1.0 lamp/m7.py")
    assert "2022 The Lamp Authors" in place.message
    assert not any("{" in finding.message + finding.remedy for finding in found)


def test_another_holder_project_or_duty_is_another_finding() -> None:
    others = replace(of_lamp(2), copyrights=("Copyright 2020 Meridian Corporation.",))
    copies = [
        copy_of(each, path=f"{number}.py") for number, each in enumerate((of_lamp(0), of_lamp(1), others, BEACON))
    ]
    found = checked(*copies, LICENSE=MIT).findings
    removed = [finding.files for finding in found if finding.rule == "holder-removed"]
    assert sorted(removed) == [("0.py", "1.py"), ("2.py",), ("3.py",)]


def test_a_file_of_which_less_is_known_is_a_finding_of_its_own_and_of_the_same_group() -> None:
    copies = [copy_of(of_lamp(number), path=f"{number}.py") for number in range(3)]
    unknown = copy_of(of_lamp(3, direction=Direction.UNKNOWN), path="3.py")
    found = [each for each in checked(*copies, unknown, LICENSE=MIT).findings if each.rule == "holder-removed"]
    assert [(each.level, each.confidence, len(each.files)) for each in found] == [
        (Level.ERROR, Confidence.HIGH, 3),
        (Level.WARNING, Confidence.MEDIUM, 1),
    ]
    assert found[0].group == found[1].group
    assert found[1].reason == "Which of the two is older is not known."


def test_the_group_stays_the_same_whatever_files_stand_beside_and_however_lines_move() -> None:
    few, many = ({finding.rule: finding.group for finding in port(count)} for count in (2, 40))
    assert few == many
    assert all(few.values())
    assert len(set(few.values())) == len(few)
    alone = {finding.rule: finding.group for finding in port(1)}
    assert alone == few


def test_every_format_tells_a_group_once_and_sarif_tells_each_file() -> None:
    found = tuple(finding for finding in port() if finding.rule == "holder-removed")
    report = report_of(found)
    data = as_data(report)
    assert data["findings"][0]["files"] == list(found[0].files)
    assert [place["path"] for place in data["findings"][0]["places"]] == list(found[0].files)
    assert data["summary"]["by_level"] == {"error": 1, "warning": 0, "note": 0}
    assert data["summary"]["files_with_findings"] == COPIES
    for render in (partial(text.render, page=Page(detail=Detail.FULL)), concise.render, github.render, markdown.render):
        said = render(report).replace("\\", "")
        assert said.count("These files are copies of files of lamp") == 1, render
        assert "models/m000.py" in said
        assert "models/m005.py and 94 more" in said.replace(",", ""), render
        assert "models/m006.py" not in said
    assert page.render(report).count("These files are copies of files of lamp") == 1
    assert "in 100 files" in text.render(report)
    results = json.loads(sarif.render(report))["runs"][0]["results"]
    prints = [result["partialFingerprints"] for result in results]
    assert len(results) == COPIES == len({each[sarif.FINGERPRINT] for each in prints})
    assert {each[sarif.GROUP] for each in prints} == {found[0].group}
    assert "This file is a copy of lamp 1.0 lamp/m3.py" in results[3]["message"]["text"]


def test_a_waiver_answers_for_its_own_files_of_a_group() -> None:
    (removed,) = (finding for finding in port(4) if finding.rule == "holder-removed")
    waivers = (
        Waiver("modelkin.toml", 1, ("holder-removed",), "agreed", glob="models/m001.py"),
        Waiver("models/m003.py", 1, ("holder-removed",), "ours", in_header=True),
    )
    parts = apply_waivers((removed,), waivers)
    assert [(part.files, part.suppression and part.suppression.reason) for part in parts] == [
        (("models/m000.py", "models/m002.py"), None),
        (("models/m001.py",), "agreed"),
        (("models/m003.py",), "ours"),
    ]
    assert {part.group for part in parts} == {removed.group}
    assert parts[1].message.startswith("This file is a copy of lamp 1.0 lamp/m1.py")


def old_print(finding: Finding, number: int) -> str:
    """What the first releases knew a finding on one file by."""
    place = finding.each_place[number]
    assert place.upstream_region
    parts = (finding.rule, place.region.path, place.upstream_region.path, "0")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def test_a_baseline_from_before_findings_were_grouped_is_read(tmp_path: Path) -> None:
    (removed,) = (finding for finding in port(4) if finding.rule == "holder-removed")
    path = tmp_path / "baseline.json"
    known = {old_print(removed, number): {"rule": "holder-removed", "path": "", "upstream": ""} for number in (0, 2)}
    path.write_text(json.dumps({"schema": "modelkin.baseline/1", "findings": known}))
    parts = marked((removed,), read_baseline(path))
    assert [(part.files, part.known) for part in parts] == [
        (("models/m000.py", "models/m002.py"), True),
        (("models/m001.py", "models/m003.py"), False),
    ]


def test_a_baseline_holds_each_file_and_one_fact_of_the_whole_stays_known_beside_a_new_first_file(
    tmp_path: Path,
) -> None:
    found = port(4)
    path = tmp_path / "baseline.json"
    assert write_baseline(path, found) == len(found)
    assert all(part.known for part in marked(port(3), read_baseline(path)))
    more = [copy_of(of_lamp(number), path=f"models/m{number:03}.py") for number in range(4)]
    new = copy_of(of_lamp(9), path="first.py")
    later = marked(checked(new, *more, LICENSE=MIT).findings, read_baseline(path))
    assert {part.rule for part in later if not part.known} == {finding.rule for finding in found} - {
        "licence-text-missing"
    }
    assert all(part.files == ("first.py",) for part in later if not part.known)


def test_one_fact_of_the_whole_names_its_files_and_is_waived_at_its_first() -> None:
    copies = [copy_of(of_lamp(number), path=f"{number}.py") for number in range(3)]
    missing = only(checked(*copies, LICENSE=MIT), "licence-text-missing")
    assert missing.files == ("0.py", "1.py", "2.py")
    assert "in 0.py and 2 more" in missing.message
    (waived,) = apply_waivers((missing,), (Waiver("c", 1, ("licence-text-missing",), "agreed", glob="0.py"),))
    assert waived.suppression
    (left, _unused) = apply_waivers((missing,), (Waiver("c", 1, ("licence-text-missing",), "agreed", glob="1.py"),))
    assert left.suppression is None


def test_prints_are_in_the_order_of_the_findings() -> None:
    found = port(3)
    assert [each.finding for each in fingerprints(found)] == sorted(each.finding for each in fingerprints(found))
