"""A source indexed to compare with: what its project is called, under which licence, and where it is read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import modelkin
from modelkin.cli import main
from modelkin.corpus.indexing import index_source
from modelkin.corpus.model import Project
from modelkin.errors import ConfigurationError
from modelkin.scan_steps import ScanOptions, open_upstream
from modelkin.settings_file import read_settings

from ..support.repositories import MIT, written
from ..support.upstreams import original

CODE = original("every_identifier_renamed")
PYPROJECT = '[project]\nname = "nano-tides"\n[project.urls]\nHomepage = "https://github.com/mere/nano-tides"\n'


def project(place: Path, files: dict[str, str], name: str = "") -> Project:
    written(place, {"nano/a.py": CODE, **files})
    (found,) = index_source(f"{name}={place}" if name else str(place)).projects
    return found


def test_a_project_goes_by_what_its_source_says_and_never_by_a_path(tmp_path: Path) -> None:
    stated = project(tmp_path / "a", {"pyproject.toml": PYPROJECT, "LICENSE": MIT})
    address = "https://github.com/mere/nano-tides"
    assert (stated.name, stated.licence, stated.homepage, stated.source) == ("nano-tides", "MIT", address, address)
    assert project(tmp_path / "b-tides", {}).name == "b-tides"
    assert project(tmp_path / "c", {"pyproject.toml": PYPROJECT}, "tides").name == "tides"


def test_a_relative_path_is_no_name_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "tides" / "inner", {"a.py": CODE})
    monkeypatch.chdir(tmp_path / "tides" / "inner")
    assert [each.name for each in index_source(".").projects] == ["inner"]
    assert [each.name for each in index_source("../../tides").projects] == ["tides"]


def test_the_licence_is_read_from_the_readme_where_nothing_else_says(tmp_path: Path) -> None:
    readme = {"README.md": "# nano\n\n## License: MIT\n"}
    assert project(tmp_path / "a", readme).licence == "MIT"
    assert (
        project(tmp_path / "b", {**readme, "LICENSE": "Licensed under the Apache License, Version 2.0\n"}).licence
        == "Apache-2.0"
    )
    assert project(tmp_path / "c", {"README.md": "# nano\n"}).licence == ""


def test_a_corpus_has_names_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="leave tides= out"):
        open_upstream(f"tides={tmp_path / 'c.safetensors'}", None)


def test_a_settings_file_names_upstreams_too(tmp_path: Path) -> None:
    (tmp_path / "modelkin.toml").write_text('against = ["tides=up", "up", "tides=pypi:x==1"]\n')
    found = read_settings(tmp_path / "modelkin.toml")
    assert found["against"] == (f"tides={tmp_path / 'up'}", str(tmp_path / "up"), "tides=pypi:x==1")


def test_a_named_source_on_the_network_needs_leave_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "modelkin.toml").write_text('against = ["tides=pypi:x==1"]\n')
    written(tmp_path, {"a.py": CODE})
    assert main(["scan", str(tmp_path), "--settings", str(tmp_path / "modelkin.toml")]) == 2
    assert "--allow-network" in capsys.readouterr().err


def test_no_report_and_no_file_has_the_path_that_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "up", {"nano/a.py": CODE, "pyproject.toml": PYPROJECT, "LICENSE": MIT})
    written(
        tmp_path / "ours", {"engine/b.py": re.sub(r"\bself\b", "me", CODE), "LICENSE": MIT.replace("2023 The L", "L")}
    )
    monkeypatch.chdir(tmp_path / "ours")
    report = modelkin.scan(".", ScanOptions(against=("../up",), corpora=()))
    assert report.files[0].upstreams[0].project == "nano-tides"
    assert not [finding for finding in report.findings if ".." in finding.message + finding.remedy]
    capsys.readouterr()
    main(["attribute", ".", "--against", "../up", "--offline", "--dry-run", "--no-progress"])
    shown = capsys.readouterr().out
    assert "# Modified from nano-tides, nano/a.py, https://github.com/mere/nano-tides" in shown
    assert "../up" not in shown
    assert str(tmp_path) not in json.dumps(shown)
