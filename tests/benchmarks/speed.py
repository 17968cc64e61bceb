"""How fast is modelkin beside parsing alone, copydetect and jscpd, and how soon does it start? All in one run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from random import Random

import click
from platformdirs import user_cache_path

from modelkin.corpus.packed.unpacking import corpora_folder

from .processes import PYTHON, Run, highest, interleaved, middle, middle_reported, workload
from .releases import modeling_files, release_root
from .tables import Cell, print_table

IMPORTS = "import numpy, tree_sitter, tree_sitter_python, click, rapidfuzz"
COLD_FILE_BYTES = 60_000
# The newest whose program for each platform the registry had as well when this was written.
JSCPD = "jscpd@5.3.3"
MIXED = (("diffusers", "0.35.2"), ("timm", "1.0.31"), ("sympy", "1.14.0"), ("django", "6.1.3"), ("sqlalchemy", "2.1.9"))
LEAST_BYTES = 1_000
MODELKIN = str(Path(sysconfig.get_path("scripts")) / "modelkin")


@click.command()
@click.option("--release", default="4.35.0", show_default=True, help="A transformers release, or the folder of one.")
@click.option("--count", default=60, show_default=True, help="How many modeling files to run all tools on.")
@click.option("--repeats", default=5, show_default=True, help="Runs of each command; medians are shown.")
@click.option("--seed", default=7, show_default=True, help="Draws the files.")
@click.option("--mixed", default=0, help="Draw so many files of several packages instead, as 1000.")
@click.option("--jscpd/--no-jscpd", default=True, show_default=True, help="Install jscpd with npm and run it too.")
def main(release: str, count: int, repeats: int, seed: int, mixed: int, jscpd: bool) -> None:
    """Medians of interleaved runs, each in a fresh process, with a scan cache of this run's own."""
    root = release_root("transformers", release)
    paths = modeling_files(root)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "files")
        folder.mkdir()
        drawn = _mixed_files(root) if mixed else [root / path for path in paths]
        for number, path in enumerate(Random(seed).sample(drawn, min(mixed or count, len(drawn)))):
            shutil.copy(path, folder / (f"f{number:04}.py" if mixed else path.name))
        os.environ["MODELKIN_CORPORA_DIR"] = str(corpora_folder())
        os.environ["MODELKIN_CACHE_DIR"] = str(Path(name, "cache"))
        _print_throughput(folder, repeats, jscpd)
    cold = min((root / path for path in paths), key=lambda path: abs(path.stat().st_size - COLD_FILE_BYTES))
    _print_starts(cold, repeats)


def _mixed_files(root: Path) -> list[Path]:
    """Files of a kilobyte and more of models, training, mathematics, web and databases."""
    roots = [root, *(release_root(*each) for each in MIXED)]
    files = (path for each in roots for path in sorted(each.rglob("*.py")))
    return [path for path in files if path.stat().st_size >= LEAST_BYTES]


def _print_throughput(folder: Path, repeats: int, with_jscpd: bool) -> None:
    names = ["parse", "scan", "workers", "again", "changed"]
    if find_spec("copydetect"):
        names += ["fingerprint", "detect"]
    else:
        print("copydetect left out: it is not installed (pip install copydetect)\n")
    runs = dict(zip(names, interleaved([workload(name, folder) for name in names], repeats), strict=True))
    seconds = {_TITLES[name]: (middle_reported(told), highest(told)) for name, told in runs.items()}
    if with_jscpd:
        seconds |= _jscpd(folder, repeats)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    parse = seconds[_TITLES["parse"]][0]
    rows: list[list[Cell]] = [
        [title, round(time, 3), round(size / time, 2), round(parse / time, 3), round(peak)]
        for title, (time, peak) in seconds.items()
    ]
    title = f"{len(list(folder.iterdir()))} files, {size:.1f} MB, by the clock, median of {repeats}"
    print_table(title, ["tool", "seconds", "MB/s", "share of parse-only speed", "peak MB"], rows)


_TITLES = {
    "parse": "tree_sitter, parse only",
    "scan": "modelkin scan, shipped corpus, no cache",
    "workers": "the same with two workers",
    "again": "modelkin scan, all from its cache",
    "changed": "modelkin scan, all but one file from its cache",
    "fingerprint": "copydetect, fingerprints only",
    "detect": "copydetect, compared with each other",
}


def _jscpd(folder: Path, repeats: int) -> dict[str, tuple[float, float]]:
    """Start to exit less the start of node; empty, with the reason printed, when it can't be had."""
    program = _installed_jscpd()
    node = shutil.which("node")
    if program is None or node is None:
        print("jscpd left out: npm could not install it\n")
        return {}
    with tempfile.TemporaryDirectory() as output:
        options = ["--ignore-identifiers", "--workers", "1", "--silent", "--reporters", "json", "--output", output]
        scan = [node, str(program), str(folder), *options]
        runs, starts = interleaved([scan, [node, str(program), "--version"]], repeats)
    return {f"{JSCPD}, renamed clones on, compared with each other": (middle(runs) - middle(starts), highest(runs))}


def _installed_jscpd() -> Path | None:
    folder = user_cache_path("modelkin") / "benchmarks" / "jscpd"
    package = folder / "node_modules" / "jscpd"
    npm = shutil.which("npm")
    if not package.exists() and npm:
        folder.mkdir(parents=True, exist_ok=True)
        # Its packages' install scripts are not needed, and what is downloaded is not run before the benchmark.
        subprocess.run([npm, "install", "--ignore-scripts", "--silent", "--prefix", folder, JSCPD], check=False)
    program = package / "run-jscpd.js"
    return program if program.exists() else None


def _print_starts(cold: Path, repeats: int) -> None:
    commands = {
        f"modelkin scan, one file of {cold.stat().st_size / 1000:.0f} KB": [MODELKIN, "scan", "--no-cache", str(cold)],
        IMPORTS: [PYTHON, "-c", IMPORTS],
        "modelkin --help": [MODELKIN, "--help"],
        "import click": [PYTHON, "-c", "import click"],
    }
    runs = dict(zip(commands, interleaved(list(commands.values()), repeats), strict=True))
    scan, imports, usage, toolkit = (middle(told) for told in runs.values())
    ratios: tuple[Cell, ...] = (round(scan / imports, 2), "", round(usage / toolkit, 2), "")
    rows = [_start_row(title, told, ratio) for (title, told), ratio in zip(runs.items(), ratios, strict=True)]
    opened = interleaved([workload("open", cold.parent)], repeats)[0]
    rows.append(["opening the shipped corpus", round(1000 * middle_reported(opened), 1), "", round(highest(opened))])
    print_table("Starting, median of fresh processes", ["command", "ms", "times the row below", "peak MB"], rows)


def _start_row(title: str, runs: Sequence[Run], ratio: Cell) -> list[Cell]:
    return [title, round(1000 * middle(runs), 1), ratio, round(highest(runs))]


if __name__ == "__main__":
    main()
