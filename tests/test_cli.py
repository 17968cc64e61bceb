"""The command line: exit codes, one-line errors, files written whole."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import modelkin.scan
from modelkin.alignment import Verdict
from modelkin.cli import main
from modelkin.cli.options import Choices
from modelkin.cli.reporting import deliver
from modelkin.cli.restoring import check_apart, write_restored
from modelkin.cli.streams import standard_page
from modelkin.cli.threshold import LEVELS, VERDICTS, exit_code
from modelkin.cli.writing import check_writable, write
from modelkin.cli.writing import replace as replace_file
from modelkin.errors import ModelkinError, UsageError
from modelkin.findings import Level
from modelkin.reports.page import PLAIN

from .example_reports import EMPTY, FINDING, REPORT, only

COMMANDS = [
    (),
    ("scan",),
    ("compare",),
    ("corpus",),
    *(("corpus", name) for name in ("build", "add", "list", "info", "verify", "remove")),
]
CHOICES = Choices((), (), (), (), (), None, "text", "-", "error", progress=True, quiet=False)
needs_scan = pytest.mark.skipif(not hasattr(modelkin.scan, "compare"), reason="scan is being written")
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


def run(*arguments: str, **settings: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "modelkin", *arguments]
    return subprocess.run(command, capture_output=True, timeout=60, check=False, **settings)


def python(code: str, **settings: Any) -> subprocess.CompletedProcess[bytes]:
    preamble = "from tests.test_cli import *\n"
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", preamble + code]
    return subprocess.run(command, cwd=root, timeout=60, check=False, **settings)


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, made the current one, with an original and its renamed copy."""
    (tmp_path / "original.py").write_text(LAYER.format(name="Attention", attribute="head_size"))
    (tmp_path / "copy.py").write_text(LAYER.format(name="Focus", attribute="width"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Help and usage


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_help_has_examples_and_fits_80_columns(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--help"]) == 0
    text = capsys.readouterr().out
    assert "Example" in text
    assert max(map(len, text.splitlines())) <= 80


def test_help_and_version_import_nothing_heavy() -> None:
    code = "import sys\nfrom modelkin.cli import main\nmain(['--help'])\nprint(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    for heavy in ("numpy", "rich", "tree_sitter", "libcst", "rapidfuzz", "safetensors", "yaml", "pathspec"):
        assert f"'{heavy}'" not in loaded


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("modelkin 0.")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("scan",),
        ("scan", "a", "b"),
        ("scan", ".", "--min-similarity", "2"),
        ("scan", ".", "--fail-on", "sometimes"),
        ("scan", ".", "--format", "xml"),
        ("compare", "one"),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "Usage: modelkin" in capsys.readouterr().err


def test_a_usage_error_shows_no_escape_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "a", "\x1b[2Jb"]) == 2
    assert "\x1b" not in capsys.readouterr().err


# The threshold


def test_the_threshold_s_words_are_the_levels_and_verdicts() -> None:
    assert tuple(level.value for level in Level) == LEVELS
    assert tuple(verdict.value for verdict in Verdict if verdict is not Verdict.INDEPENDENT) == VERDICTS


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("threshold", LEVELS)
def test_a_level_counts_itself_and_the_more_severe(level: Level, threshold: str) -> None:
    report = replace(EMPTY, findings=(replace(FINDING, level=level),))
    assert exit_code(report, threshold) == int(LEVELS.index(level.value) <= LEVELS.index(threshold))


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("threshold", VERDICTS)
def test_a_verdict_counts_itself_and_the_closer(verdict: str, threshold: str) -> None:
    expected = int(VERDICTS.index(verdict) <= VERDICTS.index(threshold))
    assert exit_code(only(Verdict(verdict)), threshold) == expected


@pytest.mark.parametrize("threshold", [*LEVELS, *VERDICTS, "never"])
def test_nothing_found_is_0_at_any_threshold(threshold: str) -> None:
    assert exit_code(only(Verdict.INDEPENDENT), threshold) == 0


def test_never_is_0_whatever_is_found() -> None:
    assert exit_code(REPORT, "never") == 0


# Where a report goes


def test_a_report_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    deliver(EMPTY, CHOICES, lambda _page: "supplement\n")
    text = capsys.readouterr().out
    assert text.startswith("empty\n0 files scanned\n")
    assert text.endswith("supplement\n")


def test_quiet_prints_nothing_but_writes_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(EMPTY, replace(CHOICES, quiet=True))
    deliver(EMPTY, replace(CHOICES, quiet=True, output=str(tmp_path / "report"), format="json"))
    assert capsys.readouterr().out == ""
    assert '"root": "empty"' in (tmp_path / "report").read_text()


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text("old")
    check_writable(str(report))
    assert report.read_text() == "old"
    write(str(report), "new \udcff")
    assert report.read_text() == "new \\udcff"
    assert list(tmp_path.iterdir()) == [report]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    replace_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


def test_a_device_is_written_to_and_not_replaced() -> None:
    check_writable(os.devnull)
    write(os.devnull, "gone")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize("output", ["missing/report.txt", ".", "x" * 300 + "/report.txt"], ids=lambda name: name[:20])
def test_an_output_that_cannot_be_written_is_known_before_the_work(
    output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelkinError, match="cannot write"):
        check_writable(output)
    assert main(["scan", "no such source", "--output", output]) == 2
    assert capsys.readouterr().err.startswith("modelkin: error: cannot write")


# Standard output as it comes


def test_a_page_is_plain_when_piped() -> None:
    assert standard_page() == PLAIN


@pytest.mark.parametrize(
    ("screen", "environment", "colour"),
    [
        (True, {}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": "", "TERM": "xterm"}, True),
        (True, {"TERM": "dumb"}, False),
        (False, {}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "0"}, False),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_follow_the_terminal_and_the_environment(
    screen: bool, environment: dict[str, str], colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: screen))
    page = standard_page()
    assert (page.colour, page.bars) == (colour, screen)


def test_a_report_written_to_a_file_has_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert standard_page(on_standard_output=False) == PLAIN


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_encoding_can_take_a_report(encoding: str) -> None:
    code = "from modelkin.cli.streams import *\ntolerate_every_character()\ndeliver(REPORT, CHOICES)"
    done = python(code, capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert ("x → hidden" if encoding == "utf-8" else "x -> hidden") in done.stdout.decode(encoding)


def test_an_unknown_character_is_written_out_when_it_cannot_be_encoded() -> None:
    code = "from modelkin.cli.streams import *\ntolerate_every_character()\nwrite_standard_output('模\\n')"
    done = python(code, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.stdout == b"\\u6a21\n"


@pytest.mark.parametrize("code", ["deliver(REPORT, CHOICES)", "main(['--help'])"])
def test_a_reader_that_left_ends_the_run_quietly(code: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = python(
        f"import click\ntry:\n  {code}\nexcept click.exceptions.Exit as e:\n  sys.exit(e.exit_code)",
        stdout=writing,
        stderr=subprocess.PIPE,
    )
    os.close(writing)
    assert done.stderr == b""
    assert done.returncode in (1, 141)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_standard_output_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = python("deliver(REPORT, CHOICES)", stdout=full, stderr=subprocess.PIPE)
    assert b"ModelkinError: cannot write to standard output: No space left on device" in done.stderr
    assert b"Exception ignored" not in done.stderr


# Restored files


def test_restored_files_keep_their_folders(tmp_path: Path) -> None:
    write_restored({"a/b.py": b"code", "c.py": b"code"}, tmp_path / "out", ("x",))
    assert (tmp_path / "out/a/b.py").read_bytes() == b"code"
    assert (tmp_path / "out/c.py").read_bytes() == b"code"


@pytest.mark.parametrize("path", ["../out.py", "/out.py", "a/../../out.py"])
def test_no_restored_file_leaves_the_folder(path: str, tmp_path: Path) -> None:
    with pytest.raises(ModelkinError, match="outside"):
        write_restored({path: b"code"}, tmp_path / "out", ())


def test_no_restored_file_follows_a_link_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").symlink_to(tmp_path)
    with pytest.raises(ModelkinError, match="outside"):
        write_restored({"a/b.py": b"code"}, tmp_path / "out", ())
    assert not (tmp_path / "b.py").exists()


def test_no_source_is_overwritten_and_nothing_is_written_then(tmp_path: Path) -> None:
    (tmp_path / "copy.py").write_text("the source")
    restored = {"new.py": b"code", "copy.py": b"code"}
    with pytest.raises(UsageError, match="among the files of"):
        write_restored(restored, tmp_path, (str(tmp_path / "copy.py"),))
    assert (tmp_path / "copy.py").read_text() == "the source"
    assert not (tmp_path / "new.py").exists()


def test_a_folder_inside_a_source_is_refused(tmp_path: Path) -> None:
    for source in (str(tmp_path), f"{tmp_path}!models"):
        with pytest.raises(UsageError, match="name a folder apart"):
            check_apart(tmp_path / "restored", (source,))


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelkinError, match="cannot create"):
        write_restored({"a/b.py": b"code"}, tmp_path / "file", ())


# The whole way, through main


@pytest.mark.usefixtures("pair")
@needs_scan
def test_compare_shows_the_renames_and_that_nothing_else_differs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "copy.py", "original.py", "--fail-on", "renamed"]) == 1
    text = capsys.readouterr().out
    assert "copy.py: renamed copy" in text
    assert "Attention" in text
    assert "Focus" in text
    assert "the same text as original.py" in text


@needs_scan
def test_compare_restores_the_original_byte_for_byte(pair: Path) -> None:
    assert main(["compare", "copy.py", "original.py", "--restore", "restored", "--quiet"]) == 0
    assert (pair / "restored/copy.py").read_bytes() == (pair / "original.py").read_bytes()


@pytest.mark.usefixtures("pair")
@needs_scan
def test_compare_refuses_to_restore_over_the_copy(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "copy.py", "original.py", "--restore", "."]) == 2
    assert "among the files of copy.py" in capsys.readouterr().err


@pytest.mark.usefixtures("pair")
@needs_scan
def test_compare_without_diff_shows_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "copy.py", "original.py", "--no-diff"]) == 0
    assert "after undoing" not in capsys.readouterr().out


