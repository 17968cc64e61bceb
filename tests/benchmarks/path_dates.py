"""When paths first appeared, worked out apart from modelkin: by plain `git log`, and by the releases in the corpus."""

from __future__ import annotations

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from modelkin.corpus.model import Corpus, Release
from modelkin.results import UpstreamMatch


class Commits(NamedTuple):
    """The days of a path's first and last commit; empty where git knows none."""

    first: str = ""
    last: str = ""


class Interval(NamedTuple):
    """An upstream path appeared not before ``after``, and on ``by`` at the latest; empty where that is not known."""

    after: str = ""
    by: str = ""


Intervals = Mapping[tuple[str, str], Interval]
"""By project and path."""

# What a file's date says of an upstream that it is said to be from.
OWN, IN_ORDER, LATER_RELEASE, OPEN, UNKNOWN, LATER = CLASSES = (
    "itself", "in order", "later release named", "open", "unknown", "certainly later",
)  # fmt: skip


def commits(folder: Path, path: str) -> Commits:
    """The days (UTC) of the commits of a path, renames followed, as their authors dated them."""
    form = ("--date=format-local:%Y-%m-%d", "--format=%ad")
    days = git(folder, "log", "--follow", *form, "--", path).split()
    return Commits(min(days), max(days)) if days else Commits()


def git(folder: Path, *arguments: str) -> str:
    """What git prints; raises CalledProcessError when it fails."""
    command = ["git", "-C", str(folder), *arguments]
    environment = {**os.environ, "TZ": "UTC"}
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", errors="replace", env=environment)
    return done.stdout


def own_projects(folder: Path, corpora: Iterable[Corpus]) -> frozenset[str]:
    """The upstream projects that the folder is a clone of, by its remotes."""
    remotes = {_place(line.split()[1]) for line in git(folder, "remote", "-v").splitlines()}
    return frozenset(each.name for corpus in corpora for each in corpus.projects if _place(each.homepage) in remotes)


def _place(address: str) -> str:
    """The owner and name that an address ends with."""
    return "/".join(re.split(r"[/:]", address.rstrip("/").removesuffix(".git"))[-2:]).lower()


def upstream_intervals(corpora: Iterable[Corpus]) -> dict[tuple[str, str], Interval]:
    """The interval of each upstream path: between the last known release without it and the first one with it."""
    found: dict[tuple[str, str], Interval] = {}
    for corpus in corpora:
        for (project, path), releases in _releases(corpus).items():
            by = min(each.released for each in releases)
            found[corpus.projects[project].name, path] = Interval(_after(corpus, project, by), by)
        # Releases of which only the paths are known stand in no other column.
        found |= _told(corpus) if hasattr(corpus, "unlisted") else {}
    return found


def classified(day: str, match: UpstreamMatch, intervals: Intervals) -> str:
    """What ``day``, on which a file first appeared, says of an upstream that is named for it."""
    after, by = intervals.get((match.project, match.path), Interval())
    if not day or not by:
        return UNKNOWN
    if day < by:
        return LATER if day < after else OPEN
    return IN_ORDER if match.released <= day else LATER_RELEASE


def _releases(corpus: Corpus) -> dict[tuple[int, str], list[Release]]:
    """The dated releases that hold each path, by the project's number and the path."""
    found: defaultdict[tuple[int, str], list[Release]] = defaultdict(list)
    for number, path in {*zip(corpus.version_releases.tolist(), corpus.version_paths.tolist(), strict=True)}:
        release = corpus.releases[number]
        if release.released:
            found[release.project, corpus.text(path)].append(release)
    return found


def _after(corpus: Corpus, project: int, by: str) -> str:
    """The day of the project's last listed release before ``by``, else of its publication, else ``by``."""
    older = [each.released for each in corpus.releases if each.project == project and "" < each.released < by]
    published = getattr(corpus.projects[project], "published", "")
    return max(older) if older else min(published or by, by)


def _told(corpus: Corpus) -> dict[tuple[str, str], Interval]:
    found = {}
    columns: Sequence[list[int]] = [
        getattr(corpus, name).tolist()
        for name in ("lineage_projects", "lineage_paths", "lineage_appeared", "lineage_without")
    ]
    for number, path, appeared, without in zip(*columns, strict=True):
        project = corpus.projects[number]
        by, after = (_day(corpus, each) for each in (appeared, without))
        if by:
            found[project.name, corpus.text(path)] = Interval(after or min(project.published or by, by), by)
    return found


def _day(corpus: Corpus, number: int) -> str:
    release = corpus.known_release(number)
    return release.released if release else ""
