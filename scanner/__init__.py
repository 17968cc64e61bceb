"""modelkin: where the code of an AI-model repository came from, and whether its upstream's terms are met."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .scan import Report, ScanOptions, compare, compare_files, compare_texts, scan
    from .sources import open_source
    from .verdict import FileVerdict

__all__ = ["FileVerdict", "Report", "ScanOptions", "compare", "compare_files", "compare_texts", "open_source", "scan"]

_HOME = dict.fromkeys(__all__, "scan") | {"FileVerdict": "verdict", "open_source": "sources"}


def __getattr__(name: str) -> Any:
    """Import on first use: `modelkin --help` and every pre-commit run pay for what is imported here."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


class _Package(ModuleType):
    def __setattr__(self, name: str, value: Any) -> None:
        # Importing the module `modelkin.scan` must not hide the function `modelkin.scan`.
        is_module = name == "scan" and isinstance(value, ModuleType)
        super().__setattr__(name, value.scan if is_module else value)


sys.modules[__name__].__class__ = _Package
