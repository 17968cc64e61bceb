"""Who was first? Copies in git folders, held against dates that are worked out apart from modelkin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click

import modelkin
from modelkin.corpus.store import default_corpora
from modelkin.results import FileVerdict, Finding, Level, Report, UpstreamMatch

from ..support.findings_by_file import by_file
from .path_dates import (
    CLASSES,
    IN_ORDER,
    LATER,
    LATER_RELEASE,
    OPEN,
    OWN,
    Commits,
    Interval,
    Intervals,
    classified,
    commits,
    own_projects,
    upstream_intervals,
)
from .scanning import is_copy
from .tables import Cell, print_list, print_table

TOTAL = "all"
NO_UPSTREAM = "no upstream"
LEVELS = tuple(level.value for level in Level)


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--exclude-upstream", multiple=True, metavar="GLOB", help="Leave out upstream projects of this name.")
@click.option("--listed", default=40, show_default=True, help="How many exceptions of each kind to list.")
def main(folders: tuple[Path, ...], exclude_upstream: tuple[str, ...], listed: int) -> None:
    """Scan each git folder and say what plain `git log` makes of what is found there."""
    corpora = default_corpora(None, required=True)
    intervals = upstream_intervals(corpora)
    found = []
    for folder in folders:
        report = modelkin.scan(str(folder), modelkin.ScanOptions(exclude_upstream=exclude_upstream))
        found.append(Scanned(folder.name, report, _days(folder, report), intervals, own_projects(folder, corpora)))
    print_table("Copies, by their closest upstream and the file's first commit", _HEADINGS, _copy_rows(found))
    print_table("Findings, by the upstream that they rest on", ["repository", "level", *_ALL], _finding_rows(found))
    print_table("What modelkin says (down) and what the dates say", ["direction", *CLASSES], _direction_rows(found))
    for title, lines in _exceptions(found).items():
        print_list(title, lines if len(lines) <= listed else [*lines[:listed], f"and {len(lines) - listed} more"])


class Scanned(NamedTuple):
    """One folder's report, and when its files were committed."""

    name: str
    report: Report
    days: Mapping[str, Commits]
    intervals: Intervals
    own: frozenset[str]
    """The upstream projects that the folder is itself."""

    @property
    def copies(self) -> list[FileVerdict]:
        """The files said to be copies as a whole."""
        return [each for each in self.report.files if is_copy(each) and each.upstreams]

    def what(self, path: str, match: UpstreamMatch) -> str:
        """What the date of the file at ``path`` says of an upstream."""
        if match.project in self.own:
            return OWN
        return classified(self.days.get(path, Commits()).first, match, self.intervals)


def _days(folder: Path, report: Report) -> dict[str, Commits]:
    """The commits of each file that an upstream is named for, or a later project."""
    return {each.path: commits(folder, each.path) for each in report.files if each.upstreams or _later(each)}


def _later(file: FileVerdict) -> tuple[UpstreamMatch, ...]:
    return getattr(file, "later", ())  # older versions have none


def _direction(file: FileVerdict) -> str:
    direction = getattr(file, "direction", None)
    return direction.value if direction else "not said"


_HEADINGS = [
    "repository",
    "files",
    "copies",
    *CLASSES,
    "a later one named at all",
    "later listed",
    "rightly",
    "open or unknown",
]
_ALL = [*CLASSES, NO_UPSTREAM]


def _copy_rows(found: list[Scanned]) -> Iterator[list[Cell]]:
    rows = [_copies(each) for each in found]
    for one, row in zip(found, rows, strict=True):
        yield [one.name, *row]
    yield [TOTAL, *(sum(column) for column in zip(*rows, strict=True))]


def _copies(one: Scanned) -> list[int]:
    classes = Counter(one.what(file.path, file.upstreams[0]) for file in one.copies)
    named = sum(any(one.what(file.path, match) == LATER for match in _named(file)) for file in one.report.files)
    later = [one.what(file.path, match) for file in one.report.files for match in _later(file)]
    unsure = sum(_direction(file) in ("open", "unknown") for file in one.copies)
    counts = (len(one.report.files), len(one.copies), *(classes[name] for name in CLASSES))
    return [*counts, named, len(later), later.count(LATER), unsure]


