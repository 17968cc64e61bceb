"""README.md and docs/: what they tell a reader to type works."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from modelkin import cli
from modelkin.attribution.waiver_comments import read_waivers
from modelkin.cli import main
from modelkin.corpus.builds.manifest import read_manifest
from modelkin.rulebook.loader import read_licence
from modelkin.settings_file import find_settings

from .support.answer_files import write_answers
from .support.documents import PAGES, README, ROOT, blocks, modelkin_commands, shell_commands
from .support.git_repositories import commit
from .support.hub_server import HubRepository, serving
from .support.index_server import registry_answers
from .support.licence_texts import apache_text
from .support.small_corpora import ATTENTION, COPY, ROTARY, Upstream, corpus_of

SETS_UP = re.compile(r"python3 -m venv |\.venv/bin/pip install |\.venv/bin/pytest")
COMMANDS = [command for command in dict.fromkeys(shell_commands(README)) if "modelkin" in command.split()[0]]
OTHERS = [command for command in shell_commands(README) if command not in COMMANDS]
# The copy in the prepared project lacks its notice; what is not listed here ends with 0.
EXIT_CODES = {
    "modelkin compare copy/ original/ --restore restored/": 1,
    "modelkin compare copy/ original/": 1,
    "modelkin scan": 1,
    "modelkin scan path/to/repository": 1,
    "modelkin scan downloaded-code/ --as-of 2023-06-20": 1,
    "modelkin attribute path/to/repository --dry-run": 1,
    "modelkin attribute path/to/model --card --dry-run": 1,
    "modelkin audit path/to/repositories": 1,
    "modelkin audit path/to/repositories --resume": 1,
    "modelkin audit sources.txt --journal list.jsonl": 1,
    "modelkin report modelkin-audit.jsonl": 1,
    "modelkin report modelkin-audit.jsonl --html pages/": 1,
    "modelkin report modelkin-audit.jsonl --format html=audit.html": 1,
    "modelkin scan . --jobs 4": 1,
    "modelkin scan . --no-cache": 1,
    "modelkin scan . -v": 1,
    "modelkin scan . --statistics": 1,
    "modelkin scan . --ignore credit-link-only --level changes-not-stated=warning": 1,
    "modelkin scan . --fail-on warning": 1,
    "modelkin scan . --fail-on renamed": 1,
    "modelkin scan . --fail-on error --fail-on skipped": 1,
    "modelkin scan . --isolated": 1,
    "modelkin scan . --timeout 60": 1,
    "modelkin scan . --settings modelkin.toml": 1,
    "modelkin scan . --format json --output report.json": 1,
    "modelkin scan . --format text --format sarif=modelkin.sarif": 1,
    "modelkin scan . --format html=report.html": 1,
    "modelkin scan . --format discussion=report.md": 1,
    "modelkin scan . --exclude-upstream vllm": 1,
    "modelkin scan . --against ../upstream": 1,
    "modelkin scan . --against lantern=../upstream": 1,
    "modelkin scan pypi:vllm==0.2.3 --include '**/models/*.py'": 1,
}


# What a script of docs/api.md prints, in the prepared project: one of these.
PRINTED = ("  to do: ", "identical [(", "renamed [('Attention', 'Focus')", "2 of 2\n")


def written(folder: Path, **files: str) -> Path:
    """The folder, made, with these files; ``__`` in a name is a full stop."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that the README's commands name: a project, and what lies beside it."""
    root = tmp_path_factory.mktemp("readme")
    copied = {"focus__py": COPY, "LICENSE": apache_text()}
    project = written(root / "project", **copied)
    for place in ("path/to/repository", "path/to/repositories/org/one", "path/to/repositories/two"):
        written(project / place, README__md="# A model\n", **copied)
    adapter = {"adapter_config__json": '{"base_model_name_or_path": "lantern/lamp-7b"}'}
    written(project / "path/to/model", README__md="# A model\n", adapter_model__safetensors="", **adapter)
    written(project / "downloaded-code", **copied)
    written(project / "copy", focus__py=COPY)
    written(project / "original", focus__py=ATTENTION)
    written(root / "ours", rotary__py=ROTARY)
    written(root / "upstream", rotary__py=ROTARY)
    (project / "modelkin.toml").write_text("# nothing set\n")
    for name in ("gold", *"abcde"):
        write_answers(project / f"{name}.jsonl", ["Paris", 4, name])
    (project / "sources.txt").write_text("# a source a line\npath/to/repository\n")
    commit(project, {})  # its history says that it is younger than the upstream
    upstream = Upstream(files={"lantern/attention.py": ATTENTION}, licence="Apache-2.0")
    (root / "data").mkdir()
    corpus_of(upstream).save(root / "data" / "corpus.safetensors")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        patch.setenv("MODELKIN_DATA_DIR", str(root / "data"))
        assert main(["audit", "path/to/repositories", "--quiet", "--jobs", "1"]) == 1
        assert main(["baseline", ".", "--quiet"]) == 0
    return root


