"""The hooks, run by pre-commit itself in repositories of git, as a project uses them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .support.hostile_folder import plant
from .support.index_server import registry_answers
from .support.licence_texts import apache_text
from .support.small_corpora import ATTENTION, COPY, Upstream, corpus_of

ROOT = Path(__file__).parent.parent
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
PARTS = (
    *("scanner", "rules", "setup.py", "setup.cfg", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"),
    ".pre-commit-hooks.yaml",
)


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, **environment, "GIT_CONFIG_GLOBAL": os.devnull}
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, timeout=240, check=False)


def git(folder: Path, *words: str) -> None:
    done = run(folder, "git", *IDENTITY, *words)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {"PRE_COMMIT_HOME": str(tmp_path_factory.getbasetemp() / "pre-commit")}


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This tree as a repository that pre-commit can clone, with a small corpus in place of the shipped one."""
    if not registry_answers():
        pytest.skip("the package registry, from which pre-commit installs the hook, cannot be reached")
    folder = tmp_path_factory.mktemp("hooks")
    for part in PARTS:
        source = ROOT / part
        ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(source, folder / part, ignore=ignore) if source.is_dir() else shutil.copy(source, folder / part)
    (folder / "corpora").mkdir()
    upstream = Upstream(files={"lantern/attention.py": ATTENTION}, licence="Apache-2.0")
    corpus_of(upstream).save(folder / "corpora" / "base.safetensors")
    git(folder, "init", "-q")
    git(folder, "add", "-f", ".")
    git(folder, "commit", "-q", "-m", "all")
    git(folder, "tag", "v1")
    return folder


@pytest.fixture
def project(tmp_path: Path, hooks: Path) -> Path:
    """A project with both hooks, the mending one to be called by hand, installed to run at each commit."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "LICENSE").write_text(apache_text())
    (folder / "old.py").write_text("x = 1\n")
    config = f"""
repos:
- repo: {hooks}
  rev: v1
  hooks:
  - id: modelkin
  - id: modelkin-attribute
    stages: [manual]
"""
    (folder / ".pre-commit-config.yaml").write_text(config)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    done = run(folder, sys.executable, "-m", "pre_commit", "install")
    assert done.returncode == 0, done.stderr
    return folder


def commit(project: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    git(project, "add", "-A")
    return run(project, "git", *IDENTITY, "commit", "-m", "more", **environment)


def mend(project: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "pre_commit", "run", "modelkin-attribute", "--hook-stage", "manual")
    return run(project, *command, **environment)


def test_a_commit_of_a_copy_without_its_notice_is_stopped_and_passes_once_it_is_mended(
    project: Path, environment: dict[str, str]
) -> None:
    (project / "focus.py").write_text(COPY)
    stopped = commit(project, environment)
    assert stopped.returncode == 1, stopped.stderr
    assert re.search(r"^focus\.py:1: error holder-removed .*lantern/attention\.py", stopped.stderr, re.MULTILINE)
    assert "  remedy: " in stopped.stderr
    assert "files were modified by this hook" in mend(project, environment).stdout
    assert (project / "focus.py").read_text().endswith(COPY)
    git(project, "add", "-A")
    assert "files were modified by this hook" not in mend(project, environment).stdout
    assert commit(project, environment).returncode == 0


def test_two_hundred_files_are_one_process(project: Path, environment: dict[str, str]) -> None:
    for number in range(200):
        (project / f"file_{number}.py").write_text(f"def number():\n    return {number}\n")
    done = commit(project, environment)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Passed") == 1


def test_what_the_repository_lacks_elsewhere_stops_no_commit(project: Path, environment: dict[str, str]) -> None:
    (project / "tokenizer_config.json").write_text('{"auto_map": {"AutoModel": "modeling_gone.GoneModel"}}')
    git(project, "add", ".")
    git(project, "commit", "-q", "--no-verify", "-m", "leftover")
    (project / "new.py").write_text("y = 2\n")
    assert commit(project, environment).returncode == 0


def test_files_of_a_model_that_are_staged_alone_are_looked_at(project: Path, environment: dict[str, str]) -> None:
    for name in ("model.safetensors.index.json", "tokenizer.json", "special_tokens_map.json"):
        (project / name).write_text("{}")
        done = commit(project, environment)
        assert (done.returncode, done.stderr.count("Passed")) == (0, 1), done.stderr
    (project / "config.json").write_text('{"auto_map": {"AutoModel": "modeling_gone.GoneModel"}}')
    git(project, "add", "-A")
    shown = run(project, sys.executable, "-m", "pre_commit", "run", "modelkin", "--verbose", **environment)
    assert "config.json:1: warning leftover-reference" in shown.stdout


def test_the_hook_can_be_tried_without_a_configuration(project: Path, hooks: Path, environment: dict[str, str]) -> None:
    (project / "focus.py").write_text(COPY)
    git(project, "add", "-A")
    done = run(project, sys.executable, "-m", "pre_commit", "try-repo", str(hooks), "modelkin", **environment)
    assert done.returncode == 1
    assert "focus.py:1: error holder-removed" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="the programs are Unix scripts")
@pytest.mark.parametrize("with_address", [True, False], ids=["PIP_INDEX_URL", "none"])
def test_the_hooks_run_nothing_of_the_repository(
    with_address: bool, project: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """By a pre-commit that is safe itself: its own `git` hook starts Python with modules of the current folder."""
    pre_commit = (sys.executable, "-I", "-m", "pre_commit")
    installed = run(project, *pre_commit, "install-hooks", **environment)
    assert installed.returncode == 0, installed.stdout
    address = {"PIP_INDEX_URL": "http://127.0.0.1:1/simple"} if with_address else {}
    plant(project, tmp_path / "markers")
    (project / "focus.py").write_text(COPY)
    git(project, "add", "-A")
    done = run(project, *pre_commit, "run", "--all-files", **environment, **address)
    assert done.returncode == 1, done.stdout
    assert re.search(r"^focus\.py:1: error holder-removed", done.stdout, re.MULTILINE), done.stdout
    given = ("run", "modelkin-attribute", "--hook-stage", "manual", "--all-files")
    done = run(project, *pre_commit, *given, **environment, **address)
    assert "files were modified by this hook" in done.stdout
    assert "# Copyright 2020 The Lantern Authors" in (project / "focus.py").read_text()
    assert not (tmp_path / "markers").exists()
