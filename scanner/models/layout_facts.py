"""How the tensors of a model are laid out: their names, shapes and types, as facts; and the bounds on reading them.

Edit this when a comparison needs one more fact of a tensor, or a real model is over a bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from .strict_json import BrokenFactsError, shown

# A Llama 405B has 1,138 tensors and a header of .14 MB; a mixture of 384 experts and 61 layers has 70,000 tensors.
MOST_NAMES = 200_000
MOST_HEADER_BYTES = 25 * 1024**2
# Of one name: real ones have 120 and 12.
_LONGEST_NAME = 1024
_MOST_PARTS = 64
# Of all names: what a comparison builds of them takes about 300 bytes for each.
_MOST_PARTS_IN_ALL = 2_000_000

Shape = tuple[int, ...]


class TensorLayout(Struct, frozen=True, omit_defaults=True):
    """The tensors of one model, as far as headers and an index tell. No value of a tensor is among them."""

    path: str
    """The index, or else the first file, relative to the source."""
    names: tuple[str, ...]
    """The names of all tensors, sorted; at most 200,000."""
    shapes: tuple[Shape | None, ...] | None = None
    """The shape of each, first dimension outermost; None for one whose file was not read, or where none was."""
    dtypes: tuple[str, ...] | None = None
    """The type of each (``BF16``, ``Q4_K``), empty for one whose file was not read; None where none was."""
    total_size: int | None = None
    """The bytes of all tensors, as the index says; None where there is no index, or it does not say."""
    held: int | None = None
    """The bytes that the headers of all its files account for; None where not all of them were read."""
    files: tuple[str, ...] = ()
    """The files that hold the tensors, as the index names them; those of them that were not there, too."""
    says: Mapping[str, str] = {}
    """What a GGUF header says of the model: ``general.architecture``, ``general.name`` and their like."""

    @property
    def shape_of(self) -> dict[str, Shape]:
        """The known shapes by name."""
        pairs = zip(self.names, self.shapes or (), strict=False)
        return {name: shape for name, shape in pairs if shape is not None}


class TensorHeader(NamedTuple):
    """What the header of one file of weights says."""

    tensors: dict[str, tuple[str, Shape]]
    """The type and the shape of each tensor, by name."""
    held: int
    """The bytes of all of them."""
    says: Mapping[str, str] = {}
    """As in `TensorLayout`."""
    places: Mapping[str, int] = {}
    """Where in the file each begins, in bytes."""


def check_names(names: Mapping[str, object]) -> None:
    """Raises BrokenFactsError where there are more names, or longer ones, than a comparison takes."""
    if not names:
        raise BrokenFactsError("it names no tensor")
    if len(names) > MOST_NAMES:
        raise BrokenFactsError(f"it names {len(names):,} tensors: more than {MOST_NAMES:,} are not compared")
    parts = 0
    for name in names:
        count = name.count(".") + name.count("/") + 1
        parts += count
        if not name or len(name) > _LONGEST_NAME or count > _MOST_PARTS:
            raise BrokenFactsError(
                f"{shown(name)} is no tensor's name: empty, or over {_LONGEST_NAME:,} characters or {_MOST_PARTS} parts"
            )
    if parts > _MOST_PARTS_IN_ALL:
        raise BrokenFactsError(f"its names have {parts:,} parts: more than {_MOST_PARTS_IN_ALL:,} are not compared")
