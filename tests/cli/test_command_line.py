"""The command line: usage, thresholds, and whole runs."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec.structs import replace

from modelkin.cli import main
from modelkin.cli.choices import exit_code
from modelkin.results import Level, Report, Suppression, Verdict
from modelkin.settings import LEVELS, VERDICTS
from modelkin.support.data_files import CACHE_OFF

from ..support.comparisons import RENAMED
from ..support.example_reports import EMPTY, FINDING, REPORT, only
from ..support.git_histories import FIRST, committed, needs_git_and_shell
from ..support.small_corpora import Upstream, corpus_of

COMMANDS = [
    (),
    ("scan",),
    ("attribute",),
    ("compare",),
    ("agree",),
    ("corpus",),
    *(("corpus", name) for name in ("build", "add", "list", "info", "verify", "remove")),
]
ATTENTION = ("original.py", "--name", "attention", "--licence", "MIT", "--release", "1")
LAYER = """
class {name}:
    def __init__(self, size, heads):
        self.size = size
        self.{attribute} = size // heads

    def forward(self, hidden, mask=None):
        scores = hidden @ hidden.transpose(-2, -1) / self.{attribute} ** 0.5
        if mask is not None:
            scores = scores + mask
        weights = scores.softmax(dim=-1)
        return weights @ hidden, self.size - scores.shape[0]
