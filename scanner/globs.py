"""Globs of --include, --exclude and waivers -> a test on paths.

They also come from settings that a repository brings, so they are matched in linear time and bounded. Edit this for
what a glob may say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import count

from .errors import ConfigurationError
from .wildcards import Part, Wild, linear_pattern

# No system has longer paths.
MAX_GLOB = 4096
MAX_ALL_GLOBS = 64 * 1024

_WILDCARD = re.compile(r"(?P<folders>(?:(?<=/)|^)\*\*/)|(?P<star>\*+)|(?P<one>\?)|\[(?P<set>!?\]?[^\]]*)\]")
_GLOBS_A_REGEX = 50


def matcher(globs: Iterable[str]) -> Callable[[str], bool]:
    """A test whether a path (forward slashes, relative) matches one of ``globs``; without globs it always says no.

    ``*`` and ``?`` match slashes too, so ``*/models/*.py`` matches at any depth; ``**/`` at the beginning or after a
    slash also matches no folder at all; ``[ab]`` and ``[!ab]`` are sets. A glob without a slash is looked for in every
    folder. A glob that matches a folder matches what is in it. Raises ConfigurationError for globs past the bounds.
    """
    listed = list(globs)
    for glob in listed:
        if len(glob) > MAX_GLOB:
            raise ConfigurationError(f"the glob {glob[:40]}… has {len(glob):,} characters: {MAX_GLOB:,} is the most")
    if sum(map(len, listed)) > MAX_ALL_GLOBS:
        raise ConfigurationError(f"{len(listed):,} globs have over {MAX_ALL_GLOBS:,} characters: use fewer, with stars")
    parts = [listed[at : at + _GLOBS_A_REGEX] for at in range(0, len(listed), _GLOBS_A_REGEX)]
    patterns = [_regex(part) for part in parts]
    return lambda path: any(pattern.match(path) for pattern in patterns)


def _regex(globs: list[str]) -> re.Pattern[str]:
    groups = count()
    return re.compile("|".join(f"(?:{_source(glob, groups)})" for glob in globs), re.DOTALL)


def _source(glob: str, groups: Iterator[int]) -> str:
    glob = glob.removeprefix("./").strip("/")
    parts: list[Part] = [] if "/" in glob else [Wild.FOLDERS]
    end = 0
    for wildcard in _WILDCARD.finditer(glob):
        parts += [re.escape(glob[end : wildcard.start()]), _part(wildcard)]
        end = wildcard.end()
    return linear_pattern([*parts, re.escape(glob[end:])], r"(?:/|\Z)", groups)


def _part(wildcard: re.Match[str]) -> Part:
    if wildcard["folders"]:
        return Wild.FOLDERS
    if wildcard["star"]:
        return Wild.ANY
    return "." if wildcard["one"] else _set(wildcard["set"])


def _set(members: str) -> str:
    """The set; a range that runs backwards holds nothing, and brackets around nothing are brackets."""
    negated = members.startswith("!")
    members = members[negated:]
    if not members:
        return re.escape(f"[{'!' * negated}]")
    sources, place = [], 0
    while place < len(members):
        first, last = members[place], members[place]
        if members[place + 1 : place + 2] == "-" and place + 2 < len(members):
            last = members[place + 2]
            place += 2
        place += 1
        if first <= last:
            sources.append(f"{re.escape(first)}-{re.escape(last)}")
    if not sources:
        return "." if negated else "(?!)"
    return f"[{'^' if negated else ''}{''.join(sources)}]"
