"""What do eight times as many upstreams cost and lose: the shipped corpus replicated, in one file and in several?

Copies of files of its releases, all their names changed, are looked up in it and in its replicas: as unrelated
projects, and as near-copies, in which 10 to 30 % of the statements of each definition are others.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median

import click
import numpy as np

from modelkin.corpus.model import Corpus
from modelkin.corpus.store import open_corpus, shipped_path
from modelkin.errors import ModelkinError
from modelkin.matching.ranking import VerdictOptions
from modelkin.pipeline import Examiner
from modelkin.results import FileVerdict
from modelkin.sources.files import SourceFile

from .releases import release_root
from .replicas import Replica, joined, near_copy, replica_of, unrelated
from .tables import Cell, print_list, print_table
from .whole_files import renamed_file

LEAST_TOKENS = 300
LEAST_SHARE, MOST_SHARE = 0.1, 0.3


@click.command()
@click.option("--corpus", type=click.Path(path_type=Path), help="The corpus to replicate; the shipped one by default.")
@click.option("--replicas", default=8, show_default=True, help="How many times the corpus is there in all.")
@click.option("--count", default=62, show_default=True, help="How many files to copy, each from another release.")
@click.option("--seed", default=6, show_default=True, help="Draws the files and the new names.")
@click.option("--repeats", default=3, show_default=True, help="Times all files are looked up; the median counts.")
@click.option("--files", default=1, show_default=True, help="How many corpus files the replicas are divided among.")
@click.option("--kept", type=click.Path(path_type=Path), help="A folder to keep the replicas in.")
def main(
    corpus: Path | None, replicas: int, count: int, seed: int, repeats: int, files: int, kept: Path | None
) -> None:
    """Processor time of the look-up, and which upstream is named, before and after."""
    path = corpus or shipped_path()
    copies = drawn(open_corpus(path), count, seed)
    with tempfile.TemporaryDirectory() as folder:
        sets = {"as it is": [path]} | replicated(path, replicas, files, kept or Path(folder))
        told = {name: _examined(paths, copies, repeats) for name, paths in sets.items()}
    rows: list[list[Cell]] = []
    lost: list[str] = []
    before = told["as it is"]
    for name, (opening, seconds, named) in told.items():
        same = [path for path in copies if named[path] == before[2][path]]
        size = sum(path.stat().st_size for path in sets[name]) / 1e6 if name == "as it is" or kept else ""
        ratio = round(seconds / before[1], 3)
        rows.append([name, len(sets[name]), size, round(1000 * opening, 1), round(seconds, 3), ratio, len(same)])
        lost += [f"{name}: {path}: {named[path]}, before {before[2][path]}" for path in copies if path not in same]
    headings = ["corpus", "files", "MB", "opening ms", "look-up s", "times", f"named as before, of {len(copies)}"]
    print_table(f"{path.name} {replicas} times, seed {seed}", headings, rows)
    print_list("Copies without an upstream before", [path for path in copies if not before[2][path]])
    print_list("Named otherwise", lost)


def drawn(corpus: Corpus, count: int, seed: int) -> dict[str, str]:
    """Texts of files of the corpus, each of another release, all names changed, by release and path."""
    rng = Random(seed)
    rows = np.arange(len(corpus.version_releases))
    files = np.repeat(np.arange(corpus.file_count), np.diff(corpus.file_version_starts).astype(np.int64))
    starts = corpus.file_starts
    tokens = np.add.reduceat(corpus.definition_tokens[corpus.member_definitions], starts[:-1].astype(np.int64))
    found: dict[str, str] = {}
    releases = [number for number, each in enumerate(corpus.releases) if corpus.projects[each.project].package]
    for number in rng.sample(releases, len(releases)):
        if len(found) == count:
            break
        release = corpus.releases[number]
        project = corpus.projects[release.project]
        held = rows[(corpus.version_releases == number) & (tokens[files] >= LEAST_TOKENS)].tolist()
        if not held:
            continue
        path = corpus.text(int(corpus.version_paths[rng.choice(held)]))
        try:
            text = (release_root(project.package, release.version) / path).read_text("utf-8")
            found[f"{project.name} {release.version} {path}"] = renamed_file(text, rng)
        except (OSError, SyntaxError, ModelkinError):
            continue
    return found


def replicated(path: Path, replicas: int, files: int, folder: Path) -> dict[str, list[Path]]:
    """The corpus at ``path`` several times over, divided among so many files in ``folder``, by what it is."""
    step = (MOST_SHARE - LEAST_SHARE) / max(replicas - 2, 1)
    kinds: dict[str, Callable[[Replica, int], Replica]] = {
        "unrelated": unrelated,
        "near-copies": lambda each, number: near_copy(each, number, LEAST_SHARE + step * (number - 1)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return {name: _written(name, make, path, replicas, files, folder) for name, make in kinds.items()}


def _written(
    name: str, make: Callable[[Replica, int], Replica], path: Path, replicas: int, files: int, folder: Path
) -> list[Path]:
    paths = [folder / f"{name}-{replicas}-{number}-of-{files}.safetensors" for number in range(files)]
    if not all(each.exists() for each in paths):
        original = replica_of(open_corpus(path))
        for number, target in enumerate(paths):
            numbers = range(number, replicas, files)
            joined([make(original, each) if each else original for each in numbers], f"{name}-{number}").save(target)
    return paths


def _examined(paths: Sequence[Path], copies: dict[str, str], repeats: int) -> tuple[float, float, dict[str, str]]:
    """Seconds to open the corpora and to examine all copies, processor time, and the closest upstream of each."""
    openings, times = [], []
    for _ in range(repeats):
        started = time.process_time()
        corpora = [open_corpus(path) for path in paths]
        openings.append(time.process_time() - started)
        examiner = Examiner(corpora, VerdictOptions())
        sources = [SourceFile(f"file_{number}.py", text.encode(), "") for number, text in enumerate(copies.values())]
        examiner.examine(sources[0])
        started = time.process_time()
        verdicts = [examiner.examine(source).verdict for source in sources]
        times.append(time.process_time() - started)
    named = {key: _named(verdict) for key, verdict in zip(copies, verdicts, strict=True)}
    return median(openings), median(times), named


def _named(verdict: FileVerdict) -> str:
    return f"{verdict.upstreams[0].project} {verdict.upstreams[0].path}" if verdict.upstreams else ""


if __name__ == "__main__":
    main()
