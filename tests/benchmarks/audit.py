"""How long does an audit of many repositories take, and what do repeats, workers and numbers change? Real code.

Repositories are the folders of released packages, each with its Python files and a README; some are copies of others.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median

import click

from .releases import python_files, release_root
from .tables import Cell, print_table

RELEASES = (
    ("transformers", "4.28.1"),
    ("transformers", "4.35.0"),
    ("transformers", "4.45.2"),
    ("vllm", "0.2.3"),
    ("timm", "1.0.31"),
    ("torchvision", "0.29.2"),
    ("litgpt", "0.5.13"),
    ("torchtune", "0.6.1"),
)
BLOCK = 100
COPIES_PER_BLOCK = 30


@dataclass(frozen=True, slots=True)
class Measured:
    """One audit, all its processes together: ``seconds`` from start to end, those they ``computed`` in, the most memory
    they held at once (``peak``, a page that several share counted once) and the size of the journal, in bytes.
    """

    seconds: float
    computed: float
    peak: int
    journal: int


@click.command()
@click.option("--count", default=1000, show_default=True, help="How many repositories; hundreds.")
@click.option("--repeats", default=1, show_default=True, help="Audits of each kind; medians are shown.")
@click.option("--seed", default=7, show_default=True, help="Draws the folders.")
def main(count: int, repeats: int, seed: int) -> None:
    """Audits with the shipped corpus, each begun anew in processes of its own."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name, "repositories")
        blocks = list(blocks_of(count, Random(seed)))
        for number, block in enumerate(blocks):
            write_block(place / "first" / f"{number:02}", block)
        for number, block in enumerate(blocks):
            write_block(place / "again" / f"{number:02}", block)
        _print_sizes(place / "first", len(blocks), repeats)
        _print_jobs(place / "first", repeats)
        _print_repeats(place, repeats)


def blocks_of(count: int, draw: Random) -> Iterator[list[Path]]:
    """Folders of packages, a hundred a block, some of them several times."""
    folders = sorted({path.parent for root in _roots() for path in (root / each for each in python_files(root))})
    draw.shuffle(folders)
    left = iter(folders)
    for _ in range(count // BLOCK):
        fresh = [folder for folder, _ in zip(left, range(BLOCK - COPIES_PER_BLOCK), strict=False)]
        yield fresh + draw.choices(fresh, k=BLOCK - len(fresh))


def _roots() -> list[Path]:
    return [release_root(name, version) for name, version in RELEASES]


def write_block(target: Path, folders: Iterable[Path]) -> None:
    for number, folder in enumerate(folders):
        repository = target / f"{number:03}-{folder.name}"
        repository.mkdir(parents=True)
        (repository / "README.md").write_text(f"# {folder.name}\n")
        for file in folder.glob("*.py"):
            shutil.copy(file, repository)


def _print_sizes(place: Path, blocks: int, repeats: int) -> None:
    """The same share of every block is new, so time should grow as the number of bytes does."""
    rows: list[list[Cell]] = []
    with tempfile.TemporaryDirectory() as name:
        for many in sorted({1, 2, blocks // 2, blocks} - {0}):
            part = Path(name, str(many))
            part.mkdir()
            for number in range(many):
                shutil.copytree(place / f"{number:02}", part / f"{number:02}")
            found = _measured(part, 2, repeats)
            size, distinct = bytes_in(part)
            rows.append(
                [
                    many * BLOCK,
                    round(size / 1e6, 1),
                    round(distinct / 1e6, 1),
                    round(found.seconds, 1),
                    round(size / 1e6 / found.seconds, 2),
                    round(1e9 * found.seconds / distinct),
                    round(found.peak / 1e6),
                    round(found.journal / 1e6, 1),
                ]
            )
    headings = ["repositories", "MB", "distinct MB", "seconds", "MB/s", "ms per distinct MB", "peak MB", "journal MB"]
    print_table("Numbers, 2 workers", headings, rows)


def _print_jobs(place: Path, repeats: int) -> None:
    one, two = (_measured(place, jobs, repeats) for jobs in (1, 2))
    rows: list[list[Cell]] = [
        [
            jobs,
            round(found.seconds, 1),
            round(one.seconds / found.seconds, 2),
            round(found.computed, 1),
            round(found.computed / found.seconds, 2),
            round(found.peak / 1e6),
        ]
        for jobs, found in ((1, one), (2, two))
    ]
    headings = ["jobs", "seconds", "times as fast", "seconds computed", "cores used", "peak MB"]
    print_table("Workers; a machine that does other work gives fewer cores than there are", headings, rows)


def _print_repeats(place: Path, repeats: int) -> None:
    first, both = _measured(place / "first", 1, repeats), _measured(place, 1, repeats)
    rows: list[list[Cell]] = [
        ["as above", round(first.seconds, 1), "", round(first.computed, 1), ""],
        [
            "and all of them once more",
            round(both.seconds, 1),
            _added(first.seconds, both.seconds),
            round(both.computed, 1),
            _added(first.computed, both.computed),
        ],
    ]
    print_table("Repeats, 1 worker", ["repositories", "seconds", "added", "seconds computed", "added"], rows)


def _added(first: float, both: float) -> str:
    return f"{100 * (both - first) / first:.1f} %"


def _measured(place: Path, jobs: int, repeats: int) -> Measured:
    runs = [_audit(place, jobs) for _ in range(repeats)]
    return Measured(
        median(run.seconds for run in runs),
        median(run.computed for run in runs),
        max(run.peak for run in runs),
        runs[0].journal,
    )


def _audit(place: Path, jobs: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder, "audit.jsonl")
        words = ["audit", place, "--journal", journal, "--jobs", jobs, "--quiet", "--fail-on", "never"]
        command = [sys.executable, "-m", "modelkin", *map(str, words)]
        began = time.perf_counter()
        audit = subprocess.Popen(command, start_new_session=True, cwd=folder)
        peak, computed = 0, dict[int, float]()
        while audit.poll() is None:
            processes = list(processes_in(audit.pid))
            peak = max(peak, sum(map(_held, processes)))
            computed |= {process: told for process in processes if (told := computed_by(process))}
            time.sleep(0.1)
        seconds = time.perf_counter() - began
        if audit.returncode:
            raise subprocess.CalledProcessError(audit.returncode, command)
        return Measured(seconds, sum(computed.values()), peak, journal.stat().st_size)


def processes_in(session: int) -> Iterator[int]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may end at any moment
            if os.getsid(int(process.name)) == session:
                yield int(process.name)


def _held(process: int) -> int:
    """What a process holds now; of a page that several share, its part."""
    with suppress(OSError):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return 0


def computed_by(process: int) -> float:
    """The seconds a process has computed so far."""
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def bytes_in(place: Path) -> tuple[int, int]:
    """Bytes of Python in all, and of distinct contents."""
    contents: Sequence[bytes] = [path.read_bytes() for path in place.rglob("*.py")]
    return sum(map(len, contents)), sum(map(len, set(contents)))


if __name__ == "__main__":
    main()
