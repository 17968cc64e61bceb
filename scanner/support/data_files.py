"""Finds the folders of data that come with modelkin, and the user's cache. Edit this when they are elsewhere.

`importlib.resources` would do, but costs every start 4 ms: it imports zipfile and tempfile.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

# Set to anything, this variable has nothing of what is scanned, or found out of corpora, kept in the user's cache.
CACHE_OFF = "MODELKIN_NO_CACHE"


def shipped_folder(name: str) -> Path:
    """The folder ``rules`` or ``corpora``, in an installation or in a checkout that is installed to be edited."""
    return Path(import_module(f"..{name}", __package__).__path__[0])


def user_cache() -> Path:
    """The user's cache folder; ``MODELKIN_CACHE_DIR`` overrides the system's place for caches."""
    import platformdirs

    return Path(os.environ.get("MODELKIN_CACHE_DIR") or platformdirs.user_cache_dir("modelkin", appauthor=False))
