"""A report as JSON (``modelkin.report/2``), a contract that other programs read, and as JSON Lines.

Edit this when `results` gets a field; a field that goes or changes its meaning needs a new ``SCHEMA``. docs/formats.md
lists the fields, docs/schemas.py writes the JSON Schemas.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from io import StringIO
from typing import Any

from ..results import (
    Attribution,
    Cells,
    DefinitionMatch,
    FileDate,
    FileVerdict,
    Finding,
    FindingPlace,
    Innovations,
    Region,
    Rename,
    Report,
    Suppression,
    UpstreamMatch,
)
from ..results.cells import cell_place
from ..support.escaping import encodable
from .corpora import corpora_data
from .observations import conclusion_data, observation_data
from .occasion import scanned_data
from .summary import left_out_data, summarise, unread_data

SCHEMA = "modelkin.report/2"
# Shares are ratios of counts; digits beyond these differ between machines and mean nothing.
_DIGITS = 6
# The lists of a report that JSON Lines takes apart, and the type of their lines.
LINE_TYPES = (
    ("files", "file"),
    ("attributions", "attribution"),
    ("findings", "finding"),
    ("evidence", "evidence"),
    ("hidden", "hidden"),
    ("not_obeyed", "not_obeyed"),
    ("skipped", "skipped"),
    ("unread", "unread"),
)


def render(report: Report) -> str:
    """The report as one indented JSON object; two runs over the same input differ in ``summary.seconds`` and
    ``scanned.at`` alone, and from day to day in ``corpora[].age``; with SOURCE_DATE_EPOCH in ``summary.seconds`` alone.
    """
    return indented(as_data(report)) + "\n"


def indented(data: Mapping[str, Any]) -> str:
    """What `json.dumps` says with an indent of 2, which keeps a list of all its pieces to the end: five times the text
    in memory."""
    written = StringIO()
    written.writelines(json.JSONEncoder(indent=2).iterencode(data))
    return written.getvalue()


def render_lines(report: Report) -> str:
    """A line of type ``run`` first, then files, attributions, findings, evidence and skips, the ``summary`` last."""
    return "".join(f"{json.dumps(line)}\n" for line in _lines(as_data(report)))


def _lines(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"type": "run", **{key: data[key] for key in ("schema", "tool", "corpus", "corpora", "root", "scanned")}}
    for key, kind in LINE_TYPES:
        for item in data[key]:
            yield {"type": kind, **item}
    if data["conclusion"] is not None:
        yield {"type": "conclusion", **data["conclusion"]}
    yield {"type": "summary", **data["summary"]}


def as_data(report: Report) -> dict[str, Any]:
    """The report as dicts, lists, texts and numbers, every text fit for UTF-8."""
    corpus, cells = report.corpus, report.cells()
    data = {
        "schema": SCHEMA,
        "tool": {"name": "modelkin", "version": version("modelkin")},
        "corpus": {"name": corpus.name, "version": corpus.version, "digest": corpus.digest},
        "corpora": corpora_data(corpus),
        "root": report.root,
        "scanned": scanned_data(report),
        "conclusion": conclusion_data(report.conclusion),
        "files": [_file(file) for file in report.files],
        "attributions": [_attribution(attribution) for attribution in report.attributions],
        "findings": [_finding(finding, cells) for finding in report.findings],
        "evidence": [observation_data(each) for each in report.evidence],
        "hidden": left_out_data(report.hidden),
        "not_obeyed": left_out_data(report.not_obeyed),
        "skipped": [{"path": skipped.path, "reason": skipped.reason} for skipped in report.skipped],
        "unread": unread_data(report.unread),
        "summary": _summary(report),
    }
    return dict(_encodable(data))


def _file(file: FileVerdict) -> dict[str, Any]:
    return {
        "path": file.path,
        "sha256": file.sha256,
        "verdict": file.verdict.value,
        "similarity": round(file.similarity, _DIGITS),
        "licence": file.licence,
        "own_release": file.own_release,
        "upstreams": [_upstream(upstream) for upstream in file.upstreams],
        "origin": None if file.origin is None else _upstream(file.origin),
        "renames": [_rename(rename) for rename in file.renames],
        "definitions": [_definition(definition, file.cells) for definition in file.definitions],
        "notes": list(file.notes),
        "dated": dated_data(file.dated),
        "direction": file.direction.value,
        "direction_by": file.direction_by.value,
        "claim": file.claim,
        "later": [_upstream(upstream) for upstream in file.later],
        "alike": [_upstream(upstream) for upstream in file.alike],
        "contained": round(file.contained, _DIGITS),
    }


def dated_data(dated: FileDate) -> dict[str, Any]:
    """When a file first appeared, as JSON has it; ``date`` is empty where nothing tells."""
    return {
        "date": dated.date,
        "by": dated.by.value,
        "claim": dated.claim,
        "at_latest": dated.at_latest,
        "says": dated.says,
        "project": dated.project,
    }


def _upstream(upstream: UpstreamMatch) -> dict[str, Any]:
    return {
        "project": upstream.project,
        "path": upstream.path,
        "first_release": upstream.first_release,
        "last_release": upstream.last_release,
        "released": upstream.released,
        "share": round(upstream.share, _DIGITS),
        "contained": round(upstream.contained, _DIGITS),
        "licence": upstream.licence,
        "copyrights": list(upstream.copyrights),
        "url": upstream.url,
        "parts": list(upstream.parts),
        "direction": upstream.direction.value,
        "without": upstream.without,
        "appeared": upstream.appeared,
        "appeared_on": upstream.appeared_on,
        "innovations": _innovations(upstream.innovations),
        "recent_lines": list(upstream.recent_lines),
        "sources": list(upstream.sources),
    }


def _innovations(told: Innovations | None) -> dict[str, Any] | None:
    if told is None:
        return None
    return {"held": told.held, "added": told.added, "since": told.since, "until": told.until}


def _rename(rename: Rename) -> dict[str, Any]:
    return {
        "original": rename.original,
        "copy": rename.copy,
        "kind": rename.kind.value,
        "count": rename.count,
        "consistency": round(rename.consistency, _DIGITS),
        "scope": rename.scope,
        "occurrences": rename.occurrences,
    }


def _definition(definition: DefinitionMatch, cells: Cells) -> dict[str, Any]:
    return {
        "qualname": definition.qualname,
        "first_line": definition.first_line,
        "last_line": definition.last_line,
        **_notebook(cells, definition.first_line, definition.last_line),
        "verdict": definition.verdict.value,
        "similarity": round(definition.similarity, _DIGITS),
        "tokens": definition.tokens,
        "statements": definition.statements,
        "matched_statements": definition.matched_statements,
        "upstream": _definition_upstream(definition),
    }


def _definition_upstream(definition: DefinitionMatch) -> dict[str, Any] | None:
    region = definition.upstream
    if region is None:
        return None
    return {"qualname": definition.upstream_qualname, **_region(region)}


def _finding(finding: Finding, report_cells: Mapping[str, Cells]) -> dict[str, Any]:
    cells = report_cells.get(finding.region.path, ())
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "confidence": finding.confidence.value,
        "reason": finding.reason,
        "path": finding.region.path,
        "files": list(finding.files),
        "first_line": finding.region.first_line,
        "last_line": finding.region.last_line,
        **_notebook(cells, finding.region.first_line, finding.region.last_line),
        "message": finding.message,
        "upstream": finding.upstream,
        "remedy": finding.remedy,
        "clause": finding.clause,
        "upstream_region": None if finding.upstream_region is None else _region(finding.upstream_region),
        "group": finding.group,
        "places": [_place(place, report_cells.get(place.region.path, ())) for place in finding.each_place],
        "known": finding.known,
        "suppression": None if finding.suppression is None else _suppression(finding.suppression, cells),
    }


def _place(place: FindingPlace, cells: Cells) -> dict[str, Any]:
    """One of the files of a finding."""
    return {
        "path": place.region.path,
        "first_line": place.region.first_line,
        "last_line": place.region.last_line,
        **_notebook(cells, place.region.first_line, place.region.last_line),
        "message": place.message,
        "upstream": place.upstream,
        "upstream_region": None if place.upstream_region is None else _region(place.upstream_region),
    }


def _notebook(cells: Cells, first_line: int, last_line: int) -> dict[str, Any]:
    """Where in a notebook lines of its joined code stand; of any other file nothing."""
    if not cells:
        return {}
    first, last = (cell_place(cells, line)._asdict() for line in (first_line, last_line))
    return {"notebook": {"first": first, "last": last}}


def _region(region: Region) -> dict[str, Any]:
    return {"path": region.path, "first_line": region.first_line, "last_line": region.last_line}


def _suppression(suppression: Suppression, cells: Cells) -> dict[str, Any]:
    """``cells`` are of the file of the finding, which a waiver in the source stands in as well."""
    return {
        "path": suppression.path,
        "line": suppression.line,
        **(_notebook(cells, suppression.line, suppression.line) if suppression.in_source else {}),
        "reason": suppression.reason,
        "in_source": suppression.in_source,
    }


def _attribution(attribution: Attribution) -> dict[str, Any]:
    upstream = attribution.upstream
    return {
        "path": attribution.path,
        "upstream": {"project": upstream.project, "path": upstream.path, "release": upstream.first_release},
        "grade": attribution.grade.value,
        "duties": [
            {
                "licence": duty.licence,
                "clause": duty.clause,
                "asks": duty.asks,
                "state": duty.state.value,
                "where": duty.where,
            }
            for duty in attribution.duties
        ],
    }


def _summary(report: Report) -> dict[str, Any]:
    summary = summarise(report)
    return {
        "files_scanned": summary.files,
        "by_verdict": {verdict.value: count for verdict, count in summary.by_verdict.items()},
        "by_level": {level.value: count for level, count in summary.by_level.items()},
        "files_with_findings": summary.concerned,
        "waived": summary.waived,
        "known": summary.known,
        "skipped": summary.skipped,
        "unread": summary.unread,
        "later": summary.later,
        "seconds": round(report.seconds, 3),
    }


def _encodable(value: Any) -> Any:
    """The same JSON value, every string in it fit for UTF-8."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {key: _encodable(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_encodable(entry) for entry in value]
    return value
