"""Every case folder gives its expected answer through the API and through the command line.

A folder holds a `copy.py` (or a notebook) with the `original.py` it is compared with, or with `upstreams/PROJECT/`, a
corpus it is scanned against; `expected.yaml` says what the answer is: `renames` are all of them, `renames_hold` some
that must be there, `definitions` the verdicts of those named. With `known_fault` the answer is right and not given yet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

import modelkin
from modelkin.cli import main
from modelkin.corpus import library
from modelkin.reports.json import render

from .support.upstreams import Release, write_corpus

CASES = Path(__file__).parent / "cases"
Renames = set[tuple[str, str, str, str]]


@dataclass(frozen=True)
class Expected:
    """What `expected.yaml` says; None where it says nothing."""

    verdict: str
    similarity: tuple[float, float]
    definitions: Mapping[str, str] = field(default_factory=dict)
    renames: list[dict[str, str]] | None = None
    renames_hold: list[dict[str, str]] = field(default_factory=list)
    upstreams: list[dict[str, str]] | None = None
    notes: list[str] = field(default_factory=list)
    known_fault: str = ""


@dataclass(frozen=True)
class Case:
    folder: Path

    @property
    def copy(self) -> Path:
        (copy,) = self.folder.glob("copy.*")
        return copy

    @property
    def expected(self) -> Expected:
        return Expected(**yaml.safe_load((self.folder / "expected.yaml").read_text("utf-8")))

    @property
    def upstreams(self) -> list[Path]:
        return sorted((self.folder / "upstreams").glob("*"))

    def corpus(self, folder: Path) -> Path:
        """A corpus of the case's upstreams, made in ``folder``."""
        path = folder / "corpus.safetensors"
        for upstream in self.upstreams:
            library.add(str(upstream), upstream.name, "MIT", "1.0", path)
        return path


def parameter(case: Case) -> Any:
    fault = case.expected.known_fault
    marks = [pytest.mark.xfail(strict=True, reason=fault)] if fault else []
    return pytest.param(case, id=case.folder.name, marks=marks)


ALL = [Case(path.parent) for path in sorted(CASES.glob("*/expected.yaml"))]
every_case = pytest.mark.parametrize("case", list(map(parameter, ALL)))


@every_case
def test_the_api_gives_the_expected_answer(case: Case, tmp_path: Path) -> None:
    if case.upstreams:
        options = modelkin.ScanOptions(corpora=(case.corpus(tmp_path),))
        report = modelkin.scan(str(case.copy), options)
    else:
        report = modelkin.compare(str(case.copy), str(case.folder / "original.py"))
        assert modelkin.compare_files(case.copy, case.folder / "original.py") == report.files[0]
    check(json.loads(render(report)), case.expected)


@every_case
def test_the_command_line_gives_the_expected_answer(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if case.upstreams:
        arguments = ["scan", str(case.copy), "--corpus", str(case.corpus(tmp_path))]
    else:
        arguments = ["compare", str(case.copy), str(case.folder / "original.py")]
    assert main([*arguments, "--format", "json", "--fail-on", "modified"]) == (
        case.expected.verdict in ("identical", "renamed", "modified")
    )
    check(json.loads(capsys.readouterr().out), case.expected)


def check(report: dict[str, Any], expected: Expected) -> None:
    (file,) = report["files"]
    assert file["verdict"] == expected.verdict
    least, most = expected.similarity
    assert least <= file["similarity"] <= most
    found = renames(file["renames"])
    assert expected.renames is None or found == renames(expected.renames)
    assert found >= renames(expected.renames_hold)
    verdicts = {definition["qualname"]: definition["verdict"] for definition in file["definitions"]}
    assert {name: verdicts.get(name) for name in expected.definitions} == expected.definitions
    assert all(any(part in note for note in file["notes"]) for part in expected.notes)
    assert bool(file["notes"]) == bool(expected.notes)
    upstreams = [{key: each[key] for key in ("project", "path")} for each in file["upstreams"]]
    assert expected.upstreams is None or upstreams == expected.upstreams


def renames(rows: list[dict[str, str]]) -> Renames:
    return {(row["original"], row["copy"], row["kind"], row.get("scope", "")) for row in rows}


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of all originals, each one a project that is called by its content."""
    texts = sorted({(case.folder / "original.py").read_text("utf-8") for case in ALL if not case.upstreams})
    path = tmp_path_factory.mktemp("originals") / "originals.safetensors"
    return write_corpus(path, [Release(text, "1.0", "2020-01-01", {"model.py": text}) for text in texts])


def test_a_copy_is_from_its_own_original_among_all_of_them(originals: Path) -> None:
    failures = []
    for case in ALL:
        if case.upstreams:
            continue
        (file,) = modelkin.scan(str(case.copy), modelkin.ScanOptions(corpora=(originals,))).files
        closest = file.upstreams[0].project if file.upstreams else ""
        if case.expected.verdict == "independent":
            is_right = not closest or case.folder.name == "unrelated"
        else:
            is_right = closest == (case.folder / "original.py").read_text("utf-8") and (
                bool(case.expected.known_fault) or file.verdict.value == case.expected.verdict
            )
        if not is_right:
            failures.append((case.folder.name, file.verdict.value))
    assert not failures


def test_every_folder_is_a_case() -> None:
    assert [case.folder for case in ALL] == sorted(path for path in CASES.iterdir() if path.is_dir())
