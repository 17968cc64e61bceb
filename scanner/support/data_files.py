"""Finds the folders of data that come with modelkin, and the user's cache. Edit this when they are elsewhere.

`importlib.resources` would do, but costs every start 4 ms: it imports zipfile and tempfile.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

# Set to anything, this variable has nothing of what is scanned, or found out of corpora, kept in the user's cache.
CACHE_OFF = "MODELKIN_NO_CACHE"


def shipped_folder(name: str) -> Path:
    """The folder ``rules`` or ``corpora``, in an installation or in a checkout that is installed to be edited."""
    return Path(import_module(f"..{name}", __package__).__path__[0])


def user_cache() -> Path:
    """The user's cache folder; ``MODELKIN_CACHE_DIR`` overrides the system's place for caches."""
    if known := _known("MODELKIN_CACHE_DIR", "XDG_CACHE_HOME", ".cache"):
        return known
    import platformdirs

    return Path(platformdirs.user_cache_dir("modelkin", appauthor=False))


def user_data() -> Path:
    """The user's folder for what is to stay; ``MODELKIN_DATA_DIR`` overrides the system's place for data."""
    if known := _known("MODELKIN_DATA_DIR", "XDG_DATA_HOME", ".local/share"):
        return known
    import platformdirs

    return Path(platformdirs.user_data_dir("modelkin"))


def _known(ours: str, variable: str, place: str) -> Path | None:
    """The folder that the variable ``ours`` names, else the one that Linux has where ``variable`` is not set.

    None where platformdirs, which takes 6 ms to load, must be asked.
    """
    if chosen := os.environ.get(ours):
        return Path(chosen)
    home = os.environ.get("HOME", "")
    is_usual = sys.platform == "linux" and variable not in os.environ and "ANDROID_DATA" not in os.environ
    return Path(home, place, "modelkin") if is_usual and home.startswith("/") else None
