"""Dates the files of a repository of the Hugging Face Hub by the first commit there that has the path.

The Hub is asked for its list of commits, and for the paths of as many of them as it takes. Edit this when the Hub has
a better answer to when a file came.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from msgspec import Struct

from ..errors import SourceError
from ..results import FileDate, Ground
from ..sources.hub import watching

SECONDS = 60.0
# Of longer histories the place where the path came is looked for by halves.
MOST_IN_ORDER = 50
_MOST_COMMITS = 100_000


class _Commit(Struct, frozen=True):
    digest: str
    day: str


class HubDates:
    """Says when the paths of ``repository`` at ``commit`` came to the Hub. Nothing is asked before the first file."""

    def __init__(self, repository: str, commit: str) -> None:
        self._repository = repository
        self._commit = commit
        self._commits: list[_Commit] | None = None
        self._created = ""
        self._paths: dict[int, frozenset[str]] = {}
        self._deadline = 0.0
        self._failure = ""

    def __call__(self, path: str) -> FileDate:
        """The date of the file at ``path``; without one it says why."""
        self._deadline = self._deadline or time.monotonic() + SECONDS
        if not self._failure:
            try:
                with watching(f"hf:{self._repository}", max(0.0, self._deadline - time.monotonic())) as watch:
                    watch.check()
                    return self._date(path)
            except Exception as error:  # noqa: BLE001  what the library makes of a server's answer is open
                self._failure = str(error) if isinstance(error, SourceError) else type(error).__name__
        return FileDate(says=f"the Hub cannot say when it came: {self._failure}")

    def _date(self, path: str) -> FileDate:
        if self._commits is None:
            self._commits, self._created = _listed(self._repository, self._commit)
        commits = self._commits
        place = self._found_in_order(path, commits) if len(commits) <= MOST_IN_ORDER else self._halved(path, commits)
        if place is None or not commits[place].day:
            return FileDate(says="no commit that the Hub lists has the path")
        day = commits[place].day
        # Before the Hub knew of the repository, the date is the word of whoever pushed the commit.
        return FileDate(day, Ground.HUB, claim=day < self._created, says="the first commit of the path on the Hub")

    def _found_in_order(self, path: str, commits: Sequence[_Commit]) -> int | None:
        return next((place for place in range(len(commits)) if path in self._paths_at(place, commits)), None)

    def _halved(self, path: str, commits: Sequence[_Commit]) -> int | None:
        """A commit that has the path and whose parent lacks it."""
        without, place = -1, len(commits) - 1
        if path not in self._paths_at(place, commits):
            return None
        while place - without > 1:
            middle = (place + without) // 2
            if path in self._paths_at(middle, commits):
                place = middle
            else:
                without = middle
        return place

    def _paths_at(self, place: int, commits: Sequence[_Commit]) -> frozenset[str]:
        if place not in self._paths:
            from huggingface_hub import HfApi

            info = HfApi().model_info(self._repository, revision=commits[place].digest)
            self._paths[place] = frozenset(each.rfilename for each in info.siblings or [])
        return self._paths[place]


def _listed(repository: str, commit: str) -> tuple[list[_Commit], str]:
    """The commits up to ``commit``, oldest first, and the day on which the Hub first knew of the repository."""
    from huggingface_hub import HfApi

    found = HfApi().list_repo_commits(repository, revision=commit)[:_MOST_COMMITS]
    info = HfApi().model_info(repository, revision=commit)
    created = info.created_at.date().isoformat() if info.created_at else ""
    return [_Commit(each.commit_id, _day(each.created_at.date().isoformat())) for each in reversed(found)], created


def _day(day: str) -> str:
    """An ISO date, unless it is still to come."""
    return day if day <= time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86_400)) else ""
