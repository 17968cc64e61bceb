"""Is a part of an upstream file told of that was put into a file of one's own, renamed and edited? Is nothing else?"""

from __future__ import annotations

import ast
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

import click

import modelkin
from modelkin.results import Finding, Report

from .edits import edited_statements
from .figures import share
from .forms import without_docstrings
from .identifiers import full_renaming, rename
from .releases import python_files, release_root
from .tables import Cell, print_list, print_table

# Releases in the shipped corpus and what it holds of them: under copyleft or for no commerce, and permissive.
COPYLEFT = (
    ("ultralytics", "8.0.100", "ultralytics/nn/**/*.py"),
    ("ultralytics", "8.0.100", "ultralytics/vit/**/*.py"),
    ("encodec", "0.1.1", "encodec/**/*.py"),
    ("TTS", "0.22.0", "TTS/tts/models/*.py"),
    ("TTS", "0.22.0", "TTS/vocoder/models/*.py"),
    ("yolov5", "7.0.14", "yolov5/models/*.py"),
    ("protenix", "0.1.0", "protenix/model/**/*.py"),
)
PERMISSIVE = (
    ("transformers", "4.35.2", "transformers/models/*/modeling_*.py"),
    ("diffusers", "0.35.2", "diffusers/schedulers/*.py"),
    ("timm", "1.0.31", "timm/models/*.py"),
    ("fairseq", "0.12.2", "fairseq/models/*.py"),
    ("speechbrain", "1.1.2", "speechbrain/lobes/models/*.py"),
)
LEFT_OUT = re.compile(r"__init__\.py$|__main__\.py$|autobackend|_flax|modeling_(?:tf|flax)_|/deprecated/")
# Packages of other fields, newest releases: hosts, and where nothing is to be told of.
UNRELATED = ("networkx", "sqlalchemy", "django", "sympy", "rich", "click", "flask", "requests")
LEAST_DEFINITIONS, LEAST_LINES = 6, 150
HOST_LINES = (200, 900)
EDITED = 0.2
RUNGS = {"one definition": 1, "three": 3, "a third": 1 / 3, "a half": 1 / 2}
LICENCE = "Copyright (c) 2024 Harbour AI\n\nLicensed under the MIT License.\n"
TELLING = frozenset(("part-unacknowledged", "combination-not-allowed", "licence-text-missing", "holder-removed"))


