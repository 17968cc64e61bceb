"""Is a whole modeling file whose every identifier was renamed traced to the right file?"""

from __future__ import annotations

import ast
from pathlib import PurePosixPath
from random import Random

import click

from modelkin.results import FileVerdict

from .figures import mean, share
from .forms import without_docstrings
from .identifiers import full_renaming, rename
from .releases import release_root
from .samples import draw_files, is_right, misses
from .scanning import names_upstream, scan_texts
from .tables import print_list, print_table


@click.command()
@click.option("--release", default="4.35.2", show_default=True, help="A transformers release in the shipped corpus.")
@click.option("--count", default=40, show_default=True, help="How many modeling files to rename.")
@click.option("--seed", default=7, show_default=True, help="Draws the files and the new names.")
@click.option("--against", multiple=True, help="An upstream to add to the shipped corpus; may be repeated.")
def main(release: str, count: int, seed: int, against: tuple[str, ...]) -> None:
    """Rename all a file defines, one to one; drop docstrings; print it from its tree; scan it."""
    root = release_root("transformers", release)
    files = draw_files(root, count, seed)
    rng = Random(seed)
    verdicts = scan_texts({path: renamed_file(text, rng) for path, text in files.items()}, against)
    rows = [
        [
            path.removeprefix("transformers/models/"),
            verdict.verdict.value,
            verdict.similarity,
            first_upstream(verdict),
            "yes" if names_upstream(verdict, path) else "twin" if is_right(verdict, path, root) else "no",
        ]
        for path, verdict in verdicts.items()
    ]
    headings = ["file", "verdict", "similarity", "first upstream", "right"]
    print_table(f"transformers {release}, seed {seed}", headings, rows)
    similarity = [verdict.similarity for verdict in verdicts.values()]
    right = [is_right(verdict, path, root) for path, verdict in verdicts.items()]
    summary = [[len(files), share(right), share(one >= 0.99 for one in similarity), mean(similarity), min(similarity)]]
    print_table("Summary", ["files", "right file first", "similarity >= .99", "mean", "least"], summary)
    print_list("Files traced elsewhere", misses(verdicts, root))


def first_upstream(verdict: FileVerdict) -> str:
    """The closest upstream's project and file name, short enough for a table."""
    if not verdict.upstreams:
        return ""
    return f"{verdict.upstreams[0].project}:{PurePosixPath(verdict.upstreams[0].path).name}"


def renamed_file(text: str, rng: Random) -> str:
    """The file with every identifier it defines renamed file-wide and every docstring dropped."""
    tree = without_docstrings(ast.parse(text))
    rename(tree, full_renaming(tree, rng))
    return ast.unparse(tree) + "\n"


if __name__ == "__main__":
    main()
