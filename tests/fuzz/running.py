"""Builds one case and runs every command on it, in this process; ``supervising`` copes with crashes and hangs.

Edit this when a case needs another place to run in, or when one more thing can be wrong after any command.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import io
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from modelkin.cli import main
from modelkin.reports import FORMATS

from ..support.small_corpora import ATTENTION, ROTARY, SCHEDULE, Upstream, corpus_of
from .checking import in_silence, wrong_ending, wrong_reports
from .watching import watched
from .writing import put, removed

KINDS = ("repositories", "archives", "index", "waivers", "settings")
MOST_SECONDS = 20.0
_FORMATS = tuple(FORMATS)
FEW_FORMATS = ("json", "github", "concise")
"""Enough for a second scan of the same folder: formats tell what they are told."""


class Place:
    """The folder of a run: the corpus, what lies outside of every case, and room for the case and its output."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.case, self.out, self.outside = root / "case", root / "out", root / "outside"
        self.data, self.temporary, self.stand = root / "data", root / "tmp", root / "stand"
        for folder in (self.data, self.temporary, self.stand, self.outside):
            folder.mkdir(parents=True, exist_ok=True)
        self.corpus = root / "data" / "fuzz.safetensors"
        if not self.corpus.exists():
            _corpus(self.corpus)
        self.token = hashlib.sha256(str(root).encode()).hexdigest()[:20]
        self._plant()

    def _plant(self) -> None:
        secret = ATTENTION.replace("The Lantern Authors", self.token).replace("WindowAttention", f"Window{self.token}")
        for name in ("secret.py", "LICENSE", "README.md", "modelkin.toml", ".git/config", "src/secret.py"):
            put(self.outside / name, secret.encode())

    def outside_state(self) -> tuple[object, ...]:
        """What lies beside the case, with times and contents: it may never change."""
        found: list[object] = [sorted(map(str, folder.iterdir())) for folder in (self.root, self.stand)]
        for folder, _, names in sorted(os.walk(self.outside)):
            for name in sorted(names):
                path = Path(folder, name)
                found.append((str(path), path.lstat().st_mtime_ns, path.lstat().st_mode, path.read_bytes()))
        return tuple(found)

    def cleared(self) -> None:
        """Room for the next case."""
        for folder in (self.case, self.out):
            removed(folder)
            folder.mkdir()


def _corpus(path: Path) -> None:
    files = {"lantern/attention.py": ATTENTION, "lantern/rotary.py": ROTARY}
    later = Upstream("beacon", "0.3", {"beacon/schedule.py": SCHEDULE}, "2022-01-31", "BSD-3-Clause")
    corpus_of(Upstream(files=files, licence="Apache-2.0"), later).save(path)


@contextlib.contextmanager
def surroundings(place: Place) -> Iterator[None]:
    """A home, caches and temporary files of the run's own; no package index is asked for its address."""
    own = {
        "HOME": place.data,
        "XDG_CACHE_HOME": place.data / "cache",
        "XDG_DATA_HOME": place.data,
        "XDG_CONFIG_HOME": place.data,
        "MODELKIN_CACHE_DIR": place.data / "cache",
        "MODELKIN_DATA_DIR": place.data / "modelkin",
        "TMPDIR": place.temporary,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_CONFIG_FILE": os.devnull,
    }
    before, here, temporary = dict(os.environ), Path.cwd(), tempfile.tempdir
    os.environ.update({key: str(value) for key, value in own.items()})
    tempfile.tempdir = str(place.temporary)
    try:
        yield
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)
        tempfile.tempdir = temporary


