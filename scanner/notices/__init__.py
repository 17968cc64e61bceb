"""A file's text in, its notices out: copyright lines, licence statements and credits."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .headers import HEADER_BYTES, read_notice
from .model import Credit, LicenceForm, Notice, Strength

if TYPE_CHECKING:
    from .credits import read_credits
    from .holder_names import holders
    from .prose import read_credits_in_prose
    from .same_holders import holders_missing, same_holder

__all__ = [
    "HEADER_BYTES",
    "Credit",
    "LicenceForm",
    "Notice",
    "Strength",
    "holders",
    "holders_missing",
    "read_credits",
    "read_credits_in_prose",
    "read_notice",
    "same_holder",
]

# Every run reads headers; the rest, and its patterns, is needed only where something was copied.
_ELSEWHERE = {
    "holders": "holder_names",
    "holders_missing": "same_holders",
    "read_credits": "credits",
    "read_credits_in_prose": "prose",
    "same_holder": "same_holders",
}


def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_ELSEWHERE[name]}", __name__), name)
