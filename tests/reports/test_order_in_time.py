"""When files and upstreams appeared, and who was first: every format says it, in its manner."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from msgspec.structs import replace

from modelkin.reports import FORMATS, concise, cyclonedx, github, graphs, markdown, sarif, spdx
from modelkin.reports.chronology import dated, direction, first_released, innovations, later_note
from modelkin.reports.console import PLAIN, Detail, Page
from modelkin.reports.html.page import render as html
from modelkin.reports.json import as_data
from modelkin.reports.text import render as text
from modelkin.results import Direction, FileDate, FileVerdict, Ground, Innovations, Region, Report

from ..support.example_reports import (
    EMPTY,
    FINDING,
    IN_TIME,
    OPEN,
    ORIGINAL,
    TIMM_MAE,
    TRANSFORMERS_LLAMA,
    UNDATED,
    VLLM_LLAMA,
    YI,
)
from ..support.pages import one, read_page

COMMITS = "2023-11-06 by its own commits (the first commit of the path)"
BETWEEN = "open: between vllm 0.1.1, which lacks it, and 0.1.2, which has it"
LATER = "1 file also found, later, in timm (1)"


def test_a_date_says_where_it_is_from_and_a_claim_is_called_the_source_s_own() -> None:
    told = {
        FileDate(): "",
        YI.dated: COMMITS,
        OPEN.dated: "2023-07-01 by yi 0.3.0, the first release with the path",
        FileDate("2023-06-20", Ground.COMMIT, at_latest=True, says="the oldest commit of a shallow clone"): (
            "2023-06-20 or earlier by the oldest commit of a shallow clone"
        ),
        FileDate("2023-06-20", Ground.ARCHIVE, claim=True): "2023-06-20 by its own archive",
        FileDate("2023-06-20", Ground.AS_OF, says="--as-of"): "2023-06-20 by --as-of",
    }
    assert {each: dated(replace(YI, dated=each)) for each in told} == told


def undecided(date: FileDate, **changes: Any) -> FileVerdict:
    return replace(UNDATED, dated=date, **changes)


def test_a_direction_is_worded_only_where_it_is_not_plainly_in_order() -> None:
    first = replace(VLLM_LLAMA, direction=Direction.OPEN, without="")
    told = {
        "in order": (YI, ""),
        "only later": (ORIGINAL, ""),
        "open": (OPEN, BETWEEN),
        "open, by a claim": (
            replace(OPEN, claim=True, dated=YI.dated),
            BETWEEN.replace("open:", "open, by its own commits:"),
        ),
        "open before the first release": (
            replace(OPEN, upstreams=(first,)),
            "open: before vllm 0.1.2, the first known release with the path",
        ),
        "undated": (UNDATED, "not known: nothing dates this file"),
        "at latest": (
            undecided(FileDate("2024-01-01", Ground.COMMIT, at_latest=True)),
            "not known: it may be older than its date",
        ),
        "a claim": (undecided(YI.dated), "not known: its date is its own claim, which does not tell"),
    }
    assert {case: direction(file) for case, (file, _) in told.items()} == {
        case: words for case, (_, words) in told.items()
    }


def test_innovations_are_told_by_figures_and_releases() -> None:
    told = {
        None: "",
        Innovations(0, 0): "",
        Innovations(14, 16, "4.28.0", "4.31.0"): "holds 14 of 16 statements that vllm added between 4.28.0 and 4.31.0",
        Innovations(0, 1, "4.28.0"): "holds none of 1 statement that vllm added after 4.28.0",
        Innovations(3, 9): "holds 3 of 9 statements that vllm added later",
    }
    assert {each: innovations(replace(VLLM_LLAMA, innovations=each)) for each in told} == told


def test_first_released_is_the_path_s_first_release_and_not_that_of_its_content() -> None:
    assert first_released(VLLM_LLAMA) == "first released 2023-07-05 in 0.1.2"
    assert first_released(replace(VLLM_LLAMA, appeared_on="")) == "first released in 0.1.2"
    unknown = replace(VLLM_LLAMA, appeared="", appeared_on="")
    assert first_released(unknown) == "first released 2023-09-28 in 0.2.0"
    assert first_released(replace(unknown, released="")) == ""


def lines_of(report: Report) -> list[str]:
    return [" ".join(line.split()) for line in text(report, Page(detail=Detail.FULL)).splitlines()]


def test_the_text_has_a_line_for_each_fact_and_none_for_what_is_not_known() -> None:
    lines = lines_of(IN_TIME)
    assert "4 files scanned · 3 modified · 1 independent · 1 not read · 1 also found later" in lines
    expected = [
        f"dated {COMMITS}",
        "innovations holds 14 of 16 statements that vllm added between 0.1.2 and 0.2.0",
        "dated 2023-07-01 by yi 0.3.0, the first release with the path",
        f"direction {BETWEEN}",
        "innovations holds none of 1 statement that vllm added between 0.1.2 and 0.2.0",
        "direction not known: nothing dates this file",
        "its notice 2023 The vLLM team. (an older known release lacks it)",
        "also 31.0 % transformers 4.28.0 · transformers/models/llama/modeling_llama.py, direction not known",
        "also, later 80.0 % timm 0.4.5 · timm/models/mae.py",
    ]
    assert [line for line in expected if lines.count(line) != 1] == []
    assert sum(line.startswith("dated") for line in lines) == 2


def test_files_that_only_younger_projects_hold_are_grouped_by_project() -> None:
    lines = lines_of(IN_TIME)
    place = lines.index("1 file also found, later, in")
    assert lines[place + 1 : place + 3] == ["timm, 1 file", "models_mae.py 0.4.5 · timm/models/mae.py"]
    blocks = markdown.render(IN_TIME).replace("\\", "").split("\n\n")
    place = blocks.index("#### Also found, later, in")
    assert blocks[place + 1].strip() == "- timm, 1 file\n  - `models_mae.py`: 0.4.5 `timm/models/mae.py`"


def test_long_lists_of_younger_projects_are_cut_and_say_by_how_much() -> None:
    files = tuple(
        replace(ORIGINAL, path=f"{place:02}.py", later=tuple(replace(TIMM_MAE, project=f"p{n:02}") for n in range(20)))
        for place in range(30)
    )
    report = replace(EMPTY, files=files)
    lines = lines_of(report)
    assert lines.count("and 22 more") == 8
    assert "and 12 more projects, all of them in --format json" in lines
    assert sum(".py 0.4.5" in line for line in lines) == 64
    assert "  - and 22 more" in markdown.render(report)
    assert later_note(files).endswith("p07 (30), 12 more")
    assert len(as_data(report)["files"][0]["later"]) == 20


def test_json_has_all_of_it() -> None:
    data = as_data(IN_TIME)
    _, original, between, undated = data["files"]
    assert data["summary"]["later"] == 1
    assert (original["direction"], original["direction_by"], original["claim"]) == ("later", "commit", True)
    assert original["later"][0]["appeared"] == "0.4.5"
    assert (between["direction"], between["dated"]["by"], between["dated"]["claim"]) == ("open", "release", False)
    assert between["upstreams"][0]["recent_lines"] == ["2023 The vLLM team."]
    assert [each["direction"] for each in between["upstreams"]] == ["open", "unknown"]
    nothing = {"date": "", "by": "none", "claim": False, "at_latest": False, "says": "", "project": ""}
    assert undated["dated"] == nothing


def test_sarif_has_it_as_properties() -> None:
    other = replace(FINDING, region=Region("open.py", 1, 4), upstream=f"transformers 4.28.0 {TRANSFORMERS_LLAMA.path}")
    beside = replace(FINDING, upstream="elsewhere 1.0 a.py")
    (run,) = json.loads(sarif.render(replace(IN_TIME, findings=(*IN_TIME.findings, other, beside))))["runs"]
    told = [result.get("properties", {}).get("direction") for result in run["results"]]
    assert told == ["in-order", "open", "unknown", "unknown", None]
    assert run["results"][0]["properties"]["dated"]["date"] == "2023-11-06"
    assert run["properties"]["later"] == [
        {"path": path, "project": "timm", "release": "0.4.5", "found": "timm/models/mae.py"}
        for path in ("models_mae.py", "open.py")
    ]
    assert LATER in [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]


def test_lines_for_tools_sum_up_what_is_younger_and_are_none_where_that_is_all() -> None:
    assert concise.render(IN_TIME).splitlines()[-1] == f"modelkin: {LATER}"
    assert concise.render(replace(EMPTY, files=(ORIGINAL,))) == ""
    assert github.render(IN_TIME).splitlines()[-1] == f"modelkin: 4 files scanned, 3 errors; 1 not read; {LATER}"


def test_bills_of_materials_relate_a_file_to_nothing_that_is_younger() -> None:
    data = json.loads(cyclonedx.render(IN_TIME))
    assert [each["name"] for each in data["components"]] == ["models/yi.py", "open.py", "undated.py"]
    ancestors = [each["group"] for component in data["components"] for each in component["pedigree"]["ancestors"]]
    assert set(ancestors) == {"vllm", "transformers"}
    properties = {
        component["name"]: {each["name"]: each["value"] for each in component["properties"]}
        for component in data["components"]
    }
    assert properties["open.py"]["modelkin:direction"] == BETWEEN
    assert properties["open.py"]["modelkin:later"] == "also found, later, in timm 0.4.5 timm/models/mae.py"
    assert properties["models/yi.py"].keys() == {"modelkin:dated", "modelkin:innovations"}
    told = [each["value"] for each in data["metadata"]["properties"] if each["name"] == "modelkin:later"]
    assert told == ["models_mae.py: also found, later, in timm 0.4.5 timm/models/mae.py"]


def test_spdx_calls_what_is_not_settled_a_variant() -> None:
    data = json.loads(spdx.render(IN_TIME))
    assert not [each for each in data["packages"] if "timm" in each["name"]]
    related = [each for each in data["relationships"] if each["relatedSpdxElement"].startswith("SPDXRef-upstream")]
    kinds = [(each["relationshipType"], each["comment"].partition("; ")[2]) for each in related]
    assert kinds == [
        ("DESCENDANT_OF", ""),
        ("DESCENDANT_OF", ""),
        ("VARIANT_OF", "direction open"),
        ("VARIANT_OF", "direction not known"),
        ("VARIANT_OF", "direction not known"),
    ]


def test_graphs_have_no_edge_to_what_is_younger_and_mark_what_is_not_settled() -> None:
    graph = graphs.of_report(IN_TIME)
    assert "timm" not in {node.name for node in graph.nodes}
    words = "derives from: 3 files, 75.0 %, direction open or not known for 2"
    assert words in graphs.dot(graph)
    assert words in re.sub(r"#(\d+);", lambda found: chr(int(found[1])), graphs.mermaid(graph))
    assert '<data key="unsettled">2</data>' in graphs.graphml(graph)


def test_the_page_has_it_beside_each_file() -> None:
    page = read_page(html(IN_TIME))
    facts = {
        article.attributes["id"]: [
            (one(fact, "dt").text, " ".join(one(fact, "dd").text.split()))
            for fact in article.all("div")
            if list(fact.all("dt"))
        ]
        for article in page.all("article", class_="file")
    }
    assert ("dated", COMMITS) in facts["file-models/yi.py"]
    assert ("direction", BETWEEN) in facts["file-open.py"]
    assert ("also, later", "80.0 % in timm 0.4.5 timm/models/mae.py") in facts["file-open.py"]
    assert ("direction", "not known: nothing dates this file") in facts["file-undated.py"]
    assert ("also, later", "80.0 % in timm 0.4.5 timm/models/mae.py") in facts["file-models_mae.py"]
    assert "later, in timm 0.4.5" in one(page, "tr", id="row-models_mae.py").text
    tiles = {one(tile, "dt").text: one(tile, "dd").text for tile in page.all("div", class_="tile")}
    assert tiles["found later"] == "1"


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"concise", "github"}))  # these tell it in their messages
def test_every_format_of_files_tells_what_is_not_plain(name: str) -> None:
    plain = replace(OPEN, direction=Direction.IN_ORDER, upstreams=(VLLM_LLAMA,), later=())
    told = {FORMATS[name](replace(IN_TIME, files=(file,)), PLAIN) for file in (OPEN, plain)}
    assert len(told) == 2
