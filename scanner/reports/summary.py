"""The counts that every format states, and what was hidden or not obeyed, in words.

Edit this when all formats are to say one more thing of a whole report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from ..results import KnownNative, LeftOut, Level, Report, Trust, Unread, UnreadKind, Verdict
from ..support.escaping import encodable, escape
from .chronology import only_later
from .occasion import scanned_words


class Summary(Struct, frozen=True):
    """A report in numbers."""

    files: int
    by_verdict: dict[Verdict, int]
    """How many files have each verdict, the closest first; every verdict is there."""
    by_level: dict[Level, int]
    """How many findings to answer for are at each level, the most severe first; every level is there."""
    concerned: int
    """How many files they are about."""
    waived: int
    """How many findings are waived."""
    known: int
    """How many the baseline holds, those waived aside."""
    skipped: int
    unread: int
    """How many files of the source hold code and were not read because of what they are."""
    later: int
    """How many files stand on no upstream, and are found in projects younger than they are."""


def summarise(report: Report) -> Summary:
    """Count the report's files, findings and skips."""
    verdicts = Counter(file.verdict for file in report.files)
    levels = Counter(finding.level for finding in report.findings if finding.counts)
    waived = sum(finding.suppression is not None for finding in report.findings)
    return Summary(
        files=len(report.files),
        by_verdict={verdict: verdicts[verdict] for verdict in Verdict},
        by_level={level: levels[level] for level in Level},
        concerned=len({path for finding in report.findings if finding.counts for path in finding.files}),
        waived=waived,
        known=len(report.findings) - waived - levels.total(),
        skipped=len(report.skipped),
        unread=sum(each.count for each in report.unread if not each.upstream),
        later=len(only_later(report.files)),
    )


def in_files(summary: Summary) -> str:
    """``in 104 files``, where findings are about more files than there are findings; else empty."""
    return f"in {summary.concerned} files" if summary.concerned > sum(summary.by_level.values()) else ""


_MOST_LISTED = 8
# Of each kind of unread code so many files are named.
_MOST_PATHS = 3
_UNREAD_KINDS = {
    UnreadKind.NATIVE: ("native file", "native files"),
    UnreadKind.SCRIPT: ("Python script without a suffix", "Python scripts without a suffix"),
    UnreadKind.PYTHON: ("Python file under another suffix", "Python files under other suffixes"),
    UnreadKind.MARKDOWN: ("text with Python in it", "texts with Python in them"),
    UnreadKind.ARCHIVE: ("archive", "archives"),
    UnreadKind.COMPILED: ("compiled file", "compiled files"),
    UnreadKind.OTHER: ("file in another language", "files in other languages"),
}
_SINGULAR = {"corpora": "corpus", "git indexes": "git index"}


def trusted(report: Report) -> str:
    """How far the source was trusted, in words."""
    return "working tree" if report.trust is Trust.WORKING_TREE else "isolated"


def hidden(report: Report) -> str:
    """What the source hid, and by what; empty when it hid nothing."""
    told = listed(report.hidden)
    by_others = [each for each in report.hidden if each.by != report.baseline and not each.by.startswith("--")]
    by_folder = report.trust is Trust.WORKING_TREE and bool(by_others)
    return f"hidden: {told}{'; --isolated shows them' if by_folder else ''}" if told else ""


def disregarded(report: Report) -> str:
    """What the source asks for that did not count; empty when it asks for nothing."""
    told = listed(report.not_obeyed)
    own = report.trust is Trust.WORKING_TREE and any(each.what == "settings" for each in report.not_obeyed)
    return f"not obeyed: {told}{'; --settings FILE obeys settings' if own else ''}" if told else ""


def unread(report: Report) -> str:
    """Which code was not read, of the source and of upstreams that were indexed for this run; empty without any."""
    by_upstream: dict[str, list[str]] = {}
    for each in report.unread:
        by_upstream.setdefault(each.upstream, []).append(_unread(each))
    told = [
        f"of {escape(name)} {', '.join(parts)}" if name else ", ".join(parts) for name, parts in by_upstream.items()
    ]
    return f"not read: {'; '.join(told)}" if told else ""


def _unread(each: Unread) -> str:
    named = ", ".join(map(escape, each.paths[:_MOST_PATHS]))
    more = ", …" if each.count > _MOST_PATHS else ""
    return f"{each.count} {_UNREAD_KINDS[each.kind][each.count != 1]} ({named}{more})"


def unread_data(found: Iterable[Unread]) -> list[dict[str, Any]]:
    """Code that was not read, as JSON has it."""
    return [
        {
            "kind": each.kind.value,
            "count": each.count,
            "paths": [encodable(path) for path in each.paths],
            "upstream": encodable(each.upstream),
            "known": [_known_data(known) for known in each.known],
        }
        for each in found
    ]


def _known_data(known: KnownNative) -> dict[str, Any]:
    upstream = known.upstream
    told = {
        "project": upstream.project,
        "release": upstream.first_release,
        "released": upstream.released,
        "path": upstream.path,
        "licence": upstream.licence,
        "url": upstream.url,
        "direction": upstream.direction.value,
    }
    return {"path": encodable(known.path), "upstream": {key: encodable(text) for key, text in told.items()}}


def notes(report: Report) -> tuple[str, ...]:
    """When and of what it is, how far the source was trusted, what it hid, what was not obeyed and what not read."""
    return tuple(filter(None, (scanned_words(report), *_on_trust(report), unread(report))))


def note(report: Report) -> str:
    """What the source hid and what was not obeyed, in one line; empty when it hid nothing and asked for nothing."""
    told = _on_trust(report)
    return "; ".join(told) if len(told) > 1 else ""


def _on_trust(report: Report) -> tuple[str, ...]:
    return tuple(filter(None, (f"trust: {trusted(report)}", hidden(report), disregarded(report))))


def listed(found: Iterable[LeftOut]) -> str:
    """``2 findings waived (comments), 31 files excluded (modelkin.toml)``, the first few of them."""
    parts = [_part(each) for each in found]
    more = [f"{len(parts) - _MOST_LISTED} more such"] if len(parts) > _MOST_LISTED else []
    return ", ".join([*parts[:_MOST_LISTED], *more])


def left_out_data(found: Iterable[LeftOut]) -> list[dict[str, Any]]:
    """What was left out, as JSON has it."""
    return [{"what": each.what, "by": encodable(each.by), "count": each.count} for each in found]


def _part(each: LeftOut) -> str:
    return escape(f"{_counted(each)} ({each.by})")


def _counted(each: LeftOut) -> str:
    """``31 files excluded``, ``1 file excluded``: what was left out is named in the plural."""
    first, _, rest = each.what.partition(" ")
    if each.count != 1:
        return f"{each.count} {each.what}"
    if each.what in _SINGULAR:
        return f"1 {_SINGULAR[each.what]}"
    noun = f"{first.removesuffix('s')} {rest}".rstrip() if first.endswith("s") else each.what.removesuffix("s")
    return f"1 {noun}"
