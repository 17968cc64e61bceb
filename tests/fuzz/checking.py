"""Tells what is wrong with what a command printed, wrote and returned. Edit this for one more rule of reports."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from ..support.report_syntax import (
    check_dot,
    check_github,
    check_html,
    check_markdown,
    check_mermaid,
    check_no_commands,
    check_visible,
    strict_json,
)

_MOST_SKIPPED_ANNOTATED = 10
_NOT_EVEN_SPACES = ("text", "concise", "github", "markdown", "discussion", "dot", "mermaid")
_COPIED = ("identical", "renamed", "modified", "fragments")


def wrong_ending(code: object, errors: str) -> Iterator[str]:
    """An exit code is 0, 1 or 2, and 2 has one clear line, click's usage aside."""
    if code not in (0, 1, 2):
        yield f"exit code {code!r}"
    if "Traceback" in errors:
        yield f"a traceback on standard error: {errors[-300:]}"
    if code != 2:
        return
    told = [line for line in errors.splitlines() if not line.startswith(("Usage:", "Try ")) and line.strip()]
    if len(told) != 1 or not re.match(r"(?:modelkin: )?[Ee]rror: .", told[0]):
        yield f"exit code 2 with {len(told)} lines: {errors[:300]!r}"
    try:
        check_visible(errors)
    except AssertionError as error:
        yield f"standard error: {error}"


def wrong_reports(reports: Mapping[str, bytes], token: str) -> Iterator[str]:
    """What is wrong in the reports of one scan, by format."""
    for name, content in reports.items():
        if token.encode() in content:
            yield f"{name}: holds what lies outside of the scanned folder"
        try:
            text = content.decode("utf-8")
            if name in _NOT_EVEN_SPACES:
                check_visible(text)
            _CHECKS.get(name, _any_text)(text)
        except (AssertionError, ValueError, ET.ParseError, KeyError) as error:
            yield f"{name}: {error}"
    if "json" in reports and "github" in reports:
        yield from _wrong_annotations(reports)


def _wrong_annotations(reports: Mapping[str, bytes]) -> Iterator[str]:
    data: Any = strict_json(reports["json"].decode())
    told = [each for each in data["findings"] if not each["suppression"] and not each.get("known")]
    try:
        check_github(reports["github"].decode(), len(told) + min(_MOST_SKIPPED_ANNOTATED, len(data["skipped"])))
    except AssertionError as error:
        yield f"github: {error}"


def _any_text(_text: str) -> None:
    return


def _terminal(text: str) -> None:
    check_no_commands(text)


def _sarif(text: str) -> None:
    data: Any = strict_json(text)
    (run,) = data["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert result["ruleId"] in rules, f"no rule {result['ruleId']:.80}"
        assert result["level"] in ("error", "warning", "note"), "no level of SARIF"
        uri = place["artifactLocation"]["uri"]
        assert re.fullmatch(r"(?:[A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})*", uri), f"no reference: {uri:.80}"
        assert place.get("region", {"startLine": 1})["startLine"] >= 1, "a line below 1"


def _json_lines(text: str) -> None:
    for line in text.removesuffix("\n").split("\n"):
        strict_json(line)


def _json(text: str) -> None:
    strict_json(text)


def _graphml(text: str) -> None:
    ET.fromstring(text)


_CHECKS: Mapping[str, Callable[[str], None]] = {
    "text": _terminal,
    "concise": _terminal,
    "json": _json,
    "jsonl": _json_lines,
    "html": check_html,
    "markdown": check_markdown,
    "discussion": check_markdown,
    "sarif": _sarif,
    "cyclonedx": _json,
    "spdx": _json,
    "dot": check_dot,
    "mermaid": check_mermaid,
    "graphml": _graphml,
}


def in_silence(report: bytes, sure: Collection[str], may_hide: bool) -> Iterator[str]:
    """Copies that are neither found nor skipped by name; nor, where the folder ``may_hide`` some, told as hidden."""
    data: Any = strict_json(report.decode())
    if data["hidden"] and not may_hide:
        yield f"something is hidden where nothing counts: {data['hidden']}"
    if data["hidden"] and may_hide:
        return
    verdicts = {file["path"]: file["verdict"] for file in data["files"]}
    skipped = {each["path"] for each in data["skipped"]}
    for path in sure:
        if verdicts.get(path) not in _COPIED and not skipped & {path, *_folders(path), "."}:
            yield f"a copy is gone in silence: {path} is {verdicts.get(path, 'not in the report')}"


def _folders(path: str) -> Iterator[str]:
    parts = path.split("/")
    return ("/".join(parts[:count]) for count in range(1, len(parts)))
