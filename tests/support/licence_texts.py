"""Whole licence texts: modelkin's own, and those of packages that the tests are run by."""

from __future__ import annotations

from importlib.metadata import files
from pathlib import Path

from .documents import ROOT

APACHE = (ROOT / "LICENSE").read_bytes()


def mit() -> bytes:
    """The text of the MIT licence, as pytest has it."""
    found = files("pytest") or []
    return next(Path(str(file.locate())) for file in found if file.name == "LICENSE").read_bytes()


def apache_text() -> str:
    """The text of the Apache licence, as coverage has it."""
    found = [path for path in files("coverage") or () if path.name.startswith("LICENSE")]
    return found[0].read_text()
