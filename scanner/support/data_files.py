"""The name of a folder of data that comes with modelkin in, where it is out.

`importlib.resources` would do, but costs a start-up 4 ms: it imports zipfile and tempfile.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path


def shipped_folder(name: str) -> Path:
    """The folder of ``rules`` or ``corpora``: an installed one, or that of a checkout installed to be edited."""
    return Path(import_module(f"..{name}", __package__).__path__[0])
