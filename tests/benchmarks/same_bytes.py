"""Same bytes, same answer? A release from the registry, as a wheel, unpacked, and committed to git on its day.

And: is any upstream named from a release that is younger than the scanned file? Days of files are worked out apart from
modelkin: the first release of the package, by the registry's days, whose archive lists the path.
"""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click

import modelkin
from modelkin.errors import SourceError
from modelkin.results import Direction, FileVerdict, Report, UpstreamMatch
from modelkin.sources import registry
from modelkin.sources.index import release_files

from ..support.findings_by_file import by_file
from .git_folders import commit_all
from .tables import Cell, print_list, print_table

SAME = ("vllm==0.2.3", "mindnlp==0.4.0")
DATED = ("mindnlp==0.4.0", "xlstm==2.0.6", "sam3==0.1.4")
HEADINGS = ["release", "as", "files", "copies", "other upstreams", "other directions", "other findings"]
LEVELS = ["error", "warning", "note"]


@click.command()
@click.option("--same", multiple=True, default=SAME, show_default=True, metavar="NAME==VERSION")
@click.option("--dated", multiple=True, default=DATED, show_default=True, metavar="NAME==VERSION")
@click.option("--listed", default=40, show_default=True, help="How many differences of each kind to list.")
def main(same: tuple[str, ...], dated: tuple[str, ...], listed: int) -> None:
    """Scan each release in four forms, and hold what is named against the days of its files."""
    rows: list[list[Cell]] = []
    differences: list[str] = []
    for release in same:
        forms = {form: _facts(modelkin.scan(source)) for form, source in _forms(release)}
        first = forms["pypi:"]
        for form, facts in forms.items():
            found = _differences(first, facts)
            rows.append([release, form, len(facts.upstreams), facts.copies, *map(len, found)])
            rows[-1] += [facts.levels.count(level) for level in LEVELS]
            differences += [f"{release} {form} {line}" for lines in found for line in lines]
    print_table("The same bytes, held against pypi:", [*HEADINGS, *LEVELS], rows)
    _print("Differences", differences, listed)
    younger = [_named_younger(release) for release in dated]
    print_table("Upstreams named, and the day of the file", _DATED_HEADINGS, [each.row for each in younger])
    _print("Named younger than the file", [line for each in younger for line in each.lines], listed)


def _print(title: str, lines: list[str], most: int) -> None:
    print_list(title, lines if len(lines) <= most else [*lines[:most], f"and {len(lines) - most} more"])


class Facts(NamedTuple):
    """What has to be the same."""

    upstreams: dict[str, str]
    directions: dict[str, str]
    findings: dict[str, str]
    copies: int
    levels: list[str]


def _facts(report: Report) -> Facts:
    findings: dict[str, str] = {}
    told = by_file(report.findings)
    for path in sorted({finding.region.path for finding in told}):
        own = [f"{each.rule} {each.level.value}" for each in told if each.region.path == path]
        findings[path] = ", ".join(sorted(own))
    return Facts(
        {file.path: f"{file.verdict.value} of {_names(file.upstreams)}" for file in report.files},
        {file.path: f"{file.direction.value}, later {_names(file.later)}" for file in report.files},
        findings,
        sum(bool(file.upstreams) for file in report.files),
        [finding.level.value for finding in told],
    )


def _names(matches: tuple[UpstreamMatch, ...]) -> str:
    named = [f"{each.project} {each.first_release} {each.path} ({each.direction.value})" for each in matches]
    return "; ".join(named) or "none"


def _differences(first: Facts, other: Facts) -> list[list[str]]:
    pairs = (first.upstreams, other.upstreams), (first.directions, other.directions), (first.findings, other.findings)
    return [
        [
            f"{path}: {before.get(path, 'nothing')} -> {after.get(path, 'nothing')}"
            for path in sorted({*before, *after})
            if before.get(path) != after.get(path)
        ]
        for before, after in pairs
    ]


def _forms(release: str) -> Iterator[tuple[str, str]]:
    """The release as four sources, each as long as it is used."""
    name, _, version = release.partition("==")
    archive, file = registry.fetch(name, version)
    yield "pypi:", f"pypi:{release}"
    with TemporaryDirectory() as root:
        wheel, folder, repository = Path(root, file.filename), Path(root, "unpacked"), Path(root, name)
        shutil.copy(archive, wheel)
        yield "wheel", str(wheel)
        with zipfile.ZipFile(wheel) as members:
            members.extractall(folder)
        yield "folder", str(folder)
        shutil.copytree(folder, repository)
        commit_all(repository, file.uploaded)
        yield f"git of {file.uploaded}", str(repository)


_DATED_HEADINGS = ["release", "files", "with upstreams", "named", "open", "younger than the file", "than the release"]


class Younger(NamedTuple):
    """What is named of one release's files."""

    row: list[Cell]
    lines: list[str]


def _named_younger(release: str) -> Younger:
    days = first_days(release)
    name, _, version = release.partition("==")
    last = next(each.uploaded for each in release_files(name).values() if each.version == version)
    files = [file for file in modelkin.scan(f"pypi:{release}").files if file.upstreams]
    named = [(file, match) for file in files for match in _named(file)]
    certain = [(file, match) for file, match in named if match.direction is not Direction.OPEN]
    younger = [(file, match) for file, match in certain if match.released > days.get(file.path, last)]
    lines = [f"{release} {_described(file, match, days.get(file.path, '?'))}" for file, match in younger]
    beyond = sum(match.released > last for _, match in certain)
    return Younger([release, len(days), len(files), len(named), len(named) - len(certain), len(younger), beyond], lines)


def _named(file: FileVerdict) -> list[UpstreamMatch]:
    """All that is named as a source, each path once."""
    matches = [*([file.origin] if file.origin else []), *file.upstreams]
    return list({(match.project, match.path): match for match in matches}.values())


def _described(file: FileVerdict, match: UpstreamMatch, day: str) -> str:
    upstream = f"{match.project} {match.first_release} ({match.released}) {match.path}"
    return (
        f"{file.path} ({day}; dated {file.dated.date}): {upstream}: {match.direction.value} {file.direction_by.value}"
    )


def first_days(release: str) -> dict[str, str]:
    """The day of the first release of the package that holds each path of ``release``."""
    name, _, version = release.partition("==")
    releases = [each for each in release_files(name).values() if each.uploaded]
    last = next(each.uploaded for each in releases if each.version == version)
    days = dict.fromkeys(_paths(name, version), last)
    for each in sorted(releases, key=lambda each: each.uploaded, reverse=True):
        if each.uploaded < last:
            days |= {path: each.uploaded for path in _paths(name, each.version) if path in days}
    return days


def _paths(name: str, version: str) -> list[str]:
    """The Python files in a release; none of one that was withdrawn."""
    try:
        archive, file = registry.fetch(name, version)
    except SourceError:
        return []
    if file.filename.endswith((".whl", ".zip")):
        with zipfile.ZipFile(archive) as members:
            listed = members.namelist()
    else:
        with tarfile.open(archive) as content:
            listed = [member.name.partition("/")[2] for member in content if member.isfile()]
    return [path for path in listed if path.endswith(".py")]


if __name__ == "__main__":
    main()
