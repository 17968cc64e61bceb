"""The settings of one folder or file, each with the place it stands in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from msgspec import Struct, field

from ..regions import Region
from ..waivers.model import Waiver


class Configuration(Struct, frozen=True):
    """What is not set is empty or None, as on the command line.

    ``path`` is the file's name in the folder, empty where there is none; ``origins`` says where each key stands.
    ``against``, ``corpora`` and ``baseline`` count from the folder. ``left_out`` names the keys that do not count.
    """

    path: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    exclude_upstream: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    corpora: tuple[Path, ...] = ()
    baseline: Path | None = None
    fail_on: tuple[str, ...] = ()
    min_similarity: float | None = None
    waivers: tuple[Waiver, ...] = ()
    origins: Mapping[str, Region] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    def counting(self, keys: Collection[str]) -> Configuration:
        """The same with only ``keys`` in it; all others are ``left_out``."""
        kept = {key: place for key, place in self.origins.items() if key in keys}
        values = {FIELDS[key]: getattr(self, FIELDS[key]) for key in kept}
        left_out = tuple(key for key in self.origins if key not in kept)
        return Configuration(self.path, origins=kept, left_out=left_out, **values)


FIELDS = {
    "include": "include",
    "exclude": "exclude",
    "exclude-upstream": "exclude_upstream",
    "against": "against",
    "corpus": "corpora",
    "baseline": "baseline",
    "fail-on": "fail_on",
    "min-similarity": "min_similarity",
    "waivers": "waivers",
}
"""Each key as a settings file spells it, and the field that it fills."""
