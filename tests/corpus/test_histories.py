"""A path history is one path through the releases of a project; which of them may answer, and which one is older."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from modelkin import FileVerdict, ScanOptions, scan
from modelkin.corpus.histories import PathHistories
from modelkin.corpus.histories import path_histories as histories_of_union
from modelkin.corpus.model import Corpus, Project
from modelkin.corpus.union import CorpusUnion

from ..support.small_corpora import ATTENTION, ROTARY, SCHEDULE, THREE, Upstream, corpus_of

LONGER = ATTENTION + "\n\ndef half(x):\n    return x / 2\n"


def path_histories(corpus: Corpus, allows: Callable[[Project], bool] = lambda _: True) -> PathHistories:
    """The path histories of one corpus."""
    return histories_of_union(CorpusUnion.of([corpus]), allows)


def history_of(corpus: Corpus, project: str, path: str) -> int:
    """The number of a path history."""
    for history, owner in enumerate(corpus.lineage_projects):
        first = int(corpus.lineage_files[corpus.lineage_file_starts[history]])
        paths = {version.path for version in corpus.versions(first) if version.project.name == project}
        if corpus.projects[owner].name == project and path in paths:
            return history
    raise AssertionError(f"no {path} of {project}")


def answering(seen: PathHistories) -> set[str]:
    """Which of the paths of THREE may answer."""
    names = {"lantern/attention.py": "lantern", "lantern/rotary.py": "lantern"}
    names |= {"beacon/rotary.py": "beacon", "beacon/schedule.py": "beacon"}
    (corpus,) = seen.union.corpora
    numbers = {path: history_of(corpus, project, path) for path, project in names.items()}
    return {path for path, number in numbers.items() if seen.answer(np.array([number]))[0]}


def test_a_path_is_one_history_through_all_releases_of_its_project() -> None:
    corpus = corpus_of(Upstream(), Upstream(version="2.0", files={"lantern/attention.py": LONGER}), THREE[1])
    assert len(corpus.lineage_projects) == 3
    history = history_of(corpus, "lantern", "lantern/attention.py")
    assert int(np.diff(corpus.lineage_file_starts)[history]) == 2


def test_all_answer_unless_something_is_said() -> None:
    assert len(answering(path_histories(corpus_of(*THREE)))) == 4


def test_an_excluded_project_does_not_answer() -> None:
    seen = path_histories(corpus_of(*THREE), lambda project: project.name != "lantern")
    assert answering(seen) == {"beacon/schedule.py", "beacon/rotary.py"}
    assert answering(path_histories(corpus_of(*THREE), lambda _: False)) == set()


@pytest.mark.parametrize(
    ("until", "paths"),
    [
        ("2021-05-03", set()),
        ("2021-05-04", {"lantern/attention.py", "lantern/rotary.py"}),
        ("2022-01-30", {"lantern/attention.py", "lantern/rotary.py"}),
        ("2022-01-31", {"lantern/attention.py", "lantern/rotary.py", "beacon/schedule.py", "beacon/rotary.py"}),
    ],
)
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_a_path_that_first_appeared_later_does_not_answer(until: str, paths: set[str], order: tuple[int, ...]) -> None:
    seen = path_histories(corpus_of(*(THREE[number] for number in order)))
    assert answering(seen.dated(until, lambda _: False)) == paths


def test_a_history_is_born_with_its_oldest_release_whatever_the_order() -> None:
    for releases in (THREE, THREE[::-1]):
        corpus = corpus_of(*releases)
        assert path_histories(corpus).born(history_of(corpus, "lantern", "lantern/attention.py")) == 20210504


def test_versions_are_those_of_the_history_s_project_oldest_first() -> None:
    corpus = corpus_of(*THREE)
    file = int(corpus.lineage_files[corpus.lineage_file_starts[history_of(corpus, "beacon", "beacon/rotary.py")]])
    seen = path_histories(corpus)
    for project, path in (("beacon", "beacon/rotary.py"), ("lantern", "lantern/rotary.py")):
        (version,) = seen.versions(file, history_of(corpus, project, path))
        assert (version.project.name, version.path) == (project, path)


def test_versions_of_a_file_that_moved_are_those_under_the_history_s_path() -> None:
    moved = {"lantern/models/attention.py": ATTENTION}
    corpus = corpus_of(Upstream(), Upstream(version="2.0", files=moved, released="2022-01-01"))
    seen = path_histories(corpus)
    for history, path in enumerate(["lantern/attention.py", "lantern/models/attention.py"]):
        assert [version.path for version in seen.versions(0, history)] == [path]


def scanned(folder: Path, text: str, *upstreams: Upstream, exclude: tuple[str, ...] = ()) -> FileVerdict:
    """The answer for one file against a corpus of these releases."""
    (folder / "copy.py").write_text(text)
    corpus_of(*upstreams).save(folder / "small.safetensors")
    options = ScanOptions(exclude_upstream=exclude, corpora=(folder / "small.safetensors",))
    (file,) = scan(str(folder / "copy.py"), options).files
    return file


def test_the_span_of_releases_is_that_of_the_very_content(tmp_path: Path) -> None:
    releases = [
        Upstream(version=version, files={"lantern/attention.py": text}, released=f"202{place}-01-01")
        for place, (version, text) in enumerate([("1", LONGER), ("2", ATTENTION), ("3", ATTENTION), ("4", LONGER)])
    ]
    (upstream, *_) = scanned(tmp_path, ATTENTION, *releases).upstreams
    assert (upstream.first_release, upstream.last_release, upstream.released) == ("2", "3", "2021-01-01")


def test_with_one_project_excluded_another_that_holds_the_same_file_answers(tmp_path: Path) -> None:
    assert scanned(tmp_path, ROTARY, *THREE).upstreams[0].project == "lantern"
    assert scanned(tmp_path, ROTARY, *THREE, exclude=("lan*",)).upstreams[0].project == "beacon"
    assert scanned(tmp_path, ROTARY, *THREE, exclude=("lan*", "beacon")).upstreams == ()


def test_an_excluded_project_is_no_origin_either(tmp_path: Path) -> None:
    file = scanned(tmp_path, SCHEDULE + ROTARY, *THREE, exclude=("lantern",))
    assert file.origin is not None
    assert file.origin.project == "beacon"
