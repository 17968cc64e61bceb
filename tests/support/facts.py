"""Models as facts, for tests, of what their files would hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modelkin.models.model import ModelFacts
from modelkin.models.model_files import ReadModel, facts_of
from modelkin.sources import open_source

INCIDENTS = Path(__file__).parents[3] / "shared" / "incidents"
needs_incidents = pytest.mark.skipif(not INCIDENTS.is_dir(), reason=f"the real files are not at {INCIDENTS}")


def model(folder: Path, name: str, files: dict[str, Any]) -> ModelFacts:
    """The facts of a model in a new folder ``name`` with these files, bytes or what is written as JSON."""
    read = read_model(folder, name, files)
    assert not read.skipped
    return read.facts


def read_model(folder: Path, name: str, files: dict[str, Any]) -> ReadModel:
    """As ``model``, with what was skipped."""
    for path, content in files.items():
        (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / name / path).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return facts_in(folder / name)


def facts_in(folder: Path) -> ReadModel:
    """The facts of the model in a folder."""
    with open_source(str(folder)) as checkout:
        read = facts_of(checkout)
    assert read is not None
    return read
