"""A report as SARIF 2.1.0, within what GitHub code scanning takes.

Edit this when findings get something that code scanning can show.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, NamedTuple
from urllib.parse import quote

from ..attribution.known_findings import FindingPrint, fingerprints
from ..results import Cells, FileVerdict, FindingPlace, Level, Region, Report, Scanned, UpstreamMatch
from ..results.cells import lines_of_file
from ..rulebook.loader import finding_rules
from ..rulebook.model import FindingRule
from ..sources.files import NOTEBOOK_SUFFIX
from ..support.escaping import encodable, escape
from . import summary
from .chronology import innovations, later_note, later_release, match_of
from .corpora import corpora_data
from .json import dated_data, indented
from .observations import conclusion_data, conclusion_lines
from .occasion import repository_uri, scanned_data

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# Under a name of our own: GitHub works out its own key, and warns about one that it did not.
FINGERPRINT = "modelkinFinding/v1"
# The same for all files of one finding, from run to run.
GROUP = "modelkinGroup/v1"
# https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
MOST_RESULTS = 25_000
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "note"}


class _Around(NamedTuple):
    """What a result says beside its finding."""

    report: Report
    files: Mapping[str, FileVerdict]
    cells: Mapping[str, Cells]
    rules: Mapping[str, int]
    """The place of each rule in the list of rules."""
    urls: Mapping[str, str]


def render(report: Report) -> str:
    """One run: all rules, and a result for each file of each finding, waived ones included."""
    rules = finding_rules()
    around = _Around(
        report,
        {file.path: file for file in report.files},
        report.cells(),
        {rule.id: place for place, rule in enumerate(rules)},
        urls(report),
    )
    told = fingerprints(report.findings)
    run = {
        "tool": {
            "driver": {
                "name": "modelkin",
                "semanticVersion": version("modelkin"),
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": "modelkin/"},
        "columnKind": "unicodeCodePoints",
        **_provenance(report.scanned),
        "invocations": [_invocation(report, len(told))],
        "properties": {
            "conclusion": conclusion_data(report.conclusion),
            "scanned": scanned_data(report),
            "corpora": corpora_data(report.corpus),
            "later": [_later(file, each) for file in report.files for each in file.later],
        },
        "results": [_result(each, around) for each in told[:MOST_RESULTS]],
    }
    return encodable(indented({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})) + "\n"


def _provenance(told: Scanned) -> dict[str, Any]:
    """The commit, where the address of its repository is known, without which SARIF takes none."""
    uri = repository_uri(told)
    if not told.commit or not uri:
        return {}
    changed = {} if told.changed is None else {"properties": {"changed": told.changed}}
    return {"versionControlProvenance": [{"repositoryUri": uri, "revisionId": escape(told.commit), **changed}]}


def urls(report: Report) -> dict[str, str]:
    """Where the upstream of each copied file can be read, by the upstream's path."""
    return {upstream.path: upstream.url for file in report.files for upstream in file.upstreams if upstream.url}


def _rule(rule: FindingRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.help.split("\n\n")[0].strip()},
        "help": {"text": rule.help.strip(), "markdown": rule.help.strip()},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": {"tags": ["licence", "attribution"], "precision": "high"},
    }


def _result(told: FindingPrint, around: _Around) -> dict[str, Any]:
    finding, place = around.report.findings[told.finding], told.place
    path = place.region.path
    parts = (place.message, finding.reason, finding.clause and f"Clause: {finding.clause}", place.remedy)
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.level],
        "message": {"text": " ".join(_sentence(part) for part in parts if part)},
        "locations": [_location(place.region, around.cells.get(path, ()))],
        # Findings of an older journal have no group.
        "partialFingerprints": {FINGERPRINT: told.digest, **({GROUP: finding.group} if finding.group else {})},
        "properties": {"confidence": finding.confidence.value, **_order(place, around.files.get(path))},
    }
    if finding.rule in around.rules:
        result["ruleIndex"] = around.rules[finding.rule]
    if place.upstream_region:
        result["relatedLocations"] = [_related(place.upstream, place.upstream_region, around.urls)]
    if around.report.baseline:
        result["baselineState"] = "unchanged" if finding.known else "new"
    if finding.suppression:
        kind = "inSource" if finding.suppression.in_source else "external"
        result["suppressions"] = [{"kind": kind, "justification": escape(finding.suppression.reason)}]
    return result


def _order(place: FindingPlace, file: FileVerdict | None) -> dict[str, Any]:
    """When the file of a result appeared, and who was first: it, or the upstream that the result is about."""
    upstream = match_of(place, file)
    if file is None or upstream is None:
        return {}
    dated = {key: escape(value) if isinstance(value, str) else value for key, value in dated_data(file.dated).items()}
    told: dict[str, Any] = {"direction": upstream.direction.value, "dated": dated}
    if words := innovations(upstream):
        told["innovations"] = words
    return told


def _later(file: FileVerdict, upstream: UpstreamMatch) -> dict[str, str]:
    """A younger file that holds the code of a scanned one."""
    told = {"path": file.path, "project": upstream.project, "release": later_release(upstream), "found": upstream.path}
    return {key: escape(words) for key, words in told.items()}


def _sentence(words: str) -> str:
    shown = escape(words)
    return shown if shown.endswith((".", "!", "?")) else f"{shown}."


def _location(region: Region, cells: Cells) -> dict[str, Any]:
    """Lines of the file as stored, which viewers open: a notebook's differ from those of its code."""
    artifact = {"uri": _uri(region.path), "uriBaseId": "%SRCROOT%"}
    lines = _lines(*lines_of_file(cells, region.first_line, region.last_line))
    return {"physicalLocation": {"artifactLocation": artifact, "region": lines}}


def _related(upstream: str, region: Region, known: Mapping[str, str]) -> dict[str, Any]:
    artifact = {"uri": quote(known.get(region.path, ""), safe="/:?&=#%@+,;~") or _uri(region.path)}
    place: dict[str, Any] = {"artifactLocation": artifact}
    if not region.path.lower().endswith(NOTEBOOK_SUFFIX):  # a corpus does not know the lines of the file
        place["region"] = _lines(region.first_line, region.last_line)
    return {"id": 1, "message": {"text": escape(upstream)}, "physicalLocation": place}


def _lines(first_line: int, last_line: int) -> dict[str, int]:
    return {"startLine": max(first_line, 1), "endLine": max(last_line, first_line, 1)}


def _uri(path: str) -> str:
    """A path as a relative reference, in which a colon is quoted: it would end a scheme."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")


def _invocation(report: Report, results: int) -> dict[str, Any]:
    notes = [*conclusion_lines(report.conclusion)]
    notes += [f"{skipped.path} was not scanned: {skipped.reason}" for skipped in report.skipped]
    if results > MOST_RESULTS:
        notes.append(f"{results - MOST_RESULTS} findings beyond {MOST_RESULTS} are left out")
    notes += [*filter(None, [later_note(report.files)]), *summary.notes(report)]
    told = [{"level": "note", "message": {"text": escape(note)}} for note in notes]
    return {
        "executionSuccessful": True,
        **({"endTimeUtc": report.scanned.at} if report.scanned.at else {}),
        "toolExecutionNotifications": told,
        "properties": {"trust": report.trust.value},
    }
