"""What the Hugging Face Hub calls a licence in a model card: ``license``, else ``license_name`` and ``license_link``.

Edit this when the Hub takes licences in another way; a licence that it names anew is one line in
``rules/hub_licences.txt``.
"""

from __future__ import annotations

import re
from functools import cache

from ..rulebook.loader import licence_rule
from ..support.data_files import shipped_folder
from .licence_names import licence_ids

_TERMS = re.compile(r"-(?:only|or-later)$")
_NAME = re.compile(r"(?!licenseref)[a-z0-9][a-z0-9.-]*")


def hub_name(licence: str) -> str:
    """What ``license`` is for the licence of that id; empty where the Hub has no name for it, and it is "other"."""
    names = _hub_names()
    return names.get(licence) or names.get(_TERMS.sub("", licence), "")


def own_name(licence: str) -> str:
    """What ``license_name`` is for it: short, in small letters, without blanks."""
    rule = licence_rule(licence)
    spelled = (hub_name(licence), *(rule.names if rule else ()), licence.lower().removeprefix("licenseref-"))
    return next((each for each in spelled if _NAME.fullmatch(each)), "")


def link_of(licence: str) -> str:
    """The address of its text; empty where none is known."""
    rule = licence_rule(licence)
    return rule.url if rule else ""


@cache
def _hub_names() -> dict[str, str]:
    """By the id of the licence; the Hub does not tell later versions of a licence apart."""
    lines = (shipped_folder("rules") / "hub_licences.txt").read_text("utf-8").splitlines()
    listed = (line.strip() for line in lines if line and not line.startswith("#"))
    named = [(licence, name) for name in listed for licence in licence_ids(name)]
    return {**{_TERMS.sub("", licence): name for licence, name in named}, **dict(named)}
