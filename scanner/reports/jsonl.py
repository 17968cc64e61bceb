"""Report in, JSON lines out: the objects of the JSON report, one a line, each with its ``type``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..api import Report
from .json import as_data

_PARTS = (
    ("files", "file"),
    ("attributions", "attribution"),
    ("findings", "finding"),
    ("hidden", "hidden"),
    ("not_obeyed", "not_obeyed"),
    ("skipped", "skipped"),
)


def render(report: Report) -> str:
    """A line of type ``run`` first, then files, attributions, findings and skips, and the ``summary`` last."""
    return "".join(f"{json.dumps(line)}\n" for line in _lines(as_data(report)))


def _lines(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"type": "run", **{key: data[key] for key in ("schema", "tool", "corpus", "root", "scanned")}}
    for part, kind in _PARTS:
        for item in data[part]:
            yield {"type": kind, **item}
    yield {"type": "summary", **data["summary"]}
