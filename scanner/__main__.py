"""``python -m modelkin``: the same as the ``modelkin`` command."""

import os
import sys

# `python -m` lets the current folder provide modules; it is often the one to be scanned, whose code never runs.
sys.path[:] = [folder for folder in sys.path if folder not in ("", os.getcwd())]  # noqa: PTH109 - pathlib comes after

from .cli import run  # noqa: E402

if __name__ == "__main__":
    run()
