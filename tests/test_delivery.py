"""What brings modelkin to people (an Action, a GitLab component, an image, hooks, a site) passes its checkers."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from .support.licence_texts import apache_text
from .support.small_corpora import ATTENTION, COPY, Upstream, corpus_of

ROOT = Path(__file__).parent.parent
ACTION = ROOT / "action.yml"
COMPONENT = ROOT / "templates" / "modelkin.yml"
BESIDE = Path(sys.executable).parent


def run(*command: str | Path, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "NO_MKDOCS_2_WARNING": "1", **environment}
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, timeout=200, check=False)


def accepts(*command: str | Path) -> None:
    done = run(*command)
    assert done.returncode == 0, done.stdout + done.stderr


def loaded(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


# The Action.


def test_the_action_passes_its_schema_and_an_audit_of_its_security() -> None:
    accepts(BESIDE / "check-jsonschema", "--builtin-schema", "vendor.github-actions", ACTION)
    accepts(BESIDE / "zizmor", "--offline", "--pedantic", ACTION)


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner of GitHub's on which the Action has installed modelkin, with a copy without its notice to scan."""
    modelkin = tmp_path / "modelkin" / "bin" / "modelkin"
    modelkin.parent.mkdir(parents=True)
    modelkin.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m modelkin "$@"\n')
    modelkin.chmod(0o755)
    upstream = Upstream(files={"lantern/attention.py": ATTENTION}, licence="Apache-2.0")
    corpus_of(upstream).save(tmp_path / "small.safetensors")
    (tmp_path / "work space").mkdir()
    (tmp_path / "work space" / "copy.py").write_text(COPY)
    (tmp_path / "work space" / "LICENSE").write_text(apache_text())
    for words in (("init", "-q"), ("add", "work space")):
        assert run("git", *words, folder=tmp_path).returncode == 0
    return tmp_path


def acted(runner: Path, **given: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """The step that scans, run as a runner runs it, with ``given`` inputs; and what it wrote as its output."""
    action = loaded(ACTION)[0]
    inputs = {name: str(each.get("default", "")) for name, each in action["inputs"].items()} | {
        "source": "work space",
        "arguments": f"--corpus {runner / 'small.safetensors'}",
        "fail-on": "warning skipped",
    }
    event = given.pop("event", "push")
    inputs |= {name.replace("_", "-"): value for name, value in given.items()}
    step = action["runs"]["steps"][1]
    filled = {name: inputs[value.split(".")[1].split()[0]] for name, value in step["env"].items()}
    output = runner / "output"
    output.write_text("")
    told = {"RUNNER_TEMP": str(runner), "GITHUB_OUTPUT": str(output), "GITHUB_EVENT_NAME": event}
    bash = shutil.which("bash")
    assert bash
    done = run(bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"], folder=runner, **filled, **told)
    return done, output.read_text()


def test_the_action_writes_its_reports_and_ends_as_the_scan_does(runner: Path) -> None:
    done, output = acted(runner)
    assert (done.returncode, output) == (1, "exit-code=1\n"), done.stdout + done.stderr
    assert (runner / "modelkin.sarif").exists()
    assert "holder-removed" in done.stdout
    done, output = acted(runner, fail_on="never")
    assert (done.returncode, output) == (0, "exit-code=0\n"), done.stdout + done.stderr


def test_the_action_is_isolated_on_pull_requests_unless_told_otherwise(runner: Path) -> None:
    expected = {
        ("push", "auto"): "working-tree",
        ("push", "true"): "isolated",
        ("pull_request", "auto"): "isolated",
        ("pull_request_target", "auto"): "isolated",
        ("pull_request", "false"): "working-tree",
    }
    told = {
        case: json.loads(acted(runner, event=case[0], isolated=case[1], formats="json")[0].stdout)["scanned"]["trust"]
        for case in expected
    }
    assert told == expected


def test_what_an_input_of_the_action_says_is_never_run(runner: Path) -> None:
    done, _ = acted(runner, source='work space"; touch ran; "$(touch ran)`touch ran`', fail_on="$(touch ran) never")
    assert done.returncode == 2
    assert not (runner / "ran").exists()


# The GitLab component.


def test_the_component_passes_the_schema_of_pipelines_and_uses_each_input(tmp_path: Path) -> None:
    head, pipeline = loaded(COMPONENT)
    whole = tmp_path / "pipeline.yml"
    whole.write_text(yaml.safe_dump(pipeline))
    accepts(BESIDE / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", whole)
    used = set(re.findall(r"\$\[\[ inputs\.([\w-]+) \]\]", COMPONENT.read_text(encoding="utf-8")))
    assert used == set(head["spec"]["inputs"])


# The image, the hooks, the site.


def test_the_image_passes_its_linter() -> None:
    accepts(BESIDE / "hadolint", ROOT / "Dockerfile")


def test_the_hooks_pass_pre_commits_own_checks() -> None:
    accepts(sys.executable, "-m", "pre_commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
    accepts(sys.executable, "-m", "pre_commit", "validate-config", ROOT / ".pre-commit-config.yaml")


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    accepts(sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path / "site")
    first = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert 'href="corpus/#packed"' in first
    assert 'src="scan.svg"' in first
    assert not re.findall(r'(?:href|src)="docs/[^"]*"', first)
