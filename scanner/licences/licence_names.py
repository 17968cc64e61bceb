"""Which licence ids a name means, as metadata, model cards and tags write it: "Apache License, Version 2.0".

Edit this when a spelling of a known licence is not understood, or means more than it should. Single spellings go into
the licence's rule, under ``names``; here are the ways in which all names vary.
"""

from __future__ import annotations

import re

from .expressions import MOST_CHARACTERS, ids_of_expression
from .table import LicenceTable, shipped_table

_CLASSIFIER = re.compile(r"^\s*licen[cs]e\s*::(?:.*::)?\s*(?P<last>[^:]+)$", re.IGNORECASE)
_PREFIX = re.compile(r"^\W*(?:spdx-license-identifier:|licensed under|licen[cs]e\s*:)", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\([^()]{0,40}\)\s*$")
_WORD = re.compile(r"(?:[^\W_]|[+.])+")
# What people write or leave out at will.
_NOISE = frozenset({"the", "a", "license", "licence", "licenses", "licences", "licensed", "version", "v", "ver"})
_VERSION_LETTER = re.compile(r"(?:^|(?<=[a-z]))v\.?(?=\d)")
_POINT_ZERO = re.compile(r"\.0(?![.\d])")
_OPERATOR = re.compile(r"\b(?:and|or|with)\b|[/,;&|]", re.IGNORECASE)


def licence_ids(stated: str, table: LicenceTable | None = None) -> tuple[str, ...]:
    """The ids that ``stated`` means, in its order: a name, a trove classifier, a Hub id or an SPDX expression.

    "bsd", "gpl", "other" and the like say no licence: (). Of an expression, what is known.
    """
    table = table or shipped_table()
    stated = " ".join(stated[:MOST_CHARACTERS].split())
    if len(stated) == MOST_CHARACTERS or not stated:
        return ()
    if known := licence_named(stated, table):
        return (known,)
    if _OPERATOR.search(stated):
        return ids_of_expression(stated, lambda name: licence_named(name, table))
    return ()


def licence_named(name: str, table: LicenceTable) -> str:
    """The id of the one licence that ``name`` means, empty where it is none."""
    name = _PREFIX.sub("", classifier_name(name))
    return table.names.get(name_key(name)) or table.names.get(name_key(_IN_BRACKETS.sub("", name)), "")


def classifier_name(name: str) -> str:
    """What a trove classifier ends in; any other name as it is."""
    classifier = _CLASSIFIER.match(name)
    return classifier["last"] if classifier else name


def name_key(name: str) -> str:
    """What spellings of one name have in common: "Apache License, Version 2.0" and "apache-2.0" are "apache2"."""
    words = [word.strip(".") for word in _WORD.findall(name.lower())]
    kept = [_VERSION_LETTER.sub("", word) for word in words if word and word not in _NOISE]
    return _POINT_ZERO.sub("", "".join(kept))
