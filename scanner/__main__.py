"""``python -m modelkin``: the same as the ``modelkin`` command."""

from __future__ import annotations

import os
import sys

from .cli import run

# `python -m` lets the current folder provide modules; it is often the one to be scanned, whose code never runs.
sys.path[:] = [folder for folder in sys.path if folder not in ("", os.getcwd())]  # noqa: PTH109 - pathlib comes after

if __name__ == "__main__":
    run()
