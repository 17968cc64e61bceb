"""What is known of licence texts: the data file ``rules/licence_texts.safetensors``, of hashes, anchors and names.

Edit this, and raise ``FORMAT``, when the file is to hold something else; `build.py` writes it. No text is in it.
"""

from __future__ import annotations

import json
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from msgspec import Struct

from ..errors import RuleError
from ..support.arrays import I64, Array, Mask, run_bounds
from ..support.data_files import shipped_folder

FORMAT = 1
HEADER_KEY = "modelkin.licence_texts"
# What each array of the file holds, and as what.
ARRAYS = {"shingles": "uint32", "counts": "uint8", "postings": "uint16"}
_CODES = {"uint8": "U8", "uint16": "U16", "uint32": "U32"}


class Anchor(NamedTuple):
    """Patterns on normalised text: all of ``required`` stand in what the licence's text is, none of ``refused``."""

    required: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class Reference(NamedTuple):
    """A known text, by its shingles."""

    licence: str
    "The id of the licence that it is a text of."
    size: int
    "How many distinct shingles it has;"
    rate: int
    "one in so many is kept, those whose hash it divides."
    is_notice: bool
    "Whether it is what headers of files say instead of the whole text."
    is_ruled: bool
    "Whether its licence has a rule; one without is known for the sake of those it is like."
    anchor: Anchor
    "What tells it from its twins."


class LicenceTable(Struct, frozen=True, dict=True):
    """An index of the known texts: ``shingles`` [v] sorted; shingle i is in ``postings[starts[i] : starts[i + 1]]``.

    ``names`` gives the id of each known spelling, by its key (`licence_names.name_key`); ``titles`` the anchors of the
    licences of which no text is known.
    """

    references: tuple[Reference, ...]
    names: dict[str, str]
    titles: dict[str, Anchor]
    shingles: Array
    counts: Array
    postings: Array

    @cached_property
    def starts(self) -> I64:
        """Where the postings of each shingle begin, and where the last one's end: [v + 1]."""
        return run_bounds(self.counts)

    @cached_property
    def kept(self) -> I64:
        """How many shingles of each reference are kept."""
        kept: I64 = np.bincount(self.postings, minlength=len(self.references))
        return kept

    @cached_property
    def is_alone(self) -> Mask:
        """Of each posting, whether no other reference has its shingle."""
        alone: Mask = np.repeat(self.counts == 1, self.counts)
        return alone

    @cached_property
    def alone(self) -> I64:
        """How many kept shingles each reference has that no other has."""
        alone: I64 = np.bincount(self.postings[self.is_alone], minlength=len(self.references))
        return alone


@cache
def shipped_table() -> LicenceTable:
    """What comes with modelkin."""
    return open_table(shipped_folder("rules") / "licence_texts.safetensors")


def open_table(path: Path) -> LicenceTable:
    """Open a data file. Raises RuleError when it is missing or damaged."""
    try:
        return _decode(path.read_bytes())
    except FileNotFoundError:
        raise RuleError(f"{path}: no such file; install modelkin again") from None
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise RuleError(f"{path}: damaged ({error}); install modelkin again") from None


def _decode(data: bytes) -> LicenceTable:
    length = int.from_bytes(data[:8], "little")
    tensors = json.loads(data[8 : 8 + length])
    header = json.loads(tensors["__metadata__"][HEADER_KEY])
    if header["format"] != FORMAT:
        raise ValueError(f"format {header['format']}, but this modelkin reads {FORMAT}")
    arrays = {name: _array(tensors[name], name, data, 8 + length) for name in ARRAYS}
    anchors = {licence: _anchor(*lists) for licence, lists in header["anchors"].items()}
    ruled = frozenset(header["ruled"])
    references = tuple(_reference(row, anchors, ruled) for row in header["references"])
    unknown = ruled - {reference.licence for reference in references}
    titles = {licence: anchors[licence] for licence in sorted(unknown) if licence in anchors}
    table = LicenceTable(references, {**header["listed_names"], **header["names"]}, titles, **arrays)
    if len(table.counts) != len(table.shingles) or table.starts[-1] != len(table.postings):
        raise ValueError("its arrays do not fit together")
    if len(table.postings) and int(table.postings.max()) >= len(references):
        raise ValueError("it tells of a text it does not name")
    return table


def read_header(data: bytes) -> dict[str, Any]:
    """What the file says in words: of references, names and anchors. Raises ValueError or LookupError."""
    length = int.from_bytes(data[:8], "little")
    header: dict[str, Any] = json.loads(json.loads(data[8 : 8 + length])["__metadata__"][HEADER_KEY])
    return header


def _reference(row: list[Any], anchors: dict[str, Anchor], ruled: frozenset[str]) -> Reference:
    """A notice has its own anchors, a text those of its licence."""
    licence, size, rate, is_notice, required, refused = row
    anchor = _anchor(required, refused) if is_notice else anchors.get(licence, Anchor())
    return Reference(licence, size, rate, is_notice, licence in ruled, anchor)


def _anchor(required: list[str], refused: list[str]) -> Anchor:
    return Anchor(tuple(required), tuple(refused))


def _array(entry: dict[str, Any], name: str, data: bytes, offset: int) -> Array:
    first, last = entry["data_offsets"]
    if entry["dtype"] != _CODES[ARRAYS[name]] or not 0 <= first <= last <= len(data) - offset:
        raise ValueError(f"{name} is cut off or of another type")
    array: Array = np.frombuffer(data, ARRAYS[name], (last - first) // np.dtype(ARRAYS[name]).itemsize, offset + first)
    return array
