"""What is equal is stored once, how rare it is is known, and the order of files changes no answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin import ScanOptions, scan
from modelkin.corpus.absorbing import absorb
from modelkin.corpus.appearances import Listing
from modelkin.corpus.builder import MOST_STATEMENT_TOKENS, CorpusBuilder
from modelkin.corpus.file_reader import MOST_SOURCES
from modelkin.corpus.model import Corpus, Project, Release
from modelkin.corpus.store import open_corpus
from modelkin.corpus.tables import FEW_GROUPS
from modelkin.corpus.validation import problems

from ..support.small_corpora import ATTENTION, MODULES, ROTARY, SCHEDULE, THREE, Upstream, corpus_of

RENAMED = ATTENTION.replace("WindowAttention", "LocalFocus").replace("projection", "mix").replace("queries", "q")


def counts(corpus: Corpus) -> dict[str, int]:
    tables = ("statement_digests", "definition_hashes", "file_lineages", "version_releases", "lineage_projects")
    return {name: len(corpus.arrays[name]) for name in tables}


def test_a_file_in_two_releases_is_stored_once_and_listed_twice() -> None:
    once, twice = corpus_of(Upstream()), corpus_of(Upstream(), Upstream(version="2.0"))
    assert counts(twice) == {**counts(once), "version_releases": 2}


def test_a_file_in_two_projects_is_stored_once_with_a_path_history_in_each() -> None:
    once, twice = corpus_of(Upstream()), corpus_of(Upstream(), Upstream("beacon"))
    assert counts(twice) == {**counts(once), "version_releases": 2, "lineage_projects": 2}


def test_comments_docstrings_and_layout_make_no_other_file() -> None:
    other = ATTENTION.replace('"""Where each token looks."""', "# nowhere").replace("    ", "  ")
    assert counts(corpus_of(Upstream(), Upstream(version="2.0", files={"a.py": other})))["definition_hashes"] == 4


def test_another_name_makes_another_file_of_the_same_normalised_definitions() -> None:
    corpus = corpus_of(Upstream(), Upstream("beacon", files={"a.py": RENAMED}))
    assert len(corpus.file_lineages) == 2
    # The module itself, which has no statement but an import and words, is the same in both.
    assert len(corpus.definition_hashes) == 1 + 2 * 3
    assert len(np.unique(corpus.definition_hashes)) == 4


def test_a_version_of_a_project_is_one_release_however_often_it_is_added() -> None:
    corpus = corpus_of(Upstream(files={"a.py": ATTENTION}), Upstream(files={"b.py": ROTARY}))
    assert [release.version for release in corpus.releases] == ["1.0"]


def test_what_only_one_upstream_path_holds_weighs_all_and_what_all_of_many_hold_nothing() -> None:
    shared = "def f(x):\n    return x + 1\n"
    files = {f"{number}.py": shared for number in range(FEW_GROUPS)}
    corpus = corpus_of(Upstream(files=files | {"0.py": shared + "def g(y):\n    while y:\n        y -= 1\n"}))
    assert set(corpus.digest_weights.tolist()) == {0, 255}
    assert set(corpus_of(Upstream()).digest_weights.tolist()) == {255}


def test_a_statement_longer_than_there_is_room_for_counts_as_the_longest() -> None:
    numbers = ", ".join(["x"] * MOST_STATEMENT_TOKENS)
    corpus = corpus_of(Upstream(files={"data.py": f"table = [{numbers}]\n"}))
    assert corpus.statement_tokens.max() == MOST_STATEMENT_TOKENS
    builder = CorpusBuilder()
    absorb(builder, corpus)
    assert builder.finish("small").digest == corpus.digest


def test_names_and_paths_that_are_not_utf8_do_no_harm() -> None:
    builder = CorpusBuilder()
    release = builder.add_release(Project("lantern", "MIT", "", ""), Release(0, "1.0", "", ""))
    builder.add_file(release, "caf\udce9.py", b"caf\xe9 = 1\ndef f(x):\n    return x.gr\xf6\xdfe\n", "")
    corpus = builder.finish("small")
    assert problems(corpus) == []
    assert corpus.versions(0)[0].path == "caf?.py"


def test_a_file_without_code_is_a_file_all_the_same() -> None:
    for text in (b"", b"\n", b"# only words\n", b"\0", b"x = (", b"\xff\xfe"):
        builder = CorpusBuilder()
        release = builder.add_release(Project("lantern", "MIT", "", ""), Release(0, "1.0", "", ""))
        builder.add_file(release, "a.py", text, "")
        corpus = builder.finish("small")
        assert problems(corpus) == []
        assert [version.path for version in corpus.versions(0)] == ["a.py"]


@settings(max_examples=40, deadline=None)
@given(st.lists(MODULES, max_size=4))
def test_whatever_the_code_the_corpus_is_sound(modules: list[str]) -> None:
    files = {f"{number}.py": text for number, text in enumerate(modules)}
    assert problems(corpus_of(Upstream(files=files))) == []


def answers(corpus: Corpus, folder: Path) -> list[dict[str, Any]]:
    """What a scan of ``folder`` says, but for how long it took and which corpus it was."""
    with TemporaryDirectory() as other:
        path = Path(other, "small.safetensors")
        corpus.save(path)
        report = scan(str(folder), ScanOptions(corpora=(path,)))
    return [
        {name: getattr(file, name) for name in ("path", "verdict", "similarity", "upstreams", "origin", "renames")}
        for file in report.files
    ]


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_order_of_files_and_releases_changes_no_verdict(data: st.DataObject, tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("copies")
    copies = {"copy.py": RENAMED, "same.py": SCHEDULE, "part.py": ROTARY + RENAMED, "own.py": "x = 1\n"}
    for name, text in copies.items():
        (folder / name).write_text(text)
    shuffled = [
        replace(upstream, files=dict(data.draw(st.permutations(list(upstream.files.items())))))
        for upstream in data.draw(st.permutations(THREE))
    ]
    assert answers(corpus_of(*shuffled), folder) == answers(corpus_of(*THREE), folder)


HEADER = '''\
# Copyright 2020 Someone
# Adapted from https://github.com/lamps/lantern/blob/main/lantern/attention.py
# and https://github.com/lamps/beacon
"""Attention. Copied from lamps/lantern, https://github.com/lamps/lantern/blob/main/lantern/attention.py