"""


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, made the current one, with an original and its renamed copy."""
    (tmp_path / "original.py").write_text(LAYER.format(name="Attention", attribute="head_size"))
    (tmp_path / "copy.py").write_text(LAYER.format(name="Focus", attribute="width"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_help_has_examples_and_fits_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        assert main([*command, "--help"]) == 0
        text = capsys.readouterr().out
        assert "Example" in text, command
        assert max(map(len, text.splitlines())) <= 80, command


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a command line has imported at its end."""
    code = f"import sys\nfrom modelkin.cli import main\nmain({[*arguments]})\nprint(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return set(done.stdout.split())


def test_help_imports_nothing_heavy() -> None:
    heavy = {"numpy", "rich", "tree_sitter", "libcst", "rapidfuzz", "safetensors", "yaml", "pathspec", "urllib3"}
    heavy |= {"json", "hashlib", "modelkin.sources", "modelkin.results"}
    assert not heavy & loaded_by("--help")


def test_a_scan_of_one_file_imports_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    code, upstream = tmp_path / "tensors.py", tmp_path / "layers.py"
    code.write_text("x = 1\n")
    upstream.write_text(LAYER.format(name="Attention", attribute="head_size"))
    late = {"libcst", "yaml", "jinja2", "license_expression", "ssl", "zipfile", "tarfile", "subprocess"}
    late |= {"urllib3", "truststore", "keyring", "http.client", "multiprocessing", "modelkin.sources.ignores"}
    late |= {"platformdirs"} if sys.platform == "linux" else set()
    assert not late & loaded_by("scan", str(code), "--against", str(upstream))


def test_a_copy_that_was_changed_in_one_place_imports_neither_what_aligns_nor_openssl(tmp_path: Path) -> None:
    copy, corpus = tmp_path / "copy.py", tmp_path / "corpus.safetensors"
    corpus_of(Upstream()).save(corpus)
    copy.write_text(RENAMED.replace("self.parts = parts", "self.parts = parts * 2"))
    assert not {"rapidfuzz", "_hashlib"} & loaded_by("scan", str(copy), "--corpus", str(corpus))


@needs_git_and_shell
def test_a_hook_that_the_scan_cache_answers_imports_nothing_that_reads_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither numpy, half of what such a run would take, nor what starts programs: no commit waits for them."""
    monkeypatch.delenv(CACHE_OFF)
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
    corpus_of(Upstream()).save(tmp_path / "corpus.safetensors")
    committed(tmp_path / "mine", {"README.md": "# A model\n\nAdapted from https://github.com/lantern/lamp\n"}, FIRST)
    monkeypatch.chdir(tmp_path / "mine")
    files = {"mine.py": RENAMED, "own.py": "def own(a):\n    return [a, a + 1]\n"}
    for name, text in files.items():
        Path(name).write_text(text)
    hook = ("scan", *files, "--format", "concise", "--corpus", str(tmp_path / "corpus.safetensors"))
    reads_code = {"numpy", "tree_sitter", "modelkin.pipeline", "modelkin.fingerprints.normalize"}
    assert reads_code <= loaded_by(*hook)
    late = reads_code | {"rapidfuzz", "json", "multiprocessing", "modelkin.syntax.tree", "modelkin.corpus.validation"}
    late |= {"platformdirs"} if sys.platform == "linux" else set()
    assert not late & loaded_by(*hook)
    assert not (late | {"subprocess"}) & loaded_by(*hook[:1], "own.py", *hook[3:])  # what is no copy needs no date


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("modelkin 0.")


def test_the_package_runs_as_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["modelkin", "--version"])
    monkeypatch.setattr(sys, "getprofile", lambda: print)  # a process that is measured is left by an exception
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("modelkin", run_name="__main__")
    assert ended.value.code == 0


def test_no_module_of_the_current_folder_is_run(tmp_path: Path) -> None:
    for name in ("click", "copy", "pathlib"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('scanned code was run')")
    command = [sys.executable, "-m", "modelkin", "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_wrong_usage_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        (),
        ("nonsense",),
        ("compare", "a", "b", "c"),
        ("scan", ".", "--min-similarity", "2"),
        ("scan", ".", "--fail-on", "sometimes"),
        ("scan", ".", "--format", "xml"),
        ("compare", "one"),
    ):
        assert main(arguments) == 2, arguments
        assert "Usage: modelkin" in capsys.readouterr().err, arguments


def test_a_usage_error_shows_no_escape_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "a", "\x1b[2Jb"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_the_threshold_s_words_are_the_levels_and_verdicts() -> None:
    assert tuple(level.value for level in Level) == LEVELS
    assert tuple(verdict.value for verdict in Verdict if verdict is not Verdict.INDEPENDENT) == VERDICTS


def failing(report: Report, thresholds: Iterable[str]) -> list[str]:
    """The thresholds at which the report fails a run."""
    return [threshold for threshold in thresholds if exit_code(report, (threshold,))]


def test_a_level_counts_itself_and_the_more_severe() -> None:
    for place, level in enumerate(LEVELS):
        report = replace(EMPTY, findings=(replace(FINDING, level=Level(level)),))
        assert failing(report, LEVELS) == [*LEVELS[place:]], level


def test_a_waived_finding_fails_no_run() -> None:
    waived = replace(FINDING, suppression=Suppression("a.py", 1, "agreed with the authors", in_source=True))
    assert failing(replace(REPORT, findings=(waived,)), LEVELS) == []


def test_a_verdict_counts_itself_and_the_closer() -> None:
    for place, verdict in enumerate(VERDICTS):
        assert failing(only(Verdict(verdict)), VERDICTS) == [*VERDICTS[place:]], verdict


def test_nothing_found_is_0_at_any_threshold() -> None:
    assert failing(only(Verdict.INDEPENDENT), (*LEVELS, *VERDICTS, "never")) == []


def test_what_is_skipped_counts_where_that_is_asked_for() -> None:
    assert (exit_code(REPORT, ("skipped",)), exit_code(EMPTY, ("skipped",))) == (1, 0)
    assert exit_code(replace(EMPTY, skipped=REPORT.skipped), ("error", "skipped")) == 1
    assert exit_code(replace(EMPTY, skipped=REPORT.skipped), ("error", "note", "fragments")) == 0


def test_never_is_0_whatever_is_found() -> None:
    assert exit_code(REPORT, ("never",)) == 0


@pytest.mark.usefixtures("pair")
def test_compare_shows_the_renames_and_that_nothing_else_differs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "copy.py", "original.py", "--fail-on", "renamed"]) == 1
    text = capsys.readouterr().out
    assert "copy.py: renamed copy" in text
    assert "Attention" in text
    assert "Focus" in text
    assert "the same text as original.py" in text


def test_compare_restores_the_original_byte_for_byte(pair: Path) -> None:
    assert main(["compare", "copy.py", "original.py", "--restore", "restored", "--quiet"]) == 0
    assert (pair / "restored/copy.py").read_bytes() == (pair / "original.py").read_bytes()


