"""Reports written whole, to a file or to whatever standard output is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from msgspec.structs import replace

from modelkin.cli import main
from modelkin.cli.choices import Choices
from modelkin.cli.delivery import deliver
from modelkin.cli.output import standard_page, tolerate_every_character, write_standard_output
from modelkin.cli.output_files import check_writable, write
from modelkin.cli.output_files import replace as replace_file
from modelkin.errors import ModelkinError
from modelkin.reports.console import PLAIN

from ..support.example_reports import EMPTY, REPORT

CHOICES = Choices({}, fail_on=("error",), formats=("text",))


def python(code: str, **settings: Any) -> subprocess.CompletedProcess[bytes]:
    preamble = "from tests.cli.test_output import *\n"
    root = Path(__file__).parent.parent.parent
    command = [sys.executable, "-c", preamble + code]
    return subprocess.run(command, cwd=root, timeout=60, check=False, **settings)


def test_a_report_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    deliver(EMPTY, CHOICES, lambda _page: "supplement\n")
    text = capsys.readouterr().out
    assert text.startswith("empty\n0 files scanned\n")
    assert text.endswith("supplement\n")


CLOSING = "Found nothing to answer for in 0 files\n"


def test_quiet_prints_the_last_line_alone_but_writes_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(EMPTY, replace(CHOICES, quiet=True, statistics=True, verbose=True), lambda _page: "supplement\n")
    deliver(EMPTY, replace(CHOICES, quiet=True, formats=("json",)))
    deliver(EMPTY, replace(CHOICES, quiet=True, output=str(tmp_path / "report"), formats=("json",)))
    deliver(EMPTY, replace(CHOICES, quiet=True, formats=(f"text={tmp_path / 'report.txt'}",)))
    assert capsys.readouterr().out == CLOSING
    assert '"root": "empty"' in (tmp_path / "report").read_text()
    assert (tmp_path / "report.txt").read_text().startswith("empty\n0 files scanned\n")


def test_how_much_a_text_says_is_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    for chosen, words in (
        ({}, "vllm 0.2.0 llama.py"),
        ({"verbose": True}, "its notice"),
        ({"statistics": True}, "rule"),
    ):
        deliver(REPORT, replace(CHOICES, **chosen))
        text = capsys.readouterr().out
        told = [each for each in ("vllm 0.2.0 llama.py", "its notice", "level  rule") if each in text]
        assert len(told) == 1
        assert words in told[0]


def test_several_formats_go_each_to_its_own_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    formats = ("text", f"json={tmp_path / 'report.json'}", f"sarif={tmp_path / 'a=b.sarif'}")
    deliver(EMPTY, replace(CHOICES, formats=formats), lambda _page: "supplement\n")
    assert capsys.readouterr().out.endswith("supplement\n")
    assert json.loads((tmp_path / "report.json").read_text())["root"] == "empty"
    assert json.loads((tmp_path / "a=b.sarif").read_text())["version"] == "2.1.0"


def test_quiet_keeps_the_formats_that_go_to_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(EMPTY, replace(CHOICES, quiet=True, formats=("text", f"json={tmp_path / 'report.json'}")))
    assert capsys.readouterr().out == CLOSING
    assert (tmp_path / "report.json").is_file()


@pytest.mark.parametrize(
    ("formats", "message"),
    [
        (("text", "json"), "text and json would both go to -: name files, as in --format json=FILE"),
        (("json=a", "sarif=a"), "json and sarif would both go to a: name files, as in --format sarif=FILE"),
        (("xml",), "'xml' is not one of text, concise, json,"),
        (("json=",), "'json=' names no file after the equals sign."),
    ],
)
def test_formats_that_cannot_be_are_usage_errors(
    formats: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scan", ".", *(word for value in formats for word in ("--format", value))]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text("old")
    check_writable(str(report))
    assert report.read_text() == "old"
    write(str(report), "new \udcff")
    assert report.read_text() == "new \\udcff"
    assert list(tmp_path.iterdir()) == [report]


def test_a_link_of_the_user_outside_the_current_folder_stays_a_link(tmp_path: Path) -> None:
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
    code = (
        "from modelkin.cli.output import *\ntolerate_every_character()\ndeliver(REPORT, replace(CHOICES, verbose=True))"
    )
    done = python(code, capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert ("x → hidden" if encoding == "utf-8" else "x -> hidden") in done.stdout.decode(encoding)


def test_an_unknown_character_is_written_out_when_it_cannot_be_encoded() -> None:
    code = "from modelkin.cli.output import *\ntolerate_every_character()\nwrite_standard_output('模\\n')"
    done = python(code, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.stdout == b"\\u6a21\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_drawings_have_plain_substitutes(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = TextIOWrapper(BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    tolerate_every_character()
    write_standard_output("█░→模")
    assert stream.buffer.getvalue() == b"#.->\\u6a21"


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


class Gone(StringIO):
    """Standard output whose other end fails as ``error`` says; ``descriptor`` stands for what lies under it."""

    def __init__(self, error: OSError, descriptor: int) -> None:
        super().__init__()
        self.error, self.descriptor = error, descriptor

    def write(self, _text: str) -> int:
        raise self.error

    def fileno(self) -> int:
        return self.descriptor


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (BrokenPipeError(), click.exceptions.Exit),
        (OSError(28, "No space left on device"), ModelkinError),
    ],
)
def test_after_a_failure_the_rest_of_standard_output_goes_nowhere(
    error: OSError, outcome: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "out").open("w+b", buffering=0) as file:
        monkeypatch.setattr(sys, "stdout", Gone(error, file.fileno()))
        with pytest.raises(outcome):
            write_standard_output("text")
        file.write(b"flushed at exit")
    assert (tmp_path / "out").read_bytes() == b""


def test_without_standard_output_the_exit_code_is_still_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    deliver(REPORT, CHOICES)
