"""Dates the files of a checkout by the first commit of each path, renames followed: one call of git a repository.

What git folders say is a claim: anyone can commit with any date. A hostile one costs bounded time, and gives no date.
Edit this when a commit should say something else of a path.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from ..errors import SourceError
from ..results import FileDate, Ground
from ..sources.git_folder import GitError
from ..sources.git_history import ClosedGit, claimed_day, closed_git
from .git_tops import GitTops

SECONDS = 60.0
ALL_SECONDS = 120.0
# Submodules and clones in the folder that is scanned.
MOST_REPOSITORIES = 20
_MOST_DIGITS = 19
_UNTRACKED = FileDate(says="git does not track it")
_MOST_SHOWN = 200


class GitDates:
    """Says when the files of ``folder`` were first committed. Nothing is asked before the first file."""

    def __init__(self, folder: Path) -> None:
        self._tops = GitTops(folder)
        self._repositories: dict[str, _Repository] = {}
        self._deadline = 0.0

    def __call__(self, path: str) -> FileDate:
        """The date of the file at ``path``; without one it says why, and nothing where there is no git folder."""
        self._deadline = self._deadline or time.monotonic() + ALL_SECONDS
        top, inside = self._tops.place(path)
        if not top:
            return FileDate()
        if top not in self._repositories:
            if len(self._repositories) >= MOST_REPOSITORIES:
                return FileDate(says=f"only {MOST_REPOSITORIES} git repositories of a source are asked")
            self._repositories[top] = _Repository(Path(top), self._deadline)
        return self._repositories[top].date(inside)


class _First(Struct, frozen=True):
    """The commit that first had a path."""

    day: str
    """The ISO date that it claims; empty when that is none."""
    path: str
    """What the file was called there."""
    is_bound: bool = False
    """Whether the file may be older: the commit is one that a shallow clone was cut off at, or a merge."""
    says: str = "the first commit of the path"


def _dated(found: _First | None, path: str, newest: str) -> FileDate:
    if found is None:
        return FileDate(says="no commit that git shows adds the path")
    if not found.day:
        return FileDate(says=f"{found.says} has no date that can be")
    shown = found.path if len(found.path) <= _MOST_SHOWN and found.path.isprintable() else ""
    renamed = f", as {shown}" if shown not in ("", path) else ""
    return FileDate(found.day, Ground.COMMIT, True, found.is_bound, found.says + renamed, newest)


class FetchedDates:
    """Says when the files of a ``commit`` that was ``fetched`` came; ``history`` fetches what led to it, when asked.

    Where that takes too long, or the server does not give it, the commit itself is a bound.
    """

    def __init__(self, fetched: Path, commit: str, history: Callable[[float], Path]) -> None:
        self._fetched = ClosedGit(fetched, commit, frozenset((commit,)))
        self._history = history
        self._first: dict[str, _First] | None = None
        self._bound = FileDate()

    def __call__(self, path: str) -> FileDate:
        """The date of the file at ``path``."""
        if self._first is None:
            self._first = {}
            self._read()
        found = self._first.get(path)
        return _dated(found, path, self._bound.newest) if found is not None and found.day else self._bound

    def _read(self) -> None:
        try:
            day, newest = _span(self._fetched)
            said = "the commit that was fetched"
            self._bound = FileDate(day, Ground.COMMIT, True, True, said, newest) if day else FileDate()
            git = ClosedGit(self._history(SECONDS), self._fetched.head)
            self._first = _first_commits(git.additions(SECONDS, exactly=True), git.cut)
        except (SourceError, OSError, ValueError) as error:
            if not self._bound.date:
                self._bound = FileDate(says=f"git cannot say when it was committed: {_reason(error)}")


class _Repository:
    """One repository: what its log says, read when the first file is asked for, and what merges and the index add."""

    def __init__(self, top: Path, deadline: float) -> None:
        self._top = top
        self._deadline = deadline
        self._tracked: frozenset[str] = frozenset()
        self._failure = ""
        self._is_complete = False
        self._newest = ""
        self._first: dict[str, _First] = {}
        self._read()

    def date(self, path: str) -> FileDate:
        if self._failure:
            return FileDate(says=f"git cannot say when it was committed: {self._failure}")
        if path not in self._tracked and (self._tracked or path not in self._first):
            return _UNTRACKED  # of a clone that has no index, as nothing was checked out, what was committed counts
        if path not in self._first and not self._is_complete:
            self._is_complete = True
            self._complete()
        return _dated(self._first.get(path), path, self._newest)

    def _seconds(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise SourceError(f"the history of this source takes longer than {ALL_SECONDS:.0f} seconds to read")
        return min(SECONDS, left)

    def _read(self) -> None:
        try:
            with closed_git(self._top) as git:
                self._tracked = frozenset(git.tracked())
                self._newest = _span(git)[1] if git.head else ""
                self._first = _first_commits(_additions(git, self._seconds), git.cut)
        except (SourceError, OSError, ValueError) as error:
            self._failure = _reason(error)

    def _complete(self) -> None:
        """What the log does not show: files that only merges brought, and those that are in the index alone."""
        try:
            with closed_git(self._top) as git:
                merges = _first_commits(git.merged(self._seconds()), git.cut).items()
                brought = {
                    path: _First(first.day, path, True, "the merge that brought the path") for path, first in merges
                }
                self._first = {**brought, **self._first}
                self._first |= self._staged(git)
        except (SourceError, OSError, ValueError):
            return  # those files have no date

    def _staged(self, git: ClosedGit) -> dict[str, _First]:
        new = _First(claimed_day(int(time.time())), "", says="not committed yet")
        if not git.head:
            return dict.fromkeys(self._tracked, new)
        words = _words(git.staged(self._seconds()))
        changes = (_change(word, words) for word in words)
        return {path: self._first.get(old, new) if old != path else new for old, path in changes}


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())[:_MOST_SHOWN]
    return "".join(char if char.isprintable() else "?" for char in text) or type(error).__name__


def _additions(git: ClosedGit, seconds: Callable[[], float]) -> bytes:
    """Where contents are missing, as in a partial clone, only files that stayed the same are followed."""
    try:
        return git.additions(seconds())
    except GitError:
        return git.additions(seconds(), exactly=True)


# What git prints.


def _words(output: bytes) -> Iterator[str]:
    """Commits, statuses and paths; git sets a line's end before the first status of a commit."""
    return iter(output.decode("utf-8", "surrogateescape").split("\0")[:-1])


