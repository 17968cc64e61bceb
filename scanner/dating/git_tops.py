"""Finds the git checkout that each file of a folder is in, without running git: most files that are dated are in none.

Edit this when a checkout should be found in another way.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..sources.git_folder import git_folder


class GitTops:
    """The tops of the checkouts that the files of ``folder`` are in; each folder on the way is looked at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.path.realpath(folder)
        self._tops: dict[str, str] = {}

    def place(self, path: str) -> tuple[str, str]:
        """The top of the checkout that ``path`` is in, and its path there; both empty where it is in none."""
        disk = os.path.join(self._folder, *path.split("/"))  # noqa: PTH118
        top = self._top(os.path.dirname(disk))  # noqa: PTH120
        return top, os.path.relpath(disk, top).replace(os.sep, "/") if top else ""

    def _top(self, folder: str) -> str:
        passed = []
        while folder not in self._tops:
            passed.append(folder)
            above = os.path.dirname(folder)  # noqa: PTH120
            if above == folder or git_folder(Path(folder)):
                self._tops[folder] = "" if above == folder else folder
                break
            folder = above
        self._tops.update((each, self._tops[folder]) for each in passed)
        return self._tops[folder]
