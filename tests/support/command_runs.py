"""The command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

# For a run of which only the end matters: what is found is asked elsewhere.
NOT_FINDINGS = ("--fail-on", "never")
Done = subprocess.CompletedProcess[str]


def command(arguments: tuple[str | Path, ...]) -> list[str]:
    """The words that start it."""
    return [sys.executable, "-m", "modelkin", *map(str, arguments)]


def run(*arguments: str | Path, **settings: Any) -> Done:
    """One command line in a process of its own, which must not show a traceback."""
    settings = {"capture_output": True, "timeout": 100, **settings}
    done = subprocess.run(command(arguments), text=True, errors="replace", check=False, **settings)
    assert "Traceback" not in f"{done.stdout}{done.stderr}"
    return done


def refused(*arguments: str | Path, **settings: Any) -> str:
    """The one line that says why nothing was done."""
    done = run(*arguments, **settings)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("modelkin: error: ")
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr
    return done.stderr.removeprefix("modelkin: error: ").rstrip("\n")


def elsewhere(url: str, folder: Path) -> dict[str, str]:
    """An environment with another package index, and an empty cache."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**kept, "PIP_INDEX_URL": url, "MODELKIN_CACHE_DIR": str(folder)}
