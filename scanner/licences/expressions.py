"""An SPDX expression in, the ids in it out; a list of names with commas or slashes is read as one too."""

from __future__ import annotations

import re
from collections.abc import Callable

from license_expression import ExpressionError, Licensing  # type: ignore[import-untyped]

_BETWEEN = re.compile(r"[/;&|]|,(?! ?v)| (?:and|or) ", re.IGNORECASE)


def ids_of_expression(stated: str, named: Callable[[str], str]) -> tuple[str, ...]:
    """The ids that ``named`` knows of the names in ``stated``, each once, in its order."""
    ids = (named(name) for name in _names(stated))
    return tuple(dict.fromkeys(found for found in ids if found))


def _names(stated: str) -> list[str]:
    # Without symbols of its own it takes any word for a licence, so that our names decide what is known.
    licensing = Licensing()
    try:
        return [str(symbol.key) for symbol in licensing.license_symbols(licensing.parse(stated), unique=False)]
    except ExpressionError:
        return _BETWEEN.split(stated)
