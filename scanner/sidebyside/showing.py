"""A report and the source it is on in, each copied file beside its upstream out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from ..api import Report
from ..budget import OverBudgetError, budget
from ..clones import Verdict
from ..decoding import with_line_feeds
from ..errors import SourceError
from ..files import SourceFile, read_file
from ..findings import Level
from ..sources import Entry, Progress, Skipped, open_sources
from ..verdict import FileVerdict, UpstreamMatch
from .comparing import compared
from .folding import folded
from .marking import row
from .model import Gap, Row, SideBySide
from .upstreams import Found, Wanted, find_texts


class Limits(Struct, frozen=True):
    """The most files shown, rows of one file, rows of all, and lines of a text that is aligned at all."""

    files: int = 400
    rows_per_file: int = 900
    rows: int = 40_000
    lines: int = 8_000


def side_by_sides(
    report: Report,
    sources: str | Sequence[str],
    originals: Sequence[str] = (),
    fetch: bool = False,
    limits: Limits = Limits(),
    progress: Progress | None = None,
) -> dict[str, SideBySide | Skipped]:
    """By path each file of ``report`` that stands on an upstream; Skipped says why it is not shown.

    ``sources`` are what was scanned and ``originals`` what was compared with, as the user named them. The texts of
    other upstreams come from the releases in modelkin's cache and, only with ``fetch``, from the package index. Where
    the limits do not suffice, files with the gravest findings come first, then the closest copies.
    """
    copied = [(file, upstream) for file in _ranked(report) if (upstream := described_upstream(file))]
    chosen, others = copied[: limits.files], copied[limits.files :]
    copies = _copies(sources, {file.path for file, _ in chosen})
    texts = find_texts((Wanted.of(upstream) for _, upstream in chosen), originals, fetch, progress)
    shown: dict[str, SideBySide | Skipped] = {}
    left, tight = limits.rows, len(chosen) * limits.rows_per_file > limits.rows
    for place, (file, upstream) in enumerate(chosen):
        pair = _pair(file, copies.get(file.path), texts[Wanted.of(upstream)], limits)
        # What one file leaves of its share is shared among those after it.
        most = min(limits.rows_per_file, left // (len(chosen) - place))
        shown[file.path] = each = pair if isinstance(pair, Skipped) else _in_time(file, upstream, pair, most, tight)
        left -= sum(isinstance(row, Row) for row in each.rows) if isinstance(each, SideBySide) else 0
    told = f"the page shows {limits.files} files at most; scan this one alone to see it"
    return shown | {file.path: Skipped(file.path, told) for file, _ in others}


def described_upstream(file: FileVerdict) -> UpstreamMatch | None:
    """The upstream that the definitions of ``file`` are told against; for an own release that is not the closest."""
    regions = [each.upstream for each in file.definitions if each.upstream]
    if not regions:
        return None
    named = [each for each in file.upstreams if each.path == regions[0].path]
    # An own release comes first and may have moved to the path that its ancestor has in another project.
    return named[-1] if file.own_release and named else next(iter(named), None)


def _ranked(report: Report) -> list[FileVerdict]:
    levels, verdicts = list(Level), list(Verdict)
    gravest: dict[str, int] = {}
    for finding in report.findings:
        if finding.counts:
            path = finding.region.path
            gravest[path] = min(gravest.get(path, len(levels)), levels.index(finding.level))
    return sorted(report.files, key=lambda file: (gravest.get(file.path, len(levels)), verdicts.index(file.verdict)))


def _copies(sources: str | Sequence[str], paths: set[str]) -> dict[str, SourceFile | Skipped]:
    """The wanted files, read again; nothing of a source that can no longer be opened."""
    if not sources or not paths:
        return {}
    try:
        with open_sources(sources) as checkout:
            wanted = (entry for entry in checkout.entries() if isinstance(entry, Entry) and entry.path in paths)
            return {entry.path: read_file(entry) for entry in wanted}
    except SourceError:
        return {}


class _Pair(NamedTuple):
    """The lines of both files, and the release that the upstream's are of."""

    copy: Sequence[str]
    upstream: Sequence[str]
    release: str


def _pair(
    file: FileVerdict, copy: SourceFile | Skipped | None, text: Found | Skipped, limits: Limits
) -> _Pair | Skipped:
    if copy is None:
        return Skipped(file.path, "the scanned file cannot be read again")
    if isinstance(copy, Skipped):
        return copy
    if copy.sha256 != file.sha256:
        return Skipped(file.path, "the file has changed since it was scanned")
    if isinstance(text, Skipped):
        return text
    pair = _Pair(_lines(copy), _lines(text.file), text.release)
    if max(len(pair.copy), len(pair.upstream)) > limits.lines:
        return Skipped(file.path, f"one of the two has over {limits.lines:,} lines")
    return pair


def _in_time(file: FileVerdict, upstream: UpstreamMatch, pair: _Pair, most: int, tight: bool) -> SideBySide | Skipped:
    try:
        with budget(sum(map(len, (*pair.copy, *pair.upstream)))):
            return _shown(file, upstream, pair, most, tight)
    except OverBudgetError as over:
        return Skipped(file.path, str(over))


def _shown(file: FileVerdict, upstream: UpstreamMatch, pair: _Pair, most: int, tight: bool) -> SideBySide:
    comparison = compared(pair.copy, pair.upstream, file.definitions, file.renames)
    kept = folded(comparison.places, most, tight)
    rows = (each if isinstance(each, Gap) else row(comparison, each) for each in kept)
    counts = dict(Counter(place.kind for place in comparison.places))
    return SideBySide(file.path, upstream, pair.release, tuple(rows), counts)


def _lines(file: SourceFile) -> list[str]:
    return with_line_feeds(file.text.decode("utf-8", "replace")).removesuffix("\n").split("\n")
