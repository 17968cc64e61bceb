"""Releases as git repositories: all of a folder committed on one day."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_SETTINGS = ("user.name=nobody", "user.email=nobody@example.org", "core.autocrlf=false", "gc.auto=0")


@contextmanager
def committed_copy(folder: Path, day: str) -> Iterator[Path]:
    """A copy of ``folder`` with all of it in one commit of that ISO date."""
    with TemporaryDirectory() as root:
        copy = Path(root, folder.name)
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".complete"))
        commit_all(copy, day)
        yield copy


def commit_all(folder: Path, day: str) -> None:
    """Make ``folder`` a repository with one commit, of that ISO date by its author's and committer's word."""
    when = f"{day}T12:00:00+00:00"
    variables = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    for command in (["init", "-q"], ["add", "-A", "-f", "."], ["commit", "-q", "-m", "all"]):
        subprocess.run(["git", "-C", str(folder), *settings, *command], check=True, env={**os.environ, **variables})
