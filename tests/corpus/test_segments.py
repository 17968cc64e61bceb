"""A corpus in segments is one corpus: what is added costs what is added, and nothing is lost or half there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from modelkin import ScanOptions, scan
from modelkin.cli import main
from modelkin.corpus import library, segments, store
from modelkin.corpus.absorbing import absorb
from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.model import Corpus, Version
from modelkin.corpus.schema import Table
from modelkin.corpus.segments import save_segments, segment_paths, segments_folder
from modelkin.corpus.store import open_corpus, open_segments
from modelkin.errors import CorpusError

from ..support.damaged_corpora import forged
from ..support.small_corpora import COPY, ROTARY, SCHEDULE, THREE, Upstream, corpus_of


@pytest.fixture
def apart(path: Path, code: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same corpus with the code added as a segment of its own; nothing is small enough to be put together."""
    monkeypatch.setattr(library, "SMALL", 0)
    monkeypatch.setattr(library, "TIMES", 0)
    monkeypatch.setattr(segments, "KEPT_SECONDS", 0)
    library.add(str(code), "own", "MIT", "1", path)
    return path


def versions(path: Path) -> set[tuple[str, str, str, str]]:
    return {
        (version.project.name, version.release.version, version.release.released, version.path)
        for corpus in open_segments(path)
        for file in range(corpus.file_count)
        for version in corpus.versions(file)
    }


def of_project(path: Path, name: str) -> set[tuple[str, ...]]:
    return {each[1:] for each in versions(path) if each[0] == name}


