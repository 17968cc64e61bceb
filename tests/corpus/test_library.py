"""Corpora are filled, emptied and listed; what is left is what building without the rest would give."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin import ScanOptions, scan
from modelkin.cli import main
from modelkin.corpus import library, store
from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.indexing import add_checkout
from modelkin.corpus.model import Project
from modelkin.corpus.store import open_corpus
from modelkin.errors import CorpusError, ModelkinError, SourceError
from modelkin.sources import open_source

from ..support.index_server import Index, serving, wheel
from ..support.small_corpora import ATTENTION, ROTARY, SCHEDULE, THREE, UPSTREAMS, Upstream, corpus_of


def versions(path: Path) -> set[tuple[str, str, str]]:
    corpus = open_corpus(path)
    return {
        (version.project.name, version.release.version, version.path)
        for file in range(corpus.file_count)
        for version in corpus.versions(file)
    }


def by_folder(item: tuple[str, str]) -> list[str]:
    return item[0].split("/")


@settings(max_examples=25, deadline=None)
@given(st.lists(UPSTREAMS, min_size=1, max_size=4))
def test_removing_gives_the_bytes_of_building_without(upstreams: list[Upstream]) -> None:
    # As a build comes to them: release by release, in each by path.
    order = sorted({(each.project, each.version): each for each in upstreams}.items())
    releases = [Upstream(*key, dict(sorted(each.files.items(), key=by_folder)), each.released) for key, each in order]
    with TemporaryDirectory() as folder:
        path, expected = Path(folder, "small.safetensors"), Path(folder, "expected.safetensors")
        corpus_of(*releases).save(path)
        library.remove(releases[0].project, path)
        corpus_of(*(each for each in releases if each.project != releases[0].project)).save(expected)
        assert path.read_bytes() == expected.read_bytes()


def test_adding_gives_the_bytes_of_building_with(tmp_path: Path, code: Path) -> None:
    (tmp_path / "first").mkdir()
    for name, text in {"attention.py": ATTENTION, "rotary.py": ROTARY}.items():
        (tmp_path / "first" / name).write_text(text)
    path = tmp_path / "built.safetensors"
    builder = CorpusBuilder()
    for folder, name, licence, release in ((tmp_path / "first", "lamp", "MIT", "2"), (code, "own", "0BSD", "1")):
        with open_source(str(folder)) as checkout:
            add_checkout(builder, checkout, Project(name, licence, "", ""), release)
        library.add(str(folder), name, licence, release, path)
    assert open_corpus(path).digest == builder.finish("built").digest


def test_what_is_added_and_removed_again_leaves_the_bytes_as_they_were(path: Path, code: Path) -> None:
    before = path.read_bytes()
    library.add(str(code), "own", "MIT", "1", path)
    assert path.read_bytes() != before
    assert library.remove("own", path) == (1, 0)
    assert path.read_bytes() == before


def test_a_corpus_that_is_not_there_is_made(tmp_path: Path, code: Path) -> None:
    facts = library.add(str(code), "own", "MIT", "1", tmp_path / "new" / "own.safetensors")
    assert (facts.name, facts.projects, facts.releases, facts.files) == ("own", 1, 1, 1)
    assert versions(facts.path) == {("own", "1", "schedule.py")}


def test_a_release_added_again_is_in_the_corpus_once_with_what_it_has_now(path: Path, code: Path) -> None:
    library.add(str(code), "own", "MIT", "1", path)
    once = path.read_bytes()
    library.add(str(code), "own", "MIT", "1", path)
    assert path.read_bytes() == once
    (code / "schedule.py").write_text(ROTARY)
    library.add(str(code), "own", "MIT", "1", path)
    assert [row.files for row in library.projects(path) if row.name == "own"] == [1]
    library.remove("beacon", path)
    assert b"WarmupSchedule" not in path.read_bytes()


def test_a_release_can_be_added_in_parts(path: Path, code: Path) -> None:
    library.add(str(code), "own", "MIT", "1", path)
    (code / "rotary.py").write_text(ROTARY)
    library.add(f"{code}!rotary.py", "own", "MIT", "1", path)
    assert {each for each in versions(path) if each[0] == "own"} == {
        ("own", "1", "schedule.py"),
        ("own", "1", "rotary.py"),
    }
    assert open_corpus(path).releases[-1].version == "1"


@pytest.mark.parametrize("source", ["gone", "empty", "broken.zip"])
def test_a_source_that_cannot_be_added_leaves_the_corpus_as_it_was(path: Path, tmp_path: Path, source: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.zip").write_bytes(b"PK")
    before = path.read_bytes()
    with pytest.raises(ModelkinError, match=r"\A[^\n]+\Z"):
        library.add(str(tmp_path / source), "own", "MIT", "1", path)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_registry_release_brings_its_number_and_its_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(path.parent / "cache"))
    with serving() as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        index.add("own-1.5-py3-none-any.whl", wheel({"own/a.py": SCHEDULE.encode()}))
        library.add("pypi:own==1.5", "own", "MIT", "", path)
    release = open_corpus(path).releases[-1]
    assert (release.version, release.released) == ("1.5", "2024-03-02")


def test_the_last_project_can_be_removed_and_the_empty_corpus_still_serves(path: Path, code: Path) -> None:
    assert library.remove("beacon", path) == (2, 0)
    assert library.remove("lantern", path) == (4, 0)
    assert library.projects(path) == []
    assert library.verify(path) == []
    report = scan(str(code), ScanOptions(corpora=(path,)))
    assert [file.verdict for file in report.files] == ["independent"]
    library.add(str(code), "own", "MIT", "1", path)
    assert versions(path) == {("own", "1", "schedule.py")}


def test_a_file_of_two_projects_stays_when_one_of_them_goes(path: Path, tmp_path: Path) -> None:
    (tmp_path / "rotary.py").write_text(ROTARY)
    for gone, left in (("lantern", "beacon"), ("beacon", "lantern")):
        corpus_of(*THREE).save(path)
        library.remove(gone, path)
        (file,) = scan(str(tmp_path / "rotary.py"), ScanOptions(corpora=(path,))).files
        assert {upstream.project for upstream in file.upstreams} == {left}


def test_a_project_of_that_name_under_two_licences_goes_with_all_its_files(path: Path, code: Path) -> None:
    library.add(str(code), "lantern", "GPL-3.0-only", "3.0", path)
    assert [row.licence for row in library.projects(path) if row.name == "lantern"] == ["MIT", "GPL-3.0-only"]
    assert library.remove("lantern", path) == (5, 0)
    assert [row.name for row in library.projects(path)] == ["beacon"]


def test_a_project_that_is_not_there_is_an_error_that_names_those_that_are(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(CorpusError, match=r"no project or model lamp; it has lantern, beacon\Z"):
        library.remove("lamp", path)
    assert path.read_bytes() == before
    corpus_of().save(path)
    with pytest.raises(CorpusError, match=r"no project or model lamp; it has none\Z"):
        library.remove("lamp", path)


def test_removing_from_a_corpus_that_is_not_there_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such corpus file"):
        library.remove("lamp", tmp_path / "new" / "small.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_projects_are_listed_with_their_releases_by_age(path: Path) -> None:
    corpus_of(THREE[2], *THREE[:2]).save(path)
    assert library.projects(path) == [
        library.ProjectRow("lantern", "1.0 to 2.0 (2)", "-", 4, "MIT"),
        library.ProjectRow("beacon", "0.3", "-", 2, "BSD-3-Clause"),
    ]


def test_facts_are_the_numbers_of_a_corpus(path: Path) -> None:
    facts = library.facts(path)
    assert (facts.name, facts.projects, facts.releases, facts.files) == ("small", 2, 3, 4)
    assert (facts.bytes, facts.digest) == (path.stat().st_size, corpus_of(*THREE).digest)


def test_the_digest_tells_apart_what_differs_in_its_facts_alone() -> None:
    digests = {corpus_of(Upstream(licence=licence)).digest for licence in ("MIT", "0BSD", "MIT")}
    assert len(digests) == 2


@pytest.fixture
def no_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and no corpus but those that a test puts there."""
    monkeypatch.setenv("MODELKIN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(store, "shipped_path", lambda: tmp_path / "shipped.safetensors")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_any_corpus_the_error_says_how_to_get_one(no_shelf: Path) -> None:
    for listing in (store.known_paths, lambda: store.default_corpora(None)):
        with pytest.raises(CorpusError, match="no corpus found; name one with --corpus, or build one with"):
            listing()
    assert store.default_corpora(None, required=False) == []
    assert not (no_shelf / "data").exists()


def test_the_shipped_the_wide_and_the_user_s_corpus_are_used_together_and_none_that_a_folder_brings(
    no_shelf: Path,
) -> None:
    paths = (store.shipped_path(), *(no_shelf / "data" / name for name in ("wide.safetensors", "corpus.safetensors")))
    for path in (*paths, Path(".modelkin", "corpus.safetensors")):
        corpus_of(*THREE).save(path)
    assert store.known_paths() == list(paths)
    assert [corpus.path for corpus in store.default_corpora(None)] == list(paths)
    assert [corpus.path for corpus in store.default_corpora(paths[1:2])] == [paths[1]]


def test_a_corpus_of_the_shelf_that_cannot_be_read_is_an_error_and_not_passed_over(no_shelf: Path) -> None:
    (no_shelf / "shipped.safetensors").symlink_to("gone")
    with pytest.raises(CorpusError, match="no such corpus file"):
        store.default_corpora(None)
    (no_shelf / "shipped.safetensors").unlink()
    (no_shelf / "shipped.safetensors").mkdir()
    with pytest.raises(CorpusError, match="not a regular file"):
        store.default_corpora(None)


def test_a_name_too_long_or_below_a_file_is_no_corpus(no_shelf: Path) -> None:
    (no_shelf / "file").write_text("")
    assert not store.is_there(no_shelf / "file" / "corpus.safetensors")
    with pytest.raises(CorpusError, match="cannot be written: File name too long"):
        library.add("gone", "own", "MIT", "", no_shelf / ("x" * 300))


def test_the_command_line_fills_and_empties_the_user_s_own_corpus(
    no_shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (no_shelf / "schedule.py").write_text(SCHEDULE)
    add = ["corpus", "add", "schedule.py", "--name", "\x1b[31mown", "--licence", "MIT", "--release", "1"]
    assert main(add) == 0
    assert main(["corpus", "list"]) == 0
    text = capsys.readouterr().out
    assert "name: corpus\n" in text
    assert "\\x1b[31mown  1         -          1      MIT\n" in text
    assert "\x1b" not in text
    assert main(["corpus", "remove", "\x1b[31mown"]) == 0
    assert capsys.readouterr().out.endswith("corpus.safetensors: 1 files of \\x1b[31mown removed\n")
    assert main(["corpus", "list"]) == 0
    assert capsys.readouterr().out.endswith("corpus.safetensors: no projects\n")


def test_a_release_has_the_date_that_the_command_line_gives(no_shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (no_shelf / "schedule.py").write_text(SCHEDULE)
    (no_shelf / "rotary.py").write_text(ROTARY)
    add = ["corpus", "add", "schedule.py", "--name", "own", "--licence", "MIT", "--release", "1"]
    assert main([*add, "--released", "2020-02-30"]) == 2
    assert "--released: '2020-02-30' is no date: write year, month and day" in capsys.readouterr().err
    assert main(add) == 0
    assert [each.released for each in open_corpus(store.user_path()).releases] == [""]
    assert main([*add, "--released", "2020-02-29"]) == 0
    assert [each.released for each in open_corpus(store.user_path()).releases] == ["2020-02-29"]
    # A part that comes later with another date: that is the release's.
    add[2] = "rotary.py"
    assert main([*add, "--released", "2020-02-28"]) == 0
    corpus = open_corpus(store.user_path())
    assert [each.released for each in corpus.releases] == ["2020-02-28"]
    assert corpus.file_count == 2


@pytest.mark.usefixtures("no_shelf")
@pytest.mark.parametrize("command", ["list", "info", "verify"])
def test_without_a_corpus_to_look_at_the_command_line_says_so(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert main(["corpus", command]) == 2
    assert capsys.readouterr().err.startswith("modelkin: error: no corpus found; ")


def test_an_unknown_package_is_an_error_of_the_source(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(path.parent / "cache"))
    with serving() as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        with pytest.raises(SourceError, match="there is no package called own"):
            library.add("pypi:own==1.5", "own", "MIT", "", path)
    assert isinstance(index, Index)
