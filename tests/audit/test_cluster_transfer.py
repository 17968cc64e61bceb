"""Contents and corpora reach other machines whole, once, and in parts of bounded size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelkin.audit.cluster.client import DISTRIBUTIONS, difference, releases
from modelkin.audit.cluster.transfer import (
    CorpusFile,
    Delivery,
    ReadFiles,
    corpus_file,
    lacking,
    local_path,
    read_wanted,
)
from modelkin.audit.discovery import RepositorySource
from modelkin.audit.options import Setup
from modelkin.audit.survey import SurveyedFile, survey
from modelkin.audit.tasks import LEAST_TASK_BYTES, Answer, Answers, in_parts
from modelkin.errors import CorpusError
from modelkin.scan_steps import ScanOptions
from modelkin.sources.files import SourceFile

from ..support.audit_cases import OWN, README, tiny_corpus, write_repositories
from ..support.small_corpora import ATTENTION

SIZES = st.lists(st.integers(0, 2 * LEAST_TASK_BYTES), max_size=12)


def sources(sizes: list[int]) -> tuple[SourceFile, ...]:
    return tuple(SourceFile(f"{number}.py", bytes(size), "") for number, size in enumerate(sizes))


@given(SIZES)
def test_parts_hold_every_file_in_order_and_are_large_but_for_their_last_file_or_the_last_part(
    sizes: list[int],
) -> None:
    files = sources(sizes)
    made = list(in_parts(files, lambda file: len(file.text), LEAST_TASK_BYTES))
    assert tuple(file for batch in made for file in batch) == files
    assert all(sum(len(file.text) for file in batch[:-1]) < LEAST_TASK_BYTES for batch in made)
    assert all(sum(len(file.text) for file in batch) >= LEAST_TASK_BYTES for batch in made[:-1])
    assert all(made)


def delivery(*paths: str) -> Delivery:
    return Delivery(tuple(SurveyedFile(path, "", 10) for path in paths), Setup(ScanOptions(), (), 1.0))


@given(st.permutations(["a", "b", "c", "d"]))
def test_answers_are_in_the_order_of_the_files_whatever_the_order_they_come_in(paths: list[str]) -> None:
    sent = delivery("a", "b", "c", "d", "gone")
    gone = Answer("gone", gone="is no longer there")
    sent.expect(4, ReadFiles((), (gone,), 1.0))
    for path in paths:
        assert not sent.outcome.done()
        sent.add(Answers((Answer(path),), 0.5))
    answers = (Answer("a"), Answer("b"), Answer("c"), Answer("d"), gone)
    assert sent.outcome.result() == Answers(answers, 3.0)
    assert sent.size == 50


def test_one_batch_that_fails_is_the_outcome_and_what_comes_later_is_left() -> None:
    sent = delivery("a", "b", "c")
    sent.expect(3, ReadFiles((), (), 0.0))
    sent.add(Answers((Answer("a"),), 0.1))
    sent.fail(ValueError("first"))
    sent.fail(ValueError("second"))
    sent.add(Answers((Answer("b"),), 0.1))
    assert str(sent.outcome.exception()) == "first"


def test_an_outcome_that_is_given_stays() -> None:
    sent = delivery("a")
    sent.expect(1, ReadFiles((), (), 0.0))
    sent.add(Answers((Answer("a"),), 0.1))
    sent.fail(ValueError("late"))
    assert sent.outcome.exception() is None


def test_what_was_listed_is_read_and_what_is_gone_is_named(tmp_path: Path) -> None:
    root = write_repositories(tmp_path, {"a": README | {"model.py": ATTENTION, "own.py": OWN, "left.py": OWN}}) / "a"
    repository, setup = RepositorySource("a", str(root)), Setup(ScanOptions(), (), 30.0)
    wanted = survey(repository, setup).files
    (root / "own.py").unlink()
    (root / "left.py").unlink()
    (root / "left.py").symlink_to("nowhere")
    read = read_wanted(repository, wanted, setup)
    assert [(file.path, file.text) for file in read.files] == [("model.py", ATTENTION.encode())]
    assert {answer.path: answer.gone for answer in read.gone} == {
        "left.py": "broken symbolic link",
        "own.py": "is no longer there",
    }


def test_of_a_repository_that_is_gone_every_file_is_named(tmp_path: Path) -> None:
    repository = RepositorySource("a", str(tmp_path / "a"))
    read = read_wanted(repository, (SurveyedFile("a.py", "", 1),), Setup(ScanOptions(), (), 30.0))
    assert [answer.gone for answer in read.gone] == [f"{tmp_path / 'a'}: no such file or folder"]


@pytest.fixture
def corpus(tmp_path: Path) -> CorpusFile:
    return corpus_file(tiny_corpus(tmp_path / "tiny.safetensors"))


def flipped(path: Path) -> None:
    stored = bytearray(path.read_bytes())
    stored[-1] ^= 1
    path.write_bytes(stored)


def test_a_corpus_that_is_here_by_its_path_is_not_written_again(corpus: CorpusFile, tmp_path: Path) -> None:
    assert lacking((corpus,)) == frozenset()
    assert local_path(corpus, {}, tmp_path / "sent") == corpus.path
    assert not (tmp_path / "sent").exists()


@pytest.mark.parametrize("spoil", [Path.unlink, flipped, lambda path: path.write_bytes(b"short")])
def test_a_corpus_of_other_bytes_is_not_taken_for_it(
    spoil: Callable[[Path], object], corpus: CorpusFile, tmp_path: Path
) -> None:
    stored = corpus.path.read_bytes()
    spoil(corpus.path)
    assert lacking((corpus,)) == {corpus.sha256}
    path = local_path(corpus, {corpus.sha256: stored}, tmp_path / "sent")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == corpus.sha256


def test_a_corpus_that_was_not_sent_or_came_damaged_is_an_error(corpus: CorpusFile, tmp_path: Path) -> None:
    stored = corpus.path.read_bytes()
    corpus.path.unlink()
    with pytest.raises(CorpusError, match=r"its corpus .*tiny\.safetensors is missing or differs"):
        local_path(corpus, {}, tmp_path)
    with pytest.raises(CorpusError, match="received other bytes"):
        local_path(corpus, {corpus.sha256: stored[:-1]}, tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(CorpusError, match="cannot write"):
        local_path(corpus, {corpus.sha256: stored}, tmp_path / "file")
    with pytest.raises(CorpusError, match="cannot be read: No such file"):
        corpus_file(corpus.path)


def test_releases_that_differ_are_named() -> None:
    here = releases()
    assert set(here) == set(DISTRIBUTIONS)
    assert all(here.values())
    assert difference(here, here) == ""
    assert difference({"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "2.1", "c": ""}) == "has b 2.1, not 2, has no c"
