"""A manifest builds the same bytes each time, and dates each path by all releases that the registry has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelkin.cli import main
from modelkin.corpus.builds import past
from modelkin.corpus.builds.building import build
from modelkin.corpus.library import projects, verify
from modelkin.corpus.model import Corpus, Release
from modelkin.corpus.store import open_corpus
from modelkin.dating.release_paths import Listing, paths_of
from modelkin.errors import CorpusError, ModelkinError, SourceError
from modelkin.sources.index import ReleaseFile

from ..support.index_server import Index, sdist, serving, wheel
from ..support.small_corpora import ATTENTION, ENTRY, ROTARY, SCHEDULE


def written(folder: Path, *entries: object) -> Path:
    path = folder / "manifest.yaml"
    path.write_text(yaml.safe_dump({"upstreams": list(entries)}))
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """A package index with two releases of a project, and a cache of its own."""
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
    with serving() as running:
        monkeypatch.setenv("PIP_INDEX_URL", running.url)
        files = {"lantern/attention.py": ATTENTION, "lantern/test_attention.py": SCHEDULE, "lantern/notes.txt": "words"}
        first = {name: text.encode() for name, text in files.items()}
        second = {**first, "lantern/rotary.py": ROTARY.encode()}
        running.add("lantern_models-1.0-py3-none-any.whl", wheel(first), **{"upload-time": "2021-02-03T04:05:06Z"})
        running.add("lantern_models-2.0-py3-none-any.whl", wheel(second), **{"upload-time": "2022-03-04T05:06:07Z"})
        yield running


@pytest.mark.usefixtures("index")
def test_a_manifest_builds_the_same_bytes_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest, output = written(tmp_path, ENTRY), tmp_path / "new" / "base.safetensors"
    steps: list[tuple[int, int, str]] = []
    facts = build(manifest, output, lambda *step: steps.append(step))
    first = output.read_bytes()
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "another"))
    build(manifest, output)
    assert output.read_bytes() == first
    assert (facts.name, facts.version, facts.projects, facts.releases, facts.files) == ("base", "2022.03.04", 1, 2, 2)
    assert steps == [(0, 2, "pypi:lantern-models==1.0"), (1, 2, "pypi:lantern-models==2.0")]
    assert verify(output) == []


@pytest.mark.usefixtures("index")
def test_a_corpus_says_what_it_was_built_from(tmp_path: Path) -> None:
    build(written(tmp_path, ENTRY), tmp_path / "base.safetensors")
    corpus = open_corpus(tmp_path / "base.safetensors")
    versions = [version for file in range(corpus.file_count) for version in corpus.versions(file)]
    assert {(version.path, version.release.version) for version in versions} == {
        ("lantern/attention.py", "1.0"),
        ("lantern/attention.py", "2.0"),
        ("lantern/rotary.py", "2.0"),
    }
    assert {version.release.released for version in versions} == {"2021-02-03", "2022-03-04"}
    assert all(len(version.release.sha256) == 64 for version in versions)
    (row,) = projects(tmp_path / "base.safetensors")
    assert (row.name, row.releases, row.files, row.licence) == ("lantern", "1.0 to 2.0 (2)", 3, "MIT")


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"include": ["other/**"]}, "the globs of lantern match no Python file in pypi:lantern-models==1.0"),
        ({"releases": ["3.0"]}, "lantern-models has no release 3.0: nearest 2.0, newest 2.0"),
        ({"package": "lamp"}, "there is no package called lamp on http://127.0.0.1"),
    ],
    ids=str,
)
def test_a_build_that_fails_leaves_the_old_corpus(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    (tmp_path / "base.safetensors").write_text("old")
    with pytest.raises(ModelkinError) as raised:
        build(written(tmp_path, ENTRY | change), tmp_path / "base.safetensors")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert (tmp_path / "base.safetensors").read_text() == "old"


def test_an_output_that_cannot_be_written_is_known_before_anything_is_fetched(tmp_path: Path, index: Index) -> None:
    with pytest.raises(CorpusError, match="cannot be written: Is a directory"):
        build(written(tmp_path, ENTRY), tmp_path)
    assert index.requests == []


@pytest.mark.usefixtures("index")
def test_the_command_line_builds_and_says_what_it_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpus", "build", str(written(tmp_path, ENTRY)), str(tmp_path / "base.safetensors")]) == 0
    assert "\nversion: 2022.03.04\n" in capsys.readouterr().out
    assert main(["corpus", "build", str(tmp_path / "gone"), str(tmp_path / "base.safetensors")]) == 2
    assert capsys.readouterr().err == f"modelkin: error: {tmp_path}/gone: cannot be read: No such file or directory\n"


def uploaded(index: Index, version: str, day: str, *paths: str, content: str = ATTENTION, **fields: Any) -> None:
    name = f"lantern_models-{version}-py3-none-any.whl"
    stored = wheel({path: f"{content}\n# {path}\n".encode() for path in paths} | {f"{version}.txt": b""})
    index.add(name, stored, **{"upload-time": f"{day}T01:02:03Z"}, **fields)


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """A package index with six releases of a project, after two of another of that name."""
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
    with serving() as running:
        monkeypatch.setenv("PIP_INDEX_URL", running.url)
        uploaded(running, "0.1", "2016-01-01", "other/a.py")
        uploaded(running, "0.2", "2020-01-01", "lantern/a.py", content=SCHEDULE)
        uploaded(running, "0.3", "2020-02-01", "lantern/a.py", content=ROTARY)
        uploaded(running, "0.4", "2020-03-01", "lantern/a.py", "lantern/b.py", content=ROTARY)
        uploaded(running, "1.0", "2020-04-01", "lantern/a.py", "lantern/b.py", content=ROTARY)
        uploaded(running, "1.1", "2020-05-01", "lantern/b.py", "lantern/c.py")
        uploaded(running, "2.0", "2020-06-01", "lantern/a.py", "lantern/b.py", "lantern/c.py", "lantern/d.py")
        uploaded(running, "2.1", "2020-07-01", "lantern/e.py")
        yield running


def built(folder: Path, **changes: Any) -> Corpus:
    other = ENTRY | {"name": "other", "releases": ["0.1"], "include": ["other/*"]}
    build(written(folder, other, ENTRY | changes), folder / "base.safetensors")
    assert verify(folder / "base.safetensors") == []
    return open_corpus(folder / "base.safetensors")


def shown(corpus: Corpus, number: int) -> str:
    release = corpus.known_release(number)
    return release.version if release else ""


def intervals(corpus: Corpus) -> dict[str, tuple[str, str]]:
    """By path, the last release without it and the first with it."""
    bounds = zip(corpus.lineage_without.tolist(), corpus.lineage_appeared.tolist(), strict=True)
    paths = [corpus.text(int(number)) for number in corpus.lineage_paths]
    return {path: (shown(corpus, a), shown(corpus, b)) for path, (a, b) in zip(paths, bounds, strict=True)}


def first_holders(corpus: Corpus) -> list[str]:
    return sorted(shown(corpus, number) for number in corpus.lineage_file_releases.tolist())


@pytest.mark.usefixtures("history")
def test_each_path_is_dated_by_all_releases_of_the_registry(tmp_path: Path) -> None:
    corpus = built(tmp_path)
    assert intervals(corpus) == {
        "other/a.py": ("", "0.1"),
        "lantern/a.py": ("", "0.2"),
        "lantern/b.py": ("0.3", "0.4"),
        "lantern/c.py": ("1.0", "1.1"),
        "lantern/d.py": ("1.1", "2.0"),
    }
    # What 1.0 has of a.py and b.py, and 2.0 of b.py and c.py, stood there before; 2.0's a.py did not.
    assert first_holders(corpus) == ["0.1", "0.3", "0.4", "1.1", "1.1", "2.0", "2.0"]
    assert tuple(corpus.unlisted) == tuple(
        Release(1, version, day, "")
        for version, day in (("0.2", "2020-01-01"), ("0.3", "2020-02-01"), ("0.4", "2020-03-01"), ("1.1", "2020-05-01"))
    )
    assert corpus.projects[1].published == "2020-01-01"


@pytest.mark.usefixtures("history")
def test_what_is_dated_by_lists_stays_so_in_another_corpus(tmp_path: Path) -> None:
    whole = built(tmp_path)
    before = (tmp_path / "base.safetensors").read_bytes()
    (tmp_path / "own.py").write_text("def own(x):\n    return x\n")
    words = ["corpus", "add", str(tmp_path / "own.py"), "--name", "own", "--licence", "MIT"]
    assert main([*words, "--corpus", str(tmp_path / "base.safetensors")]) == 0
    added = open_corpus(tmp_path / "base.safetensors")
    assert intervals(added).items() > intervals(whole).items()
    assert main(["corpus", "remove", "own", "--corpus", str(tmp_path / "base.safetensors")]) == 0
    assert (tmp_path / "base.safetensors").read_bytes() == before


@pytest.mark.usefixtures("history")
def test_the_manifest_says_when_code_was_first_public(tmp_path: Path) -> None:
    corpus = built(tmp_path, published="2019-03-04")
    assert [each.released for each in corpus.releases[1:]] == ["2019-03-04", "2020-06-01"]
    assert corpus.projects[1].published == "2019-03-04"
    assert intervals(corpus)["lantern/b.py"] == ("", "1.0")
    corpus = built(tmp_path, published={"2.0": "2020-05-02"}, begun="2019-12-31")
    assert [each.released for each in corpus.releases[1:]] == ["2020-04-01", "2020-05-02"]
    assert corpus.projects[1].published == "2019-12-31"
    assert built(tmp_path, begun="2020-01-01").projects[1].published == "2020-01-01"


@pytest.mark.usefixtures("history")
def test_a_date_after_the_registry_s_own_is_an_error_in_one_line(tmp_path: Path) -> None:
    for changes, message in (
        ({"published": "2020-04-02"}, "lantern 1.0 was published before 2020-04-02: it was uploaded on 2020-04-01"),
        ({"begun": "2020-01-02"}, "lantern had begun before 2020-01-02: on 2020-01-01"),
    ):
        with pytest.raises(CorpusError) as raised:
            built(tmp_path, **changes)
        assert str(raised.value) == f"{tmp_path}/manifest.yaml: {message}"


def test_a_release_that_cannot_be_listed_counts_for_nothing_and_is_named(
    tmp_path: Path, history: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    history.files["lantern_models-0.4-py3-none-any.whl"] = b"no wheel"
    manifest, output = str(written(tmp_path, ENTRY)), tmp_path / "base.safetensors"
    assert main(["corpus", "build", manifest, str(output)]) == 0
    assert "modelkin: note: lantern-models 0.4: " in capsys.readouterr().err
    assert intervals(open_corpus(output))["lantern/b.py"] == ("0.3", "1.0")


def test_a_release_that_cannot_be_listed_at_first_is_asked_for_again(
    tmp_path: Path, history: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = built(tmp_path)
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "another"))
    failed: list[str] = []

    def failing(name: str, file: ReleaseFile) -> Listing:
        if file.version not in failed:
            failed.append(file.version)
            raise SourceError("no answer")
        return paths_of(name, file)

    monkeypatch.setattr(past, "paths_of", failing)
    assert built(tmp_path).digest == expected.digest
    assert "0.4" in failed
    assert history.requests


def test_an_sdist_may_have_its_package_in_a_folder(tmp_path: Path, history: Index) -> None:
    inner = {"src/lantern/c.py": ATTENTION.encode(), "setup.py": b""}
    stored = sdist({f"lantern_models-0.5/{path}": content for path, content in inner.items()})
    history.add("lantern_models-0.5.tar.gz", stored, **{"upload-time": "2020-03-15T01:02:03Z"})
    assert intervals(built(tmp_path))["lantern/c.py"] == ("0.4", "0.5")
