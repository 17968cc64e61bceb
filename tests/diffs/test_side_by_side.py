"""A copied file beside its upstream: definitions beside their counterparts, long runs cut short, limits said."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from modelkin.api import compare, scan
from modelkin.diffs.model import Gap, LinePair, RowKind, ShownRow, SideBySide
from modelkin.diffs.side_by_side import Limits, described_upstream, folded, side_by_sides
from modelkin.results import Skipped
from modelkin.scan_steps import ScanOptions

from ..support.example_reports import REPORT
from ..support.pages import marked_text
from ..support.small_corpora import ATTENTION, ROTARY, Upstream, corpus_of
from ..support.upstreams import renamed

UPSTREAM = "original.py"


ALL = Limits()


def compared_files(folder: Path, copy: str, original: str, limits: Limits = ALL) -> SideBySide | Skipped:
    (folder / "copy.py").write_text(copy)
    (folder / UPSTREAM).write_text(original)
    sources = str(folder / "copy.py"), str(folder / UPSTREAM)
    return side_by_sides(compare(*sources), sources[:1], sources[1:], limits=limits)["copy.py"]


def shown(side: SideBySide | Skipped) -> list[ShownRow]:
    assert isinstance(side, SideBySide)
    return [each for each in side.rows if isinstance(each, ShownRow)]


def test_renamed_names_are_marked_on_both_sides_and_nothing_else_is(tmp_path: Path) -> None:
    copy = renamed(ATTENTION, WindowAttention="PaneAttention", queries="asked", scale="factor")
    found = [each for each in shown(compared_files(tmp_path, copy, ATTENTION)) if each.kind is not RowKind.SAME]
    assert {each.kind for each in found} == {RowKind.RENAMED}
    assert ("class [PaneAttention](torch.nn.Module):", "class [WindowAttention](torch.nn.Module):") in [
        (marked_text(each.copy), marked_text(each.upstream)) for each in found
    ]
    assert "self.[factor]" in "".join(marked_text(each.copy) for each in found)
    assert "self.[scale]" in "".join(marked_text(each.upstream) for each in found)


def test_definitions_in_another_order_stand_beside_their_own_counterparts(tmp_path: Path) -> None:
    side = compared_files(tmp_path, ROTARY + "\n\n" + ATTENTION, ATTENTION + "\n\n" + ROTARY)
    pairs = {marked_text(each.copy): each.upstream for each in shown(side) if each.copy and each.upstream}
    assert marked_text(pairs["def rotate(pairs, sines, cosines):"]) == "def rotate(pairs, sines, cosines):"
    assert marked_text(pairs["    def forward(self, hidden, mask=None):"]).startswith("    def forward(")


def test_long_runs_are_cut_short_and_their_lines_named(tmp_path: Path) -> None:
    long = "".join(f"value_{number} = {number} + offset\n" for number in range(100))
    side = compared_files(tmp_path, ATTENTION + long, ATTENTION + long)
    assert isinstance(side, SideBySide)
    (gap,) = [each for each in side.rows if isinstance(each, Gap)]
    assert gap.kind is RowKind.SAME
    assert gap.copy == gap.upstream == (13, len((ATTENTION + long).splitlines()) - 6)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [(Limits(files=0), "the page shows 0 files at most"), (Limits(lines=3), "one of the two has over 3 lines")],
)
def test_what_is_over_a_limit_is_said(tmp_path: Path, limits: Limits, reason: str) -> None:
    side = compared_files(tmp_path, ATTENTION, ATTENTION, limits)
    assert isinstance(side, Skipped)
    assert side.reason.startswith(reason)


def test_rows_are_shared_among_the_files(tmp_path: Path) -> None:
    for name in ("a.py", "b.py", "c.py"):
        (tmp_path / name).write_text(ATTENTION)
    original = tmp_path / "upstream"
    original.mkdir()
    (original / UPSTREAM).write_text(ATTENTION.replace("queries", "asked"))
    report = scan(str(tmp_path), ScanOptions(include=("?.py",), against=(str(original),), corpora=()))
    sides = side_by_sides(report, [str(tmp_path)], [str(original)], limits=Limits(rows=12))
    assert [len(shown(side)) for side in sides.values()] == [4, 4, 4]


def test_a_file_that_changed_since_it_was_scanned_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "copy.py").write_text(ATTENTION)
    (tmp_path / UPSTREAM).write_text(ATTENTION)
    sources = str(tmp_path / "copy.py"), str(tmp_path / UPSTREAM)
    report = compare(*sources)
    (tmp_path / "copy.py").write_text(ROTARY)
    assert side_by_sides(report, sources[:1], sources[1:])["copy.py"] == Skipped(
        "copy.py", "the file has changed since it was scanned"
    )
    (tmp_path / "copy.py").unlink()
    assert side_by_sides(report, sources[:1], sources[1:])["copy.py"] == Skipped(
        "copy.py", "the scanned file cannot be read again"
    )


def test_without_sources_each_copied_file_says_why_it_is_not_shown() -> None:
    sides = side_by_sides(REPORT, ())
    assert sides == {"models/yi.py": Skipped("models/yi.py", "the scanned file cannot be read again")}


def test_an_own_release_is_shown_beside_what_it_descends_from() -> None:
    (yi, *_) = REPORT.files
    own = replace(yi.upstreams[0], project="yi")
    released = replace(yi, own_release="yi 1.0", upstreams=(own, *yi.upstreams))
    assert described_upstream(released) == yi.upstreams[0]
    assert described_upstream(yi) == yi.upstreams[0]
    assert described_upstream(replace(yi, definitions=())) is None


def test_a_file_of_the_repository_one_is_in_is_found_again_by_scans_and_comparisons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (".git", "models"):
        (tmp_path / name).mkdir()
    for name in ("original.py", "models/copy.py"):
        (tmp_path / name).write_text(ATTENTION)
    monkeypatch.chdir(tmp_path)
    compared = side_by_sides(compare("models/copy.py", "original.py"), "models/copy.py", ["original.py"])
    assert isinstance(compared["copy.py"], SideBySide)
    corpus_of(Upstream(files={"lantern/attention.py": ATTENTION})).save(tmp_path / "c.safetensors")
    options = ScanOptions(corpora=(tmp_path / "c.safetensors",))
    report = scan(["models/copy.py"], options)
    assert [file.path for file in report.files] == ["models/copy.py"]
    told = side_by_sides(report, ["models/copy.py"])["models/copy.py"]
    assert isinstance(told, Skipped)
    assert "cannot be read again" not in told.reason


def test_a_comparison_opens_with_its_first_difference_below_a_few_lines_that_are_the_same() -> None:
    def pairs(*runs: tuple[RowKind, int]) -> list[LinePair]:
        kinds = [kind for kind, count in runs for _ in range(count)]
        return [LinePair(kind, number, number) for number, kind in enumerate(kinds, 1)]

    same, changed = RowKind.SAME, RowKind.CHANGED
    kept = folded(pairs((same, 30), (changed, 1), (same, 5)), 900)
    assert kept[0] == Gap(same, 27, (1, 27), (1, 27))
    assert [row.copy for row in kept[1:5]] == [28, 29, 30, 31]
    assert [row.copy for row in folded(pairs((same, 6), (changed, 1)), 900)] == [1, 2, 3, 4, 5, 6, 7]
    whole = folded(pairs((same, 30)), 900)
    assert [row.copy for row in whole] == list(range(1, 31))
