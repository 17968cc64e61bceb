"""What does `corpus add` of one file cost, the first time and the hundredth, into a new corpus and into a large one?"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

import click

from modelkin.corpus.store import open_segments, shipped_path

from .processes import PYTHON, Run, highest, run
from .releases import modeling_files, release_root
from .tables import Cell, print_table

SMALLEST, LARGEST = 8_000, 80_000
AT_THE_ENDS = 10


@click.command()
@click.option("--release", default="4.35.0", show_default=True, help="A transformers release, or the folder of one.")
@click.option("--count", default=100, show_default=True, help="How many files are added, each by a command of its own.")
@click.option("--seed", default=7, show_default=True, help="Draws the files.")
def main(release: str, count: int, seed: int) -> None:
    """Processor time of each command, start-up included, and its peak memory."""
    root = release_root("transformers", release)
    fitting = [root / path for path in modeling_files(root) if SMALLEST <= (root / path).stat().st_size <= LARGEST]
    files = Random(seed).sample(fitting, min(count, len(fitting)))
    rows: list[list[Cell]] = []
    with tempfile.TemporaryDirectory() as name:
        new, large = Path(name, "new.safetensors"), Path(name, "large.safetensors")
        shutil.copy(shipped_path(), large)
        large.chmod(0o600)
        for title, corpus in (("a new corpus", new), ("a copy of the shipped one", large)):
            rows.append([title, *_cells(corpus, files), len(open_segments(corpus))])
    headings = [
        "into",
        "files",
        f"first {AT_THE_ENDS} s",
        f"last {AT_THE_ENDS} s",
        "mean s",
        "most s",
        "MB",
        "segments",
    ]
    print_table("corpus add, one file each time", headings, rows)


def _cells(corpus: Path, files: Sequence[Path]) -> list[Cell]:
    runs = [_added(corpus, file, number) for number, file in enumerate(files)]
    seconds = [each.processor for each in runs]
    first, last = seconds[:AT_THE_ENDS], seconds[-AT_THE_ENDS:]
    told = [sum(first) / len(first), sum(last) / len(last), sum(seconds) / len(seconds), max(seconds)]
    return [len(files), *told, round(highest(runs))]


def _added(corpus: Path, file: Path, number: int) -> Run:
    words = ["corpus", "add", str(file), "--name", f"n{number}", "--licence", "MIT", "--corpus", str(corpus)]
    return run([PYTHON, "-m", "modelkin", *words])


if __name__ == "__main__":
    main()
