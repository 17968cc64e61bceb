"""Words that several formats share, for verdicts, levels, shares, names and lists; scanned text comes out escaped.

Edit this when a fact is to be worded differently everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import zip_longest

from ..results import COPIES, Confidence, Finding, Level, Region, Rename, UpstreamMatch, Verdict
from ..results.cells import line_words
from ..sources.files import NOTEBOOK_SUFFIX
from ..support.escaping import brief, escape
from ..support.lazy import lazy_pattern
from .blocks import Text

VERDICT_STYLES = {
    Verdict.IDENTICAL: "bold magenta",
    Verdict.RENAMED: "bold red",
    Verdict.MODIFIED: "bold yellow",
    Verdict.FRAGMENTS: "cyan",
    Verdict.INDEPENDENT: "green",
}
COUNTED_AS = {
    Verdict.IDENTICAL: "identical",
    Verdict.RENAMED: "renamed",
    Verdict.MODIFIED: "modified",
    Verdict.FRAGMENTS: "sharing fragments",
    Verdict.INDEPENDENT: "independent",
}
LEVEL_STYLES = {Level.ERROR: "bold red", Level.WARNING: "bold yellow", Level.NOTE: "cyan"}
_BAR_WIDTH = 24
_SENTENCE_END = lazy_pattern(r"(?<=[.!?]) ")


name = brief
"""An identifier as a reader sees it."""


def uses(rename: Rename) -> str:
    """``5 of 6``: how often a name became the other, of how often it stands in what is aligned."""
    return f"{rename.count} of {rename.occurrences}" if rename.occurrences else str(rename.count)


def percent(share: float) -> str:
    """``share`` (0 to 1) rounded down, so that only all of it reads as 100 %."""
    return f"{math.floor(share * 1000 + 1e-6) / 10:.1f} %"


def bar(share: float) -> Text:
    """``share`` (0 to 1) as a bar of fixed width."""
    filled = round(max(0.0, min(1.0, share)) * _BAR_WIDTH)
    return Text.assemble(("█" * filled, "bold"), ("░" * (_BAR_WIDTH - filled), "dim"))


def counted(count: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def releases(upstream: UpstreamMatch) -> str:
    """The releases that hold the upstream file, as one or as a range; empty when it is of none."""
    first, last = escape(upstream.first_release), escape(upstream.last_release)
    return first if first == last else f"{first} to {last}"


def shares(share: float, contained: float) -> str:
    """How much of the file stands in the upstream, and how much of the upstream in the file; 0 where not known."""
    held = f", {percent(contained)} of the upstream's" if contained else ""
    return f"{percent(share)} of the file's tokens{held}"


def why_not_closest(other: UpstreamMatch, closest: UpstreamMatch) -> str:
    """Why what has a larger share of the file is not called the closest; empty where it has not."""
    if percent(other.share) == percent(closest.share) or other.share < closest.share:
        return ""
    if other.verdict is Verdict.FRAGMENTS and closest.verdict in COPIES:
        return "a smaller part of that upstream"
    return "less of it distinctive" if other.direction is closest.direction else ""


def upstream_file(upstream: UpstreamMatch) -> Text:
    """Project, releases and path of an upstream file."""
    release = f" {releases(upstream)}".rstrip()
    return Text.assemble((escape(upstream.project), "bold"), f"{release} · ", (escape(upstream.path), "underline"))


def upstream_lines(upstream: Region) -> str:
    """``lines 7-9``; of a notebook, which a corpus has only as joined code, it says so."""
    is_notebook = upstream.path.lower().endswith(NOTEBOOK_SUFFIX)
    return line_words((), upstream.first_line, upstream.last_line) + (" of its joined code" if is_notebook else "")


_MOST_FILES = 6


def further_files(finding: Finding, said: str = "") -> str:
    """``and 3 more files``: beside the one that a finding is shown at; empty where there is none or ``said`` has it."""
    more = len(finding.files) - 1
    is_said = f"{finding.region.path} and {more} more" in said
    return f"and {more} more file{'' if more == 1 else 's'}" if more and not is_said else ""


def file_list(finding: Finding) -> str:
    """The first of the files that a finding is about, and how many more there are; empty where it is about one."""
    files = finding.files
    if len(files) == 1:
        return ""
    return ", ".join(filter(None, (*map(escape, files[:_MOST_FILES]), and_more(len(files), _MOST_FILES))))


def confidence_words(finding: Finding) -> str:
    """``medium: Which of the two is older is not known.``; empty where nothing speaks against the finding."""
    if finding.confidence is Confidence.HIGH and not finding.reason:
        return ""
    return ": ".join(filter(None, (finding.confidence.value, escape(finding.reason))))


def common_remedy(findings: Sequence[Finding]) -> str:
    """What to do about all of ``findings``: the sentences of their remedies that are the same; not yet escaped."""
    return " ".join(common_sentences(findings))


def common_sentences(findings: Sequence[Finding]) -> list[str]:
    """The sentences of `common_remedy`, one by one."""
    told = zip_longest(*(_SENTENCE_END.split(finding.remedy) for finding in findings), fillvalue="")
    return [sentences[0] for sentences in told if len(set(sentences)) == 1]


def and_more(total: int, shown: int) -> str:
    """``and 3 more``, for a list that was cut; empty when all of it is shown."""
    return f"and {total - shown} more" if total > shown else ""
