"""Where corpora are kept: the shipped one and the user's own. One that a scanned folder brings is never on the shelf.

Edit this when a corpus may lie in one more place that is the user's.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..errors import CorpusError
from ..shipped import shipped_folder
from .opening import open_corpus
from .pack import Corpus


def shipped_path() -> Path:
    """The corpus that comes with modelkin."""
    return shipped_folder("corpora") / "base.safetensors"


def user_path() -> Path:
    """The corpus of the user's own upstreams; ``MODELKIN_DATA_DIR`` moves it."""
    import platformdirs

    folder = os.environ.get("MODELKIN_DATA_DIR") or platformdirs.user_data_dir("modelkin")
    return Path(folder) / "corpus.safetensors"


def known_paths(required: bool = True) -> list[Path]:
    """The corpora on the shelf, of which there must be one if ``required``. Raises CorpusError."""
    found = [path for path in (shipped_path(), user_path()) if is_there(path)]
    if required and not found:
        raise CorpusError("no corpus found; name one with --corpus, or build one with `modelkin corpus build`")
    return found


def default_corpora(paths: Sequence[Path] | None, required: bool = True) -> list[Corpus]:
    """Open ``paths``; None means all on the shelf, of which there must be one if ``required``. Raises CorpusError."""
    return [open_corpus(path) for path in (known_paths(required) if paths is None else paths)]


def is_there(path: Path) -> bool:
    """Whether there is anything by that name, be it unreadable: opening it then says why."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
