"""The files of a corpus in, the file each one descends from out.

A port keeps the names of its definitions longer than their statements, so ancestors are looked for by rare names and
confirmed by statements that are equal, names and all.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from ..arrays import Array, pack_pairs, unpack_pairs
from .ragged import runs
from .schema import Columns

# A name in more upstream paths than this is a word of the field (`Block`, `forward`), not a family's.
COMMON_NAME = 60
# An ancestor has at least this share of the rare names, and this share of the statements as they stand.
LEAST_NAMES = 0.4
LEAST_STATEMENTS = 0.02


def ancestors(columns: Columns, ages: Array) -> Array:
    """For each file content the one it descends from, itself where none is known.

    Of the ``columns`` all others are filled; ``ages`` int64[L] ranks the lineages by their first release. An
    ancestor is of an older lineage, so that to follow ancestors always ends.
    """
    corpus = _Files.of(columns, ages)
    return np.array([corpus.ancestor(file) for file in range(len(columns.file_lineages))], np.int64)


class _Files(Struct, frozen=True):
    """The columns, and the members of all files sorted by name."""

    columns: Columns
    ages: Array
    files_by_name: Array
    name_starts: Array

    @classmethod
    def of(cls, columns: Columns, ages: Array) -> _Files:
        owners = np.repeat(np.arange(len(columns.file_lineages)), np.diff(columns.file_starts).astype(np.int64))
        names, files = unpack_pairs(np.unique(pack_pairs(columns.member_names, owners)))
        starts = np.searchsorted(names, np.arange(len(columns.name_lineages) + 1))
        return cls(columns, ages, files, starts)

    def ancestor(self, file: int) -> int:
        rare, weights = self._rare_names(file)
        if not weights.any():  # no rare name, or one upstream path only, whose names are then nothing special
            return file
        places, of_name = runs(self.name_starts, rare)
        files, inverse = np.unique(self.files_by_name[places], return_inverse=True)
        shares = np.bincount(inverse, weights[of_name]) / weights.sum()
        lineage = self.columns.file_lineages
        older = self.ages[lineage[files]] < self.ages[lineage[file]]
        near = files[older & (shares >= LEAST_NAMES)].tolist()
        kept = [other for other in near if self._shared_statements(file, other) >= LEAST_STATEMENTS]
        # Files are numbered as releases were added, so that the least number is the oldest content of a lineage.
        return min(kept, key=lambda other: (self.ages[lineage[other]], other), default=file)

    def _rare_names(self, file: int) -> tuple[Array, Array]:
        """The telling names defined in a file, and how telling each is."""
        counts = self.columns.name_lineages
        held = np.unique(self.columns.member_names[slice(*self.columns.file_starts[file : file + 2].tolist())])
        rare = held[counts[held] <= COMMON_NAME]
        return rare, np.log(len(self.ages) / np.maximum(counts[rare], 1).astype(np.int64))

    def _shared_statements(self, file: int, other: int) -> float:
        """Share of the rare statements of ``file`` that stand in ``other``, spelled alike."""
        mine, theirs = self._contents(file), self._contents(other)
        value = self.columns.statement_tokens[mine] * self.columns.statement_weights[mine].astype(np.float64)
        return float(value[np.isin(mine, theirs)].sum() / max(value.sum(), 1.0))

    def _contents(self, file: int) -> Array:
        definitions = self.columns.member_definitions[slice(*self.columns.file_starts[file : file + 2].tolist())]
        places, _ = runs(self.columns.definition_statement_starts, definitions)
        return np.unique(self.columns.definition_statements[places])
