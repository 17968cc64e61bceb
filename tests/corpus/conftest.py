"""A small corpus file, and code to add to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..support.small_corpora import SCHEDULE, THREE, corpus_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A corpus file of three releases of two projects, in a folder of its own."""
    found = tmp_path / "corpus" / "small.safetensors"
    corpus_of(*THREE).save(found)
    return found


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A folder of code to be added."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "schedule.py").write_text(SCHEDULE)
    return folder
