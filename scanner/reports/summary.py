"""Report in, the counts that every format states out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from ..results import LeftOut, Level, Report, Trust, Verdict
from ..support.escaping import encodable, escape


class Summary(Struct, frozen=True):
    """Every verdict and level is present, closest and most severe first, also when its count is 0.

    A waived finding counts as ``waived``, one that the baseline holds as ``known``, and neither at a level.
    """

    files: int
    by_verdict: dict[Verdict, int]
    by_level: dict[Level, int]
    waived: int
    known: int
    skipped: int


def summarise(report: Report) -> Summary:
    """Count the report's files, findings and skips."""
    verdicts = Counter(file.verdict for file in report.files)
    levels = Counter(finding.level for finding in report.findings if finding.counts)
    waived = sum(finding.suppression is not None for finding in report.findings)
    return Summary(
        files=len(report.files),
        by_verdict={verdict: verdicts[verdict] for verdict in Verdict},
        by_level={level: levels[level] for level in Level},
        waived=waived,
        known=len(report.findings) - waived - levels.total(),
        skipped=len(report.skipped),
    )


_MOST = 8
_SINGULAR = {"corpora": "corpus", "git indexes": "git index"}


def trusted(report: Report) -> str:
    """Which of the two rules held, in words."""
    return "working tree" if report.trust is Trust.WORKING_TREE else "isolated"


def hidden(report: Report) -> str:
    """What the source hid and by what; empty when it hid nothing."""
    told = listed(report.hidden)
    by_folder = report.trust is Trust.WORKING_TREE and any(each.by != report.baseline for each in report.hidden)
    return f"hidden: {told}{'; --isolated shows them' if by_folder else ''}" if told else ""


def disregarded(report: Report) -> str:
    """What the source asks for that did not count; empty when it asks for nothing."""
    told = listed(report.not_obeyed)
    own = report.trust is Trust.WORKING_TREE and any(each.what == "settings" for each in report.not_obeyed)
    return f"not obeyed: {told}{'; --settings FILE obeys settings' if own else ''}" if told else ""


def notes(report: Report) -> tuple[str, ...]:
    """How far the source was trusted, then both of the above, as far as there is anything to say."""
    return tuple(filter(None, (f"trust: {trusted(report)}", hidden(report), disregarded(report))))


def note(report: Report) -> str:
    """All of that in one line; empty when the source hid nothing and asked for nothing."""
    told = notes(report)
    return "; ".join(told) if len(told) > 1 else ""


def listed(found: Iterable[LeftOut]) -> str:
    """``2 findings waived by comments, 31 files excluded by modelkin.toml``, the first few of them."""
    parts = [_part(each) for each in found]
    more = [f"{len(parts) - _MOST} more such"] if len(parts) > _MOST else []
    return ", ".join([*parts[:_MOST], *more])


def left_out_data(found: Iterable[LeftOut]) -> list[dict[str, Any]]:
    """The same as JSON has it."""
    return [{"what": each.what, "by": encodable(each.by), "count": each.count} for each in found]


def _part(each: LeftOut) -> str:
    return escape(f"{_counted(each)} ({each.by})")


def _counted(each: LeftOut) -> str:
    """The plural in which a count is kept, in the singular for one."""
    first, _, rest = each.what.partition(" ")
    if each.count != 1:
        return f"{each.count} {each.what}"
    if each.what in _SINGULAR:
        return f"1 {_SINGULAR[each.what]}"
    noun = f"{first.removesuffix('s')} {rest}".rstrip() if first.endswith("s") else each.what.removesuffix("s")
    return f"1 {noun}"
