"""Does a whole copy keep its findings, whatever else is put into its file?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import click

import modelkin
from modelkin.results import Report

from .figures import share
from .identifiers import SYLLABLES
from .stripped import Stripped, strip_files
from .tables import Cell, print_list, print_table

LITERALS = (13, 31, 168)
ONE_LINERS = 10_000
LICENCE = "Copyright (c) 2024 Harbour AI\n\nLicensed under the MIT License.\n"

Findings = frozenset[tuple[str, str]]
"""Rule and project of each finding."""


@click.command()
@click.option("--count", default=20, show_default=True, help="How many upstream files to copy.")
@click.option("--seed", default=10, show_default=True, help="Draws the files, the new names and what is added.")
def main(count: int, seed: int) -> None:
    """Renamed files without their headers, each alone in an MIT repository, plain and with something added."""
    files = list(strip_files(count, seed).values())
    rng = Random(seed)
    plain = [_scanned(file.bare) for file in files]
    rows: list[list[Cell]] = []
    lost: list[str] = []
    for kind, texts in _diluted(files, rng).items():
        reports = [_scanned(text) for text in texts]
        missing = [_findings(one) - _findings(other) for one, other in zip(plain, reports, strict=True)]
        levels = [_levels(one).items() <= _levels(other).items() for one, other in zip(plain, reports, strict=True)]
        verdicts = [report.files[0].verdict.value if report.files else "skipped" for report in reports]
        rows.append([kind, len(files), share(not each for each in missing), share(levels), verdicts.count("modified")])
        told = zip(files, verdicts, missing, strict=True)
        lost += [f"{kind}, {file.source}: {verdict}, {_words(gone)}" for file, verdict, gone in told if gone]
        if kind == TWO_OTHERS:
            lost += _unnamed(files, plain, reports)
    headings = ["added", "files", "keep every finding", "at the same levels", "modified"]
    print_table(f"Whole copies in longer files, seed {seed}", headings, rows)
    print_list("What is lost", lost)


TWO_OTHERS = "two other files"


def _diluted(files: list[Stripped], rng: Random) -> Mapping[str, list[str]]:
    bare = [file.bare for file in files]
    kinds = {f"literal of {size} kB": [text + literal(size * 1000, rng) for text in bare] for size in LITERALS}
    kinds[f"{ONE_LINERS} one-liners"] = [text + one_liners(ONE_LINERS, rng) for text in bare]
    turned = [bare[1:] + bare[:1], bare[2:] + bare[:2]]
    kinds[TWO_OTHERS] = ["\n\n".join(texts) for texts in zip(bare, *turned, strict=True)]
    return kinds


def literal(size: int, rng: Random) -> str:
    """A table of that many characters."""
    rows, length = [], 0
    while length < size:
        rows.append(f'    ("{word(rng)}", {rng.randrange(10_000)}, {rng.random():.4f}),')
        length += len(rows[-1]) + 1
    return "\n\nTABLE = [\n" + "\n".join(rows) + "\n]\n"


def one_liners(count: int, rng: Random) -> str:
    """That many assignments and functions of one line each."""
    kinds = (
        lambda name, number: f"{name} = {number}",
        lambda name, number: f"def {name}(value): return value + {number}",
        lambda name, number: f"{name} = scaled({number}, by={name[:2]!r})",
    )
    lines = (kinds[number % 3](f"{word(rng)}_{number}", rng.randrange(1000)) for number in range(count))
    return "\n\n" + "\n".join(lines) + "\n"


def word(rng: Random) -> str:
    """A word that means nothing."""
    return "".join(rng.choices(SYLLABLES, k=3))


def _scanned(text: str) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "LICENSE").write_text(LICENCE, encoding="utf-8")
        Path(folder, "code.py").write_text(text, encoding="utf-8")
        return modelkin.scan(folder)


def _findings(report: Report) -> Findings:
    return frozenset(_levels(report))


def _levels(report: Report) -> dict[tuple[str, str], str]:
    """The level of each finding; the text of a licence is asked for once, for all projects under it."""
    return {
        (each.rule, "" if each.rule == "licence-text-missing" else each.upstream.split(" ")[0]): each.level.value
        for each in reversed(report.findings)
    }


def _unnamed(files: list[Stripped], plain: list[Report], reports: list[Report]) -> Iterator[str]:
    """The sources of three put together, as each alone has them, that are not named, or of which nothing is asked."""
    sources = [next((Path(each.upstream.path).name for each in report.attributions), "") for report in plain]
    for place, report in enumerate(reports):
        wanted = [sources[(place + step) % len(files)] for step in range(3)]
        named = {Path(each.path).name for file in report.files for each in file.upstreams}
        asked = {Path(each.upstream.path).name for each in report.attributions}
        for what, held in (("named", named), ("asked for", asked)):
            if gone := [each for each in wanted if each not in held]:
                yield f"{TWO_OTHERS}, {files[place].source}: not {what}: {', '.join(gone)}"


def _words(found: Findings) -> str:
    return ", ".join(f"{rule} ({project})" for rule, project in sorted(found))


if __name__ == "__main__":
    main()
