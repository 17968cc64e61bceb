"""Globs of --include and --exclude -> a test on paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_WILDCARD = re.compile(r"(?P<folders>\*\*/)|(?P<star>\*+)|(?P<one>\?)|\[(?P<set>!?\]?[^\]]*)\]")


def matcher(globs: Iterable[str]) -> Callable[[str], bool]:
    """A test whether a path (forward slashes, relative) matches one of ``globs``; without globs it always says no.

    ``*`` and ``?`` match slashes too, so ``*/models/*.py`` matches at any depth; ``**/`` also matches no folder at all;
    ``[ab]`` and ``[!ab]`` are sets. A glob without a slash is looked for in every folder. A glob that matches a folder
    matches what is in it.
    """
    sources = [f"(?:{_regex(glob)})" for glob in globs]
    if not sources:
        return lambda path: False  # noqa: ARG005
    pattern = re.compile("|".join(sources), re.DOTALL)
    return lambda path: pattern.fullmatch(path) is not None


def _regex(glob: str) -> str:
    glob = glob.removeprefix("./").strip("/")
    pieces, end = [], 0
    for wildcard in _WILDCARD.finditer(glob):
        pieces += [re.escape(glob[end : wildcard.start()]), _wildcard_regex(wildcard)]
        end = wildcard.end()
    anywhere = "" if "/" in glob else "(?:.*/)?"
    return anywhere + "".join(pieces) + re.escape(glob[end:]) + "(?:/.*)?"


def _wildcard_regex(wildcard: re.Match[str]) -> str:
    if wildcard["folders"]:
        return "(?:.*/)?"
    if wildcard["star"]:
        return ".*"
    if wildcard["one"]:
        return "."
    members = wildcard["set"]
    negated = members.startswith("!")
    escaped = re.escape(members[negated:]).replace(r"\-", "-")
    return f"[{'^' if negated else ''}{escaped}]"
