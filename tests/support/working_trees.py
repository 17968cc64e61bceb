"""git for tests, with no settings but its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(root: Path, *arguments: str) -> str:
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    command = ["git", "-C", str(root), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **quiet}).stdout


def committed(folder: Path) -> Path:
    """``folder`` with all that is in it committed, ignored or not, to a repository that is made in it."""
    git(folder, "init", "-q")
    git(folder, "add", "-f", ".")
    git(folder, "-c", "commit.gpgsign=false", "commit", "-q", "-m", "all")
    return folder