@pytest.mark.usefixtures("pair")
@needs_scan
def test_scan_against_one_more_upstream_finds_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "copy.py", "--against", "original.py", "--format", "json", "--fail-on", "modified"]) == 1
    assert '"verdict": "renamed"' in capsys.readouterr().out


@pytest.mark.usefixtures("pair")
@needs_scan
@pytest.mark.parametrize("command", [("scan", "gone"), ("compare", "copy.py", "gone.py")], ids=" ".join)
def test_a_missing_source_is_one_line_and_2(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command) == 2
    error = capsys.readouterr().err
    assert error.startswith("modelkin: error: ")
    assert error.count("\n") == 1


@needs_scan
def test_a_hostile_file_name_reaches_no_terminal(pair: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (pair / "copy.py").rename(pair / "\x1b[31m\u202ecopy.py")
    assert main(["scan", ".", "--against", "original.py"]) == 0
    text = capsys.readouterr().out
    assert "\\x1b[31m\\u202ecopy.py" in text
    assert "\x1b" not in text


@needs_scan
def test_an_interrupted_run_says_so_and_leaves_the_old_report(pair: Path) -> None:
    os.mkfifo(pair / "report")
    command = [sys.executable, "-m", "modelkin", "compare", "copy.py", "original.py", "--output", "report"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):  # nobody reads the pipe
        process.wait(3)
    process.send_signal(2)
    _, error = process.communicate(timeout=10)
    assert (process.returncode, error.strip()) == (130, b"modelkin: interrupted")
