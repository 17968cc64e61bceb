"""The shape of a wording that names a licence, and how patterns of wordings are written."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple


class Wording(NamedTuple):
    """Where a folded header names ``licence``: from ``start`` to ``end``. The text of a licence ends with ``tail``."""

    licence: str
    start: int
    end: int
    tail: str = ""


# Compiled on first use: most runs meet a few licences only, and compiling all is felt at start-up.
@cache
def pattern(words: str) -> re.Pattern[str]:
    """A pattern of words in lower case; a space in it is any white space, a line end too, of bounded length."""
    return re.compile(words.replace(" ", r"\s{1,6}"))
