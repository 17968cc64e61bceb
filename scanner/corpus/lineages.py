"""Which upstream path each file content belongs to, and since when it is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .pack import Corpus, Project, Version


@dataclass(frozen=True, slots=True)
class Lineages:
    """A lineage is one path of one project through its releases.

    ``of_file`` int64[C] numbers the lineage of each file content, -1 where no release of it may answer. ``first`` int64[L] is the
    place, in order of date, of the first release that holds the path; ``allowed`` bool[P] says which projects may answer.
    """

    corpus: Corpus
    of_file: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    allowed: npt.NDArray[np.bool_]
    ranks: npt.NDArray[np.int64]

    def versions(self, file: int) -> list[Version]:
        """The releases that hold file content ``file``, oldest first, of projects that may answer."""
        allowed = {project for project, may in zip(self.corpus.projects, self.allowed, strict=True) if may}
        return [version for version in self.corpus.versions(file) if version.project in allowed]


def lineages(corpus: Corpus, allows: Callable[[Project], bool] = lambda _: True, until: str = "") -> Lineages:
    """The lineages of a corpus, seen through those projects that ``allows`` lets answer.

    With ``until``, an ISO date, paths that first appeared after it do not answer: nothing is copied from the future.
    """
    allowed = np.array([allows(project) for project in corpus.projects], bool)
    projects = np.array([release.project for release in corpus.releases], np.int64)
    days = [release.released for release in corpus.releases]
    ranks = np.empty(len(days), np.int64)
    ranks[sorted(range(len(days)), key=days.__getitem__)] = np.arange(len(days))
    release_of_row = corpus.version_releases.astype(np.int64)
    project_of_row = projects[release_of_row]
    keys, lineage_of_row = np.unique(project_of_row << 32 | corpus.version_paths, return_inverse=True)
    first = np.full(len(keys), np.iinfo(np.int64).max)
    np.minimum.at(first, lineage_of_row, ranks[release_of_row])
    file_of_row = np.repeat(np.arange(corpus.file_count), np.diff(corpus.file_version_starts.astype(np.int64)))
    of_file = np.full(corpus.file_count, -1, np.int64)
    known = sum(day <= until for day in days) if until else len(days)
    # Written last to first, so that the first row of a file that may answer decides.
    rows = np.flatnonzero(allowed[project_of_row] & (first[lineage_of_row] < known))[::-1]
    of_file[file_of_row[rows]] = lineage_of_row[rows]
    return Lineages(corpus, of_file, first, allowed, ranks)