def _named(file: FileVerdict) -> list[UpstreamMatch]:
    """All that the report names as a source of the file, each path once."""
    matches = [*([file.origin] if file.origin else []), *file.upstreams]
    return list({(match.project, match.path): match for match in matches}.values())


def _finding_rows(found: list[Scanned]) -> Iterator[list[Cell]]:
    total: Counter[tuple[str, str]] = Counter()
    for one in found:
        counts = Counter((finding.level.value, _rests_on(one, finding)) for finding in by_file(one.report.findings))
        total += counts
        yield from _by_level(one.name, counts)
    yield from _by_level(TOTAL, total)


def _by_level(name: str, counts: Counter[tuple[str, str]]) -> Iterator[list[Cell]]:
    present = {level for level, _ in counts}
    for level in LEVELS:
        if level in present:
            yield [name, level, *(counts[level, what] for what in _ALL)]


def _rests_on(one: Scanned, finding: Finding) -> str:
    """What the dates say of the upstream that a finding names."""
    files = [file for file in one.report.files if file.path == finding.region.path]
    named = [match for file in files for match in (*_named(file), *_later(file)) if _is_named(match, finding.upstream)]
    return one.what(finding.region.path, named[0]) if named else NO_UPSTREAM


def _is_named(match: UpstreamMatch, words: str) -> bool:
    return words.startswith(f"{match.project} ") and words.endswith(f" {match.path}")


def _direction_rows(found: list[Scanned]) -> Iterator[list[Cell]]:
    counts: Counter[tuple[str, str]] = Counter()
    for one in found:
        counts += Counter((_direction(file), one.what(file.path, file.upstreams[0])) for file in one.copies)
        only_later = [file for file in one.report.files if _later(file) and not file.upstreams]
        counts += Counter((_direction(file), one.what(file.path, _later(file)[0])) for file in only_later)
    for direction in sorted({direction for direction, _ in counts}):
        yield [direction, *(counts[direction, name] for name in CLASSES)]


def _exceptions(found: list[Scanned]) -> dict[str, list[str]]:
    """What to look at by hand, by what is the matter."""
    lists: dict[str, list[str]] = {
        "Copies by closest project": [f"{one.name}: {_by_project(one)}" for one in found],
        "Certainly later, and named as a source": [],
        "Listed as later, and not later by these dates": [],
        "Findings above note on a certainly later upstream": [],
        "Right path, but a later release is named": [],
    }
    later, wrong, accused, release = list(lists.values())[1:]
    for one in found:
        for file in one.report.files:
            for match in _named(file):
                later += _listed(one, file, match, {LATER})
            release += (
                _listed(one, file, file.upstreams[0], {LATER_RELEASE}) if is_copy(file) and file.upstreams else []
            )
            for match in _later(file):
                wrong += _listed(one, file, match, {IN_ORDER, LATER_RELEASE, OPEN})
        above = [each for each in by_file(one.report.findings) if each.level is not Level.NOTE]
        accused += [f"{one.name} {_worded(each)}" for each in above if _rests_on(one, each) == LATER]
    return lists


def _by_project(one: Scanned) -> str:
    counts = Counter(file.upstreams[0].project for file in one.copies)
    return ", ".join(f"{project} {count}" for project, count in counts.most_common()) or "none"


def _listed(one: Scanned, file: FileVerdict, match: UpstreamMatch, classes: set[str]) -> list[str]:
    what = one.what(file.path, match)
    if what not in classes:
        return []
    days = one.days[file.path]
    after, by = one.intervals.get((match.project, match.path), Interval())
    said = getattr(getattr(match, "direction", None), "value", "nothing")
    unchanged = ", and the file has not changed since" if days.last < after else ""
    return [
        (
            f"{one.name} {file.path} ({file.verdict.value} {file.similarity:.2f}; {days.first} to {days.last}): "
            f"{match.project} {match.first_release} ({match.released}) {match.path}, share {match.share:.2f}, "
            f"between {after} and {by}: {what}{unchanged}; said: {said}"
        )
    ]


def _worded(finding: Finding) -> str:
    return f"{finding.region.path}: {finding.level.value} {finding.rule}, {finding.upstream}"


if __name__ == "__main__":
    main()