class Runner:
    """Runs the commands of one case and collects what is wrong."""

    def __init__(self, place: Place, kind: str) -> None:
        self.place, self.kind = place, kind
        self.faults: list[str] = []

    def command(self, *words: str, here: Path | None = None, writable: Sequence[Path] = ()) -> tuple[object, str]:
        """One command line, run from ``here``; its exit code and what it printed."""
        place = self.place
        os.chdir(here or place.stand)
        printed, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") for _ in range(2))
        began, code = time.process_time(), object()
        allowed = (place.out, place.data, *writable)
        with watched(place.case, allowed, network=self.kind == "index") as watch:
            try:
                with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(errors):
                    code = main([*words])
            except KeyboardInterrupt:
                raise
            except BaseException:  # noqa: BLE001  whatever it is, it is what we look for
                self._fault(words, f"a traceback: {_last(traceback.format_exc())}")
                code = None
        told = [_read(stream) for stream in (printed, errors)]
        seconds = time.process_time() - began
        faults = [*dict.fromkeys(watch.seen), *(wrong_ending(code, told[1]) if code is not None else ())]
        faults += [f"{seconds:.1f} s of processor time"] if seconds > MOST_SECONDS else []
        faults += ["tells what lies outside"] if place.token in "".join(told) else []
        for fault in faults:
            self._fault(words, fault)
        return code, told[0]

    def program(self, *words: str) -> None:
        """One command line in a process of its own, for what starts processes."""
        command = [sys.executable, "-m", "modelkin", *words]
        done = subprocess.run(command, cwd=self.place.stand, capture_output=True, timeout=120, check=False)
        errors = done.stderr.decode("utf-8", "backslashreplace")
        for fault in wrong_ending(done.returncode, errors):
            self._fault(words, fault)
        if self.place.token.encode() in done.stdout + done.stderr:
            self._fault(words, "tells what lies outside")

    def scan(
        self,
        source: str,
        sure: Sequence[str],
        *more: str,
        here: Path | None = None,
        may_hide: bool = False,
        formats: Sequence[str] = _FORMATS,
    ) -> None:
        """A scan in these formats, each of which is checked."""
        outputs = {name: self.place.out / f"report.{name}" for name in formats}
        for path in outputs.values():
            path.unlink(missing_ok=True)
        words = ("scan", source, *more, *self.usual, *(f"--format={name}={path}" for name, path in outputs.items()))
        code, _ = self.command(*words, here=here)
        reports = {name: path.read_bytes() for name, path in outputs.items() if path.exists()}
        if code in (0, 1) and len(reports) < len(outputs):
            self._fault(words, f"reports are missing: {outputs.keys() - reports.keys()}")
        self._check(words, lambda: wrong_reports(reports, self.place.token))
        if "json" in reports:
            self._check(words, lambda: in_silence(reports["json"], sure, may_hide))

    @property
    def usual(self) -> tuple[str, ...]:
        """The options of every command that compares: the run's own corpus, and no bar."""
        return ("--corpus", str(self.place.corpus), "--no-progress")

    def _check(self, words: Sequence[str], faults: Callable[[], Iterator[str]]) -> None:
        for fault in faults():
            self._fault(words, fault)

    def _fault(self, words: Sequence[str], fault: str) -> None:
        shown = " ".join(word for word in words[:4] if not word.startswith("--format="))
        self.faults.append(f"[modelkin {shown}] {fault}"[:1500])


def _read(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8", "backslashreplace")


def _last(text: str) -> str:
    """The end of a traceback: where it arose and what it says."""
    return " / ".join(each.strip() for each in text.splitlines()[-5:])


def chance_of(kind: str, seed: int, number: int) -> Random:
    """What decides everything about a case."""
    return Random(f"modelkin:{kind}:{seed}:{number}")


def run_case(place: Place, kind: str, seed: int, number: int) -> list[str]:
    """Build the case and run it; what was wrong, in a line each. `surroundings` must hold."""
    from .cases import RUNS

    chance = chance_of(kind, seed, number)
    place.cleared()
    before = place.outside_state()
    runner = Runner(place, kind)
    loaded = len(sys.modules)
    os.chdir(place.stand)
    RUNS[kind](runner, chance)
    os.chdir(place.stand)
    if place.outside_state() != before:
        runner.faults.append("something outside of the case has changed")
    if (place.case / "ran").exists() or (place.stand / "ran").exists():
        runner.faults.append("code of the case was run: it left its marker")
    if len(sys.modules) != loaded:
        scanned = os.path.realpath(place.case)
        names = [name for name, module in list(sys.modules.items()) if _file(module).startswith(scanned)]
        runner.faults += [f"module {name} of the case was imported" for name in names]
    if number % 50 == 0:
        gc.collect()
    return runner.faults


def _file(module: object) -> str:
    return str(getattr(module, "__file__", None) or "")
