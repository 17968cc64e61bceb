"""git and working trees for tests, with no settings but their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from modelkin.sources import open_source
from modelkin.sources.checkout import Entry

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(root: Path, *arguments: str, stdin: bytes = b"", settings: Path = Path(os.devnull)) -> str:
    """What git says, with no settings but ``settings``."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": str(settings), "GIT_CONFIG_SYSTEM": os.devnull}
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    command = ["git", "-C", str(root), *identity, *arguments]
    return (
        subprocess.run(command, check=True, input=stdin, capture_output=True, env=environment).stdout.decode().strip()
    )


def committed(folder: Path) -> Path:
    """``folder`` with all that is in it committed, ignored or not, to a repository that is made in it."""
    git(folder, "init", "-q")
    git(folder, "add", "-f", ".")
    git(folder, "-c", "commit.gpgsign=false", "commit", "-q", "-m", "all")
    return folder


def write(root: Path, files: dict[str, str]) -> None:
    """Write ``files`` below ``root``."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def listed(root: Path | str) -> list[str]:
    """The paths of the files that a scan of the working tree ``root`` would look at."""
    with open_source(str(root), obey=True) as checkout:
        return sorted(item.path for item in checkout.entries() if isinstance(item, Entry))
