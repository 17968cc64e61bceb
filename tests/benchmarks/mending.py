"""Real upstream files without their headers in an MIT repository: what is left to answer for once attributed?"""

from __future__ import annotations

import ast
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

import modelkin
from modelkin.cli import main as modelkin_main
from modelkin.results import Finding, Level

from ..support.findings_by_file import by_file
from .scanning import is_copy, scan_texts
from .stripped import Stripped, strip_files
from .tables import Cell, print_list, print_table

LICENCE = "Copyright (c) 2024 Harbour AI\n\nLicensed under the MIT License.\n"


@dataclass(frozen=True, slots=True)
class Mended:
    """A repository before and after: its files, its findings, what a second run changed, how long each run took."""

    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    found: tuple[Finding, ...]
    left: tuple[Finding, ...]
    changed_again: tuple[str, ...]
    seconds: float
    seconds_again: float
    codes: tuple[int, int]


@click.command()
@click.option("--count", default=50, show_default=True, help="How many upstream files to strip of their headers.")
@click.option("--seed", default=7, show_default=True, help="Draws the files and the new names.")
@click.option("--offline", is_flag=True, help="Fetch no licence text.")
def main(count: int, seed: int, offline: bool) -> None:
    """Attribute them twice; compare the syntax trees, the findings and the bytes."""
    files = known_files(count, seed)
    mended = mend(files, ("--offline",) if offline else ())
    levels = [_levels("before", mended.found), _levels("after", mended.left)]
    print_table("Findings in the repository", ["", *(level.value for level in Level)], levels)
    rows: list[list[Cell]] = [
        ["files told of before", len({each.region.path for each in mended.found} & files.keys())],
        ["files with an error before", len({each.region.path for each in _errors(mended.found)} & files.keys())],
        ["files with an error after", len({each.region.path for each in _errors(mended.left)} & files.keys())],
        ["syntax tree as it was", sum(_same_tree(mended, name) for name in files)],
        ["nothing but comment lines added", sum(_only_comments(mended, name) for name in files)],
        ["files that the second run changed", len(mended.changed_again)],
        ["exit code, first and second run", f"{mended.codes[0]}, {mended.codes[1]}"],
        ["seconds, first and second run", f"{mended.seconds:.1f}, {mended.seconds_again:.1f}"],
    ]
    print_table(f"{len(files)} real files, stripped and renamed, then attributed", ["what", "count"], rows)
    rules = Counter(each.rule for each in mended.found)
    print_list("Found before", (f"{count} {rule}" for rule, count in sorted(rules.items())))
    print_list("Made", sorted(mended.after.keys() - mended.before.keys()))
    print_list("Findings left", (f"{each.level.value} {each.rule}: {each.message}" for each in mended.left))


def known_files(count: int, seed: int) -> dict[str, Stripped]:
    """``count`` stripped files that the corpus knows: of what it does not hold nobody could say what is owed."""
    drawn = strip_files(4 * count, seed)
    verdicts = scan_texts({name: each.bare for name, each in drawn.items()})
    return {name: drawn[name] for name in [name for name in drawn if is_copy(verdicts[name])][:count]}


def mend(files: Mapping[str, Stripped], options: tuple[str, ...]) -> Mended:
    """Attribute the stripped files, each under its key, twice in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "LICENSE").write_text(LICENCE, encoding="utf-8")
        for name, each in files.items():
            (root / name).write_text(each.bare, encoding="utf-8")
        found = by_file(modelkin.scan(folder).findings)
        trees = [_read(root)]
        codes, seconds = [], []
        for _ in range(2):
            began = time.perf_counter()
            codes.append(modelkin_main(["attribute", folder, "--quiet", *options]))
            seconds.append(time.perf_counter() - began)
            trees.append(_read(root))
        before, after, again = trees
        changed = tuple(name for name in again if after.get(name) != again[name])
        left = by_file(modelkin.scan(folder).findings)
        return Mended(before, after, found, left, changed, seconds[0], seconds[1], (codes[0], codes[1]))


def _read(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _levels(when: str, findings: tuple[Finding, ...]) -> list[Cell]:
    levels = Counter(each.level for each in findings)
    return [when, *(levels[level] for level in Level)]


def _errors(findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.level is Level.ERROR]


def _same_tree(mended: Mended, name: str) -> bool:
    return ast.dump(ast.parse(mended.before[name])) == ast.dump(ast.parse(mended.after[name]))


def _only_comments(mended: Mended, name: str) -> bool:
    """Whether the file's end is what it was, and what stands above it are comments."""
    before, after = mended.before[name], mended.after[name]
    added = after.removesuffix(before)
    return len(added) + len(before) == len(after) and all(
        not line or line.startswith(b"#") for line in added.split(b"\n")
    )


if __name__ == "__main__":
    main()