@pytest.mark.usefixtures("pair")
def test_compare_refuses_to_restore_over_the_copy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "copy.py", "original.py", "--restore", "."]) == 2
    assert "among the files of copy.py" in capsys.readouterr().err


@pytest.mark.usefixtures("pair")
def test_compare_without_diff_shows_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "copy.py", "original.py", "--no-diff"]) == 0
    assert "after undoing" not in capsys.readouterr().out


@pytest.mark.usefixtures("pair")
def test_scan_against_one_more_upstream_finds_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "copy.py", "--against", "original.py", "--format", "json", "--fail-on", "modified"]) == 1
    assert '"verdict": "renamed"' in capsys.readouterr().out


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize("command", [("scan", "gone"), ("compare", "copy.py", "gone.py")], ids=" ".join)
def test_a_missing_source_is_one_line_and_2(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command) == 2
    error = capsys.readouterr().err
    assert error.startswith("modelkin: error: ")
    assert error.count("\n") == 1


def test_a_hostile_file_name_reaches_no_terminal(pair: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pair / "copy.py").rename(pair / "\x1b[31m\u202ecopy.py")
    assert main(["scan", ".", "--against", "original.py"]) == 0
    text = capsys.readouterr().out
    assert "\\x1b[31m\\u202ecopy.py" in text
    assert "\x1b" not in text


def test_an_interrupted_run_says_so_and_leaves_the_old_report(pair: Path) -> None:
    os.mkfifo(pair / "report")
    command = [sys.executable, "-m", "modelkin", "compare", "copy.py", "original.py", "--output", "report"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):  # nobody reads the pipe
        process.wait(3)
    process.send_signal(2)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error.strip()) == (130, b"modelkin: interrupted")


def test_a_project_is_added_listed_checked_and_removed(pair: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = ("--corpus", str(pair / "own.safetensors"))
    assert (
        main(["corpus", "add", "original.py", "--name", "attention", "--licence", "MIT", "--release", "1", *corpus])
        == 0
    )
    assert main(["corpus", "list", *corpus]) == 0
    assert "attention" in capsys.readouterr().out
    assert main(["corpus", "info", *corpus]) == 0
    assert main(["corpus", "verify", *corpus]) == 0
    assert "whole" in capsys.readouterr().out
    assert main(["scan", "copy.py", *corpus, "--fail-on", "renamed"]) == 1
    assert main(["corpus", "remove", "attention", *corpus]) == 0
    assert main(["scan", "copy.py", *corpus, "--fail-on", "renamed"]) == 0


def test_a_damaged_corpus_fails_its_check(pair: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = ("--corpus", str(pair / "own.safetensors"))
    assert (
        main(["corpus", "add", "original.py", "--name", "attention", "--licence", "MIT", "--release", "1", *corpus])
        == 0
    )
    whole = (pair / "own.safetensors").read_bytes()
    (pair / "own.safetensors").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert main(["corpus", "verify", *corpus]) in (1, 2)
    assert "own.safetensors" in "".join(capsys.readouterr())


def test_a_date_that_is_none_or_is_to_come_is_an_error_of_one_line(
    pair: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failures = []
    for command in (("scan", "."), ("audit", "."), ("attribute", "."), ("baseline", "."), ("compare", "a.py", "b.py")):
        for wrong, told in (
            ("20230620", "'20230620' is no date: write year, month and day, as in 2023-06-20"),
            ("2023-02-30", "'2023-02-30' is no date: write year, month and day, as in 2023-06-20"),
            ("2023-06-2\u0660", "is no date"),
            ("", "'' is no date"),
            ("9999-01-01", "9999-01-01 is in the future: name the day when the files were first there"),
        ):
            code = main([*command, "--as-of", wrong])
            error = capsys.readouterr().err
            is_told = error.startswith("modelkin: error: --as-of: ") and told in error and error.count("\n") == 1
            failures += [] if code == 2 and is_told else [(command, wrong, error)]
    assert not failures
    assert not list(pair.glob("*.jsonl"))


def test_as_of_stands_on_the_command_line_alone(pair: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pair / "team.toml").write_text('as-of = "2023-06-20"\n')
    assert main(["scan", ".", "--settings", "team.toml"]) == 2
    assert "there is no setting 'as-of'" in capsys.readouterr().err
