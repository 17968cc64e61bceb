"""An upstream file in, the oldest upstream it descends from out.

A port keeps the names of its definitions longer than their statements, so ancestors are looked for by rare names and confirmed by
statements that are equal, names and all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .corpus.lineages import Lineages
from .corpus.ragged import runs

Array = npt.NDArray[Any]

# A name in more upstream paths than this is a word of the field (`Block`, `forward`), not a family's.
COMMON_NAME = 60
# An ancestor has at least this share of the rare names, and this share of the statements as they stand.
LEAST_NAMES = 0.4
LEAST_STATEMENTS = 0.02
LONGEST_DESCENT = 4


def oldest_ancestor(lineages: Lineages, file: int) -> int | None:
    """The file content, of an older lineage, that ``file`` descends from through its names; None when there is none."""
    found = None
    for _ in range(LONGEST_DESCENT):
        ancestor = _ancestor(lineages, file if found is None else found)
        if ancestor is None:
            break
        found = ancestor
    return found


def _ancestor(lineages: Lineages, file: int) -> int | None:
    corpus = lineages.corpus
    weights = _rare_names(lineages, file)
    if not weights.any():
        return None
    rows = np.flatnonzero(weights[corpus.member_names])
    pairs = np.unique(lineages.member_files[rows] << 32 | corpus.member_names[rows])
    files, starts = np.unique(pairs >> 32, return_index=True)
    shares = np.add.reduceat(weights[pairs & 0xFFFFFFFF], starts) / weights.sum()
    lineage = corpus.file_lineages[files]
    older = lineages.allowed[lineage] & (lineages.first[lineage] < lineages.first[corpus.file_lineages[file]])
    near = files[older & (shares >= LEAST_NAMES)].tolist()
    held = {other: _shared_statements(lineages, file, other) for other in near}
    kept = [other for other, share in held.items() if share >= LEAST_STATEMENTS]
    return min(kept, key=lambda other: (lineages.first[corpus.file_lineages[other]], -held[other], other), default=None)


def _rare_names(lineages: Lineages, file: int) -> Array:
    """float64[names]: how telling each name defined in the file is; 0 for the common ones and those of other files."""
    corpus = lineages.corpus
    held = np.unique(corpus.member_names[slice(*corpus.file_starts[file : file + 2].tolist())])
    rare = held[corpus.name_lineages[held] <= COMMON_NAME]
    weights = np.zeros(len(corpus.name_hashes), np.float32)
    weights[rare] = np.log(len(lineages.first) / np.maximum(corpus.name_lineages[rare], 1))
    return weights


def _shared_statements(lineages: Lineages, file: int, other: int) -> float:
    """Share of the rare statements of ``file`` that stand in ``other``, spelled alike."""
    corpus = lineages.corpus
    mine, theirs = _contents(lineages, file), _contents(lineages, other)
    value = corpus.statement_tokens[mine] * corpus.statement_weights[mine].astype(np.float64)
    return float(value[np.isin(mine, theirs)].sum() / max(value.sum(), 1.0))


def _contents(lineages: Lineages, file: int) -> Array:
    corpus = lineages.corpus
    definitions = corpus.member_definitions[slice(*corpus.file_starts[file : file + 2].tolist())]
    places, _ = runs(corpus.definition_statement_starts, definitions)
    return np.unique(corpus.definition_statements[places])
