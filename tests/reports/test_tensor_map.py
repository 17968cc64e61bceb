"""The drawing of two tensor layouts: nothing on top of anything else, what is renamed marked, hostile names bounded."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

import modelkin
from modelkin.reports.html.page import render
from modelkin.reports.html.tensor_map import TensorMap, tensor_maps
from modelkin.results import EvidenceKind, LayoutRow, Observation, Relation, Report, Strength

from ..support.model_folders import NAMES, model_folder, renamed
from ..support.page_checks import CHECKS, failures
from ..support.pages import Element, one, read_page

HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e" + "语" * 60 + "x" * 300
SIGN = 7.9


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    root = tmp_path_factory.mktemp("models")
    copy = [*renamed(NAMES), *(f"own.{n}.w" for n in range(5)), f"{HOSTILE}.a", f"{HOSTILE}.b"]
    original = [*NAMES, "theirs.w", f"z{HOSTILE}.a", f"z{HOSTILE}.b"]
    return modelkin.compare(str(model_folder(root / "copy", copy)), str(model_folder(root / "lamp", original)))


@pytest.fixture(scope="module")
def drawn(report: Report) -> TensorMap:
    (found,) = tensor_maps(report.evidence)
    return found


@pytest.fixture(scope="module")
def page(report: Report) -> Element:
    return read_page(render(report))


def test_every_page_check_holds(page: Element) -> None:
    assert not [each for check in CHECKS for each in failures(check, {"models": page})]


def test_the_picture_is_named_and_told_in_a_table(page: Element, drawn: TensorMap) -> None:
    figure = one(page, "figure", **{"class": "map"})
    picture = one(figure, "svg")
    assert picture.attributes["role"] == "img"
    assert "lamp" in one(figure, "title", id="map-title-1").text
    assert "tensor names are those of lamp" in one(figure, "desc", id="map-words-1").text
    assert len(list(one(figure, "tbody").all("tr"))) == len(drawn.rows)


def test_renamed_components_are_marked_and_joined_with_their_counts(page: Element, drawn: TensorMap) -> None:
    rows = {(row.copy.told, row.original.told): row for row in drawn.rows if row.copy and row.original}
    eye = rows["vison.blocks.0-5", "eye.blocks.0-5"]
    assert eye.is_renamed
    assert eye.copy
    assert [(piece.text, piece.is_renamed) for piece in eye.copy.pieces] == [("vison", True), (".blocks.0-5", False)]
    assert eye.matched == 24
    assert not rows["core.layers.0-7", "core.layers.0-7"].is_renamed
    marked = [each.text for each in one(page, "figure").all("tspan") if each.attributes.get("class") == "r"]
    assert {"vison", "eye"} <= set(marked)
    assert any(row.original is None and row.copy and row.copy.told == "own.0-4.w" for row in drawn.rows)


def test_nothing_is_drawn_on_anything_else(drawn: TensorMap) -> None:
    assert all(after.y - before.y >= 20 for before, after in pairwise(drawn.rows))
    for row in drawn.rows:
        assert 0 < row.y < drawn.height
        digits = len(f"{max(row.row.copy_count, row.row.original_count):,}") * SIGN
        for side, end in ((row.copy, drawn.left_x - digits), (row.original, drawn.width)):
            if side:
                assert side.x + sum(map(_cells, side.pieces)) * SIGN < end
        if row.original:
            assert row.original.x > drawn.right_x + digits


def _cells(piece: object) -> int:
    from rich.cells import cell_len

    return cell_len(piece.text)  # type: ignore[attr-defined]


def test_a_hostile_name_is_text_and_short(page: Element, drawn: TensorMap) -> None:
    figure = one(page, "figure")
    assert not list(figure.all("script"))
    assert "\\x1b" in figure.text
    assert drawn.width < 1_000


def test_what_is_summed_is_counted() -> None:
    rows = (LayoutRow(0, "", "", 900, 900, 900), LayoutRow(1, "", "", 900, 900, 900, 300))
    said = Observation(EvidenceKind.TENSOR_LAYOUT, Relation.RENAMED, Strength.SUPPORTING, "x", "lamp", outline=rows)
    (found,) = tensor_maps([said])
    assert found.rows[1].copy
    assert found.rows[1].copy.pieces[0].text == "and 300 more"
    assert found.rows[1].words.startswith("300 smaller parts, 900 tensors")


def test_the_table_of_evidence_has_a_column_for_each_thing(page: Element, report: Report) -> None:
    table = one(page, "table", **{"class": "ruled evidence"})
    assert [each.text for each in one(table, "thead").all("th")] == [
        "Kind",
        "Relation",
        "Strength",
        "What it says",
        "Figures",
        "Compared with",
        "What else could explain it",
    ]
    rows = list(one(table, "tbody").all("tr"))
    assert len(rows) == len(report.evidence)
    layout = next(row for row in rows if one(row, "th").text == "tensor layout")
    assert "matched" in layout.text
    assert "every model of this architecture" in layout.text


def test_the_page_of_two_models_is_written_by_the_command(tmp_path: Path) -> None:
    from modelkin.cli import main

    sides = [str(model_folder(tmp_path / name, names)) for name, names in (("a", renamed(NAMES)), ("b", NAMES))]
    assert main(["compare", *sides, "--format", f"html={tmp_path / 'page.html'}", "--quiet"]) == 0
    assert 'class="join"' in (tmp_path / "page.html").read_text()
