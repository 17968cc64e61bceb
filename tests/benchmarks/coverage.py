"""What do the corpora reach? Of the upstreams that repositories credit: how many are held, and in which files named."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import click

import modelkin
from modelkin.corpus.model import Corpus
from modelkin.corpus.store import default_corpora, shipped_path
from modelkin.results import FileVerdict

from .credit_links import Link, canonical, key_of, mine, table
from .scanning import is_copy
from .tables import Cell, print_list, print_table

TOTAL = "all"
Holders = Mapping[str, frozenset[str]]
"""The projects that hold an upstream, by its key."""


class Found(NamedTuple):
    """What one repository credits, and what modelkin says of it."""

    name: str
    links: list[Link]
    held: Holders
    verdicts: Mapping[str, FileVerdict]

    @property
    def pairs(self) -> set[str]:
        """The upstreams that it credits."""
        return {link.upstream for link in self.links}

    @property
    def held_links(self) -> list[Link]:
        """Those of its links whose upstream is in a corpus."""
        return [link for link in self.links if link.upstream in self.held]

    @property
    def named_links(self) -> list[Link]:
        """Those of its links whose upstream modelkin names for that very file."""
        return [link for link in self.held_links if named(self.verdicts.get(link.path)) & self.held[link.upstream]]

    @property
    def counts(self) -> list[int]:
        """The figures of its row."""
        pairs, named_pairs = self.pairs, {link.upstream for link in self.named_links}
        files, copies = len(self.verdicts), sum(is_copy(each) for each in self.verdicts.values())
        held = [upstream for upstream in pairs if upstream in self.held]
        links = [len(self.links), len(self.held_links), len(self.named_links)]
        return [len(pairs), len(held), len(named_pairs), *links, files, copies]


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_HEADINGS = ["repository", "pairs", "held", "named", "links", "held", "named", "files", "copies"]


@click.command()
@click.argument("folders", nargs=-1, type=_FOLDER)
@click.option("--names", type=_FILE, help="Measure the repositories that this file lists.")
@click.option("--under", type=_FOLDER, help="Where those of --names are, as OWNER+NAME.")
@click.option("--corpus", "corpora", multiple=True, type=_FILE, help="Measure this instead of the shipped; repeatable.")
@click.option("--held-only", is_flag=True, help="Count what is held, and scan nothing.")
@click.option("--listed", default=60, show_default=True, help="How many upstreams that are not held to list.")
def main(
    folders: tuple[Path, ...],
    names: Path | None,
    under: Path | None,
    corpora: tuple[Path, ...],
    held_only: bool,
    listed: int,
) -> None:
    """Mine who is credited in comments and docstrings, and say what of it the corpora hold and a scan names.

    A pair is a repository and an upstream that it credits, a link a file and an upstream. Each FOLDER is called
    OWNER+NAME: what a repository says of itself is no pair, and its own project is no upstream of it.
    """
    chosen, missing = _chosen(folders, names, under)
    if not chosen:
        raise click.UsageError(
            "no folder to measure: name some, or a list with --names and where they are with --under"
        )
    paths = corpora or (shipped_path(),)
    opened = default_corpora(list(paths))
    held = holders(opened)
    found = [measured(folder, held, paths, held_only) for folder in chosen]
    rows: list[list[Cell]] = [[each.name, *each.counts] for each in found]
    projects = sum(len(corpus.projects) for corpus in opened)
    releases = sum(len(corpus.releases) for corpus in opened)
    titles = " + ".join(each.name for each in opened)
    title = f"{len(found)} repositories; {projects} projects, {releases} releases in {titles}"
    print_table(title, _HEADINGS, [*rows, [TOTAL, *_summed(rows)]])
    print_table("Shares", ["of", "held", "named"], _shares(_summed(rows)))
    print_list("Not to be had", missing)
    print_list("Upstreams not held, by the repositories that credit them", _not_held(found, listed))


def holders(corpora: Iterable[Corpus]) -> Holders:
    """The projects that hold each upstream: by homepage, by where their releases are from, and by the table."""
    held: dict[str, set[str]] = defaultdict(set)
    for corpus in corpora:
        for project in corpus.projects:
            held[key_of(project.homepage)].add(project.name)
            held[canonical(f"pypi:{project.package}") if project.package else ""].add(project.name)
        for release in corpus.releases:
            # Corpora of before say nothing of it.
            held[key_of_origin(getattr(release, "origin", ""))].add(corpus.projects[release.project].name)
    every = frozenset(chain.from_iterable(held.values()))
    for key, projects in table().projects.items():
        held[key] |= projects & every
    return {key: frozenset(projects) for key, projects in held.items() if key and projects}


def key_of_origin(origin: str) -> str:
    """The key of what a release is from: ``pypi:NAME``, ``hf:ORG/NAME`` or ``git+ADDRESS``."""
    return canonical(origin) if origin.startswith(("pypi:", "hf:")) else key_of(origin)


def named(verdict: FileVerdict | None) -> frozenset[str]:
    """The projects that a verdict names as what the file stands on."""
    if verdict is None:
        return frozenset()
    matches = (*verdict.upstreams, *verdict.alike, *([verdict.origin] if verdict.origin else []))
    return frozenset(match.project for match in matches)


def measured(folder: Path, held: Holders, paths: tuple[Path, ...], held_only: bool) -> Found:
    """Mine and scan one repository, its own project left out of what it is held against."""
    own = canonical(folder.name.replace("+", "/"))
    mined = mine(folder, own)
    if held_only:
        return Found(own, mined, held, {})
    options = modelkin.ScanOptions(corpora=paths, exclude_upstream=tuple(sorted(held.get(own, ()))), isolated=True)
    report = modelkin.scan(str(folder), options)
    return Found(own, mined, held, {each.path: each for each in report.files})


def _chosen(folders: tuple[Path, ...], names: Path | None, under: Path | None) -> tuple[list[Path], list[str]]:
    """The folders to measure, and the names that are listed but not there."""
    if not names:
        return list(folders), []
    if not under:
        raise click.UsageError("--names needs --under, the folder that holds the repositories")
    listed = [
        line.strip() for line in names.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")
    ]
    places = {name: under / name.replace("/", "+") for name in listed}
    there = [place for place in places.values() if place.is_dir()]
    return [*folders, *there], [name for name, place in places.items() if not place.is_dir()]


def _summed(rows: list[list[Cell]]) -> list[int]:
    return [sum(int(cell) for cell in column) for column in list(zip(*rows, strict=True))[1:]]


def _shares(counts: list[int]) -> Iterator[list[Cell]]:
    """Pairs and links in words."""
    for name, (every, held, told) in {"pairs": counts[:3], "links": counts[3:6]}.items():
        yield [f"{every} {name}", f"{held} ({_percent(held, every)})", f"{told} ({_percent(told, every)})"]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def _not_held(found: list[Found], listed: int) -> list[str]:
    counts = Counter(upstream for each in found for upstream in each.pairs if upstream not in each.held)
    lines = [f"{count} {upstream}" for upstream, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    return lines if len(lines) <= listed else [*lines[:listed], f"and {len(lines) - listed} more"]


if __name__ == "__main__":
    main()
