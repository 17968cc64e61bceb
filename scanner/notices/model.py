"""What a file says of whose it is and where it is from: the records that the readers in this room make.

Edit this when a report or the corpus is to keep more of it.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ..results import LicenceForm


class Notice(Struct, frozen=True):
    """What the header of a file says."""

    licence: str
    "An SPDX id or expression; empty where no licence is named."
    copyrights: tuple[str, ...]
    "The copyright lines as they stand, each on one line."
    form: LicenceForm = LicenceForm.NONE
    "How the licence is stated."
    last_line: int = 0
    "The last line (1-based) of the header that either stands on; 0 where there is neither."
    sources: tuple[str, ...] = ()
    "In a corpus: what the credits of the header name as the file's source, as addresses or names of projects."


class Strength(str, Enum):
    """What a credit says was taken: ``IDEA`` does not say that code was."""

    COPIED = "copied"
    ADAPTED = "adapted"
    BASED = "based"
    IDEA = "idea"


class Credit(Struct, frozen=True):
    """A phrase that names a source: "Adapted from https://github.com/org/repo/blob/main/file.py"."""

    first_line: int
    "The first line (1-based) that it stands on,"
    last_line: int
    "and the last."
    words: str
    "The phrase, its white space joined."
    strength: Strength
    "What it says was taken."
    url: str = ""
    "What it names of the source, each empty where not named: its address,"
    project: str = ""
    '"org/repo", a package or a name in words,'
    path: str = ""
    "and a file or a dotted module."
