"""The families of an audit in words, for text and web page, and as data for JSON; scanned text comes out escaped.

Nobody is accused: who was first is said as far as dates tell. Edit this when copies among the audited are to be told of
in another way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..audit.family_model import Certainty, Families, Family, FamilyFile
from ..support.escaping import encodable, escape
from .blocks import Block, Text, indented
from .console import bare_table
from .phrases import and_more, name

TITLE = "Copies among the audited"
_MOST_ROWS = 20
_MOST_NAMED = 4


def family_blocks(families: Families) -> Iterator[Block]:
    """The families as text: which repositories, what recurs, who was likely first."""
    told = list(left_words(families))
    if not families.families and not told:
        return
    yield Text()
    yield Text(TITLE, "bold")
    if families.families:
        table = bare_table("repositories", "files", "first", "what recurs")
        for family in families.families[:_MOST_ROWS]:
            table.add_row(Text(holders(family)), str(family.files), Text(first_words(family)), Text(recurring(family)))
        yield indented(table, 2)
    if more := and_more(len(families.families), _MOST_ROWS):
        told.insert(0, f"{more}, all of them in --format json")
    for line in told:
        yield indented(Text(line, "dim"), 2)


def holders(family: Family) -> str:
    """``org/a, org/b and 3 more``: the repositories that hold files of the family, oldest first."""
    return _listed((escape(each) for each in _repositories(family.members)), family.repositories)


def recurring(family: Family) -> str:
    """``Attention.forward, rotate``: the definitions that recur."""
    names = list(dict.fromkeys(name(each.name) for each in family.definitions))
    return _listed(names, len(names)) or "statements here and there"


def first_words(family: Family) -> str:
    """``certain: org/a model.py, 2023-06-20``: which file was likely first, and how sure that is."""
    if family.first is None:
        return f"unknown: {escape(family.why)}"
    told = f"{family.certainty.value}: {escape(family.first.repository)} {escape(family.first.path)}"
    why = "" if family.certainty is Certainty.CERTAIN else f"; {escape(family.why)}"
    return f"{told}, {date_words(family.first)}{why}"


def date_words(file: FamilyFile) -> str:
    """``2023-06-20 or earlier by the first commit of the path``; where nothing dates the file, why."""
    dated = file.dated
    says = escape(dated.says)
    if not dated.date:
        return says or "not dated"
    day = f"{escape(dated.date)} or earlier" if dated.at_latest else escape(dated.date)
    return f"{day} by {says}" if says else day


def left_words(families: Families) -> Iterator[str]:
    """What is not listed, a line each."""
    if families.left:
        yield f"{families.left} smaller families are not listed"
    if families.common:
        yield f"{families.common} definitions and files left out: they stand in very many repositories"
    if not families.is_recorded:
        yield "not told: the journal is of a modelkin that did not record it; audit again to know"


def _repositories(members: Iterable[FamilyFile]) -> list[str]:
    return list(dict.fromkeys(each.repository for each in members))


def _listed(names: Iterable[str], total: int) -> str:
    shown = list(names)[:_MOST_NAMED]
    more = and_more(total, len(shown))
    return f"{', '.join(shown)} {more}".rstrip()


def families_data(families: Families) -> dict[str, Any]:
    """``families`` and ``families_left`` of ``modelkin.audit/1``."""
    return {
        "families": [_family(each) for each in families.families],
        "families_left": {
            "smaller": families.left,
            "common": families.common,
            "not_recorded": not families.is_recorded,
        },
    }


def _family(family: Family) -> dict[str, Any]:
    first = family.first
    return {
        "repositories": family.repositories,
        "files": family.files,
        "contents": family.contents,
        "first": {"repository": encodable(first.repository), "path": encodable(first.path)} if first else None,
        "certainty": family.certainty.value,
        "why": encodable(family.why),
        "definitions": [
            {"name": encodable(each.name), "tokens": each.evidence, "repositories": each.repositories}
            for each in family.definitions
        ],
        "members": [_member(each) for each in family.members],
        "members_left": family.files - len(family.members),
    }


def _member(file: FamilyFile) -> dict[str, Any]:
    dated = file.dated
    return {
        "repository": encodable(file.repository),
        "path": encodable(file.path),
        "sha256": file.sha256,
        "share": round(file.share, 3),
        "dated": {
            "date": dated.date or None,
            "by": dated.by.value,
            "claim": dated.claim,
            "at_latest": dated.at_latest,
            "says": encodable(dated.says),
        },
    }
