"""A folder with a module by every name of the standard library, and a program by every likely name: none is run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .support.hostile_folder import Marked, marked, with_registry

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs are Unix scripts")

MODELKIN = str(Path(sys.executable).with_name("modelkin"))
CORPUS = ("--corpus", "{corpus}")
FORMATS = "json jsonl markdown github sarif cyclonedx spdx dot mermaid graphml concise html".split()
# The words after `modelkin`, the exit code, and what the answer says.
COMMANDS: dict[str, tuple[tuple[str, ...], int, str]] = {
    "scan": (("scan", ".", *CORPUS), 1, "focus.py"),
    "scan concise": (("scan", ".", "--format", "concise", *CORPUS), 1, "focus.py"),
    "scan isolated": (("scan", ".", "--isolated", *CORPUS), 1, "focus.py"),
    "scan skipped": (("scan", ".", "--fail-on", "never", "--settings", "modelkin.toml", *CORPUS), 2, "no such file"),
    "scan to all": (("scan", ".", *CORPUS, *(f"--format={name}={{out}}/{name}" for name in FORMATS)), 1, ""),
    "scan html": (("scan", ".", "--format", "html={out}/page.html", "--fetch-upstreams", *CORPUS), 1, ""),
    "scan against": (("scan", ".", "--against", "pypi:lantern==1.0", *CORPUS), 1, "focus.py"),
    "scan pypi": (("scan", "pypi:lantern==1.0", "--fail-on", "identical", *CORPUS), 1, "lantern/attention.py"),
    "scan git": (("scan", "{git}", *CORPUS), 1, "focus.py"),
    "attribute": (("attribute", ".", *CORPUS), 0, "focus.py"),
    "attribute dry": (("attribute", ".", "--dry-run", *CORPUS), 1, "+# Copyright 2020 The Lantern Authors"),
    "baseline": (("baseline", ".", *CORPUS), 0, ""),
    "compare": (("compare", "focus.py", "inner/focus.py"), 0, "identical"),
    "corpus add": (("corpus", "add", ".", "--name", "x", "--licence", "MIT"), 0, ""),
    "audit": (("audit", ".", "--journal", "{out}/audit.jsonl", "--jobs", "2", *CORPUS), 1, "lantern"),
    "config": (("config", "show"), 0, ""),
    "completion": (("completion", "bash"), 0, "_MODELKIN_COMPLETE=bash_complete"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Marked]:
    with with_registry(tmp_path) as registry:
        yield marked(tmp_path / "repo", registry)


@pytest.mark.parametrize("with_address", [True, False], ids=["PIP_INDEX_URL", "pip.conf"])
@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_of_the_folder_is_run(name: str, with_address: bool, folder: Marked) -> None:
    words, code, said = COMMANDS[name]
    places = {"corpus": folder.corpus, "out": folder.out, "git": folder.git_source if "{git}" in words else ""}
    given = [word.format(**places) for word in words]
    done = folder.run(MODELKIN, *given, with_address=with_address)
    assert folder.markers() == []
    assert done.returncode == code, (done.stdout[-2000:], done.stderr[-2000:])
    assert said in done.stdout + done.stderr
    if name in ("scan html", "scan against", "scan pypi", "attribute"):
        assert folder.registry.index.requests, "the index was asked"


@pytest.mark.parametrize("flag", ["-I", "-P"])
def test_the_module_is_run_by_a_python_that_is_told_to_be_safe(flag: str, folder: Marked) -> None:
    if flag == "-P" and sys.version_info < (3, 11):
        pytest.skip("Python 3.10 has no -P")
    done = folder.run(sys.executable, flag, "-m", "modelkin", "scan", ".", "--corpus", str(folder.corpus))
    assert folder.markers() == []
    assert done.returncode == 1, done.stderr


def test_a_python_that_is_started_here_runs_what_is_here(folder: Marked) -> None:
    """So the tests above can fail."""
    folder.run(sys.executable, "-m", "pip", "config", "list")
    assert folder.markers()
