"""The models that a corpus knows: the columns that hold their facts, filled and read back.

The facts of each model are read when they are asked for, so that a corpus opens as fast with them as without. Edit this
when a corpus is to find models in another way; what is kept of one is in `models.model`.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..errors import CorpusError
from ..support.arrays import Array, run_bounds
from .schema import Column, Columns

if TYPE_CHECKING:
    from ..models.model import ModelFacts

MOST_MODELS = 100_000
# Of all models of a corpus, uncompressed: ten thousand and more of a usual size.
MOST_BYTES = 256 * 1024**2


def model_key(name: str, release: str) -> int:
    """The number by which a corpus finds the model of that name and release."""
    stored = f"{name}\0{release}".encode("utf-8", "replace")
    return int.from_bytes(blake2b(stored, digest_size=8).digest(), "little")


class ModelTable:
    """The models of a corpus that is being built; of one name and release the last that was added."""

    def __init__(self) -> None:
        self._stored: dict[int, bytes] = {}

    def __len__(self) -> int:
        return len(self._stored)

    def add(self, facts: ModelFacts) -> None:
        """Add a model. Raises CorpusError where its facts are too many."""
        from ..models.stored_facts import encode
        from ..models.strict_json import BrokenFactsError

        try:
            self._stored[model_key(facts.name, facts.release)] = encode(facts)
        except BrokenFactsError as error:
            raise CorpusError(f"{facts.name}: the model cannot be kept in a corpus: {error}") from None

    def add_stored(self, key: int, stored: bytes) -> None:
        """Add a model as another corpus keeps it."""
        self._stored[key] = stored

    def columns(self) -> dict[Column[np.unsignedinteger], Array]:
        """The columns, in the order of the keys. Raises CorpusError for more models than a corpus takes."""
        if len(self._stored) > MOST_MODELS:
            raise CorpusError(f"{len(self._stored):,} models are too many for one corpus: divide them among several")
        rows = sorted(self._stored.items())
        return {
            Columns.model_hashes: np.array([key for key, _ in rows], np.uint64),
            Columns.model_starts: run_bounds([len(stored) for _, stored in rows]),
            Columns.model_bytes: np.frombuffer(b"".join(stored for _, stored in rows), np.uint8).copy(),
        }


def stored_models(columns: Columns) -> Iterator[tuple[int, bytes]]:
    """Each model by its key, as it is kept."""
    content, starts = columns.model_bytes, columns.model_starts.tolist()
    for key, (first, last) in zip(columns.model_hashes.tolist(), pairwise(starts), strict=True):
        yield key, content[first:last].tobytes()


def read_models(columns: Columns) -> tuple[ModelFacts, ...]:
    """All models, by name and release. Raises ValueError where they are none, or too many."""
    from ..models.stored_facts import decode

    if len(columns.model_hashes) > MOST_MODELS:
        raise ValueError(f"it has more than {MOST_MODELS:,} models")
    found: list[ModelFacts] = []
    left = MOST_BYTES
    for key, stored in stored_models(columns):
        facts, size = decode(stored)
        left -= size
        if left < 0:
            raise ValueError(f"its models take more than {MOST_BYTES:,} bytes")
        if key != model_key(facts.name, facts.release):
            raise ValueError("a model stands under the key of another one")
        found.append(facts)
    return tuple(sorted(found, key=lambda each: (each.name.casefold(), each.name, each.release)))
