"""Does `modelkin serve` bear 50 requests a second for a minute while an audit writes, and does its memory stay?

Requests are what a browser asks: the index, the table sorted and filtered, the state, reports, now and then a table as
CSV. They are begun at their time whether or not those before are answered.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from threading import Lock

import click

from ..support.served import Served, serving
from .scale import write_repositories
from .tables import Cell, print_table

_TABLES = ("first", "name", "errors", "copies", "files")


class _Found:
    """What was answered, by kind of request."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.seconds: dict[str, list[float]] = {}
        self.statuses: Counter[str] = Counter()

    def ask(self, served: Served, kind: str, path: str) -> None:
        began = time.perf_counter()
        try:
            status = str(served.ask(path).status)
        except (OSError, HTTPException) as error:
            status = type(error).__name__
        with self.lock:
            self.seconds.setdefault(kind, []).append(time.perf_counter() - began)
            self.statuses[status] += 1


@click.command()
@click.option("--repositories", default=600, show_default=True, help="Audited meanwhile.")
@click.option("--rate", default=50, show_default=True, help="Requests a second.")
@click.option("--seconds", default=60, show_default=True)
@click.option("--seed", default=7, show_default=True)
def main(repositories: int, rate: int, seconds: int, seed: int) -> None:
    """Serve the journal of an audit that is under way."""
    draw = Random(seed)
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_repositories(folder / "repositories", repositories, draw)
        journal = folder / "audit.jsonl"
        words = ["audit", folder / "repositories", "--journal", journal, "--jobs", "1", "--no-cache", "-q"]
        command = [sys.executable, "-m", "modelkin", *map(str, words), "--fail-on", "never"]
        with subprocess.Popen(command) as audit:
            while not (journal.exists() and b'{"repository"' in journal.read_bytes()):
                time.sleep(0.1)
            with serving(journal, "--index", str(folder / "index.sqlite")) as served:
                served.open()
                _asked(served, rate, seconds, draw)
            if audit.poll() is None:
                audit.terminate()


def _asked(served: Served, rate: int, seconds: int, draw: Random) -> None:
    found, memory = _Found(), list[int]()
    began = time.monotonic()
    first = _rows(served)
    with ThreadPoolExecutor(32) as threads:
        for number in range(rate * seconds):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            threads.submit(found.ask, served, *_request(draw, served, number))
            if number % (rate * 5) == 0:
                memory.append(served.memory())
    memory.append(served.memory())
    _print(found, memory, (first, _rows(served)), time.monotonic() - began)


def _rows(served: Served) -> int:
    return int(json.loads(served.ask("/rows").body)["all"])


_pages: list[str] = []


def _request(draw: Random, served: Served, number: int) -> tuple[str, str]:
    if number % 250 == 0:
        rows = json.loads(served.ask("/rows?sort=first").body)["rows"]
        _pages[:] = [f"/repositories/{row[0][-12:-10]}/{row[0]}.html" for row in rows if row[2] < 0]
    kind = draw.choices(("state", "rows", "index", "report", "csv"), (30, 40, 10, 19, 1))[0]
    path = {
        "state": "/state?version=x",
        "rows": f"/rows?sort={draw.choice(_TABLES)}&query={draw.choice(('', 'model-0000', 'trans'))}&page=0",
        "index": "/",
        "report": draw.choice(_pages or ["/"]),
        "csv": "/repositories.csv",
    }
    return kind, path[kind]


def _print(found: _Found, memory: list[int], counts: tuple[int, int], seconds: float) -> None:
    rows: list[list[Cell]] = [
        [kind, len(times), round(1000 * median(times), 1), round(1000 * sorted(times)[int(0.99 * len(times))], 1)]
        for kind, times in sorted(found.seconds.items())
    ]
    title = f"{sum(found.statuses.values())} requests in {seconds:.0f} s"
    print_table(title, ["of", "how many", "median ms", "99 % ms"], rows)
    print(f"answers: {dict(found.statuses)}; repositories shown: {counts[0]} to {counts[1]}")
    print("memory, MB, every 5 s:", " ".join(f"{each / 1e6:.0f}" for each in memory))


if __name__ == "__main__":
    main()
