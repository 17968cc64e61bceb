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
from modelkin.corpus.builder import MOST_STATEMENT_TOKENS, CorpusBuilder, absorb
from modelkin.corpus.model import Corpus, Project, Release
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
