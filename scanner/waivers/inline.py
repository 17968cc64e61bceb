"""Files in, the waivers that stand in their comments out, and those that are none as they are written.

Edit this when a comment may say something else to modelkin, or when a waiver is to be refused for one more reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from itertools import islice

from ..budget import OverBudgetError, budget
from ..errors import WaiverError
from ..files import Selection, Skipped, SourceFile, read_files
from ..patterns import lazy_pattern
from ..regions import Cells, line_words
from ..sources import Checkout
from .comments import comments_in
from .model import MOST_WAIVERS, BadWaiver, Waiver, WaiversRead, check_rule

_MARK = b"modelkin:"
_LONGEST_REASON = 500
_LONGEST_RULE = 100
_DIRECTIVE = lazy_pattern(r"[ \t]*modelkin:[ \t]*(?P<verb>[A-Za-z-]+)[ \t]*(?P<rules>\[[^\]\n]*\])?(?P<reason>[^\n]*)")
_NONE = WaiversRead()


def files_with_waivers(
    checkout: Checkout, selection: Selection, left_out: MutableMapping[str, int] | None = None
) -> Iterator[tuple[SourceFile, WaiversRead] | Skipped]:
    """What `read_files` gives, and with each file the waivers in its comments, which are read within its budget."""
    for item in read_files(checkout, selection, left_out):
        if isinstance(item, Skipped):
            yield item
            continue
        try:
            with budget(len(item.text), selection.timeout):
                read = read_waivers(item.path, item.text, item.cells)
        except OverBudgetError as over:
            yield Skipped(item.path, str(over))
        else:
            yield item, read


def read_waivers(path: str, text: bytes, cells: Cells = ()) -> WaiversRead:
    """The waivers in the comments of a file: Python, Markdown, or anything whose comments begin with ``#``.

    For a notebook, ``text`` is its code joined, and ``cells`` says where that stands. What stands between
    REUSE-IgnoreStart and REUSE-IgnoreEnd is no waiver. Bad is one without a reason or a rule, of a rule that there is
    not, or that waives what another waives already.
    """
    if _MARK not in text:
        return _NONE
    waivers: list[Waiver] = []
    bad: list[BadWaiver] = []
    seen: dict[tuple[int, str], int] = {}
    for each in islice(_each(path, text), MOST_WAIVERS + 1):
        if len(waivers) + len(bad) == MOST_WAIVERS:
            bad.append(
                BadWaiver(path, each.line, f"more than {MOST_WAIVERS:,} waivers: waive the path in the settings")
            )
        elif isinstance(each, BadWaiver):
            bad.append(each)
        elif first := next((seen[key] for key in _keys(each) if key in seen), 0):
            told = f"what it waives is waived on {line_words(cells, first, first)} already: keep one"
            bad.append(BadWaiver(path, each.line, told))
        else:
            seen.update(dict.fromkeys(_keys(each), each.line))
            waivers.append(each)
    return WaiversRead(tuple(waivers), tuple(bad))


def _each(path: str, text: bytes) -> Iterator[Waiver | BadWaiver]:
    comments, header_end = comments_in(path, text)
    for line, comment in comments:
        try:
            found = _waiver(path, line, comment, header_end)
        except WaiverError as error:
            yield BadWaiver(path, line, str(error))
            continue
        if found is not None:
            yield found


def _keys(waiver: Waiver) -> Iterator[tuple[int, str]]:
    """The places and rules it is about: two waivers of one would leave open whose reason holds."""
    return ((0 if waiver.in_header else waiver.line, rule) for rule in waiver.rules)


def _waiver(path: str, line: int, comment: str, header_end: int) -> Waiver | None:
    """The waiver that a comment, its opening sign off, is; None when it only speaks of modelkin.

    Raises WaiverError, which does not name the place.
    """
    match = _DIRECTIVE.match(comment)
    if not match or not _is_waiver(match):
        return None
    rules = tuple(
        rule.strip()[:_LONGEST_RULE] for rule in (match["rules"] or "").strip("[]").split(",") if rule.strip()
    )
    if not rules:
        raise WaiverError("it names no rule: write `modelkin: ignore[RULE] reason`")
    if len(set(rules)) < len(rules):
        raise WaiverError("it names a rule twice: keep one of them")
    reason = re.split(r"\s\s#\s", match["reason"][:_LONGEST_REASON])[0].strip(" \t\r:-\u2013\u2014")
    if not reason:
        raise WaiverError(f"it gives no reason: write `modelkin: ignore[{', '.join(rules)}] reason`")
    for rule in rules:
        check_rule(rule)
    return Waiver(path, line, rules, reason, in_header=line <= header_end)


def _is_waiver(match: re.Match[str]) -> bool:
    if match["verb"] == "ignore":
        return True
    if match["rules"] is not None:
        raise WaiverError(f"`modelkin: {match['verb']}[...]` is not known; did you mean `ignore[...]`?")
    return False
