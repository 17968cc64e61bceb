"""The indexes of a copy with the original's tensor names, for those layouts in which names were renamed.

Edit this when more than an index can be written with names restored. Weights never are.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import RestoreError
from ..evidence.layout_fit import fit_layouts
from ..evidence.tensor_layout import ALIKE, SECONDS
from ..evidence.two_models import layout_pairs
from ..models.layout_facts import TensorLayout
from ..models.strict_json import BrokenFactsError
from ..models.tensor_index import INDEX_SUFFIXES, MOST_INDEX_BYTES, read_index
from ..models.tensors import layouts_of
from ..results import Skipped
from ..sources import open_source
from ..sources.checkout import Entry
from ..sources.specs import split_name
from ..support.budget import OverBudgetError, budget
from .restored_index import restore_index


def restored_indexes(copy: str, original: str) -> Iterator[tuple[str, bytes] | Skipped]:
    """The path and the restored bytes of each index of the source ``copy`` that has an index of ``original`` beside it,
    and a name that is renamed; Skipped when it cannot be restored.

    Raises SourceError when either source can no longer be opened.
    """
    with open_source(copy) as ours, open_source(split_name(original)[1], obey=True) as theirs:
        layouts = [
            [each for each in layouts_of(side).layouts if each.path.endswith(INDEX_SUFFIXES)] for side in (ours, theirs)
        ]
        entries = {each.path: each for each in ours.entries() if isinstance(each, Entry)}
        for mine, other in layout_pairs(*layouts):
            restored = _restored(entries[mine.path], mine, other)
            if restored is not None:
                yield restored


def _restored(entry: Entry, copy: TensorLayout, original: TensorLayout) -> tuple[str, bytes] | Skipped | None:
    """None where nothing is renamed, or too little fits."""
    try:
        with budget(0, SECONDS):
            fit = fit_layouts(copy, original)
        if fit.share < ALIKE or fit.copy_part or fit.original_part or not fit.renames:
            return None
        stored = entry.read_part(0, MOST_INDEX_BYTES)
        if isinstance(stored, Skipped):
            return stored
        return entry.path, restore_index(read_index(stored), fit.pairs)
    except (RestoreError, BrokenFactsError, OverBudgetError) as error:
        return Skipped(entry.path, str(error))
