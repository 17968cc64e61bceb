"""A copied file beside its upstream: lines aligned by definition, renames marked on both sides, long runs cut short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from modelkin.api import compare, scan
from modelkin.cli import main
from modelkin.cli.upstream_texts import near_source
from modelkin.corpus import model
from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.model import Project
from modelkin.diffs.line_alignment import align_lines
from modelkin.diffs.model import Gap, Mark, RowKind, ShownLine, ShownRow, SideBySide
from modelkin.diffs.side_by_side import Limits, described_upstream, folded, shown_row, side_by_sides
from modelkin.pipeline import ScanOptions
from modelkin.results import DefinitionMatch, Kind, Region, Rename, Report, Skipped, Verdict
from modelkin.sources import open_source
from modelkin.syntax.rename_undo import restore

from ..support.example_reports import REPORT
from ..support.index_server import Index, serving, wheel
from ..support.processor_time import processor_seconds
from ..support.small_corpora import ATTENTION, ROTARY, Upstream, corpus_of
from ..support.upstreams import renamed

UPSTREAM = "original.py"
ALL = Limits()


def module(lines: Sequence[str], upstream: Sequence[str]) -> DefinitionMatch:
    """All of a file as one definition that stands in all of the other."""
    region = Region(UPSTREAM, 1, len(upstream))
    return DefinitionMatch("(module)", 1, len(lines), Verdict.MODIFIED, 1.0, 9, 9, 9, "(module)", region)


def rows(
    copy: Sequence[str],
    upstream: Sequence[str],
    renames: Sequence[Rename] = (),
    definitions: Sequence[DefinitionMatch] = (),
) -> list[ShownRow]:
    lines = align_lines(copy, upstream, definitions or [module(copy, upstream)], renames)
    return [shown_row(lines, pair) for pair in lines.pairs]


def told(line: ShownLine | None) -> str:
    """A line with its marked words in brackets."""
    if line is None:
        return ""
    brackets = {Mark.PLAIN: "{}", Mark.RENAMED: "[{}]", Mark.CHANGED: "<{}>"}
    return "".join(brackets[piece.mark].format(piece.text) for piece in line.pieces)


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
        (told(each.copy), told(each.upstream)) for each in found
    ]
    assert "self.[factor]" in "".join(told(each.copy) for each in found)
    assert "self.[scale]" in "".join(told(each.upstream) for each in found)


def test_a_changed_word_in_a_renamed_line_is_told_apart_from_the_renamed_ones() -> None:
    renames = [Rename("Lamp", "Torch", Kind.CLASS, 1, 1.0)]
    (only,) = rows(["x = Torch(width, 2)"], ["x = Lamp(width, 1)"], renames)
    assert only.kind is RowKind.CHANGED
    assert (told(only.copy), told(only.upstream)) == ("x = [Torch](width, <2>)", "x = [Lamp](width, <1>)")


def test_a_local_s_rename_holds_in_its_own_function_only() -> None:
    upstream = ["def f(x):", "    return x", "def g(y):", "    return y"]
    copy = ["def f(y):", "    return y", "def g(y):", "    return y"]
    definitions = [
        replace(module(copy, upstream), qualname="f", last_line=2, upstream=Region(UPSTREAM, 1, 2)),
        replace(module(copy, upstream), qualname="g", first_line=3, upstream=Region(UPSTREAM, 3, 4)),
    ]
    renames = [Rename("x", "y", Kind.VARIABLE, 2, 1.0, scope="f")]
    kinds = [each.kind for each in rows(copy, upstream, renames, definitions)]
    assert kinds == [RowKind.RENAMED] * 2 + [RowKind.SAME] * 2


def test_definitions_in_another_order_stand_beside_their_own_counterparts(tmp_path: Path) -> None:
    side = compared_files(tmp_path, ROTARY + "\n\n" + ATTENTION, ATTENTION + "\n\n" + ROTARY)
    pairs = {told(each.copy): each.upstream for each in shown(side) if each.copy and each.upstream}
    assert told(pairs["def rotate(pairs, sines, cosines):"]) == "def rotate(pairs, sines, cosines):"
    assert told(pairs["    def forward(self, hidden, mask=None):"]).startswith("    def forward(")


def test_lines_that_one_side_lacks_stand_where_they_would_be() -> None:
    found = rows(["a = 1", "b = 2", "d = 4"], ["a = 1", "c = 3 + other(here)", "d = 4"])
    assert [each.kind for each in found] == [*(RowKind.SAME, RowKind.COPY_ONLY, RowKind.UPSTREAM_ONLY, RowKind.SAME)]


def test_blanks_make_no_difference_and_edited_lines_are_paired() -> None:
    found = rows(["f( a,b )", "total = sum(values, 2)"], ["f(a, b)", "total = sum(values, 1)"])
    assert [each.kind for each in found] == [RowKind.SAME, RowKind.CHANGED]


LINES = st.lists(st.sampled_from(["", "a = 1", "    b(a)", "def f():", "c = a + b", "return c"]), max_size=30)


@given(LINES, LINES)
def test_every_line_stands_in_one_row_and_in_order(copy: list[str], upstream: list[str]) -> None:
    found = rows(copy, upstream) if copy and upstream else []
    for side, lines in (("copy", copy), ("upstream", upstream)) if found else ():
        there = [line for each in found if (line := getattr(each, side))]
        assert [line.number for line in there] == list(range(1, len(lines) + 1))
        assert ["".join(piece.text for piece in line.pieces) for line in there] == lines


@given(LINES, LINES, st.integers(0, 40), st.booleans())
def test_what_is_cut_is_counted(copy: list[str], upstream: list[str], most: int, tight: bool) -> None:
    pairs = align_lines(copy, upstream, [module(copy, upstream)], ()).pairs
    kept = folded(pairs, most, tight)
    assert sum(not isinstance(each, Gap) for each in kept) <= most
    assert sum(each.rows if isinstance(each, Gap) else 1 for each in kept) == len(pairs)


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


def of_package(folder: Path, *releases: str) -> tuple[Report, str]:
    """A report on a folder whose one file is a copy of ``lantern/a.py`` as these releases of the package have it."""
    (folder / "copy.py").write_text(renamed(ATTENTION, queries="asked"))
    (folder / "a.py").write_text(ATTENTION)
    report = compare(str(folder / "copy.py"), str(folder / "a.py"))
    (file,) = report.files
    upstream = replace(file.upstreams[0], project="lantern", path="lantern/a.py", package="lantern")
    upstream = replace(upstream, first_release=releases[0], last_release=releases[-1])
    definitions = [
        replace(each, upstream=each.upstream and replace(each.upstream, path=upstream.path))
        for each in file.definitions
    ]
    told = replace(file, upstreams=(upstream,), origin=upstream, definitions=tuple(definitions))
    return replace(report, files=(told,)), str(folder / "copy.py")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
    with serving() as running:
        monkeypatch.setenv("PIP_INDEX_URL", running.url + "/")
        yield running


def test_the_upstream_is_read_from_its_release_which_is_fetched_only_when_asked(tmp_path: Path, index: Index) -> None:
    index.add("lantern-1.0-py3-none-any.whl", wheel({"lantern/a.py": ATTENTION.encode()}))
    report, copy = of_package(tmp_path, "1.0", "2.0")
    untouched = side_by_sides(report, [copy])["copy.py"]
    assert isinstance(untouched, Skipped)
    assert "is not in the cache; --fetch-upstreams fetches it" in untouched.reason
    assert index.requests == []
    fetched = side_by_sides(report, [copy], fetch=True)["copy.py"]
    assert isinstance(fetched, SideBySide)
    assert fetched.release == "1.0"
    index.requests.clear()
    assert side_by_sides(report, [copy])["copy.py"] == fetched
    assert index.requests == []


def test_downloads_are_told_about(tmp_path: Path, index: Index) -> None:
    index.add("lantern-1.0-py3-none-any.whl", wheel({"lantern/a.py": ATTENTION.encode()}))
    report, copy = of_package(tmp_path, "1.0")
    told: list[tuple[int, int]] = []
    side_by_sides(report, [copy], fetch=True, progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 0


def of_lantern(path: Path) -> Path:
    """A corpus of one file of a package of the index."""
    builder = CorpusBuilder()
    number = builder.add_release(
        Project("lantern", "MIT", "", "", "lantern"), model.Release(0, "1.0", "2020-01-01", "")
    )
    builder.add_file(number, "lantern/a.py", ATTENTION.encode(), "")
    builder.finish("lantern").save(path)
    return path


@pytest.mark.parametrize(("flag", "shown_"), [("--fetch-upstreams", True), ("--no-fetch-upstreams", False)])
def test_the_command_line_fetches_upstreams_only_when_told_to(
    tmp_path: Path, index: Index, flag: str, shown_: bool
) -> None:
    index.add("lantern-1.0-py3-none-any.whl", wheel({"lantern/a.py": ATTENTION.encode()}))
    (tmp_path / "copy.py").write_text(renamed(ATTENTION, queries="asked"))
    given = [str(tmp_path / "copy.py"), "--corpus", str(of_lantern(tmp_path / "c.safetensors")), flag]
    assert main(["scan", *given, "--format", f"html={tmp_path / 'page.html'}", "--fail-on", "never"]) == 0
    page = (tmp_path / "page.html").read_text("utf-8")
    assert ('<mark class="r">asked</mark>' in page) is shown_
    assert ("lantern 1.0 is not in the cache; --fetch-upstreams fetches it" in page) is not shown_


@pytest.mark.parametrize(
    ("root", "near"),
    [
        ("pypi:lantern==1.0", True),
        ("pypi:lantern==2.0", False),
        ("pypi:lantern", False),
        ("pypi:lantern==one", False),
        ("pypi:../..", False),
        ("git+https://example.org/a", False),
        ("/nowhere", False),
        (__file__, True),
    ],
)
def test_of_an_older_report_only_what_is_on_this_machine_is_read_again(index: Index, root: str, near: bool) -> None:
    index.add("lantern-1.0-py3-none-any.whl", wheel({"lantern/a.py": b""}))
    with open_source("pypi:lantern==1.0"):
        index.requests.clear()
    assert near_source(replace(REPORT, root=root)) == ((root,) if near else ())
    assert index.requests == []


@pytest.mark.parametrize(
    ("files", "release", "reason"),
    [
        ({"lantern/b.py": b""}, "1.0", "pypi:lantern==1.0 has no such file"),
        ({"lantern/a.py": b""}, "not a version", "not a version"),
        ({"lantern/a.py": b""}, "3.0", "lantern has no release 3.0"),
    ],
)
def test_why_an_upstream_is_not_shown_is_said(
    tmp_path: Path, index: Index, files: dict[str, bytes], release: str, reason: str
) -> None:
    index.add("lantern-1.0-py3-none-any.whl", wheel(files))
    report, copy = of_package(tmp_path, release)
    side = side_by_sides(report, [copy], fetch=True)["copy.py"]
    assert isinstance(side, Skipped)
    assert reason in side.reason


def test_an_upstream_too_large_to_fetch_is_left(tmp_path: Path, index: Index) -> None:
    index.add("lantern-1.0-py3-none-any.whl", b"", size=300 * 1024**2)
    report, copy = of_package(tmp_path, "1.0")
    side = side_by_sides(report, [copy], fetch=True)["copy.py"]
    assert isinstance(side, Skipped)
    assert "300 MB, too much to fetch" in side.reason


def test_an_own_release_is_shown_beside_what_it_descends_from() -> None:
    (yi, *_) = REPORT.files
    own = replace(yi.upstreams[0], project="yi")
    released = replace(yi, own_release="yi 1.0", upstreams=(own, *yi.upstreams))
    assert described_upstream(released) == yi.upstreams[0]
    assert described_upstream(yi) == yi.upstreams[0]
    assert described_upstream(replace(yi, definitions=())) is None


@pytest.mark.parametrize(
    "line",
    ["x" * 1_000_000, "a" + "." * 1_000_000, " " * 1_000_000 + "x", "a b " * 250_000, '"' * 1_000_000],
    ids=["name", "dots", "blanks", "words", "quotes"],
)
def test_a_line_of_a_megabyte_is_cut_in_time(line: str) -> None:
    with processor_seconds(at_most=2):
        (only,) = rows([line], [line + "y"], [Rename("b", "a", Kind.VARIABLE, 1, 1.0)])
    assert only.copy is not None
    assert only.copy.cut


@pytest.mark.parametrize(
    ("copy", "upstream"),
    [
        (["x = 1"] * ALL.lines, ["x = 1"] * ALL.lines),
        ([f"a{number}" for number in range(ALL.lines)], [f"b{number}" for number in range(ALL.lines)]),
        ([f"a{number % 61}" for number in range(ALL.lines)], [f"a{number % 59}" for number in range(ALL.lines)]),
    ],
    ids=["equal", "different", "in turns"],
)
def test_as_many_lines_as_are_aligned_at_all_are_aligned_in_time(copy: list[str], upstream: list[str]) -> None:
    with processor_seconds(at_most=2.5):
        rows(copy, upstream)


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


def test_a_rename_counts_here_where_it_counts_when_it_is_put_back_in_a_file() -> None:
    often, seldom = Rename("lamp", "shade", Kind.VARIABLE, 5, 0.9), Rename("bulb", "shade", Kind.VARIABLE, 2, 0.9)
    edit, odd = Rename("x", "y", Kind.VARIABLE, 9, 0.4), Rename("a b", "z", Kind.VARIABLE, 9, 0.9)
    assert restore(b"shade, y, z = 1, 2, 3\n", [seldom, often, edit, odd]) == b"lamp, y, z = 1, 2, 3\n"
    (shown,) = rows(["shade, y, z"], ["lamp, y, z"], [seldom, often, edit, odd])
    assert (told(shown.copy), told(shown.upstream)) == ("[shade], y, z", "[lamp], y, z")
