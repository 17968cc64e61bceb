"""A process ends at once, and nothing is lost by it: not its output, its exit code, or what others wait for."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from types import ModuleType

import pytest

from modelkin.cli import signals
from modelkin.cli.signals import leave
from modelkin.corpus.model import CORPUS_SUFFIX


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
        from modelkin.cli.signals import leave
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


ENDING = [
    pytest.param(getattr(signal, name), code, id=name)
    for name, code in (("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129))
    if hasattr(signal, name)
]


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def silent_server(listening: socket.socket) -> str:
    """The address of a server that takes every call, and says nothing."""
    return f"127.0.0.1:{listening.getsockname()[1]}"


def is_called(server: socket.socket) -> bool:
    return bool(select.select([server], [], [], 0)[0])


def started(folder: Path, *words: str, **settings: str) -> subprocess.Popen[str]:
    """The command, with its temporary files and its cache in ``folder``."""
    for name in ("temporary", "cache"):
        (folder / name).mkdir(exist_ok=True)
    environment = {"TMPDIR": str(folder / "temporary"), "MODELKIN_CACHE_DIR": str(folder / "cache"), **settings}
    return subprocess.Popen(
        [sys.executable, "-m", "modelkin", *words],
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def left(folder: Path) -> list[str]:
    files = (path for name in ("temporary", "cache") for path in (folder / name).rglob("*") if path.is_file())
    # The shipped corpus, unpacked for this user, is there to stay.
    kept = (path.name for path in files if not (path.parent.name == "corpora" and path.suffix == CORPUS_SUFFIX))
    return [*kept, *(path.name for path in (folder / "temporary").iterdir())]


def is_fetching(folder: Path) -> bool:
    return any(path.name == "repository.git" for path in (folder / "temporary").rglob("*.git"))


@pytest.mark.parametrize("again", [False, True], ids=["once", "and again"])
@pytest.mark.parametrize(("number", "code"), ENDING)
def test_whoever_asks_for_the_end_nothing_temporary_stays(
    number: signal.Signals, code: int, again: bool, silent_server: str, tmp_path: Path
) -> None:
    scan = started(tmp_path, "scan", f"git+http://{silent_server}/a/b.git")
    wait_for(lambda: is_fetching(tmp_path))
    scan.send_signal(number)
    for _ in range(20 * again):
        scan.send_signal(number)
        time.sleep(0.001)
    output, errors = scan.communicate(timeout=20)
    assert (scan.returncode, output, errors) == (code, "", "\nmodelkin: interrupted\n")
    assert left(tmp_path) == []


@pytest.fixture
def short_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the sockets of workers have names of the 108 characters that a system takes."""
    return tmp_path_factory.mktemp("a")


def test_an_audit_s_workers_leave_nothing_either(silent_server: str, short_path: Path) -> None:
    (short_path / "sources.txt").write_text(f"git+http://{silent_server}/a/b.git\ngit+http://{silent_server}/c/d.git\n")
    journal = str(short_path / "audit.jsonl")
    audit = started(short_path, "audit", str(short_path / "sources.txt"), "--journal", journal, "--jobs", "2")
    wait_for(lambda: is_fetching(short_path))
    audit.terminate()
    output, errors = audit.communicate(timeout=20)
    assert (audit.returncode, output) == (143, "")
    assert errors == f"modelkin: what is done is in {journal}: --resume goes on from there\n\nmodelkin: interrupted\n"
    wait_for(lambda: left(short_path) == [], seconds=5)


def test_a_download_that_is_ended_leaves_nothing(listening: socket.socket, silent_server: str, tmp_path: Path) -> None:
    scan = started(tmp_path, "scan", "pypi:some-package==1.0", PIP_INDEX_URL=f"http://{silent_server}/simple")
    wait_for(lambda: is_called(listening))
    scan.terminate()
    output, errors = scan.communicate(timeout=20)
    assert (scan.returncode, output, errors) == (143, "", "\nmodelkin: interrupted\n")
    assert left(tmp_path) == []


SWALLOWED = {
    "by code": "try: ask()\nexcept BaseException: pass",
    "by the end of an object": "class Last:\n  def __del__(self): ask()\nlast = Last()\ndel last",
    "by a callback": "import weakref\nclass A: pass\na = A()\nr = weakref.ref(a, lambda _: ask())\ndel a",
}


@pytest.mark.parametrize("swallowing", SWALLOWED.values(), ids=SWALLOWED)
def test_an_end_that_somebody_swallowed_is_asked_for_again(swallowing: str) -> None:
    code = f"""
import os, signal, sys, time
from modelkin.cli.signals import ended_by, heed_signals
sys.unraisablehook = lambda _: None
heed_signals()
def ask():
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.2)
{swallowing}
try:
    time.sleep(15)
except KeyboardInterrupt as error:
    print(ended_by(error))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "143\n", "")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs SIGHUP")
def test_what_is_to_be_ignored_stays_ignored(tmp_path: Path) -> None:
    """As ``nohup`` has it."""
    code = """if True:
        import os, signal
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        from modelkin.cli.signals import heed_signals
        heed_signals()
        os.kill(os.getpid(), signal.SIGHUP)
        print("still here")
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (0, "still here\n")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs SIGHUP")
def test_a_terminal_that_is_gone_changes_nothing(silent_server: str, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    (tmp_path / "temporary").mkdir()
    scan = subprocess.Popen(
        [sys.executable, "-m", "modelkin", "scan", f"git+http://{silent_server}/a/b.git"],
        stdout=writing,
        stderr=writing,
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
    )
    os.close(writing)
    wait_for(lambda: is_fetching(tmp_path))
    scan.send_signal(signal.SIGHUP)
    assert scan.wait(60) in (129, 120)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_module_that_is_just_being_loaded_has_nothing_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tempfile", ModuleType("tempfile"))
    assert subprocess.Popen.__init__.__code__ in signals._whole()
