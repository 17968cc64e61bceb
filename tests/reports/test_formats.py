"""The formats for hooks and platforms: lines, JSON Lines, GitHub annotations, Markdown; and what all formats share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import product

import pytest
from msgspec.structs import replace

from modelkin.reports import FORMATS, concise, github, markdown
from modelkin.reports.console import PLAIN
from modelkin.reports.json import as_data, render_lines
from modelkin.results import Level

from ..support.example_reports import EMPTY, FINDING, REPORT
from ..support.hostile_reports import HOSTILE_REPORT

REPORTS = {"usual": REPORT, "empty": EMPTY, "hostile": HOSTILE_REPORT}
CONTROL_CHARACTERS = "[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]"


def test_every_format_is_text_without_control_characters() -> None:
    failures = []
    for (name, render), report in product(FORMATS.items(), REPORTS):
        rendered = render(REPORTS[report], PLAIN)
        rendered.encode("utf-8")
        if not rendered.endswith("\n") and (name, report) != ("concise", "empty"):
            failures.append((name, report, "its last line has no end"))
        failures += [(name, report, found) for found in set(re.findall(CONTROL_CHARACTERS, rendered))]
    assert not failures


TOLD = (
    "trust: working tree; hidden: 1 finding waived (comments), 31 files excluded (modelkin.toml); "
    "--isolated shows them; not obeyed: 2 settings (modelkin.toml); --settings FILE obeys settings"
)


@pytest.mark.parametrize("name", ["concise", "jsonl", "github", "markdown"])
def test_the_report_is_the_golden_one(golden: Callable[[str, str], None], name: str) -> None:
    suffix = {"concise": "concise.txt", "jsonl": "jsonl", "github": "github.txt", "markdown": "md"}[name]
    rendered = FORMATS[name](REPORT, PLAIN)
    golden(f"report.{suffix}", re.sub(r'"version": "[^"]*"', '"version": "0"', rendered, count=1))


def test_a_concise_report_is_a_line_per_finding_and_empty_without_any() -> None:
    assert concise.render(EMPTY) == ""
    first, remedy, skipped, told = concise.render(REPORT).splitlines()
    assert first.startswith("models/yi.py:1: error holder-removed (Apache-2.0 §4(c)) the upstream's copyright lines")
    assert remedy == "  remedy: add the upstream's header above the file's own"
    assert skipped == "models/big.py: skipped larger than 10 MB"
    assert told == f"modelkin: {TOLD}"


def test_json_lines_are_the_parts_of_the_json_report() -> None:
    lines = [json.loads(line) for line in render_lines(REPORT).splitlines()]
    data = as_data(REPORT)
    assert [line["type"] for line in lines] == [
        *("run", *["file"] * 3, "attribution", "finding", "finding"),
        *("hidden", "hidden", "not_obeyed", "skipped", "unread", "unread", "summary"),
    ]
    assert [line for line in lines if line["type"] == "finding"] == [
        {"type": "finding", **finding} for finding in data["findings"]
    ]


def test_annotations_stand_at_the_lines_of_the_finding_and_waived_ones_are_left_out() -> None:
    first, skipped, last = github.render(REPORT).splitlines()
    assert first.startswith("::error file=models/yi.py,line=1,endLine=4,title=holder-removed (Apache-2.0 §4(c))::the ")
    assert skipped == "::notice file=models/big.py,title=skipped::larger than 10 MB"
    assert last == f"modelkin: 3 files scanned, 1 error; 1 skipped; 1 not read; {TOLD}"


def test_every_format_says_what_was_hidden_and_by_what_and_how_far_the_source_was_trusted() -> None:
    for name, render in FORMATS.items():
        rendered = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), render(REPORT, PLAIN)).replace("\\", "")
        assert re.search("working.tree", rendered), name
        if "json" in name:
            told = as_data(REPORT)
            assert told["hidden"] == [
                {"what": "findings waived", "by": "comments", "count": 1},
                {"what": "files excluded", "by": "modelkin.toml", "count": 31},
            ]
        else:
            assert "31 files excluded (modelkin.toml)" in rendered, name
            assert "not obeyed: 2 settings (modelkin.toml)" in rendered, name


def test_annotations_are_ordered_by_level() -> None:
    findings = tuple(replace(FINDING, level=level) for level in (Level.NOTE, Level.ERROR, Level.WARNING))
    lines = github.render(replace(REPORT, findings=findings)).splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["::error", "::warning", "::notice"]


def test_nothing_scanned_becomes_a_workflow_command() -> None:
    commands = [line for line in github.render(HOSTILE_REPORT).splitlines() if line.startswith("::")]
    assert [command.split()[0] for command in commands] == ["::error", "::notice"]
    (properties, _) = commands[0].removeprefix("::error ").split("::", 1)
    assert len(properties.split(",")) == 4
    assert "%250A" in commands[0]


def test_nothing_scanned_is_markup_in_markdown() -> None:
    rendered = markdown.render(HOSTILE_REPORT)
    outside = re.sub(r"(`+) ?.*?[^`]\1(?!`)", "", rendered)
    assert "<script>" not in outside
    assert not re.search(r"(?<!\\)@all|(?<!\\)\]\(", outside)
    assert rendered.count("<details>") == 1


def test_markdown_is_short_enough_for_a_comment_and_says_what_is_left_out() -> None:
    rendered = markdown.render(replace(REPORT, findings=(FINDING,) * 2_000))
    assert len(rendered) < 65_536
    assert re.search(r"\d+ more left out for length", rendered)
