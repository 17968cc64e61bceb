"""How fast is modelkin beside parsing alone, copydetect and jscpd, and how soon does it start? All in one run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from random import Random
from statistics import median

import click
from platformdirs import user_cache_path

from modelkin.corpus.packed.unpacking import corpora_folder

from .git_folders import commit_all
from .processes import PYTHON, Run, highest, interleaved, middle, middle_reported, run, workload
from .releases import modeling_files, release_root
from .tables import Cell, print_table

IMPORTS = "import numpy, tree_sitter, tree_sitter_python, click, rapidfuzz"
COLD_FILE_BYTES = 60_000
# The files of a commit, which its hook has seen before.
STAGED = 5
HOOK = ("scan", "--no-progress", "--format", "concise")
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
    root = release_root("transformers", release).absolute()
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
        nearest = sorted((root / path for path in paths), key=lambda each: abs(each.stat().st_size - COLD_FILE_BYTES))
        _print_starts(nearest[0], nearest[:STAGED], repeats)


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


def _print_starts(cold: Path, staged: Sequence[Path], repeats: int) -> None:
    names = [path.name for path in staged]
    commands = {
        f"modelkin scan, one file of {cold.stat().st_size / 1000:.0f} KB": [MODELKIN, "scan", "--no-cache", str(cold)],
        f"modelkin scan, {len(names)} staged files, all from its cache": [MODELKIN, *HOOK, *names],
        IMPORTS: [PYTHON, "-c", IMPORTS],
        "modelkin --help": [MODELKIN, "--help"],
        "import click": [PYTHON, "-c", "import click"],
    }
    with _repository(staged):
        run([MODELKIN, *HOOK, *names])
        scan, hook, imports, usage, toolkit = interleaved(list(commands.values()), repeats)
    held_against = (imports, imports, None, toolkit, None)
    rows = [
        _start_row(title, told, base)
        for title, told, base in zip(commands, (scan, hook, imports, usage, toolkit), held_against, strict=True)
    ]
    opened = interleaved([workload("open", cold.parent)], repeats)[0]
    opening: list[Cell] = ["opening the shipped corpus", round(1000 * middle_reported(opened), 1), "", "", ""]
    columns = ["command", "ms", "of the processor", "times imports, or click", "by the processor", "peak MB"]
    print_table("Starting, median of fresh processes", columns, [*rows, [*opening, round(highest(opened))]])


def _start_row(title: str, runs: Sequence[Run], base: Sequence[Run] | None) -> list[Cell]:
    times = middle(runs), _middle_processor(runs)
    ratios: list[Cell] = ["", ""]
    if base:
        ratios = [round(times[0] / middle(base), 2), round(times[1] / _middle_processor(base), 2)]
    return [title, *(round(1000 * each, 1) for each in times), *ratios, round(highest(runs))]


def _middle_processor(runs: Sequence[Run]) -> float:
    return median(each.processor for each in runs)


@contextmanager
def _repository(staged: Sequence[Path]) -> Iterator[None]:
    """A repository with a README, in which these files are staged, is the current folder in the block."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        Path(name, "README.md").write_text("# A model\n", encoding="utf-8")
        commit_all(Path(name), "2026-01-01")
        for path in staged:
            shutil.copy(path, name)
        subprocess.run(["git", "-C", name, "add", "."], check=True)
        os.chdir(name)
        try:
            yield
        finally:
            os.chdir(before)


if __name__ == "__main__":
    main()
