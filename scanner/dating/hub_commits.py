"""When the paths of a repository of the Hub, and their contents, first appeared there: by the files of its commits.

For upstreams of a corpus; `hub_dates` dates the files of a repository that is scanned. Edit this when the Hub should
be asked for less, or tell more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..errors import SourceError
from ..sources.git_history import claimed_day
from ..sources.hub import watching
from .path_commits import FirstCommits, Known

SECONDS = 300.0
# Of longer histories the place where a path came is looked for by halves, and contents are not dated.
MOST_IN_ORDER = 100
_MOST_COMMITS = 20_000


class HubHistory(NamedTuple):
    """What the commits of a repository tell."""

    first: FirstCommits
    days: Mapping[str, str]
    """The ISO date of each commit, by its hash."""
    contents: Mapping[str, Mapping[str, str]]
    """What the Hub calls the content of each file, by revision and path; without contents that it does not name."""


def hub_history(repository: str, revisions: Sequence[str], paths: Iterable[str]) -> HubHistory:
    """What led to ``revisions``, full hashes, and when each of ``paths`` came. Raises SourceError."""
    try:
        with watching(f"hf:{repository}", SECONDS) as watch:
            watch.check()
            return _Asking(repository).history(revisions, sorted(set(paths)))
    except SourceError:
        raise
    except Exception as error:  # noqa: BLE001  what the library makes of a server's answer is open
        raise SourceError(f"hf:{repository}: the Hub does not list its commits ({type(error).__name__})") from None


class _Asking:
    def __init__(self, repository: str) -> None:
        self._repository = repository
        self._files: dict[str, Mapping[str, str]] = {}

    def history(self, revisions: Sequence[str], paths: Sequence[str]) -> HubHistory:
        commits = self._commits(revisions)
        contents = {revision: self._files_at(revision) for revision in revisions}
        first: dict[str, Known] = {}
        holders: dict[tuple[str, str], Known] = {}
        if len(commits) <= MOST_IN_ORDER:
            for commit in commits:
                for path, content in self._files_at(commit.version).items():
                    first.setdefault(path, commit)
                    if content:
                        holders.setdefault((path, content), commit)
        else:
            found = ((path, self._halved(path, commits)) for path in paths)
            first = {path: commit for path, commit in found if commit}
        by_day: dict[str, Known] = {}
        for commit in commits:
            by_day.setdefault(commit.day, commit)
        days = {commit.version: commit.day for commit in commits}
        return HubHistory(FirstCommits(first, holders, tuple(by_day.values())), days, contents)

    def _commits(self, revisions: Sequence[str]) -> list[Known]:
        """All that led to ``revisions``, oldest first."""
        from huggingface_hub import HfApi

        found: dict[str, str] = {}
        for revision in revisions:
            listed = HfApi().list_repo_commits(self._repository, revision=revision)[:_MOST_COMMITS]
            found |= {each.commit_id: claimed_day(int(each.created_at.timestamp())) for each in reversed(listed)}
        # Of one day in the order in which they were made; one that is still to come dates nothing.
        return sorted((Known(*each) for each in found.items() if each[1]), key=lambda each: each.day)

    def _halved(self, path: str, commits: Sequence[Known]) -> Known | None:
        """A commit that has the path, after one that lacks it."""
        without, place = -1, len(commits) - 1
        if path not in self._files_at(commits[place].version):
            return None
        while place - without > 1:
            middle = (place + without) // 2
            if path in self._files_at(commits[middle].version):
                place = middle
            else:
                without = middle
        return commits[place]

    def _files_at(self, revision: str) -> Mapping[str, str]:
        if revision not in self._files:
            from huggingface_hub import HfApi

            info = HfApi().model_info(self._repository, revision=revision, files_metadata=True)
            self._files[revision] = {each.rfilename: each.blob_id or "" for each in info.siblings or []}
        return self._files[revision]
