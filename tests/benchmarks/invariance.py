"""Does a definition have the same normalised tokens before and after its file is printed anew?"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

import black
import click
from black.parsing import InvalidInput

from modelkin.fingerprints.normalize import normalise
from modelkin.fingerprints.statement_cache import StatementCache
from modelkin.syntax.parser import parse

from .releases import python_files, release_root
from .tables import print_list, print_table


@dataclass(frozen=True, slots=True)
class Outcome:
    """For one file and one printer: how many definitions there are, which of them changed, or why it was left out."""

    path: str
    printer: str
    definitions: int
    changed: tuple[str, ...]
    left_out: str = ""


@click.command()
@click.option("--package", default="transformers", show_default=True, help="A package on the registry.")
@click.option("--release", default="4.35.0", show_default=True, help="Its release, or the folder of one.")
@click.option("--count", default=1000, show_default=True, help="How many files to draw.")
@click.option("--seed", default=7, show_default=True, help="Draws the files.")
@click.option("--jobs", default=2, show_default=True, help="Processes; black takes most of the time.")
def main(package: str, release: str, count: int, seed: int, jobs: int) -> None:
    """Compare the digests of all definitions of real files after `ast.unparse` and after black."""
    root = release_root(package, release)
    paths = [path for path in python_files(root) if (root / path).stat().st_size]
    drawn = sorted(Random(seed).sample(paths, min(count, len(paths))))
    with ProcessPoolExecutor(jobs) as pool:
        by_file = pool.map(check_file, [root] * len(drawn), drawn, chunksize=8)
        outcomes = [outcome for outcomes in by_file for outcome in outcomes]
    rows = [_row(printer, outcomes) for printer in PRINTERS]
    headings = ["printer", "files", "definitions", "changed", "files left out"]
    print_table(f"Format invariance, {package} {release}, seed {seed}", headings, rows)
    changed = [f"{told.printer}: {told.path}: {name or '(module)'}" for told in outcomes for name in told.changed]
    print_list("Definitions whose stream changed", changed)
    print_list("Left out", [f"{told.printer}: {told.path}: {told.left_out}" for told in outcomes if told.left_out])


def check_file(root: Path, path: str) -> list[Outcome]:
    """What each printer does to the file's definitions."""
    text = (root / path).read_text(encoding="utf-8")
    return [_outcome(path, text, name, printer) for name, printer in PRINTERS.items()]


def token_hashes(text: bytes) -> dict[tuple[str, int], int]:
    """The hash of each definition's normalised tokens, by its qualified name and how often that name came before."""
    normalised = normalise(parse(text), text, StatementCache())
    digests: dict[tuple[str, int], int] = {}
    for definition, digest in zip(normalised.definitions, normalised.hashes.tolist(), strict=True):
        number = sum(name == definition.qualname for name, _ in digests)
        digests[definition.qualname, number] = digest
    return digests


def _outcome(path: str, text: str, name: str, printer: Callable[[str], str]) -> Outcome:
    try:
        printed = printer(text)
    except (SyntaxError, InvalidInput) as error:
        return Outcome(path, name, 0, (), f"{type(error).__name__}: {error}")
    before, after = token_hashes(text.encode()), token_hashes(printed.encode())
    changed = [key[0] for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    return Outcome(path, name, len(before), tuple(sorted(changed)))


def _unparsed(text: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        return ast.unparse(ast.parse(text)) + "\n"


def _blackened(text: str) -> str:
    # A width no project uses, so that lines are broken and joined all over.
    return black.format_str(text, mode=black.Mode(line_length=61, magic_trailing_comma=False))


PRINTERS: dict[str, Callable[[str], str]] = {"ast.unparse": _unparsed, "black": _blackened}


def _row(printer: str, outcomes: list[Outcome]) -> list[str | int | float]:
    mine = [outcome for outcome in outcomes if outcome.printer == printer]
    changed = sum(len(outcome.changed) for outcome in mine)
    return [printer, len(mine), sum(one.definitions for one in mine), changed, sum(bool(one.left_out) for one in mine)]


if __name__ == "__main__":
    main()