def inodes(path: Path) -> list[int]:
    """Of the segments, oldest first: the same number, the same file, which nobody wrote to."""
    return [segment.path.stat().st_ino for segment in open_segments(path) if segment.path]


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_what_is_added_leaves_the_large_file_as_it_is(path: Path, code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, number = versions(path), path.stat().st_ino
    monkeypatch.setattr(library, "SMALL", 0)
    facts = library.add(str(code), "own", "MIT", "1", path)
    assert versions(path) == before | {("own", "1", "", "schedule.py")}
    assert len(inodes(path)) == 2
    assert inodes(path)[0] == number
    assert (facts.name, facts.projects, facts.releases, facts.files) == ("small", 3, 4, 5)
    assert path.stat().st_size < 500
    assert library.verify(path) == []


def test_a_hundred_files_cost_what_one_costs_each(tmp_path: Path, code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in files that are taken from corpora into the one that is written."""
    taken: list[int] = []

    def counted(
        builder: CorpusBuilder, corpus: Corpus, keeps: Callable[[Version], bool], keeps_model: Callable[[int], bool]
    ) -> None:
        taken[-1] += len(corpus.version_releases)
        absorb(builder, corpus, keeps, keeps_model)

    monkeypatch.setattr(library, "absorb", counted)
    monkeypatch.setattr(library, "SMALL", 8_000)
    path = tmp_path / "own.safetensors"
    for number in range(100):
        taken.append(0)
        (code / "schedule.py").write_text(f"limit_{number} = {number}\n" + SCHEDULE)
        library.add(str(code), f"own-{number}", "MIT", "1", path)
    assert len(versions(path)) == 100
    assert len(open_segments(path)) <= segments.MOST_SEGMENTS
    assert max(taken[50:]) <= max(taken[:50])
    assert sum(taken) < 20 * 100  # all over again each time would be 5,050


def test_segments_are_put_together_before_they_are_many(
    apart: Path, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "MOST_SEGMENTS", 4)
    before = versions(apart)
    for number in range(12):
        (code / "schedule.py").write_text(f"limit = {number}\n{SCHEDULE}")
        library.add(str(code), f"own-{number}", "MIT", "1", apart)
        assert len(inodes(apart)) <= 5
    assert versions(apart) == before | {(f"own-{number}", "1", "", "schedule.py") for number in range(12)}
    assert len(names(segments_folder(apart))) == len(inodes(apart))


def test_small_corpora_stay_single_files(path: Path, code: Path) -> None:
    library.add(str(code), "own", "MIT", "1", path)
    assert names(path.parent) == [path.name]
    assert open_corpus(path).file_count


def test_what_is_replaced_rewrites_the_segment_that_holds_it_alone(apart: Path, code: Path) -> None:
    first, _ = inodes(apart)
    (code / "schedule.py").write_text(ROTARY)
    library.add(str(code), "own", "MIT", "1", apart)
    assert len(inodes(apart)) == 2
    assert inodes(apart)[0] == first
    assert of_project(apart, "own") == {("1", "", "schedule.py")}
    assert b"WarmupSchedule" not in b"".join(
        segment.path.read_bytes() for segment in open_segments(apart)[1:] if segment.path
    )


def test_a_release_that_comes_in_segments_has_one_date(apart: Path, code: Path) -> None:
    (code / "rotary.py").write_text(ROTARY)
    library.add(str(code / "schedule.py"), "own", "MIT", "1", apart, released="2020-02-29")
    library.add(str(code / "rotary.py"), "own", "MIT", "1", apart)
    assert len(inodes(apart)) == 3
    assert of_project(apart, "own") == {("1", "2020-02-29", "schedule.py"), ("1", "2020-02-29", "rotary.py")}
    library.add(str(code / "rotary.py"), "own", "MIT", "1", apart, released="2020-01-31")
    assert {each[1] for each in of_project(apart, "own")} == {"2020-01-31"}
    assert library.verify(apart) == []


def test_a_project_goes_out_of_all_segments_and_a_single_one_is_the_file_again(apart: Path, code: Path) -> None:
    (code / "schedule.py").write_text(ROTARY)
    library.add(str(code), "own", "MIT", "2", apart)
    assert len(inodes(apart)) == 3
    assert library.remove("own", apart) == (2, 0)
    assert names(apart.parent) == [apart.name]
    assert open_corpus(apart).digest == corpus_of(*THREE).digest
    with pytest.raises(CorpusError, match="no project or model own; it has lantern, beacon"):
        library.remove("own", apart)


def test_everything_can_go(apart: Path, code: Path) -> None:
    for name in ("lantern", "own", "beacon"):
        library.remove(name, apart)
    assert library.projects(apart) == []
    library.add(str(code), "own", "MIT", "1", apart)
    assert len(versions(apart)) == 1


def test_lists_and_facts_are_of_all_segments(apart: Path, code: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library.add(str(code), "own", "MIT", "1.1", apart)
    rows = {row.name: (row.releases, row.files) for row in library.projects(apart)}
    assert rows == {"lantern": ("1.0 to 2.0 (2)", 4), "beacon": ("0.3", 2), "own": ("1 to 1.1 (2)", 2)}
    for command in ("list", "info", "verify"):
        assert main(["corpus", command, "--corpus", str(apart)]) == 0
    assert f"{apart}: whole" in capsys.readouterr().out


def test_merged_it_is_the_corpus_of_a_build(apart: Path, tmp_path: Path) -> None:
    other = tmp_path / "one.safetensors"
    assert main(["corpus", "merge", str(apart), str(other)]) == 0
    expected = corpus_of(*THREE, Upstream("own", "1", {"schedule.py": SCHEDULE}, "", "MIT"))
    assert open_corpus(other).count(Table.STATEMENTS) == len(expected.statement_digests)
    assert versions(other) == versions(apart)
    assert main(["corpus", "merge", str(apart)]) == 0
    assert apart.read_bytes() == other.read_bytes()
    assert names(apart.parent) == [apart.name]


def test_a_scan_knows_every_segment(apart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "copy.py").write_text(COPY)
    (tmp_path / "added.py").write_text(SCHEDULE)
    expected = {"copy.py": "lantern", "added.py": "beacon"}
    monkeypatch.setattr(store, "shipped_path", lambda: tmp_path / "none")
    monkeypatch.setattr(store, "user_path", lambda: apart)
    for options in (ScanOptions(corpora=(apart,)), ScanOptions(corpora=(), against=(str(apart),)), ScanOptions()):
        for name, project in expected.items():
            (file,) = scan(str(tmp_path / name), options).files
            told = {upstream.project for upstream in file.upstreams}
            assert project in told or "own" in told
    library.remove("beacon", apart)
    (file,) = scan(str(tmp_path / "added.py"), ScanOptions(corpora=(apart,))).files
    assert {upstream.project for upstream in file.upstreams} == {"own"}


def test_a_list_without_its_segments_is_an_error_and_so_is_a_damaged_one(apart: Path) -> None:
    folder, listed = segments_folder(apart), apart.read_bytes()
    gone = open_segments(apart)[1].path
    assert gone is not None
    content = gone.read_bytes()
    gone.unlink()
    for look in (open_segments, library.facts, library.projects, library.verify):
        with pytest.raises(CorpusError, match=rf"\A[^\n]*its segment {gone} is not there: put the folder [^\n]*\Z"):
            look(apart)
    gone.write_bytes(content)
    with pytest.raises(CorpusError, match=r"\A[^\n]*in segments, where a single file is needed[^\n]*corpus merge`\Z"):
        open_corpus(apart)
    folder.rename(folder.with_name("away"))
    with pytest.raises(CorpusError, match="is not there"):
        open_segments(apart)
    folder.with_name("away").rename(folder)
    inner = json.loads(json.loads(listed[8:])["__metadata__"]["modelkin"])
    for other in ([], ["../../x.safetensors"], ["/etc/passwd"], [7], None, 7, ["a" * 32]):
        words = json.dumps({"__metadata__": {"modelkin": json.dumps(inner | {"segments": other})}}).encode()
        apart.write_bytes(len(words).to_bytes(8, "little") + words)
        with pytest.raises(CorpusError, match=r"\A[^\n]*damaged list of the segments of a corpus[^\n]*\Z"):
            open_segments(apart)
    for kept in range(1, len(listed), 7):
        apart.write_bytes(listed[:kept])
        with pytest.raises(CorpusError, match=r"\A[^\n]+\Z"):
            open_segments(apart)


def test_a_segment_that_was_changed_is_told_of_by_its_name(apart: Path) -> None:
    segment = open_segments(apart)[1].path
    assert segment is not None
    content = bytearray(segment.read_bytes())
    content[-1] ^= 1
    segment.write_bytes(content)
    (problem, *_) = library.verify(apart)
    assert problem == f"{segment}: its content does not match its digest"
    forged(segment)
    assert f"{segment}: it is another segment than the list says" in library.verify(apart)


@pytest.mark.parametrize("at", ["write", "_remove_segments"])
def test_an_end_in_the_middle_leaves_all_or_nothing(
    at: str, apart: Path, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = versions(apart)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(segments, at, interrupted)
        with pytest.raises(KeyboardInterrupt):
            library.add(str(code), "more", "MIT", "1", apart)
    assert versions(apart) == before | ({("more", "1", "", "schedule.py")} if at == "_remove_segments" else set())
    library.add(str(code), "last", "MIT", "1", apart)
    assert len(names(segments_folder(apart))) == len(inodes(apart))
    assert library.verify(apart) == []


def test_none_of_many_adds_at_once_is_lost(apart: Path, code: Path) -> None:
    if os.name != "posix":
        pytest.skip("the system has no such locks: one of them is told to run again")
    with ThreadPoolExecutor(4) as threads:
        added = [threads.submit(library.add, str(code), f"n{n}", "MIT", "1", apart) for n in range(8)]
        for each in added:
            each.result()
    assert {each[0] for each in versions(apart)} >= {f"n{n}" for n in range(8)}


def test_where_there_are_no_locks_the_later_one_is_told(
    apart: Path, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def nobody_waits(_: Path) -> Iterator[None]:
        yield

    monkeypatch.setattr(library, "alone", nobody_waits)
    finished = library._grown

    def meanwhile(*given: object) -> list[Corpus]:
        monkeypatch.setattr(library, "_grown", finished)
        library.add(str(code), "quicker", "MIT", "1", apart)
        return finished(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(library, "_grown", meanwhile)
    with pytest.raises(CorpusError, match=r"\A[^\n]*another run changed it meanwhile: run this again\Z"):
        library.add(str(code), "slower", "MIT", "1", apart)
    assert of_project(apart, "quicker")
    assert not of_project(apart, "slower")


def test_a_segment_that_is_put_together_while_it_is_opened_is_looked_for_again(
    apart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale, true = (*segment_paths(apart)[:1], apart.with_name("gone.safetensors")), segment_paths
    answers = [stale]
    monkeypatch.setattr(store, "segment_paths", lambda path: answers.pop() if answers else true(path))
    assert [segment.path for segment in open_segments(apart)] == list(true(apart))
    monkeypatch.setattr(store, "segment_paths", lambda _: stale)
    with pytest.raises(CorpusError, match="other runs keep changing it: try again"):
        open_segments(apart)


def test_what_is_no_segment_any_more_can_be_opened_for_a_while(
    apart: Path, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "KEPT_SECONDS", 60)
    old = open_segments(apart)[1].path
    assert old is not None
    os.utime(old, (0, 0))
    library.add(str(code), "own", "MIT", "1", apart, released="2020-02-29")
    assert old not in [segment.path for segment in open_segments(apart)]
    assert open_corpus(old).file_count == 1
    os.utime(old, (0, 0))
    library.add(str(code), "more", "MIT", "1", apart)
    assert not old.exists()


def test_without_second_names_for_files_a_segment_is_copied(
    path: Path, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "no such names here")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(library, "SMALL", 0)
    before = versions(path)
    library.add(str(code), "own", "MIT", "1", path)
    assert versions(path) == before | {("own", "1", "", "schedule.py")}
    library.remove("own", path)
    assert versions(path) == before


def test_the_same_segments_are_the_same_bytes(apart: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / apart.name
    other.parent.mkdir()
    save_segments(other, open_segments(apart), "small", "")
    assert other.read_bytes() == apart.read_bytes()
    assert names(segments_folder(other)) == names(segments_folder(apart))
