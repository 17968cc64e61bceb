"""The bytes of a corpus follow from its manifest alone: whatever the jobs, what was kept, what went wrong before."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelkin.cli import main
from modelkin.corpus.builds import building, part_reading, parts
from modelkin.corpus.builds.building import build
from modelkin.corpus.library import verify
from modelkin.corpus.model import Corpus, Version
from modelkin.corpus.store import open_corpus
from modelkin.errors import CorpusError, SourceError

from ..support.command_runs import command
from ..support.git_histories import FIRST, SECOND, THIRD, committed, needs_git_and_shell
from ..support.index_server import Index, chosen_index, wheel
from ..support.small_corpora import ATTENTION, ENTRY, ROTARY, SCHEDULE

TEXTS = (ATTENTION, ROTARY, SCHEDULE)
NAMES = ("lantern", "beacon", "harbour")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """A package index with six releases of each of three projects, and a cache of its own."""
    with chosen_index(tmp_path, monkeypatch) as running:
        for name in NAMES:
            for number in range(1, 7):
                files = {f"{name}/{place}.py": text.encode() for place, text in enumerate(TEXTS[: 1 + number % 3])}
                files[f"{name}/own.py"] = f"{ROTARY}\nNUMBER = {number}\n".encode()
                day = f"202{number}-01-02T03:04:05Z"
                running.add(f"{name}-{number}.0-py3-none-any.whl", wheel(files), **{"upload-time": day})
        yield running


def entry(name: str, **changes: Any) -> dict[str, Any]:
    releases = [f"{number}.0" for number in range(1, 7)]
    return ENTRY | {"name": name, "package": name, "releases": releases, "include": [f"{name}/*.py"]} | changes


def written(folder: Path, *entries: object) -> Path:
    path = folder / "manifest.yaml"
    path.write_text(yaml.safe_dump({"upstreams": list(entries)}))
    return path


def all_entries() -> list[dict[str, Any]]:
    return [entry(name) for name in NAMES]


def versions(corpus: Corpus) -> list[Version]:
    return [corpus.version_at(row) for row in range(len(corpus.version_releases))]


def in_another_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(folder / f"cache{time.monotonic_ns()}"))


@pytest.mark.usefixtures("index")
def test_the_bytes_do_not_depend_on_jobs_on_what_was_kept_or_on_an_end_half_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, output = written(tmp_path, *all_entries()), tmp_path / "out.safetensors"
    build(manifest, output, jobs=1)
    expected = output.read_bytes()
    assert verify(output) == []
    in_another_cache(tmp_path, monkeypatch)
    build(manifest, tmp_path / "two" / "out.safetensors", jobs=2)
    assert (tmp_path / "two" / "out.safetensors").read_bytes() == expected
    build(manifest, tmp_path / "kept" / "out.safetensors", jobs=1)
    assert (tmp_path / "kept" / "out.safetensors").read_bytes() == expected

    in_another_cache(tmp_path, monkeypatch)
    for place in (5, 2):  # ended in the middle, twice

        def ends(done: int, _total: int, _what: str, at: int = place) -> None:
            if done >= at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            build(manifest, tmp_path / "ended" / "out.safetensors", ends, jobs=2)
        assert not list((tmp_path / "ended").iterdir())
    before = parts.parts_facts().parts
    assert 0 < before < 18
    build(manifest, tmp_path / "ended" / "out.safetensors", jobs=2)
    assert (tmp_path / "ended" / "out.safetensors").read_bytes() == expected


@pytest.mark.usefixtures("index")
def test_a_build_that_is_killed_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest, output = written(tmp_path, *all_entries()), tmp_path / "out.safetensors"
    build(manifest, output, jobs=1)
    expected = output.read_bytes()
    output.write_bytes(b"old")
    in_another_cache(tmp_path, monkeypatch)
    for sent in (signal.SIGKILL, signal.SIGINT):
        kept = parts.parts_facts().parts
        process = subprocess.Popen(
            command(("corpus", "build", manifest, output, "--jobs", "2")), stderr=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 60
        while parts.parts_facts().parts <= kept and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(sent)
        _, error = process.communicate(timeout=60)
        assert (sent == signal.SIGKILL) or error.strip() == "modelkin: interrupted"
        assert output.read_bytes() == b"old"
        assert parts.parts_facts().parts > kept
    assert main(["corpus", "build", str(manifest), str(output), "--jobs", "2"]) == 0
    assert output.read_bytes() == expected


def test_a_build_of_which_nothing_changed_asks_nothing_and_reads_nothing(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, output = written(tmp_path, *all_entries()), tmp_path / "out.safetensors"
    build(manifest, output)
    whole, asked = output.read_bytes(), len(index.requests)

    def refuse(*_: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patched:
        patched.setattr(building, "find_part", refuse)
        build(manifest, output)
    assert len(index.requests) == asked
    # Something else there, another manifest or another modelkin: it is built anew.
    output.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    build(manifest, output)
    assert output.read_bytes() == whole
    build(written(tmp_path, *all_entries()[:2]), output)
    assert len(open_corpus(output).projects) == 2
    build(written(tmp_path, *all_entries()), output)
    assert output.read_bytes() == whole


def test_one_more_release_reads_that_release_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with chosen_index(tmp_path, monkeypatch) as running:
        for number in (1, 2):
            running.add(f"lantern-{number}.0-py3-none-any.whl", wheel({"lantern/a.py": b"x = %d\n" % number}))
        build(written(tmp_path, entry("lantern", releases=["1.0"])), tmp_path / "out.safetensors")
        read: list[str] = []
        build(
            written(tmp_path, entry("lantern", releases=["1.0", "2.0"])),
            tmp_path / "out.safetensors",
            lambda _done, _total, what: read.append(what),
        )
    assert read == ["pypi:lantern==2.0"]


@pytest.mark.usefixtures("index")
def test_what_decides_what_is_read_makes_another_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "out.safetensors"
    counts = []
    for changes in ({}, {"licence": "0BSD"}, {"include": ["lantern/own.py"]}, {"exclude": ["lantern/own.py"]}):
        build(written(tmp_path, entry("lantern", releases=["1.0"], **changes)), output)
        counts.append(parts.parts_facts().parts)
    build(written(tmp_path, entry("lantern", releases=["1.0"])), output, plain=False)
    counts.append(parts.parts_facts().parts)
    monkeypatch.setattr(parts, "reading_digest", lambda: "of another modelkin")
    build(written(tmp_path, entry("lantern", releases=["1.0"])), output, plain=False, only=["lantern"])
    counts.append(parts.parts_facts().parts)
    assert counts == [1, 1, 2, 3, 4, 5]
    assert parts.clear_parts() == 5
    assert parts.parts_facts()[1:] == (0, 0)


@pytest.mark.usefixtures("index")
def test_a_part_that_is_damaged_or_was_planted_counts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, output = written(tmp_path, entry("lantern"), entry("beacon")), tmp_path / "out.safetensors"
    build(manifest, output)
    expected = output.read_bytes()
    folder = parts.parts_facts().folder
    first, second, third, *_ = sorted(folder.iterdir())
    first.write_bytes(first.read_bytes()[:-1] + b"\0\0")
    second.write_bytes(third.read_bytes()[:100])
    third.unlink()
    monkeypatch.setattr(building, "already_built", lambda *_: None)
    build(manifest, output)
    assert output.read_bytes() == expected
    third.rename(tmp_path / "elsewhere")
    third.symlink_to(tmp_path / "elsewhere")
    assert parts.find_part(third.stem) is None
    third.unlink()
    folder.chmod(0o777)
    with pytest.raises(SourceError, match="may be written to by others, and is not used"):
        build(manifest, output)


def test_an_entry_that_fails_is_named_and_the_others_are_built(
    tmp_path: Path, index: Index, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.safetensors"
    build(written(tmp_path, *all_entries()), output)
    old = open_corpus(output)
    broken = entry("beacon", releases=["1.0", "9.0"])
    manifest = written(tmp_path, entry("lantern", include=["none/*"]), broken, entry("harbour"), entry("lost"))
    assert main(["corpus", "build", str(manifest), str(output)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "modelkin: not built: lantern: the globs of lantern match no Python file in pypi:lantern==1.0",
        "modelkin: not built: beacon has no release 9.0: nearest 6.0, newest 6.0",
        f"modelkin: not built: lost: there is no package called lost on {index.url.removesuffix('/simple')}/simple",
    ]
    # What was there of them is kept, in the order of the manifest.
    kept = open_corpus(output)
    assert [project.name for project in kept.projects] == ["lantern", "beacon", "harbour"]
    assert sorted(map(str, versions(kept))) == sorted(map(str, versions(old)))
    assert verify(output) == []
    (tmp_path / "new").mkdir()
    failed: list[str] = []
    build(manifest, tmp_path / "new" / "out.safetensors", failed=failed)
    assert [each.name for each in open_corpus(tmp_path / "new" / "out.safetensors").projects] == ["harbour"]
    assert len(failed) == 3
    with pytest.raises(CorpusError, match="nothing of it can be built: lantern: the globs of lantern match no"):
        build(written(tmp_path, entry("lantern", include=["none/*"])), tmp_path / "nothing.safetensors", failed=[])
    assert not (tmp_path / "nothing.safetensors").exists()


def test_globs_that_match_nothing_are_known_before_a_release_is_fetched(tmp_path: Path, index: Index) -> None:
    manifest = written(tmp_path, entry("lantern"), entry("beacon", include=["beacon/none.py"]))
    with pytest.raises(CorpusError, match="the globs of beacon match no Python file in pypi:beacon"):
        build(manifest, tmp_path / "out.safetensors")
    whole = [path for path, headers in index.requests if "/files/" in path and "Range" not in headers]
    assert whole == []


def test_only_some_projects_are_built_and_the_others_kept(tmp_path: Path, index: Index) -> None:
    output = tmp_path / "out.safetensors"
    build(written(tmp_path, *(entry(name, releases=["1.0"]) for name in NAMES)), output)
    manifest = written(tmp_path, *all_entries())
    index.requests.clear()
    build(manifest, output, only=["beacon"])
    assert not [path for path, _ in index.requests if "lantern" in path]
    counts = dict.fromkeys(NAMES, 0)
    for release in open_corpus(output).releases:
        counts[open_corpus(output).projects[release.project].name] += 1
    assert counts == {"lantern": 1, "beacon": 6, "harbour": 1}
    with pytest.raises(CorpusError, match="no project lost in it"):
        build(manifest, output, only=["lost"])
    # What was built in part is not taken for the whole.
    build(manifest, output)
    assert len(open_corpus(output).releases) == 18


def test_offline_builds_from_what_is_there_and_asks_nobody(tmp_path: Path, index: Index) -> None:
    manifest, output = written(tmp_path, *all_entries()), tmp_path / "out.safetensors"
    build(manifest, output)
    expected, asked = output.read_bytes(), len(index.requests)
    build(manifest, tmp_path / "off" / "out.safetensors", offline=True)
    assert (tmp_path / "off" / "out.safetensors").read_bytes() == expected
    parts.clear_parts()  # the releases are still there
    build(manifest, tmp_path / "more" / "out.safetensors", offline=True)
    assert (tmp_path / "more" / "out.safetensors").read_bytes() == expected
    assert len(index.requests) == asked


@needs_git_and_shell
@pytest.mark.usefixtures("index")
def test_packages_and_repositories_of_one_name_are_one_project(tmp_path: Path) -> None:
    root = tmp_path / "lantern"
    first = committed(root, {"lantern/0.py": "a = 1\n", "lantern/new.py": SCHEDULE, "LICENSE": "x\n"}, FIRST)
    second = committed(root, {"lantern/later.py": ROTARY}, SECOND)
    committed(root, {"lantern/unwanted.py": "1\n"}, THIRD)
    git = entry("lantern", git=f"file://{root}", releases=[first, second], source="https://git/{release}/{path}")
    del git["package"]
    licence = {"1.0": "MIT", "3.0": "GPL-3.0-only"}
    full = entry("lantern", package="harbour", include=["harbour/own.py"], releases=["2.0"], licence="0BSD")
    manifest, output = written(tmp_path, entry("lantern", licence=licence), full, git), tmp_path / "out.safetensors"
    build(manifest, output, jobs=2)
    expected = output.read_bytes()
    assert verify(output) == []
    corpus = open_corpus(output)
    (project,) = corpus.projects
    assert (project.packages, project.published) == (("lantern", "harbour"), "2017-07-14")
    by_release = {(each.package, each.release.version): each for each in versions(corpus)}
    assert {key: each.licence for key, each in by_release.items() if key[0] == "lantern"} == {
        ("lantern", f"{number}.0"): "MIT" if number < 3 else "GPL-3.0-only" for number in range(1, 7)
    }
    harbour, commit = by_release["harbour", "2.0"], by_release["", second]
    assert (harbour.licence, harbour.release.origin) == ("0BSD", "pypi:harbour")
    assert (commit.release.origin, commit.release.released) == (f"git+file://{root}", "2020-09-13")
    assert by_release["", first].address(first) == f"https://git/{first}/{by_release['', first].path}"
    # A path of the repository alone is dated by the repository alone, one of both by the older.
    born = {
        corpus.text(int(path)): (corpus.known_release(int(appeared)), corpus.known_release(int(without)))
        for path, appeared, without in zip(
            corpus.lineage_paths, corpus.lineage_appeared, corpus.lineage_without, strict=True
        )
    }
    versions_of = {path: [each and each.version for each in pair] for path, pair in born.items()}
    assert versions_of["lantern/later.py"] == [second, first]
    assert versions_of["lantern/0.py"] == [first, None]
    assert versions_of["lantern/1.py"] == ["1.0", None]
    assert versions_of["harbour/own.py"] == ["1.0", None]
    # All of it survives adding and removing.
    (tmp_path / "own.py").write_text("def own(x):\n    return x\n")
    words = ["--corpus", str(output)]
    assert main(["corpus", "add", str(tmp_path / "own.py"), "--name", "own", "--licence", "MIT", *words]) == 0
    assert main(["corpus", "remove", "own", *words]) == 0
    again = open_corpus(output)
    assert (again.projects, again.releases) == (corpus.projects, corpus.releases)
    assert output.read_bytes() == expected


@needs_git_and_shell
def test_a_repository_that_cannot_be_reached_is_named_once(tmp_path: Path, index: Index) -> None:
    git = entry("lost", git=f"file://{tmp_path}/gone", releases=["0" * 40, "1" * 40])
    del git["package"]
    failed: list[str] = []
    build(written(tmp_path, git, entry("lantern")), tmp_path / "out.safetensors", failed=failed, jobs=1)
    assert len(failed) == 1
    assert failed[0].startswith("lost: ")
    assert index.requests


def test_a_process_that_ends_is_told_and_the_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [
        part_reading.Wanted(place, None, {str(place): "key"}, False, False)  # type: ignore[arg-type]
        for place in range(3)
    ]

    def shared_out(waiting: Any, _jobs: int, is_done: Any) -> Iterator[part_reading.ReadRelease]:
        for task in waiting:
            if task.entry == 1:
                return
            is_done(task)
            yield part_reading.ReadRelease(task.entry, str(task.entry), "key")

    monkeypatch.setattr(part_reading, "_shared_out", shared_out)
    found = list(part_reading.read_all(tasks, 2))
    assert [(each.entry, bool(each.error)) for each in found] == [(0, False), (1, True), (2, False)]
