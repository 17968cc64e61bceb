"""How far up a ladder of disguises is a whole modeling file still traced to its upstream?"""

from __future__ import annotations

from pathlib import Path
from random import Random

import click

from modelkin.results import FileVerdict

from .disguise import RUNGS, disguises
from .figures import mean, share
from .releases import release_root
from .samples import draw_files, is_right, misses
from .scanning import is_copy, scan_texts
from .tables import Cell, print_list, print_table


@click.command()
@click.option("--release", default="4.35.0", show_default=True, help="A transformers release, or the folder of one.")
@click.option("--count", default=40, show_default=True, help="How many modeling files to disguise.")
@click.option("--seed", default=7, show_default=True, help="Draws the files and every choice of a disguise.")
@click.option("--against", multiple=True, help="An upstream to add to the shipped corpus; may be repeated.")
def main(release: str, count: int, seed: int, against: tuple[str, ...]) -> None:
    """Recall and similarity per rung; the first four rungs build on each other, the others on the fourth."""
    root = release_root("transformers", release)
    files = draw_files(root, count, seed)
    rng = Random(seed)
    ladder = {path: disguises(text, rng) for path, text in files.items()}
    rungs = {
        rung.name: scan_texts({path: texts[rung.name] for path, texts in ladder.items()}, against) for rung in RUNGS
    }
    print_table(
        f"Disguise ladder, {len(files)} modeling files of transformers {release}, seed {seed}",
        ["rung", "files", "recall", "right file first", "mean similarity", "least similarity"],
        [_row(name, verdicts, root) for name, verdicts in rungs.items()],
    )
    print_list("Files traced elsewhere", (f"{name}: {line}" for name in rungs for line in misses(rungs[name], root)))


def _row(name: str, verdicts: dict[str, FileVerdict], root: Path) -> list[Cell]:
    right = [is_right(verdict, path, root) for path, verdict in verdicts.items()]
    recalled = [first and is_copy(verdict) for first, verdict in zip(right, verdicts.values(), strict=True)]
    similarity = [verdict.similarity for verdict in verdicts.values()]
    return [name, len(verdicts), share(recalled), share(right), mean(similarity), min(similarity)]


if __name__ == "__main__":
    main()
