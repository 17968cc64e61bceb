"""A run that is interrupted, or whose reader leaves, ends in one line at most, and leaves nothing half done."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .support.command_runs import command, elsewhere, run
from .support.small_corpora import ATTENTION, THREE, corpus_of

MANY = 3_000


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny corpus."""
    path = tmp_path_factory.mktemp("corpus") / "tiny.safetensors"
    corpus_of(*THREE).save(path)
    return path


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A file that stands in the corpus."""
    (tmp_path / "copy.py").write_text(ATTENTION)
    return tmp_path / "copy.py"


def interrupted(arguments: tuple[str | Path, ...], ready: Callable[[int], object], **settings: Any) -> None:
    """Ctrl-C once ``ready`` returns, given the process's number: one line, and 130 at the end."""
    process = subprocess.Popen(
        command(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **settings
    )
    ready(process.pid)
    process.send_signal(signal.SIGINT)
    output, error = process.communicate(timeout=60)
    assert (process.returncode, output, error.strip()) == (130, "", "modelkin: interrupted")


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc to see that the scan has begun")
def test_ctrl_c_half_way_through_a_scan_leaves_the_old_report(tmp_path: Path, corpus: Path) -> None:
    (tmp_path / "code").mkdir()
    for number in range(MANY):
        (tmp_path / "code" / f"{number}.py").write_text(f"{ATTENTION}\nNUMBER = {number}\n")
    (tmp_path / "report.json").write_text("old")

    def begun(process: int) -> None:
        maps = Path(f"/proc/{process}/maps")
        while corpus.name not in (mapped := maps.read_text()):
            assert mapped, "the scan ended before it opened the corpus"
            time.sleep(0.01)
        time.sleep(0.3)

    interrupted(("scan", tmp_path / "code", "--corpus", corpus, "--output", tmp_path / "report.json"), begun)
    assert (tmp_path / "report.json").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["code", "report.json"]


def test_ctrl_c_while_the_index_does_not_answer_leaves_nothing(tmp_path: Path, corpus: Path) -> None:
    before = corpus.read_bytes()
    with socket.create_server(("127.0.0.1", 0)) as server:
        environment = elsewhere(f"http://127.0.0.1:{server.getsockname()[1]}/simple", tmp_path / "cache")
        asked = threading.Event()
        kept: list[socket.socket] = []

        def listen() -> None:
            kept.append(server.accept()[0])
            kept[0].recv(1)
            asked.set()

        threading.Thread(target=listen, daemon=True).start()
        words = ("corpus", "add", "pypi:lamp==1.0", "--name", "lamp", "--licence", "MIT", "--corpus", corpus)
        interrupted(words, lambda _: asked.wait(60), env=environment)
        kept[0].close()
    assert corpus.read_bytes() == before
    assert list(corpus.parent.iterdir()) == [corpus]


@pytest.mark.parametrize("format_", ["text", "json"])
def test_a_reader_that_left_ends_the_run_quietly(copy: Path, corpus: Path, format_: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    settings = {"capture_output": False, "stdout": writing, "stderr": subprocess.PIPE}
    done = run("scan", copy, "--corpus", corpus, "--format", format_, **settings)
    listed = run("corpus", "info", "--corpus", corpus, **settings)
    os.close(writing)
    assert [(each.returncode, each.stderr) for each in (done, listed)] == [(141, "")] * 2


@pytest.mark.parametrize("descriptor", [0, 1, 2])
def test_a_standard_stream_that_is_closed_changes_no_exit_code(copy: Path, corpus: Path, descriptor: int) -> None:
    settings = {"capture_output": False, "preexec_fn": lambda: os.close(descriptor)}
    arguments = ("scan", copy, "--corpus", corpus, "--fail-on", "identical", "--output", copy.parent / "report")
    assert run(*arguments, **settings).returncode == 1
    assert run("scan", "gone", "--corpus", corpus, **settings, stdout=subprocess.DEVNULL).returncode == 2
