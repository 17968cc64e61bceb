"""Sources at second hand: "adapted from B, which adapts A" names A as well, whom both B and the file descend from.

Edit this when such a clause is missed, or one that names no source is taken for one.
"""

from __future__ import annotations

from ..support.lazy import lazy_pattern

_CLAUSE = lazy_pattern(
    r"\b(?:which|that|who|itself|in\s+turn)\b(?:\s+(?:is|was|are|were|has|been|itself|in\s+turn|also|mainly|largely|"
    r"heavily|originally))*\s+(?:adapts?|adapted|ports?|ported|modifies|modified|copies|copied|takes?|taken|derives?|"
    r"derived|based|builds?|built|borrows?|borrowed|comes?|extends?|forks?|forked|follows?)\b"
    r"(?:\s+(?:code|files?|parts?))?(?:\s+(?:from|on|upon|of|by|off))?(?:\s+(?:top\s+of|the|an?|official|original))*\s+"
    r"[\"'`]?(?P<name>https?://[^\s,;)\"'`]+|[\w.-]+/[\w.-]+|[A-Z][\w+-]*(?:\.[\w+-]+)*)"
)
_MOST_CHARACTERS = 1_000


def second_hand(words: str) -> tuple[str, ...]:
    """What the sources in the words of a credit are themselves said to be from: addresses, or names of projects."""
    found = (match["name"].rstrip(".,;:") for match in _CLAUSE.finditer(words[:_MOST_CHARACTERS]))
    return tuple(dict.fromkeys(name for name in found if len(name) > 2))
