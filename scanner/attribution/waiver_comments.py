"""Waivers in comments: where a file has comments, and which of them waive what.

Edit this when waivers are to be read in one more kind of file, or written in one more way.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from itertools import islice

from ..errors import WaiverError
from ..notices.header import read_header, without_ignored, without_ignored_in_place
from ..results import Cells, Finding, Skipped
from ..results.cells import line_words
from ..sources.checkout import Checkout
from ..sources.files import Selection, SourceFile, read_files
from ..sources.specs import CODE_SUFFIXES
from ..sources.unscanned_code import UnreadCode
from ..support.budget import OverBudgetError, budget
from ..support.decoding import with_line_feeds
from ..support.lazy import lazy_pattern
from .waivers import MOST_WAIVERS, BadWaiver, Waiver, WaiversRead, check_rule

# Only a text with this is looked at.
_MARK = b"modelkin:"
_DIRECTIVE = lazy_pattern(r"[ \t]*modelkin:[ \t]*(?P<verb>[A-Za-z-]+)[ \t]*(?P<rules>\[[^\]\n]*\])?(?P<reason>[^\n]*)")
# What is longer is cut: it stands in reports.
_LONGEST_REASON = 500
_LONGEST_RULE = 100
# A model card or configuration of more is not one that somebody put a waiver in.
_MOST_BYTES = 1024**2

_IN_PYTHON = lazy_pattern(rb"#[ \t]*modelkin:[ \t]*(?:ignore\b|[A-Za-z-]+[ \t]*\[)")
_HASH = lazy_pattern(r"(?:^|(?<=\s))#(?=[ \t]*modelkin:)")
_PROSE = (".md", ".markdown", ".html", ".htm")
_FENCE = ("```", "~~~")
_CODE_SPAN = lazy_pattern(r"`[^`\n]*`")

_NONE = WaiversRead()

_Comment = tuple[int, str]
"""The line (1-based) of a comment, and its text without the sign that opens it."""


def files_with_waivers(
    checkout: Checkout,
    selection: Selection,
    left_out: MutableMapping[str, int] | None = None,
    unread: UnreadCode | None = None,
) -> Iterator[tuple[SourceFile, WaiversRead] | Skipped]:
    """What `read_files` gives, and with each file the waivers in its comments, which are read within its budget."""
    for item in read_files(checkout, selection, left_out, unread):
        if isinstance(item, Skipped):
            yield item
            continue
        if _MARK not in item.text:
            yield item, _NONE
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
            reason = f"the waiver on {line_words(cells, first, first)} waives the same: keep one of them"
            bad.append(BadWaiver(path, each.line, reason))
        else:
            seen.update(dict.fromkeys(_keys(each), each.line))
            waivers.append(each)
    return WaiversRead(tuple(waivers), tuple(bad))


def waivers_beside(checkout: Checkout, findings: Iterable[Finding]) -> list[WaiversRead]:
    """For each file, what stands in the model cards, licences and configuration that ``findings`` point at."""
    paths = {path for finding in findings for path in finding.files}
    paths = {path for path in paths if not path.lower().endswith(CODE_SUFFIXES)}
    if not paths:
        return []
    found: list[WaiversRead] = []
    for entry in (checkout.whole or checkout.entries)():
        if entry.path not in paths or isinstance(entry, Skipped) or entry.size > _MOST_BYTES:
            continue
        content = entry.read()
        if not isinstance(content, Skipped):
            found.append(read_waivers(entry.path, content))
    return found


def _each(path: str, text: bytes) -> Iterator[Waiver | BadWaiver]:
    comments, header_end = _comments(path, text)
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


def _comments(path: str, text: bytes) -> tuple[Iterator[_Comment], int]:
    """The comments, at least those that name modelkin, and the last line of the file's header.

    What stands between REUSE-IgnoreStart and REUSE-IgnoreEnd is left out.
    """
    return _reader(path)(text)


def _reader(path: str) -> Callable[[bytes], tuple[Iterator[_Comment], int]]:
    name = path.lower()
    if name.endswith(CODE_SUFFIXES):
        return _of_python
    return _of_prose if name.endswith(_PROSE) else _of_hashes


def _of_python(text: bytes) -> tuple[Iterator[_Comment], int]:
    """Comments by the syntax tree: the same words in a string waive nothing."""
    header = read_header(text).text
    return _python_comments(text), header.count("\n") + 1 if header else 0


def _python_comments(text: bytes) -> Iterator[_Comment]:
    shown = without_ignored_in_place(text)
    if not _IN_PYTHON.search(shown):
        return
    from ..syntax.comments import remarks  # the parser, which most files do not need for this

    for remark in remarks(text):
        if remark.is_comment and (found := _IN_PYTHON.search(shown, remark.start, remark.end)):
            yield remark.line, shown[found.start() + 1 : remark.end].decode("utf-8", "replace")


def _of_prose(text: bytes) -> tuple[Iterator[_Comment], int]:
    lines = _lines(text)
    front = _front_matter_end(lines)
    return _prose_comments(lines, front), _header_end(lines, front, "<!--", "-->")


def _prose_comments(lines: list[str], front: int) -> Iterator[_Comment]:
    """HTML comments, but for those shown as code, and the comments of front matter."""
    yield from _hash_comments(lines[:front])
    fenced = False
    for number, line in enumerate(lines[front:], front + 1):
        fenced ^= line.strip().startswith(_FENCE)
        if not fenced:
            for piece in _CODE_SPAN.sub("", line).split("<!--")[1:]:
                yield number, piece.partition("-->")[0]


def _of_hashes(text: bytes) -> tuple[Iterator[_Comment], int]:
    lines = _lines(text)
    return _hash_comments(lines), _header_end(lines, 0, "#", "")


def _hash_comments(lines: list[str]) -> Iterator[_Comment]:
    for number, line in enumerate(lines, 1):
        if match := _HASH.search(line):
            yield number, line[match.end() :]


def _front_matter_end(lines: list[str]) -> int:
    """How many lines the front matter of a Markdown text takes, its closing line included; 0 without one."""
    if lines[0].rstrip() != "---":
        return 0
    return next((number for number, line in enumerate(lines[1:], 2) if line.rstrip() in ("---", "...")), 0)


def _header_end(lines: list[str], start: int, opening: str, closing: str) -> int:
    """The last line of the comments and blank lines above all else, but for ``start`` lines of front matter."""
    inside = False
    for number, line in enumerate(lines[start:], start + 1):
        bare = line.strip()
        if not inside and bare and not bare.startswith(opening):
            return number - 1
        inside = bool(closing) and (inside or bare.startswith(opening)) and closing not in bare
    return len(lines)


def _lines(text: bytes) -> list[str]:
    decoded = text.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
    return without_ignored(with_line_feeds(decoded)).split("\n")
