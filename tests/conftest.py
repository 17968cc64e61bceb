"""Flags and fixtures of all tests."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from .support.audit_cases import tiny_corpus
from .support.processor_time import unmeasured

# Neither chance nor the wall clock decides a test: hypothesis draws the same examples each time, however slow it is.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")

# Reports say when they were made: two runs of a test say the same.
os.environ["SOURCE_DATE_EPOCH"] = "1795910400"  # 2026-11-29

# A shell that starts the tests in the background lets all they start ignore Ctrl-C, and nohup a closed terminal; some
# tests send both.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Each test examines anew what it scans; those of the scan cache have one of their own.
os.environ["MODELKIN_NO_CACHE"] = "1"

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden-update", action="store_true", help="rewrite the files in tests/golden")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Run a test of many inputs, marked ``unmeasured``, without coverage's tracer, which doubles its time."""
    if pyfuncitem.get_closest_marker("unmeasured") is None:
        return (yield)
    with unmeasured():
        return (yield)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus that audits are held against; a module that needs another has its own."""
    return tiny_corpus(tmp_path_factory.mktemp("corpus") / "tiny.safetensors")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary folders are made; every test leaves it empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """What compares a text with the golden file of that name, or rewrites the file."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--golden-update"):
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8")

    return compare
