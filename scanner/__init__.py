"""modelkin: where the code of an AI-model repository came from, and whether its upstream's terms are met."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import Report, ScanOptions, compare, compare_files, compare_texts, scan
    from .sources import open_source
    from .verdict import FileVerdict

__all__ = ["FileVerdict", "Report", "ScanOptions", "compare", "compare_files", "compare_texts", "open_source", "scan"]

_HOME = dict.fromkeys(__all__, "api") | {"FileVerdict": "verdict", "open_source": "sources"}


def __getattr__(name: str) -> Any:
    """Import on first use: `modelkin --help` and every pre-commit run pay for what is imported here."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
