"""Finds the folders of data that come with modelkin. Edit this when they are installed elsewhere.

`importlib.resources` would do, but costs every start 4 ms: it imports zipfile and tempfile.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path


def shipped_folder(name: str) -> Path:
    """The folder ``rules`` or ``corpora``, in an installation or in a checkout that is installed to be edited."""
    return Path(import_module(f"..{name}", __package__).__path__[0])
