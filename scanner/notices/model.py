"""What a file says of whose it is and where it came from."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ..results import LicenceForm


class Notice(Struct, frozen=True):
    """The header of a file.

    ``licence`` is an SPDX id or expression, empty where none is named; ``copyrights`` the statements as they stand, one
    line each; ``last_line`` the last line (1-based) of the header that either stands on, 0 where there is neither.
    """

    licence: str
    copyrights: tuple[str, ...]
    form: LicenceForm = LicenceForm.NONE
    last_line: int = 0


class Strength(str, Enum):
    """What a credit says was taken: ``IDEA`` is no statement that code was."""

    COPIED = "copied"
    ADAPTED = "adapted"
    BASED = "based"
    IDEA = "idea"


class Credit(Struct, frozen=True):
    """A phrase that names a source: "Adapted from https://github.com/org/repo/blob/main/file.py".

    ``words`` is the phrase, white space joined. What of the source it names is in ``url``, ``project`` ("org/repo", a
    package or a name in words) and ``path`` (a file or a dotted module), each empty where not named.
    """

    first_line: int
    last_line: int
    words: str
    strength: Strength
    url: str = ""
    project: str = ""
    path: str = ""