def _change(status: str, words: Iterator[str]) -> tuple[str, str]:
    """The earlier path and the path of one change, equal where it is added. Raises ValueError for no change."""
    if status not in ("A", "R") and not (status[:1] == "R" and status[1:].isdecimal()):
        raise ValueError("git answers in a form that is not known here")
    old = next(words, "")
    return old, next(words, "") if status[0] == "R" else old


def _first_commits(output: bytes, cut: frozenset[str]) -> dict[str, _First]:
    """The first commit of each path, by the log of `ClosedGit.additions`. Raises ValueError."""
    first: dict[str, _First] = {}
    moved: set[str] = set()
    words, day, is_cut = _words(output), "", False
    for word in words:
        if word[:1] not in ("A", "R", "\n"):
            digest, *claimed = word.split(" ")
            day, is_cut = earliest_day(claimed), digest in cut
            continue
        old, path = _change(word.removeprefix("\n"), words)
        says = "the oldest commit of a shallow clone" if is_cut else "the first commit of the path"
        found = first.get(old) if old != path else None
        found = found or _First(day, old, is_cut, says)
        if path in first and path not in moved:
            found = min(found, first[path], key=lambda each: each.day)
        first[path] = found
        moved.discard(path)
        if old != path:
            moved.add(old)  # what gets this name later is another file
    return first


def _span(git: ClosedGit) -> tuple[str, str]:
    """The earliest and the latest date that the commit checked out claims; empty where none can be."""
    claimed = next(_words(git.commit()), "").split(" ")[1:]
    return earliest_day(claimed), max(_days(claimed), default="")


def earliest_day(claimed: list[str]) -> str:
    """The earliest of the dates that a commit claims, of those that can be."""
    return min(_days(claimed), default="")


def _days(claimed: list[str]) -> list[str]:
    seconds = (int(each) for each in claimed if each.isdecimal() and len(each) < _MOST_DIGITS)
    return [day for day in map(claimed_day, seconds) if day]
