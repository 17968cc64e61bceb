"""The settings of one folder, each with the place it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from ..regions import Region
from ..waivers.model import Waiver


class Configuration(Struct, frozen=True):
    """What is not set is empty or None, as on the command line.

    ``path`` is the file's name in the folder, empty where there is none; ``origins`` says where each key stands.
    ``against`` and ``corpora`` count from the folder. ``left_out`` names the keys that were not taken over, which
    `read_configuration` tells of.
    """

    path: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    exclude_upstream: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    corpora: tuple[Path, ...] = ()
    fail_on: str | None = None
    min_similarity: float | None = None
    waivers: tuple[Waiver, ...] = ()
    origins: Mapping[str, Region] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What to tell of the keys left out, in one line; empty when none is."""
        if not self.left_out:
            return ""
        return f"{self.path}: {', '.join(self.left_out)} not taken over: only where modelkin runs in that folder"
