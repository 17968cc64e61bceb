"""Are repositories that hold renamed files of one another found in an audit, in families, and no others? Real code.

Repositories are folders of released packages. Groups of three of them hold one more file, taken from the first of the
group and changed as copies are. No upstream is known: families alone can tell.
"""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import click

import modelkin
from modelkin.audit.family_model import Families
from modelkin.audit.options import AuditOptions

from .disguise import RUNGS, disguises
from .edits import edited_statements
from .identifiers import full_renaming, rename_text
from .releases import python_files, release_root
from .tables import Cell, print_list, print_table

HOLDERS = (
    "jsonschema==4.26.0", "bottle==0.13.4", "peewee==4.5.3", "markdown==3.11.3", "mistune==3.4.0", "lark==1.3.1",
    "arrow==1.4.0", "tinydb==4.9.0", "parso==0.8.7", "sqlparse==0.6.1", "prettytable==3.18.0", "pexpect==4.9.0",
)  # fmt: skip
OTHERS = (
    "attrs==26.1.0", "jinja2==3.1.6", "urllib3==2.8.0", "tomlkit==0.15.2", "more-itertools==11.2.1", "packaging==26.3",
    "platformdirs==4.14.5", "tqdm==4.70.1", "toolz==1.2.0", "cachetools==8.0.0", "docutils==0.23", "mako==1.4.3",
    "tabulate==0.10.0", "simplejson==4.3.0", "marshmallow==4.4.0", "pyparsing==3.3.3", "ply==3.11",
    "sortedcontainers==2.4.0", "boltons==26.2.0", "requests==2.34.2", "click==8.5.1", "rich==15.0.0", "flask==3.1.3",
    "networkx==3.7", "gymnasium==1.4.0", "cloudpickle==3.1.2", "humanize==4.17.0", "wrapt==2.5.2",
)  # fmt: skip
GROUP = 3
COPY = "shared/part.py"
LINES = range(150, 900)


@click.command()
@click.option("--files", default=40, show_default=True, help="So many files of each package at most.")
@click.option("--seed", default=7, show_default=True, help="Draws the files and their new names.")
def main(files: int, seed: int) -> None:
    """Audit the packages, families of copies among them, with every upstream excluded."""
    rng = Random(seed)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name, "repositories")
        for package in (*HOLDERS, *OTHERS):
            _write(place, package, files, rng)
        groups = list(_groups(place, rng))
        options = AuditOptions(modelkin.ScanOptions(exclude_upstream=("*",)))
        families = modelkin.audit(place, Path(name, "journal.jsonl"), options).families
        rows, others = _held_against(groups, families)
        print_table(
            f"Families in {len(list(place.iterdir()))} repositories", ["copied", "how", "found", "family"], rows
        )
        print_list("Families of others", others)


def _write(place: Path, package: str, count: int, rng: Random) -> None:
    root = release_root(*package.split("=="))
    paths = [path for path in python_files(root) if "/test" not in path]
    for path in sorted(rng.sample(paths, min(count, len(paths)))):
        target = place / package / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((root / path).read_bytes())
    (place / package / "README.md").write_text("# A package\n", encoding="utf-8")


def _groups(place: Path, rng: Random) -> Iterator[tuple[str, str, Sequence[str]]]:
    """What was copied, how, and which repositories hold it: each way of copying has its group."""
    ways = ("renamed", "reordered", "edited", "identical and renamed")
    for number, how in enumerate(ways):
        names = HOLDERS[number * GROUP : (number + 1) * GROUP]
        path = _donated(place / names[0])
        text = (place / names[0] / path).read_text(encoding="utf-8")
        for copy, name in enumerate(names[1:]):
            target = place / name / COPY
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text if copy and how.startswith("identical") else _changed(text, how, rng), "utf-8")
        yield f"{names[0]} {path}", how, names


def _donated(root: Path) -> str:
    """The longest file of a size that people copy."""
    lines = {path: (root / path).read_bytes().count(b"\n") for path in python_files(root)}
    return max((count, path) for path, count in lines.items() if count in LINES)[1]


def _changed(text: str, how: str, rng: Random) -> str:
    if how == "reordered":
        return disguises(text, rng)[next(rung.name for rung in RUNGS if rung.name == "definitions reordered")]
    renamed = rename_text(text, full_renaming(ast.parse(text), rng))
    return edited_statements(renamed, rng, 0.1) if how == "edited" else renamed


def _held_against(
    groups: Sequence[tuple[str, str, Sequence[str]]], families: Families
) -> tuple[list[list[Cell]], list[str]]:
    """A row for each group; and each family that is none of them, or holds another repository."""
    rows: list[list[Cell]] = []
    others = dict(enumerate(families.families))
    for copied, how, names in groups:
        held = [
            (number, {each.repository for each in family.members})
            for number, family in enumerate(families.families)
            if any(each.path == COPY and each.repository in names for each in family.members)
        ]
        found = {name for _, repositories in held for name in repositories}
        rows.append([copied, how, f"{len(found & set(names))} of {len(names)}", len(held)])
        for number, repositories in held:
            if repositories <= set(names):
                others.pop(number, None)
    return rows, [
        f"{len(family.members)} files, "
        + "; ".join(f"{each.repository} {each.path} {each.share:.2f}" for each in family.members[:6])
        + f": {', '.join(each.name for each in family.definitions[:3])}"
        for family in others.values()
    ]


if __name__ == "__main__":
    main()
