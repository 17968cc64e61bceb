"""The web page of a report: whole, accessible, closed to whatever was scanned, and complete without its script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from modelkin.cli import main
from modelkin.reports.html.file_views import file_views
from modelkin.reports.html.page import render
from modelkin.results import FileVerdict, FindingPlace, Level, Region, Report, Skipped, State, Verdict

from ..support.example_reports import EMPTY, FINDING, INDEPENDENT, ORIGINAL, REPORT, WAIVED, YI
from ..support.hostile_reports import FILE, HOSTILE, HOSTILE_REPORT, PATH
from ..support.page_checks import check_headings, check_ids, check_landmarks, failures
from ..support.pages import Element, beside, many, one, read_page
from ..support.report_syntax import check_closed
from ..support.small_corpora import ATTENTION
from ..support.upstreams import Release, renamed, write_corpus

BESIDE = replace(FINDING, region=Region("LICENSE", 1, 1), rule="licence-text-missing")
EVERYTHING = {
    "usual": REPORT,
    "empty": EMPTY,
    "hostile": HOSTILE_REPORT,
    "many": many(30),
    "finding on a file that was not scanned": replace(REPORT, findings=(FINDING, BESIDE)),
}
SIDES = {"models/yi.py": beside("models/yi.py"), PATH: beside(PATH, comment=HOSTILE)}


def page(report: Report = REPORT, **sides: object) -> Element:
    return read_page(render(report, SIDES if not sides else None))


def section(report: Report, name: str) -> Element:
    return one(page(report), "section", id=name)


@pytest.fixture(scope="module")
def all_pages() -> dict[str, Element]:
    return {name: page(report) for name, report in EVERYTHING.items()}


def test_a_page_is_well_formed_and_each_id_stands_once(all_pages: dict[str, Element]) -> None:
    assert not failures(check_ids, all_pages)


def test_headings_go_down_one_step_at_a_time(all_pages: dict[str, Element]) -> None:
    assert not failures(check_headings, all_pages)


def test_there_are_landmarks_labels_and_headers_for_those_who_do_not_see(all_pages: dict[str, Element]) -> None:
    assert not failures(check_landmarks, all_pages)


def test_nothing_is_asked_of_the_network_and_nothing_runs_but_the_page_s_own(all_pages: dict[str, Element]) -> None:
    assert not failures(check_closed, all_pages)


def test_a_link_of_a_corpus_that_is_not_of_the_web_is_no_link() -> None:
    upstream = replace(YI.upstreams[0], url="javascript:alert(1)")
    found = page(replace(REPORT, files=(replace(YI, upstreams=(upstream,), origin=upstream),)))
    assert not [each for each in found.all("a") if "javascript" in each.attributes["href"]]


def test_at_a_glance_there_is_every_verdict_and_level_with_its_count() -> None:
    glance = section(REPORT, "glance")
    told = {one(tile, "dt").text: one(tile, "dd").text for tile in glance.all("div", class_="tile")}
    assert told == {
        "identical": "0",
        "renamed": "0",
        "modified": "1",
        "sharing fragments": "0",
        "independent": "2",
        "errors": "1",
        "warnings": "0",
        "notes": "0",
        "waived": "1",
        "skipped": "1",
        "not read": "1",
    }
    assert "pypi:vllm==0.2.3" in one(page(), "header").text
    assert "against corpus base 2026.11.21" in glance.text


def test_findings_have_their_place_clause_upstream_and_remedy_and_lead_to_the_file() -> None:
    findings = section(REPORT, "findings")
    owed, answered = findings.all("details", class_="owed")
    assert [one(each, "h3").text for each in (owed, answered)] == ["vllm", "Waived"]
    first, last = one(owed, "details", class_="group"), one(answered, "details", class_="group")
    assert one(first, "a").attributes["href"] == "#file-models/yi.py"
    assert "holder-removed · Apache-2.0 §4(c) · 1 finding" in one(first, "summary").text
    assert one(first, "p", class_="remedy").text == "To do: add the upstream's header above the file's own"
    facts = {one(row, "dt").text: one(row, "dd").text for row in first.all("div")}
    assert facts == {"upstream": "vllm 0.2.0 vllm/model_executor/models/llama.py, lines 1-22"}
    assert "waived" in one(last, "summary").text
    assert "stated in CHANGES.md (models/yi.py, line 2)" in last.text
    assert ("open" in owed.attributes, "open" in first.attributes) == (True, True)
    assert ("open" in answered.attributes, "open" in last.attributes) == (False, False)


def test_findings_stand_by_upstream_then_by_duty_and_each_file_is_listed() -> None:
    places = tuple(FindingPlace(Region(path, 1, 4), "told", FINDING.upstream, "") for path in ("a.py", "b.py", "c.py"))
    of_files = replace(FINDING, region=places[0].region, places=places, upstream="vllm")
    ofs = replace(FINDING, upstream="transformers 4.28.0 transformers/modeling.py", level=Level.WARNING)
    none = replace(FINDING, upstream="", rule="metadata-contradicts", clause="", level=Level.NOTE)
    found = section(replace(REPORT, findings=(ofs, none, of_files, FINDING)), "findings")
    sections = list(found.all("details", class_="owed"))
    assert [one(each, "h3").text for each in sections] == ["vllm", "transformers", "The repository itself"]
    first = one(sections[0], "details", class_="group")
    assert "2 findings in 4 files" in next(first.all("summary")).text
    listed = one(first, "ul", class_="paths")
    assert [one(each, "code").text for each in listed.all("li")] == ["a.py", "b.py", "c.py"]


def test_what_to_do_next_is_said_first_once_for_each_rule() -> None:
    many_ = replace(FINDING, region=Region("models/opt.py", 1, 4))
    later = replace(FINDING, rule="changes-not-stated", level=Level.NOTE, remedy="Say `# changed` at its top")
    told = one(section(replace(REPORT, findings=(FINDING, many_, later, WAIVED)), "glance"), "div", class_="next")
    assert [" ".join(each.text.split()) for each in told.all("li")] == [
        "error 2 findings add the upstream's header above the file's own",
        "note 1 finding Say # changed at its top",
    ]
    assert [each.attributes["href"] for each in told.all("a")] == ["#finding-1", "#finding-3"]
    assert one(told, "code").text == "# changed"
    assert one(one(page(EMPTY), "div", class_="next"), "h3").text == "Nothing to do"


def test_findings_known_from_a_baseline_are_told_apart() -> None:
    known = replace(REPORT, findings=(FINDING, replace(FINDING, known=True)), baseline="b.json")
    groups = section(known, "findings").all("details", class_="group")
    assert ["known from the baseline" in one(group, "summary").text for group in groups] == [False, True]
    assert "findings known from b.json are marked" in page(known).text


def test_obligations_are_a_checklist_with_where_each_is_met() -> None:
    checklist = one(page(), "ul", class_="checklist")
    states = [one(row, "span", class_="state").text for row in checklist.all("li")]
    assert states == [State.MET.value, State.MISSED.value, State.NOT_JUDGED.value]
    assert "Apache-2.0 4(c) the copyright lines 2023 The vLLM team." in checklist.text.replace("\n", "")
    rows = [[cell.text for cell in row.all("th", "td")] for row in section(REPORT, "obligations").all("tr")]
    assert rows[2] == ["Apache-2.0", "4(c)", "the copyright lines", "·", "1", "·"]


def test_a_file_has_its_facts_renames_and_definitions() -> None:
    file = one(page(), "article")
    facts = {
        one(row, "dt").text: " ".join(one(row, "dd").text.split()) for row in file.all("div") if list(row.all("dt"))
    }
    assert facts["upstream"] == "vllm 0.2.0 to 0.2.1 vllm/model_executor/models/llama.py"
    assert facts["share"] == "99.9 % of the file's tokens"
    assert facts["credit"] == "none, 1 of 2 obligations met"
    assert facts["note"] == "its header names Yi alone"
    assert "input_layernorm" in file.text
    assert "x → hidden" in file.text
    assert "31 of 33 statements, lines 50-59 ← lines 150-159" in file.text


def test_a_copy_stands_beside_its_upstream_line_by_line() -> None:
    table = one(page(), "table", class_="sides")
    rows = list(one(table, "tbody").all("tr"))
    cells = [[(cell.attributes.get("data-n"), cell.text) for cell in row.all("td")] for row in rows]
    assert cells[1] == [("2", "class YiMLP"), (None, "~"), ("5", "class LlamaMLP")]
    assert [(mark.attributes["class"], mark.text) for mark in rows[1].all("mark")] == [
        ("r", "YiMLP"),
        ("r", "LlamaMLP"),
    ]
    assert [(mark.attributes["class"], mark.text) for mark in rows[2].all("mark")] == [("c", "2"), ("c", "1")]
    assert cells[3] == [("4", "y = 3"), (None, "+"), (None, "")]
    assert cells[4] == [(None, ""), (None, "\N{MINUS SIGN}"), ("7", "z = 4…")]
    assert cells[5] == [(None, "31 more lines that are the same (copy 5-35, upstream 8-38)")]
    assert cells[-1] == [(None, "7 more lines to the end of the comparison (copy 90-92, upstream 93-99)")]


def test_a_file_that_is_not_shown_beside_its_upstream_says_why() -> None:
    told = "transformers 4.28.0 is not in the cache; --fetch-upstreams fetches it"
    file = one(read_page(render(REPORT, {"models/yi.py": Skipped("models/yi.py", told)})), "article")
    assert f"Not shown beside its upstream: {told}." in file.text
    assert not list(file.all("table", class_="sides"))


def test_the_lineage_is_drawn_and_told_in_a_table() -> None:
    lineage = section(REPORT, "lineage")
    assert len(list(lineage.all("g", class_="box"))) == 3
    assert len(list(lineage.all("path", class_="arrow"))) == 3
    rows = [[cell.text for cell in row.all("th", "td")] for row in lineage.all("tr")]
    assert ["vllm", "goes back to", "transformers", "1", "·", "·", "·"] in rows
    assert ["pypi:vllm==0.2.3", "derives from", "vllm", "1", "33.3 %", "modified", "·"] in rows


def test_every_file_has_a_row_the_worst_first_and_those_with_more_to_tell_a_part_of_their_own() -> None:
    table = one(section(REPORT, "files"), "table")
    rows = [[cell.text.strip() for cell in row.all("th", "td")] for row in one(table, "tbody").all("tr")]
    assert rows == [
        ["models/yi.py", "modified", "99.9 %", "vllm 0.2.0 to 0.2.1", "none", "1 error"],
        ["models/opt.py", "independent", "·", "vllm 0.2.3 own release", "·", "·"],
        ["setup.py", "independent", "·", "·", "·", "·"],
    ]
    row, own, _ = one(table, "tbody").all("tr")
    assert [each.attributes["href"] for each in row.all("a")] == ["#file-models/yi.py", "#finding-1"]
    assert own.attributes["id"] == "file-models/opt.py"
    article = one(page(), "article")
    assert one(article, "a", class_="back").attributes["href"] == f"#{row.attributes['id']}"
    found = [each.attributes["href"] for each in article.all("a") if "#finding" in each.attributes["href"]]
    assert found == ["#finding-1", "#finding-2"]
    (sorted_,) = (each.text for each in table.all("th") if each.attributes.get("aria-sort"))
    assert sorted_ == "Findings"


def test_worst_are_findings_by_level_and_number_then_the_closest_and_largest_copies() -> None:
    def copy(path: str, verdict: Verdict, similarity: float, **facts: object) -> FileVerdict:
        return replace(YI, path=path, verdict=verdict, similarity=similarity, **facts)

    files = (
        replace(INDEPENDENT, path="plain.py"),
        replace(ORIGINAL, path="later.py"),
        copy("own.py", Verdict.IDENTICAL, 1.0, own_release="vllm 0.2.0"),
        copy("small.py", Verdict.MODIFIED, 0.6),
        copy("large.py", Verdict.MODIFIED, 0.9, later=()),
        copy("same.py", Verdict.IDENTICAL, 1.0),
        copy("noted.py", Verdict.FRAGMENTS, 0.1),
        copy("twice.py", Verdict.FRAGMENTS, 0.1),
        copy("wrong.py", Verdict.FRAGMENTS, 0.1),
    )
    told = (("noted.py", Level.NOTE), ("wrong.py", Level.ERROR), ("twice.py", Level.NOTE), ("twice.py", Level.NOTE))
    findings = tuple(replace(FINDING, level=level, region=Region(path, 1, 4)) for path, level in told)
    views = file_views(replace(REPORT, files=files, findings=findings))
    ordered = ["wrong", "twice", "noted", "same", "large", "small", "own", "later", "plain"]
    assert [view.file.path.removesuffix(".py") for view in views] == ordered


def test_each_upstream_lists_the_files_that_stand_on_it_and_leads_to_what_is_owed_to_it() -> None:
    lineage = section(REPORT, "lineage")
    parts = {each.attributes["id"]: each for each in lineage.all("details", class_="upstream")}
    assert list(parts) == ["upstream-vllm", "upstream-transformers"]
    links = [each.attributes["href"] for each in parts["upstream-vllm"].all("a")]
    assert links == ["#owed-vllm", "#files", "#file-models/yi.py", "#file-models/opt.py"]
    assert "the origin of 1 file" in one(parts["upstream-transformers"], "summary").text
    boxes = {one(each, "title").text: each.attributes["href"] for each in one(lineage, "svg").all("a")}
    assert boxes == {"pypi:vllm==0.2.3": "#files", "vllm": "#upstream-vllm", "transformers": "#upstream-transformers"}


def test_what_was_skipped_is_listed_with_the_reason() -> None:
    assert "models/big.py larger than 10 MB" in section(REPORT, "skipped").text


def test_an_empty_report_has_no_empty_parts() -> None:
    assert [each.attributes["id"] for each in page(EMPTY).all("section")] == ["glance"]


def test_the_text_of_a_hostile_report_is_text() -> None:
    hostile = page(HOSTILE_REPORT)
    assert len(list(hostile.all("script"))) == 1
    assert {each.tag for each in hostile.all()} <= {each.tag for each in page().all()}
    visible = "models/a\\n::error::b <script>alert(1)</script> \\x1b[31m \\u202egnp.py"
    assert visible in next(hostile.all("article")).text
    assert any(
        visible in cell.text or "<script>alert(1)" in cell.text
        for cell in one(hostile, "table", class_="sides").all("td")
    )
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", render(HOSTILE_REPORT, SIDES)
    )


def test_files_whose_paths_look_alike_in_an_address_have_anchors_of_their_own() -> None:
    paths = ("a b.py", "a-b.py", "a?b.py", "a-b.py", "x" * 200, "x" * 201)
    files = tuple(replace(YI, path=path) for path in paths)
    anchors = [each.attributes["id"] for each in page(replace(REPORT, files=files)).all("article")]
    assert len(set(anchors)) == len(paths)
    assert anchors[1] == "file-a-b.py"
    assert all(re.fullmatch(r"[A-Za-z0-9._/-]{6,150}", anchor) for anchor in anchors)


def test_long_lists_are_cut_and_the_rest_is_counted() -> None:
    file = replace(YI, renames=YI.renames[:1] * 160, definitions=YI.definitions[:1] * 90)
    article = one(page(replace(REPORT, files=(file,), skipped=(Skipped("a", "b"),) * 501)), "article")
    assert "and 10 more" in article.text
    assert "90 definitions" in article.text


def test_what_the_filters_go_by_stands_with_each_file() -> None:
    rows = {
        verdict: one(
            section(replace(REPORT, files=(replace(YI, verdict=verdict),)), "files"), "tr", id="row-models/yi.py"
        )
        for verdict in Verdict
    }
    assert {verdict: each.attributes["data-verdict"] for verdict, each in rows.items()} == {
        verdict: verdict.value for verdict in Verdict
    }
    row = rows[Verdict.MODIFIED]
    assert row.attributes["data-levels"].split() == [Level.ERROR.value]
    options = [each.text for each in one(page(), "select", id="project").all("option")]
    assert options == ["all", "vllm", "transformers"]
    assert row.attributes["data-projects"].split() == ["0", "1"]
    assert "input_layernorm" in row.attributes["data-search"]


def luminance(colour: str) -> float:
    """By WCAG 2.2."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one_: str, other: str) -> float:
    darker, lighter = sorted((luminance(one_), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_text_has_enough_contrast_in_light_and_dark() -> None:
    style = one(page(), "style").text
    palettes = [dict(re.findall(r"--([a-z_-]+): (#[0-9a-f]{6});", part)) for part in style.split("@media screen", 1)]
    assert len(palettes) == 2
    inks = ("ink", "quiet", "link", "identical", "renamed", "modified", "fragments", "independent", "met", "missed")
    for palette in palettes:
        for paper in ("paper", "raised"):
            assert [ink for ink in inks if contrast(palette[ink], palette[paper]) < 4.5] == []
        for paper in ("paper", "copy", "upstream", "edited", "same-names"):
            words = ("keyword", "string", "comment", "number", "defined")
            assert [ink for ink in words if contrast(palette[ink], palette[paper]) < 4.5] == []
        for paper in ("name", "edit", "copy", "upstream", "edited", "same-names"):
            assert contrast(palette["ink"], palette[paper]) >= 4.5
            assert contrast(palette["quiet"], palette[paper]) >= 4.5 or paper in ("name", "edit")


@pytest.mark.parametrize("command", ["scan", "compare"])
def test_the_command_line_writes_a_page_with_the_copy_beside_its_upstream(command: str, tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "copy.py").write_text(renamed(ATTENTION, WindowAttention="PaneAttention"))
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "original.py").write_text(ATTENTION)
    corpus = write_corpus(tmp_path / "empty.safetensors", [Release("lamp", "1", "2020-01-01", {"x.py": "x = 1\n"})])
    ours, theirs, out = (str(tmp_path / name) for name in ("ours", "theirs", "page.html"))
    given = [ours, theirs] if command == "compare" else [ours, "--against", theirs, "--corpus", str(corpus)]
    assert main([command, *given, "--format", f"html={out}", "--fail-on", "never"]) == 0
    article = one(read_page(Path(out).read_text("utf-8")), "article")
    marks = [mark.text for mark in one(article, "table", class_="sides").all("mark")]
    assert marks == ["PaneAttention", "WindowAttention"]


def test_waived_findings_have_no_remedy_left_to_do() -> None:
    assert "remedy" not in section(replace(REPORT, findings=(WAIVED,)), "findings").text.split("waived", 1)[1]


def test_a_report_of_two_hundred_files_is_of_a_size_that_can_be_sent() -> None:
    report = many(200)
    sides = {file.path: beside(file.path, rows=100) for file in report.files}
    assert len(render(report, sides)) < 6_000_000


def test_every_name_of_the_hostile_file_is_in_the_page() -> None:
    text = page(HOSTILE_REPORT).text
    for rename in FILE.renames:
        assert rename.original.split("\n")[0] in text
