"""Which upstream paths of a corpus may answer, and since when each is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..support.arrays import Array
from .model import Corpus, Project, Version


class Lineages(NamedTuple):
    """A corpus seen by lineage: one path of one project through its releases.

    ``first`` int64[L] ranks the first release that holds the path by its date, among all releases; ``allowed``
    bool[L] says which lineages may answer.
    """

    corpus: Corpus
    first: Array
    allowed: Array

    def oldest_ancestor(self, file: int) -> int | None:
        """The oldest file content that ``file`` descends from by its names, among those that may answer."""
        found, ancestors = None, self.corpus.file_ancestors
        while ancestors[file] != file:
            file = int(ancestors[file])
            if self.allowed[self.corpus.file_lineages[file]]:
                found = file
        return found

    def born(self, lineage: int) -> str:
        """The ISO date of the first release that holds the path, far in the future where none is known."""
        return self.corpus.releases[int(self.corpus.lineage_first_releases[lineage])].day

    def versions(self, file: int, lineage: int) -> list[Version]:
        """The releases that hold file content ``file`` under the path of ``lineage``, oldest first."""
        corpus = self.corpus
        project = corpus.projects[int(corpus.lineage_projects[lineage])]
        path = corpus.text(int(corpus.lineage_paths[lineage]))
        return [each for each in corpus.versions(file) if (each.project, each.path) == (project, path)]


def lineages(corpus: Corpus, allows: Callable[[Project], bool] = lambda _: True, until: str = "") -> Lineages:
    """The lineages of a corpus; those of projects that ``allows`` refuses do not answer.

    With ``until``, an ISO date, paths that first appeared after it do not either: nothing is copied from the future.
    Those without a date do.
    """
    days = [release.day for release in corpus.releases]
    ranks = np.empty(len(days), np.int64)
    ranks[sorted(range(len(days)), key=days.__getitem__)] = np.arange(len(days))
    first = ranks[corpus.lineage_first_releases]
    allowed = np.array([allows(project) for project in corpus.projects], bool)[corpus.lineage_projects]
    if until:
        undated = np.array([not release.released for release in corpus.releases], bool)
        allowed &= (first < sum(day <= until for day in days)) | undated[corpus.lineage_first_releases]
    return Lineages(corpus, first, allowed)
