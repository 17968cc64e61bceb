"""The text of an upstream comes from its release, which is fetched only when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from modelkin.api import compare
from modelkin.cli import main
from modelkin.cli.upstream_texts import near_source
from modelkin.corpus import model
from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.model import Project
from modelkin.diffs.model import SideBySide
from modelkin.diffs.side_by_side import side_by_sides
from modelkin.results import Report, Skipped
from modelkin.sources import open_source

from ..support.example_reports import REPORT
from ..support.index_server import Index, serving, wheel
from ..support.small_corpora import ATTENTION
from ..support.upstreams import renamed


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


ROOTS = [
    ("pypi:lantern==1.0", True),
    ("pypi:lantern==2.0", False),
    ("pypi:lantern", False),
    ("pypi:lantern==one", False),
    ("pypi:../..", False),
    ("git+https://example.org/a", False),
    ("/nowhere", False),
    (__file__, True),
]


def test_of_an_older_report_only_what_is_on_this_machine_is_read_again(index: Index) -> None:
    index.add("lantern-1.0-py3-none-any.whl", wheel({"lantern/a.py": b""}))
    with open_source("pypi:lantern==1.0"):
        index.requests.clear()
    found = {root: near_source(replace(REPORT, root=root)) for root, _ in ROOTS}
    assert found == {root: (root,) if near else () for root, near in ROOTS}
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
