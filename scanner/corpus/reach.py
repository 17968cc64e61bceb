"""What reports tell of the corpora in use: how new each is and how far it reaches; segments of one are one.

Edit this when a corpus is to tell more of itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ..results import KnownCorpus
from ..support.lazy import sha256_hex
from .model import Corpus


def known_corpora(corpora: Sequence[Corpus]) -> tuple[KnownCorpus, ...]:
    """What is known of each; of segments that follow one another, of the corpus that they are."""
    grouped = groupby(enumerate(corpora), lambda each: each[1].segment_of or each[0])
    return tuple(_known([corpus for _, corpus in members]) for _, members in grouped)


def joined_digest(digests: Sequence[str]) -> str:
    """The digest of one corpus; of several, a digest over theirs."""
    return digests[0] if len(digests) == 1 else sha256_hex("".join(digests).encode())


def _known(segments: Sequence[Corpus]) -> KnownCorpus:
    projects = {project.name for each in segments for project in each.projects}
    releases = {
        (each.projects[release.project].name, release.version, release.origin)
        for each in segments
        for release in each.releases
    }
    return KnownCorpus(
        name=segments[0].name,
        version=max(each.version for each in segments),
        digest=joined_digest([each.digest for each in segments]),
        newest=max((release.released for each in segments for release in each.releases), default=""),
        projects=len(projects),
        releases=len(releases),
        models=len({model.name for each in segments for model in each.models if not model.is_architecture}),
    )
