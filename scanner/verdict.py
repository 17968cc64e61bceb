"""What a file is: its clone type, closest upstream, oldest known origin."""

from __future__ import annotations

from dataclasses import dataclass

from .alignment import DefinitionMatch, Rename, Verdict


@dataclass(frozen=True, slots=True)
class UpstreamMatch:
    """A known upstream file and the share (0 to 1) of the copy's tokens that stand in it.

    ``first_release`` to ``last_release`` is the span of releases that hold the file in this very content;
    ``released`` is the ISO date of the first of them.
    """

    project: str
    path: str
    first_release: str
    last_release: str
    released: str
    share: float
    licence: str
    copyrights: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """The answer for one file. ``upstreams`` is closest first; empty when the file is independent.

    ``own_release`` is set when the file is, byte for meaning, a known upstream's own release under its own path.
    """

    path: str
    sha256: str
    verdict: Verdict
    similarity: float
    licence: str
    upstreams: tuple[UpstreamMatch, ...]
    origin: UpstreamMatch | None
    renames: tuple[Rename, ...]
    definitions: tuple[DefinitionMatch, ...]
    own_release: str = ""
    notes: tuple[str, ...] = ()
