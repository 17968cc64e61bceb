"""The files of a corpus in, the file each one descends from out.

A port keeps the names of its definitions longer than their statements, so ancestors are looked for by rare names and
confirmed by statements that are equal, names and all.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from ..arrays import Array, pack_pairs, unpack_pairs
from .ragged import runs

# A name in more upstream paths than this is a word of the field (`Block`, `forward`), not a family's.
COMMON_NAME = 60
# An ancestor has at least this share of the rare names, and this share of the statements as they stand.
LEAST_NAMES = 0.4
LEAST_STATEMENTS = 0.02


def ancestors(arrays: Mapping[str, Array], ages: Array) -> Array:
    """For each file content the one it descends from, itself where none is known.

    ``arrays`` are the other arrays of the corpus; ``ages`` int64[L] ranks the lineages by their first release. An
    ancestor is of an older lineage, so that to follow ancestors always ends.
    """
    corpus = _Files.of(arrays, ages)
    return np.array([corpus.ancestor(file) for file in range(len(arrays["file_lineages"]))], np.int64)


class _Files(Struct, frozen=True):
    """The arrays, and the members of all files sorted by name."""

    arrays: Mapping[str, Array]
    ages: Array
    files_by_name: Array
    name_starts: Array

    @classmethod
    def of(cls, arrays: Mapping[str, Array], ages: Array) -> _Files:
        owners = np.repeat(np.arange(len(arrays["file_lineages"])), np.diff(arrays["file_starts"]).astype(np.int64))
        names, files = unpack_pairs(np.unique(pack_pairs(arrays["member_names"], owners)))
        starts = np.searchsorted(names, np.arange(len(arrays["name_lineages"]) + 1))
        return cls(arrays, ages, files, starts)

    def ancestor(self, file: int) -> int:
        rare, weights = self._rare_names(file)
        if not weights.any():  # no rare name, or one upstream path only, whose names are then nothing special
            return file
        places, of_name = runs(self.name_starts, rare)
        files, inverse = np.unique(self.files_by_name[places], return_inverse=True)
        shares = np.bincount(inverse, weights[of_name]) / weights.sum()
        lineage = self.arrays["file_lineages"]
        older = self.ages[lineage[files]] < self.ages[lineage[file]]
        near = files[older & (shares >= LEAST_NAMES)].tolist()
        kept = [other for other in near if self._shared_statements(file, other) >= LEAST_STATEMENTS]
        # Files are numbered as releases were added, so that the least number is the oldest content of a lineage.
        return min(kept, key=lambda other: (self.ages[lineage[other]], other), default=file)

    def _rare_names(self, file: int) -> tuple[Array, Array]:
        """The telling names defined in a file, and how telling each is."""
        counts = self.arrays["name_lineages"]
        held = np.unique(self.arrays["member_names"][slice(*self.arrays["file_starts"][file : file + 2].tolist())])
        rare = held[counts[held] <= COMMON_NAME]
        return rare, np.log(len(self.ages) / np.maximum(counts[rare], 1))

    def _shared_statements(self, file: int, other: int) -> float:
        """Share of the rare statements of ``file`` that stand in ``other``, spelled alike."""
        mine, theirs = self._contents(file), self._contents(other)
        value = self.arrays["statement_tokens"][mine] * self.arrays["statement_weights"][mine].astype(np.float64)
        return float(value[np.isin(mine, theirs)].sum() / max(value.sum(), 1.0))

    def _contents(self, file: int) -> Array:
        definitions = self.arrays["member_definitions"][slice(*self.arrays["file_starts"][file : file + 2].tolist())]
        places, _ = runs(self.arrays["definition_statement_starts"], definitions)
        return np.unique(self.arrays["definition_statements"][places])