@pytest.fixture
def project(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what is prepared, its project the current folder."""
    shutil.copytree(prepared, tmp_path / "all")
    monkeypatch.chdir(tmp_path / "all" / "project")
    monkeypatch.setenv("MODELKIN_DATA_DIR", str(tmp_path / "all" / "data"))
    return Path.cwd()


OF_THE_HUB = [command for command in COMMANDS if "huggingface.co" in command or " hf:" in command]


@pytest.mark.parametrize("command", OF_THE_HUB)
def test_a_command_on_the_hub_ends_well_against_a_server_that_speaks_as_it_does(command: str, project: Path) -> None:
    with serving({"ORG/NAME": HubRepository({"README.md": b"# A model\n", "own.py": b"x = 1\n"})}) as server:
        around = {**os.environ, "HF_ENDPOINT": server.url, "HF_HOME": str(project / "hub")}
        words = [sys.executable, "-m", "modelkin", *shlex.split(command)[1:]]
        done = subprocess.run(words, env=around, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in OF_THE_HUB])
def test_a_command_of_the_readme_ends_as_it_says(
    command: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if "pypi:" in command and not registry_answers():
        pytest.skip("the package registry cannot be reached")
    if "pypi:" in command and "scan" in command and not any((ROOT / "corpora").glob("base.*")):
        pytest.skip("the shipped corpus is not in this tree")
    if "--journal" not in command and "--resume" not in command and "audit" in command.split():
        (project / "modelkin-audit.jsonl").unlink()
    code = main(shlex.split(command)[1:])
    assert code == EXIT_CODES.get(command, 0), capsys.readouterr().err


def test_no_workflow_of_the_page_on_ci_obeys_what_a_pull_request_brings() -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    steps = [line for line in page.splitlines() if re.match(r"\s*- (run: )?modelkin scan ", line)]
    assert len(steps) >= 5
    assert all(" --isolated" in step for step in steps)


def test_every_stated_exit_code_is_of_a_command_that_the_readme_has() -> None:
    assert EXIT_CODES.keys() <= set(COMMANDS)


def test_after_mending_as_the_readme_says_nothing_is_left(project: Path) -> None:
    assert main(["scan", "path/to/repository", "--quiet"]) == 1
    assert main(["attribute", "path/to/repository", "--quiet"]) == 0
    assert main(["scan", "path/to/repository", "--quiet", "--fail-on", "note"]) == 0
    assert (project / "path/to/repository/focus.py").read_text().endswith(COPY)


def test_the_other_commands_of_the_readme_set_up_or_are_those_of_pre_commit() -> None:
    # Those of pre-commit are run, on real repositories, by test_precommit.py.
    known = ("pre-commit autoupdate", "pre-commit install", "pre-commit run modelkin", "git add ")
    assert all(SETS_UP.match(command) or command.startswith(known) for command in OTHERS)


def test_the_readme_s_test_command_is_what_ci_runs() -> None:
    made, locked, project, tests = (shlex.split(command) for command in OTHERS[-4:])
    assert (made, tests) == (["python3", "-m", "venv", ".venv"], [".venv/bin/pytest"])
    assert locked == [".venv/bin/pip", "install", "--require-hashes", "-r", "tests/requirements.txt"]
    assert project == [".venv/bin/pip", "install", "--no-deps", "--no-build-isolation", "-e", "."]
    run, environment, checks = (
        (ROOT / ".ci" / name).read_text(encoding="utf-8") for name in ("run", "environment", "checks")
    )
    assert f"lock={locked[-1]}\n" in environment
    assert '-m venv "$work/venv"' in environment
    assert 'install --require-hashes -r "$lock"\ninstall --no-deps --no-build-isolation -e .\n' in run
    assert "-m pytest" in checks


def test_the_readme_names_every_script_of_ci() -> None:
    scripts = {path.name for path in (ROOT / ".ci").iterdir() if path.is_file() and path.read_text().startswith("#!")}
    assert scripts == set(re.findall(r"^\| `bash \.ci/(\w+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_readme_s_hooks_are_there(tmp_path: Path) -> None:
    (block,) = blocks(README, "yaml")
    (tmp_path / "config.yaml").write_text(block)
    check = (sys.executable, "-m", "pre_commit", "validate-config", str(tmp_path / "config.yaml"))
    subprocess.run(check, check=True, timeout=60)
    (repository,) = yaml.safe_load(block)["repos"]
    known = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {hook["id"] for hook in repository["hooks"]} == {hook["id"] for hook in known}


def test_the_readme_s_settings_and_waiver_are_read(tmp_path: Path) -> None:
    (settings,) = blocks(README, "toml")
    (tmp_path / "modelkin.toml").write_text(settings)
    assert find_settings(tmp_path)["waivers"]
    (waiver,) = blocks(README, "python")
    assert read_waivers("model.py", waiver.encode()).waivers


@pytest.mark.parametrize("script", blocks(ROOT / "docs" / "api.md", "python"))
def test_the_python_of_the_page_on_it_runs_as_it_stands(script: str, project: Path) -> None:
    (project / "script.py").write_text(script)
    command = [sys.executable, "script.py"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=project, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert any(expected in done.stdout for expected in PRINTED), done.stdout


def leaf(arguments: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the arguments name, and what is left of them."""
    command: click.Command = cli._commands
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        found = command.get_command(click.Context(command), arguments[0])
        assert found is not None, arguments[0]
        command, arguments = found, arguments[1:]
    return command, arguments


def wrong_options(words: list[str]) -> str:
    """What click says of a command with these words; empty where it takes them."""
    try:
        command, arguments = leaf(words)
        command.make_context("modelkin", list(arguments))
    except click.MissingParameter:  # named in passing, or a hook's entry, which pre-commit gives them to
        return ""
    except (click.ClickException, AssertionError) as error:
        return f"{error!r}"
    return ""


def test_each_command_in_a_page_has_the_options_it_is_given() -> None:
    commands = [(page.name, words) for page in PAGES for words in modelkin_commands(page)]
    assert len(commands) > 50
    assert not [(name, words, wrong) for name, words in commands if (wrong := wrong_options(words))]


def test_the_licence_and_the_upstream_that_are_shown_as_examples_are_read(tmp_path: Path) -> None:
    manifest, licence = blocks(ROOT / "docs" / "extending.md", "yaml")
    (tmp_path / "upstreams.yaml").write_text(manifest)
    assert read_manifest(tmp_path / "upstreams.yaml")
    name = yaml.safe_load(licence)["id"]
    (tmp_path / f"{name}.yaml").write_text(licence)
    assert read_licence(tmp_path / f"{name}.yaml").id == name
