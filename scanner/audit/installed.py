"""Which releases are installed here, and in what another machine's differ."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

# What an answer follows from, and what both ends of a connection must be the same of.
DISTRIBUTIONS = ("modelkin", "tree-sitter", "tree-sitter-python", "distributed")


def releases() -> Mapping[str, str]:
    """Which release of each distribution that matters is installed here."""
    return {name: _release(name) for name in DISTRIBUTIONS}


def difference(asked: Mapping[str, str], here: Mapping[str, str]) -> str:
    """In which releases a worker and the audit are not alike, in words; else nothing."""
    return ", ".join(
        f"has {name} {here[name]}, not {asked[name]}" if here.get(name) else f"has no {name}"
        for name in asked
        if here.get(name) != asked[name]
    )


def _release(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
