"""A process ends at once, and nothing is lost by it: not its output, its exit code, or what others wait for."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from io import StringIO
from pathlib import Path

import pytest

from modelkin.cli.leaving import leave


class LeftError(Exception):
    """In place of the end of the process."""


@pytest.fixture
def untraced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that nobody measures, whose end can be seen."""

    def end(code: int) -> None:
        raise LeftError(code)

    for name in ("gettrace", "getprofile"):
        monkeypatch.setattr(sys, name, lambda: None)
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # other tests may have left some
    monkeypatch.setattr("atexit._run_exitfuncs", lambda: None)
    monkeypatch.setattr(os, "_exit", end)


class Unwritable(StringIO):
    """A stream that cannot be flushed."""

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize("code", [0, 1, 130])
def test_the_exit_code_is_the_one_given(code: int) -> None:
    with pytest.raises(LeftError) as left:
        leave(code)
    assert left.value.args == (code,)


@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize(("code", "told"), [(0, 120), (1, 1)])
def test_output_that_is_lost_is_no_success(code: int, told: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Unwritable())
    monkeypatch.setattr(sys, "stderr", None)
    with pytest.raises(LeftError) as left:
        leave(code)
    assert left.value.args == (told,)


@pytest.mark.usefixtures("untraced")
def test_while_a_thread_works_the_process_ends_as_python_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    with pytest.raises(SystemExit) as left:
        leave(1)
    assert left.value.code == 1


@pytest.mark.parametrize("measured", ["gettrace", "getprofile"])
def test_who_measures_the_process_may_write_down_what_was_seen(measured: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("gettrace", "getprofile"):
        monkeypatch.setattr(sys, name, lambda name=name: print if name == measured else None)
    with pytest.raises(SystemExit) as left:
        leave(2)
    assert left.value.code == 2


def test_what_was_written_arrives_and_what_is_registered_is_done(tmp_path: Path) -> None:
    code = """if True:
        import atexit, pathlib, sys
        from modelkin.cli.leaving import leave
        atexit.register(pathlib.Path("registered").touch)
        sys.stdout.write("x" * 100_000)
        sys.stderr.write("told")
        leave(3)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=tmp_path, check=False)
    assert (done.returncode, len(done.stdout), done.stderr) == (3, 100_000, b"told")
    assert (tmp_path / "registered").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_page_of_help_that_cannot_be_written_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "modelkin", "--help"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (2, "modelkin: error: [Errno 28] No space left on device\n")
