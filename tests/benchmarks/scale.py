"""What does an audit of very many repositories take: time, memory, disk, the index, the pages? Real code.

Each repository is small: one or two files of released packages, some as they are and some with one name changed. The
audit is killed (kill -9) where it is told to be, and goes on with ``--resume``: figures are of all its runs together.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import click

from .audit import _held, bytes_in, computed_by, processes_in
from .cluster import _cluster
from .releases import python_files, release_root
from .tables import Cell, print_table

RELEASES = (
    ("transformers", "4.25.1"),
    ("timm", "0.9.2"),
    ("diffusers", "0.14.0"),
    ("fairseq", "0.10.0"),
    ("fschat", "0.2.18"),
    ("sglang", "0.4.10.post2"),
    ("x-transformers", "1.31.14"),
    ("stable-audio-tools", "0.0.8"),
    ("t5", "0.9.4"),
    ("mesh-tensorflow", "0.1.0"),
)
SIZES = range(400, 4_000)
MOST_FILES = 2
SHARE_CHANGED = 0.3
SHARE_WITH_LICENCE = 0.3
_DEFINED = re.compile(r"^(?:class|def) ([A-Za-z_]\w{3,})", re.MULTILINE)
_OPENED = "import sys, pathlib, modelkin; modelkin.open_audit(sys.argv[1], pathlib.Path(sys.argv[2]))"
# Runs a command, and prints the kilobytes that its largest process took at most.
_CHILD = """
import resource, subprocess, sys
subprocess.run([sys.executable, *sys.argv[1:]], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@click.command()
@click.option("--count", default=1000, show_default=True, help="How many repositories.")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep repositories, journal and figures there.")
@click.option("--kill-after", default=0.0, metavar="SECONDS", help="Kill the audit then; call again.")
@click.option("--jobs", default=2, show_default=True)
@click.option("--workers", default=0, show_default=True, help="Of a cluster on this machine; none unless given.")
@click.option("--seed", default=7, show_default=True, help="Draws the files.")
def main(count: int, folder: Path | None, kill_after: float, jobs: int, workers: int, seed: int) -> None:
    """Audit them with the shipped corpus and no scan cache, then build the index and the pages."""
    with ExitStack() as stack:
        work = folder or Path(stack.enter_context(TemporaryDirectory()))
        place = work / f"repositories-{count}"
        if not place.exists():
            write_repositories(place, count, Random(seed))
        name = f"{count}-{'cluster' if workers else jobs}"
        figures = _Figures(work / f"figures-{name}.json")
        journal = work / f"audit-{name}.jsonl"
        words = ["audit", place, "--journal", journal, "--index", work / f"{name}.sqlite", "--jobs", jobs]
        if workers:
            words += ["--scheduler", stack.enter_context(_cluster(work, workers)).address]
        if not figures.told.get("done"):
            is_done = figures.add_audit([*words, "--resume", "--no-cache", "--quiet", "--fail-on", "never"], kill_after)
            figures.told |= {"done": is_done, "journal": journal.stat().st_size}
            figures.keep()
            if not is_done:
                done = journal.read_bytes().count(b'{"repository"')
                click.echo(f"killed; repositories done: {done}")
                return
        figures.add_steps(journal, work / f"pages-{name}")
        _print(count, place, figures.told)


class _Figures:
    """What was measured so far, over several calls."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.told: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    def keep(self) -> None:
        self._path.write_text(json.dumps(self.told))

    def add_audit(self, words: Sequence[object], kill_after: float) -> bool:
        """Run the audit, or go on with it; whether it came to its end."""
        began, computed = time.perf_counter(), dict[int, float]()
        process = subprocess.Popen([sys.executable, "-m", "modelkin", *map(str, words)], start_new_session=True)
        while process.poll() is None:
            members = list(processes_in(process.pid))
            held = {each: _held(each) for each in members}
            self.told["peak"] = max(self.told.get("peak", 0), sum(held.values()))
            self.told["own_peak"] = max(self.told.get("own_peak", 0), held.get(process.pid, 0))
            computed |= {each: seconds for each in members if (seconds := computed_by(each))}
            if kill_after and time.perf_counter() - began > kill_after:
                for each in members:
                    os.kill(each, signal.SIGKILL)
                process.wait()
            time.sleep(0.2)
        self.told["seconds"] = self.told.get("seconds", 0) + time.perf_counter() - began
        self.told["computed"] = self.told.get("computed", 0) + sum(computed.values())
        self.told["runs"] = self.told.get("runs", 0) + 1
        if process.returncode not in (0, -signal.SIGKILL):
            raise SystemExit(f"the audit ended with {process.returncode}")
        return process.returncode == 0

    def add_steps(self, journal: Path, pages: Path) -> None:
        """The seconds that each step after the audit takes in a process of its own, and its peak memory."""
        index = pages.with_suffix(".sqlite")
        report = ["-m", "modelkin", "report", str(journal), "--index", str(index), "--fail-on", "never"]
        steps = {
            "index": ["-c", _OPENED, str(journal), str(index)],
            "summary, families": [*report, "--output", str(pages.with_suffix(".txt"))],
            "summary again": [*report, "--output", str(pages.with_suffix(".txt"))],
            "json": [*report, "--format", "json", "--output", str(pages.with_suffix(".json"))],
            "pages": [*report, "-q", "--html", str(pages)],
            "pages again": [*report, "-q", "--html", str(pages)],
        }
        told = self.told.setdefault("steps", {})
        for name, words in steps.items():
            if name in told:
                continue
            began = time.perf_counter()
            run = subprocess.run([sys.executable, "-c", _CHILD, *words], check=True, stdout=subprocess.PIPE, text=True)
            told[name] = time.perf_counter() - began, int(run.stdout.split()[-1]) * 1024
            self.told["index"], self.told["pages"] = index.stat().st_size, _bytes_below(pages)
            self.keep()


def _bytes_below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def write_repositories(place: Path, count: int, draw: Random) -> None:
    """Small repositories of real files; many files recur, as they do on a hub."""
    texts = list(_texts())
    for number in range(count):
        folder = place / f"{number // 1000:03}" / f"model-{number:06}"
        folder.mkdir(parents=True)
        for path, text in draw.sample(texts, draw.randint(1, MOST_FILES)):
            is_changed = draw.random() < SHARE_CHANGED
            (folder / Path(path).name).write_text(_changed(text, number) if is_changed else text, "utf-8")
        (folder / "README.md").write_text(f"# Model {number}\n", "utf-8")
        if draw.random() < SHARE_WITH_LICENCE:
            (folder / "LICENSE").write_text("MIT License\n\nCopyright (c) 2024 Somebody\n", "utf-8")


def _texts() -> Iterator[tuple[str, str]]:
    for name, version in RELEASES:
        root = release_root(name, version)
        for path in python_files(root):
            if (root / path).stat().st_size in SIZES:
                yield path, (root / path).read_text("utf-8", "replace")


def _changed(text: str, number: int) -> str:
    """The text with one of its definitions under another name, or a line more where it has none."""
    found = _DEFINED.search(text)
    return re.sub(rf"\b{found[1]}\b", f"{found[1]}{number}", text) if found else f"NUMBER = {number}\n{text}"


def _print(count: int, place: Path, told: dict[str, Any]) -> None:
    size, distinct = bytes_in(place)
    rows: list[list[Cell]] = [
        ["repositories", count],
        ["MB of Python; distinct", f"{size / 1e6:.1f}; {distinct / 1e6:.1f}"],
        ["audit: seconds, in runs", f"{told['seconds']:.0f} in {told['runs']}"],
        ["seconds computed", f"{told['computed']:.0f}"],
        ["peak MB, all processes", f"{told['peak'] / 1e6:.0f}"],
        ["peak MB, the audit's own process", f"{told['own_peak'] / 1e6:.0f}"],
        ["journal MB", f"{told['journal'] / 1e6:.1f}"],
        ["index MB", f"{told['index'] / 1e6:.1f}"],
        ["pages MB", f"{told['pages'] / 1e6:.1f}"],
    ]
    steps = told["steps"].items()
    rows += [[f"{name}: seconds, peak MB", f"{spent:.1f}, {peak / 1e6:.0f}"] for name, (spent, peak) in steps]
    print_table("An audit of many small repositories", ["what", "how much"], rows)


if __name__ == "__main__":
    main()
