"""When the paths of a git repository, and their contents, were first committed: one call of git over its history.

For upstreams of a corpus, which state their dates themselves: the day on which a commit was made, as git says. A file
that was only moved is as old as under its first name. Edit this when a history should tell more of a path.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..errors import SourceError
from ..sources.git_history import ClosedGit, claimed_day

SECONDS = 300.0
_MOST_DIGITS = 19
_CHANGE_WORDS = 5


class Known(NamedTuple):
    """A commit by which a path is dated."""

    version: str
    """Its full hash."""
    day: str
    """The ISO date on which it was made."""


class FirstCommits(NamedTuple):
    """What a history tells."""

    paths: Mapping[str, Known]
    """The first commit that has the file at each path, under its earlier names too."""
    contents: Mapping[tuple[str, str], Known]
    """The first commit that has each content, by the name git has for it, at a path."""
    commits: tuple[Known, ...]
    """The first commit of each day that has one, oldest first."""

    def before(self, day: str) -> Known | None:
        """A commit of the last day before ``day`` that has one; None where there is none."""
        place = bisect_left(self.commits, day, key=_day) if self.commits else 0
        return self.commits[place - 1] if place else None


def first_commits(git: ClosedGit, seconds: float = SECONDS) -> FirstCommits:
    """Read the history of ``git``, each of two calls within so many seconds. Raises SourceError."""
    reading = _Reading()
    try:
        reading.read(git.contents(seconds))
        reading.read(git.merged_contents(seconds), is_late=True)
    except (ValueError, StopIteration):
        raise SourceError("git answers in a form that is not known here") from None
    return FirstCommits(reading.paths, reading.contents, tuple(sorted(reading.days.values(), key=_day)))


class _Reading:
    def __init__(self) -> None:
        self.paths: dict[str, Known] = {}
        self.contents: dict[tuple[str, str], Known] = {}
        self.days: dict[str, Known] = {}
        self._moved: set[str] = set()

    def read(self, output: bytes, is_late: bool = False) -> None:
        """Take in what git printed, parents first; ``is_late`` where it only adds what is not known yet."""
        words = iter(output.decode("utf-8", "surrogateescape").split("\0")[:-1])
        commit = Known("", "")
        for word in words:
            if not word.lstrip("\n").startswith(":"):
                commit = self._commit(word)
                continue
            self._change(commit, _changed(word.lstrip("\n"), words), is_late)

    def _commit(self, word: str) -> Known:
        digest, _, seconds = word.split(" ")
        day = claimed_day(int(seconds)) if seconds.isdecimal() and len(seconds) < _MOST_DIGITS else ""
        commit = Known(digest, day)
        if day:
            self.days.setdefault(day, commit)
        return commit

    def _change(self, commit: Known, changed: _Changed, is_late: bool) -> None:
        if not commit.day:
            return
        path, old = changed.path, changed.old
        place = (path, changed.content)
        self.contents[place] = _older(commit, self.contents.get(place))
        if is_late:
            self.paths.setdefault(path, commit)
        elif changed.is_new:
            known = self.paths.get(old, commit) if old != path else commit
            # A name that a file was moved away from may be given to another file.
            self.paths[path] = known if path in self._moved else _older(known, self.paths.get(path))
            self._moved.discard(path)
            if old != path:
                self._moved.add(old)


class _Changed(NamedTuple):
    """What one commit did to one file."""

    path: str
    old: str
    """Its path before, where it was moved."""
    content: str
    is_new: bool
    """Whether the path came with it."""


def _changed(described: str, words: Iterator[str]) -> _Changed:
    parts = described.split(" ")
    if len(parts) != _CHANGE_WORDS:
        raise ValueError(described)
    content, status = parts[3], parts[4][:1]
    old = next(words)
    return _Changed(next(words) if status == "R" else old, old, content, status in ("A", "R"))


def _older(commit: Known, known: Known | None) -> Known:
    return known if known is not None and known.day <= commit.day else commit


def _day(commit: Known) -> str:
    return commit.day