The idea is from https://github.com/lamps/idea; based on lamps/base, file base/layers.py.
"""
import torch

# Taken from https://github.com/lamps/constants
SIZE = 3
'''
DEFINITION = '''
@torch.no_grad()
def turned(x):
    """Copied from https://github.com/lamps/turns"""
    # Adapted from https://github.com/lamps/inner
    return x
'''


def sources(text: str) -> tuple[str, ...]:
    (notice,) = corpus_of(Upstream(files={"a.py": text})).notices
    return notice.sources


def test_a_file_s_sources_are_what_the_credits_above_its_first_definition_name() -> None:
    lantern = "https://github.com/lamps/lantern/blob/main/lantern/attention.py"
    first, *others = sources(HEADER + DEFINITION)
    assert first == lantern
    assert "https://github.com/lamps/beacon" in others
    assert "https://github.com/lamps/constants" in others
    assert len({first, *others}) == 1 + len(others)
    for other in ("idea", "turns", "inner"):
        assert f"https://github.com/lamps/{other}" not in others
    # A file without definitions speaks of nothing but itself.
    assert "https://github.com/lamps/constants" in sources(HEADER)
    assert sources(DEFINITION) == ()
    assert sources("# Copied from lamps.lantern.attention\nx = 1\n") == ("lamps",)


def test_of_many_sources_the_first_are_kept() -> None:
    lines = [f"# Adapted from https://github.com/lamps/l{number}\n" for number in range(20)]
    assert sources("".join(lines)) == tuple(f"https://github.com/lamps/l{number}" for number in range(MOST_SOURCES))


def test_what_another_corpus_knows_of_sources_and_of_unlisted_releases_is_taken_over(tmp_path: Path) -> None:
    builder = CorpusBuilder()
    project = Project("lantern", "MIT", "", "", "lantern", "2018-01-02")
    release = builder.add_release(project, Release(0, "1.0", "2020-01-01", ""))
    builder.add_file(release, "a.py", (HEADER + ATTENTION).encode(), "a")
    lacking, holding = Release(0, "0.1", "2019-01-01", ""), Release(0, "0.2", "2019-02-01", "")
    builder.add_listing(0, b"a.py", Listing(frozenset((holding,)), frozenset((lacking,))))
    builder.add_holder(0, b"a.py", builder.rows[0].file, holding)
    corpus = builder.finish("small")
    assert [corpus.known_release(int(each)) for each in corpus.lineage_appeared] == [holding]
    assert [corpus.known_release(int(each)) for each in corpus.lineage_without] == [lacking]
    assert [corpus.known_release(int(each)) for each in corpus.lineage_file_releases] == [holding]
    corpus.save(tmp_path / "small.safetensors")
    opened = open_corpus(tmp_path / "small.safetensors")
    assert tuple(opened.unlisted) == (lacking, holding)
    taken = CorpusBuilder()
    taken.add_release(Project("another", "MIT", "", ""), Release(0, "1.0", "2020-01-01", ""))
    absorb(taken, opened)
    again = taken.finish("small")
    assert [again.unlisted[number].version for number in range(2)] == ["0.1", "0.2"]
    assert {again.projects[each.project] for each in again.unlisted} == {project}
    assert again.notices[0].sources == opened.notices[0].sources != ()
    assert problems(again) == []


def test_of_what_two_corpora_know_of_a_path_the_closest_counts() -> None:
    def release(version: str, day: str) -> Release:
        return Release(0, version, day, "")

    def listing(holding: str, lacking: str) -> Listing:
        return Listing(frozenset((release(holding, holding),)), frozenset((release(lacking, lacking),)))

    builder = CorpusBuilder()
    builder.add_file(builder.add_release(Project("lantern", "", "", ""), release("1", "2020-01-01")), "a.py", b"", "")
    builder.add_listing(0, b"a.py", listing("2019-07-01", "2019-01-01"))
    builder.add_listing(0, b"a.py", listing("2019-09-01", "2019-03-01"))
    builder.add_listing(0, b"a.py", listing("2019-08-01", "2019-08-15"))
    corpus = builder.finish("small")
    assert [each.version for each in corpus.unlisted] == ["2019-03-01", "2019-07-01"]
    assert (corpus.lineage_without.tolist(), corpus.lineage_appeared.tolist()) == ([2], [3])


def test_releases_without_a_day_bound_no_interval() -> None:
    corpus = corpus_of(Upstream(released=""), Upstream(version="0.1", files={"b.py": ROTARY}))
    assert corpus.lineage_without.tolist() == [0, 0]
    corpus = corpus_of(*THREE, Upstream(version="3.0", files={"b.py": ROTARY}, released="2024-01-01"))
    assert sorted(corpus.lineage_without.tolist()) == [0, 0, 0, 0, 3]
    assert not corpus.unlisted
