"""Repositories with dated commits, and what modelkin says of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from modelkin.sources.git_history import ClosedGit

needs_git_and_shell = pytest.mark.skipif(
    shutil.which("git") is None or sys.platform == "win32", reason="needs git and a Unix shell"
)
FIRST, SECOND, THIRD = 1_500_000_000, 1_600_000_000, 1_700_000_000
TEXT = "".join(f"line {number}\n" for number in range(40))


def git(root: Path, *words: str, at: int = FIRST, stdin: str = "", check: bool = True) -> str:
    variables = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_DATE": f"{at} +0200",
        "GIT_COMMITTER_DATE": f"{at + 7} -0500",
    }
    settings = ("user.name=a", "user.email=a@b", "init.defaultBranch=main", "protocol.file.allow=always")
    command = ["git", *(word for setting in settings for word in ("-c", setting)), *words]
    done = subprocess.run(
        command, cwd=root, check=check, input=stdin, capture_output=True, text=True, env=variables, timeout=60
    )
    return done.stdout.strip()


def committed(root: Path, files: dict[str, str], at: int, *init: str) -> str:
    """One more commit of ``root``; its hash."""
    if not root.exists():
        root.mkdir(parents=True)
        git(root, "init", "-q", *init)
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    git(root, "add", "-A", at=at)
    git(root, "commit", "-q", "--allow-empty", "-m", "x", at=at)
    return git(root, "rev-parse", "HEAD")


def with_history(root: Path, *init: str) -> list[str]:
    """A file of three commits, renamed in the second; their hashes, newest first."""
    first = committed(root, {"old.py": TEXT, "b.txt": "b\n"}, FIRST, *init)
    git(root, "mv", "old.py", "new.py")
    second = committed(root, {}, SECOND)
    committed(root, {"c.py": "c\n"}, SECOND + 1)
    return [committed(root, {"new.py": TEXT + "more\n"}, THIRD), second, first]


def answers(found: ClosedGit, path: str) -> list[str]:
    return [commit.hash for commit in found.commits(path)]
