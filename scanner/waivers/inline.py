"""A file in, the waivers that stand in its comments out."""

from __future__ import annotations

import re
from itertools import islice

from ..errors import WaiverError
from ..patterns import lazy_pattern
from .comments import comments_in
from .model import Waiver, check_rule, check_unrepeated

_MARK = b"modelkin:"
_LONGEST_REASON = 500
# Where each line is waived, a setting for the whole path says it better.
MOST_WAIVERS = 1_000
_DIRECTIVE = lazy_pattern(r"[ \t]*modelkin:[ \t]*(?P<verb>[A-Za-z-]+)[ \t]*(?P<rules>\[[^\]\n]*\])?(?P<reason>[^\n]*)")


def read_waivers(path: str, text: bytes) -> tuple[Waiver, ...]:
    """The waivers in the comments of a file: Python, Markdown, or anything whose comments begin with ``#``.

    For a notebook, ``text`` is its code cells joined. What stands between REUSE-IgnoreStart and REUSE-IgnoreEnd is no
    waiver. Raises WaiverError, naming file and line, for one without a reason or a rule, of a rule that there is not,
    or that waives what another waives already.
    """
    if _MARK not in text:
        return ()
    comments, header_end = comments_in(path, text)
    found = (_waiver(path, line, comment, header_end) for line, comment in comments)
    waivers = tuple(islice((each for each in found if each is not None), MOST_WAIVERS + 1))
    if len(waivers) > MOST_WAIVERS:
        raise WaiverError(
            f"{path}:{waivers[-1].line}: more than {MOST_WAIVERS} waivers; waive the path in the settings"
        )
    for each in waivers:
        for rule in each.rules:
            check_rule(rule, f"{path}:{each.line}")
    check_unrepeated(
        (0 if each.in_header else each.line, rule, f"{path}:{each.line}") for each in waivers for rule in each.rules
    )
    return waivers


def _waiver(path: str, line: int, comment: str, header_end: int) -> Waiver | None:
    """The waiver that a comment, its opening sign off, is; None when it only speaks of modelkin."""
    where = f"{path}:{line}"
    match = _DIRECTIVE.match(comment)
    if not match or not _is_waiver(match, where):
        return None
    rules = tuple(rule.strip() for rule in (match["rules"] or "").strip("[]").split(",") if rule.strip())
    if not rules:
        raise WaiverError(f"{where}: a waiver names its rules; write `modelkin: ignore[RULE] reason`")
    reason = re.split(r"\s\s#\s", match["reason"][:_LONGEST_REASON])[0].strip(" \t\r:-\u2013\u2014")
    if not reason:
        raise WaiverError(f"{where}: a waiver gives its reason; write `modelkin: ignore[{', '.join(rules)}] reason`")
    return Waiver(path, line, rules, reason, in_header=line <= header_end)


def _is_waiver(match: re.Match[str], where: str) -> bool:
    if match["verb"] == "ignore":
        return True
    if match["rules"] is not None:
        raise WaiverError(f"{where}: `modelkin: {match['verb']}[...]` is not known; did you mean `ignore[...]`?")
    return False
