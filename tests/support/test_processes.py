"""What is started is closed off: where nothing has to be started nothing is, and a program is found safely."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from modelkin.support import processes

from .documents import ROOT
from .hostile_folder import Marked, marked, with_registry

SCANNER = ROOT / "scanner"
FORMATS = "json jsonl markdown github sarif cyclonedx spdx dot mermaid graphml concise".split()
RECORDING = """
import os, sys
log = os.open({log!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
STARTS = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile", "pty.spawn",
          "webbrowser.", "os.startfile", "os.popen")
def seen(event, arguments):
    if event.startswith(STARTS):
        os.write(log, (event + " " + repr(arguments) + chr(10)).encode())
sys.addaudithook(seen)
{first}
from modelkin.cli import run
sys.argv[0] = "modelkin"
run()
"""


def recorded(folder: Path, variables: Mapping[str, str], *words: str, first: str = "") -> tuple[int, list[str]]:
    """What a command starts: its exit code, and each event of Python that a process begins with."""
    log = folder.parent / "events"
    log.unlink(missing_ok=True)
    program = RECORDING.format(log=str(log), first=first)
    command = [sys.executable, "-I", "-c", program, *words]
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, log.read_text().splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Marked]:
    with with_registry(tmp_path) as registry:
        yield marked(tmp_path / "repo", registry, modules=False)


def test_nothing_is_started_where_nothing_has_to_be(folder: Marked) -> None:
    scan = ("scan", ".", "--corpus", str(folder.corpus), "--fail-on", "warning")  # nothing dates the copy
    commands = {
        scan: 1,
        (*scan, "--format", f"html={folder.out}/a.html", "--fetch-upstreams"): 1,
        (*scan, *(f"--format={name}={folder.out}/{name}" for name in FORMATS)): 1,
        ("scan", "pypi:lantern==1.0", "--corpus", str(folder.corpus)): 0,
        ("attribute", ".", "--dry-run", "--corpus", str(folder.corpus)): 1,
        ("attribute", ".", "--corpus", str(folder.corpus)): 0,
        ("corpus", "add", ".", "--name", "x", "--licence", "MIT"): 0,
        ("config", "show"): 0,
        ("completion", "bash"): 0,
        ("completion", "zsh"): 0,
        ("--version",): 0,
    }
    for with_address in (False, True):  # what one fetched, the other finds in the cache
        for words, code in commands.items():
            found = recorded(folder.root, folder.variables(with_address), *words)
            assert found[1] == [], words
            assert with_address or found[0] == code, words


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_no_shell_is_started_for_the_script_that_click_gives(folder: Marked, shell: str) -> None:
    variables = folder.variables() | {"_MODELKIN_COMPLETE": f"{shell}_source"}
    assert recorded(folder.root, variables) == (0, [])


def test_a_start_is_recorded(folder: Marked) -> None:
    _, events = recorded(folder.root, folder.variables(), "--version", first="import subprocess; subprocess.run(['/'])")
    assert events[0].startswith("subprocess.Popen")


def test_of_git_the_absolute_path_is_started_and_elsewhere(folder: Marked) -> None:
    code, events = recorded(folder.root, folder.variables(), "scan", folder.git_source, "--corpus", str(folder.corpus))
    assert code == 1
    starts = [event for event in events if event.startswith("subprocess.Popen")]
    assert starts
    for event in starts:
        program, words, place, _variables = ast.literal_eval(event.partition(" ")[2])
        assert Path(program or words[0]).is_absolute()
        assert (Path(words[0]).name, place) == ("git", "/")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a program in it, that is the current one; another, with the same one, is on PATH."""
    for name in ("here/tool", "here/bin/tool", "there/tool"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="the programs are Unix scripts")
def test_a_program_is_found_by_absolute_folders_only(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for first in ("", ".", "bin", "./bin", "../here", "~", "{here}", "{here}/../here", "{file}"):
        named = first.format(here=programs / "here", file=programs / "here/tool")
        monkeypatch.setenv("PATH", os.pathsep.join([named, str(programs / "there"), ""]))
        assert processes.find_program("tool") == str(programs / "there" / "tool"), first
        entries = processes.environment()["PATH"].split(os.pathsep)
        assert all(Path(entry).is_absolute() for entry in entries), first
        assert str(programs / "here") not in entries, first
        monkeypatch.setenv("PATH", named)
        with pytest.raises(FileNotFoundError):
            processes.find_program("tool")


def test_the_environment_is_a_list_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    given = """
        PYTHONPATH PYTHONSTARTUP PYTHONWARNINGS PYTHONHOME GIT_DIR GIT_SSH GIT_EXTERNAL_DIFF GIT_CONFIG_COUNT LD_PRELOAD
        DYLD_INSERT_LIBRARIES BASH_ENV ENV EDITOR PAGER SSH_ASKPASS PERL5LIB IFS SECRET
    """.split()
    for name in given:
        monkeypatch.setenv(name, "./x")
    kept = {"HTTPS_PROXY": "http://proxy", "SSL_CERT_FILE": "/a/b.pem", "SSH_AUTH_SOCK": "/a/agent", "LC_TIME": "C"}
    for name, value in kept.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LD_LIBRARY_PATH", os.pathsep.join(["", "/usr/lib", "lib", "."]))
    monkeypatch.setenv("GIT_SSL_CAINFO", "ca.pem")
    monkeypatch.setenv("TMPDIR", ".")
    found = processes.environment()
    assert not {*given, "GIT_SSL_CAINFO", "TMPDIR"} & {*found}
    assert {name: found[name] for name in kept} == kept
    assert found["LD_LIBRARY_PATH"] == "/usr/lib"


def test_a_program_by_its_name_alone_is_not_started() -> None:
    with pytest.raises(FileNotFoundError), processes.started(["git"], {}):
        pass


AROUND = """
import os, sys
from concurrent.futures import process
sys.path[:] = [path for path in sys.path if path]
sys.path.insert(0, {home!r})
from support import worker_processes
if __name__ == "__main__":
    sys.path[:0] = ["", "relative"]
    os.chdir({folder!r})
    pool = worker_processes.workers(2, os.getpid, ())
    asked = "(__import__('os').getcwd(), __import__('sys').path, dict(__import__('os').environ))"
    print(pool.submit(eval, asked).result())
    pool.shutdown()
    assert os.getcwd() == os.path.realpath({folder!r}), os.getcwd()
    assert sys.path[:2] == ["", "relative"]
    assert os.environ["PYTHONPATH"] == os.environ["KEPT"]
"""


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.parametrize("flags", [[], ["-E"], ["-I"]])
def test_workers_import_nothing_of_the_current_folder(folder: Marked, tmp_path: Path, flags: list[str]) -> None:
    """The module and what it needs, from a copy, as a program: what the parent imports is chosen by its user."""
    hostile = marked(tmp_path / "full", folder.registry)
    (tmp_path / "lib/support").mkdir(parents=True)
    for name in ("__init__", "one_thread", "processes", "worker_processes"):
        (tmp_path / f"lib/support/{name}.py").write_bytes((SCANNER / f"support/{name}.py").read_bytes())
    (tmp_path / "main.py").write_text(AROUND.format(home=str(tmp_path / "lib"), folder=str(hostile.root)))
    paths = os.pathsep.join(["", ".", "bin", str(tmp_path / "lib")])
    variables = {**hostile.variables(), "PYTHONPATH": paths, "KEPT": paths, "PYTHONSTARTUP": f"{hostile.root}/os.py"}
    command = [sys.executable, *flags, str(tmp_path / "main.py")]
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    place, path, environment = ast.literal_eval(done.stdout)
    assert place == str(hostile.root)
    assert all(Path(entry).is_absolute() for entry in path)
    assert str(tmp_path / "lib") in path
    assert str(hostile.root) not in path
    assert "PYTHONPATH" not in environment
    assert hostile.markers() == []
