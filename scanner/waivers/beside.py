"""A checkout and findings in, the waivers in those of the found files that are no code out."""

from __future__ import annotations

from collections.abc import Iterable

from ..findings import Finding
from ..sources import Checkout, Skipped
from ..sources.specs import CODE_SUFFIXES
from .inline import read_waivers
from .model import WaiversRead

# A model card or configuration of more is not one that somebody put a waiver in.
MOST_BYTES = 1024**2


def waivers_beside(checkout: Checkout, findings: Iterable[Finding]) -> list[WaiversRead]:
    """For each file, what stands in the model cards, licences and configuration that ``findings`` point at."""
    paths = {finding.region.path for finding in findings}
    paths = {path for path in paths if not path.lower().endswith(CODE_SUFFIXES)}
    if not paths:
        return []
    found: list[WaiversRead] = []
    for entry in (checkout.whole or checkout.entries)():
        if entry.path not in paths or isinstance(entry, Skipped) or entry.size > MOST_BYTES:
            continue
        content = entry.read()
        if not isinstance(content, Skipped):
            found.append(read_waivers(entry.path, content))
    return found
