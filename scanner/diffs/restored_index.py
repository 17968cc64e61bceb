"""Writes the index of a copy with the original's tensor names, so that renamed weights can be opened as the original's.

Weights are never written: the files that the index names stay as they are. Edit this when an index has one more key.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..errors import RestoreError
from ..models.tensor_index import TensorIndex
from ..support.escaping import escape


def restore_index(index: TensorIndex, pairs: Iterable[tuple[str, str]]) -> bytes:
    """The JSON of ``index`` in which each name of the copy, the first of a pair, is the original's, the second.

    Names without a partner stay as they are. Raises RestoreError where two tensors would have one name.
    """
    original = dict(pairs)
    restored: dict[str, str] = {}
    for name, file in sorted(index.shards.items()):
        wanted = original.get(name, name)
        if wanted in restored:
            raise RestoreError(
                f"the index cannot be restored: two tensors would be called {escape(wanted)}; "
                "one of them has no partner in the original"
            )
        restored[wanted] = file
    metadata = {} if index.total_size is None else {"total_size": index.total_size}
    text = json.dumps({"metadata": metadata, "weight_map": dict(sorted(restored.items()))}, indent=2)
    return f"{text}\n".encode()