@click.command()
@click.option("--count", default=40, show_default=True, help="How many upstream files to take from, half copyleft.")
@click.option("--unrelated", default=1000, show_default=True, help="How many unrelated files to scan.")
@click.option("--seed", default=10, show_default=True, help="Draws files, definitions, new names, edits and hosts.")
@click.option(
    "--only", default="", help="Ask only for the copies (copies) or only for the unrelated files (unrelated)."
)
def main(count: int, unrelated: int, seed: int, only: str) -> None:
    """Parts of upstream files in unrelated files, each alone in an MIT repository; then unrelated files alone."""
    rng = Random(seed)
    hosts = _hosts()
    if only != "unrelated":
        _print_copies([*_drawn(COPYLEFT, count // 2, rng), *_drawn(PERMISSIVE, count - count // 2, rng)], hosts, rng)
    if only != "copies":
        _print_unrelated(Random(seed).sample(hosts["all"], min(unrelated, len(hosts["all"]))))


def _drawn(releases: Sequence[tuple[str, str, str]], count: int, rng: Random) -> list[tuple[str, Path]]:
    """As many files of each project as there are, each with its project's name."""
    projects = list(dict.fromkeys(name for name, _, _ in releases))
    paths = {
        project: [path for name, version, glob in releases if name == project for path in _files(name, version, glob)]
        for project in projects
    }
    waiting = {project: rng.sample(found, len(found)) for project, found in paths.items()}
    drawn: list[tuple[str, Path]] = []
    while len(drawn) < count and any(waiting.values()):
        drawn += [(project, waiting[project].pop()) for project in projects if waiting[project]]
    return drawn[:count]


def _files(name: str, version: str, pattern: str) -> list[Path]:
    root = release_root(name, version)
    paths = [root / path for path in python_files(root, pattern) if not LEFT_OUT.search(path)]
    return [path for path in paths if len(_definitions(path.read_text("utf-8"))) >= LEAST_DEFINITIONS]


def _definitions(text: str) -> list[ast.stmt]:
    body = ast.parse(text).body
    return [node for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef) and _lines(node) >= 5]


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _hosts() -> dict[str, list[Path]]:
    """All unrelated files, and those of a length that a file with a part taken over may have."""
    roots = [release_root(name, "") for name in UNRELATED]
    paths = [root / path for root in roots for path in python_files(root) if "/test" not in path]
    texts = {path: path.read_bytes() for path in paths}
    fitting = [path for path, text in texts.items() if HOST_LINES[0] <= text.count(b"\n") <= HOST_LINES[1]]
    return {"all": [path for path, text in texts.items() if text.count(b"\n") >= 20], "hosts": fitting}


def _print_copies(files: list[tuple[str, Path]], hosts: dict[str, list[Path]], rng: Random) -> None:
    rows: list[list[Cell]] = []
    missed: list[str] = []
    for rung, part in RUNGS.items():
        told, named, warned, shares = [], [], [], []
        for project, path in files:
            text, taken = mixed(path.read_text("utf-8"), part, rng.choice(hosts["hosts"]), rng)
            report = _scanned(text)
            found = [each for each in report.findings if each.rule in TELLING]
            told.append(bool(found))
            named.append(any(each.upstream.startswith(f"{project} ") for each in found))
            warned.append(any(each.level.value != "note" for each in found))
            shares.append(report.files[0].similarity if report.files else 0.0)
            if not found:
                verdict = report.files[0].verdict.value if report.files else "skipped"
                missed.append(f"{rung}, {project} {path.name}: {verdict}; {taken}")
        rows.append([rung, len(files), share(told), share(named), share(warned), sum(shares) / len(shares)])
    headings = ["taken", "files", "told of", "of that project", "above a note", "mean share of the file"]
    print_table("Parts of upstream files, renamed and edited, in files of other fields", headings, rows)
    print_list("Not told of", missed)


def mixed(text: str, part: float, host: Path, rng: Random) -> tuple[str, str]:
    """Definitions of ``text``, renamed and edited, after those of ``host``; and which they were.

    ``part`` is how many of them, or the share of their lines.
    """
    tree = without_docstrings(ast.parse(text))
    known = {node.name for node in _definitions(text) if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    nodes = [node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name in known]
    taken = _taken(nodes, part, rng)
    names = ", ".join(node.name for node in taken)
    module = ast.Module([node for node in tree.body if node in taken], [])
    rename(module, full_renaming(module, rng))
    cut = edited_statements(ast.unparse(ast.fix_missing_locations(module)), rng, EDITED)
    own = host.read_text("utf-8").rstrip("\n")
    return f"{own}\n\n\n{cut}", f"{names} ({cut.count(chr(10))} lines) in {host.name}"


def _taken(
    nodes: list[ast.ClassDef | ast.FunctionDef], part: float, rng: Random
) -> list[ast.ClassDef | ast.FunctionDef]:
    shuffled = rng.sample(nodes, len(nodes))
    if part >= 1:
        return shuffled[: int(part)]
    whole, taken = sum(map(_lines, nodes)), 0
    chosen = []
    for node in shuffled:
        if taken >= part * whole:
            break
        chosen.append(node)
        taken += _lines(node)
    return chosen


def _print_unrelated(paths: list[Path]) -> None:
    reports = {path: _scanned(path.read_text("utf-8", errors="replace")) for path in paths}
    found = {path: [each for each in report.findings if each.upstream] for path, report in reports.items()}
    above = {path for path, report in reports.items() for each in report.files if each.verdict.value != "independent"}
    rows = [[len(paths), sum(bool(each) for each in found.values()), len(above)]]
    print_table("Files of other fields", ["files", "told of", "above independent"], rows)
    print_list("Told of", (_described(path, each) for path, each in found.items() if each))
    print_list("Above independent", (f"{path.parent.name}/{path.name}" for path in sorted(above)))


def _described(path: Path, found: list[Finding]) -> str:
    return f"{path.parent.name}/{path.name}: {'; '.join(each.message for each in found)}"


def _scanned(text: str) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "LICENSE").write_text(LICENCE, encoding="utf-8")
        Path(folder, "code.py").write_text(text, encoding="utf-8")
        return modelkin.scan(folder)


if __name__ == "__main__":
    main()
