"""What is kept of corpus files changes how long things take, and no answer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from modelkin.cli import main
from modelkin.corpus.kept import corpus_cache, sorted_rows
from modelkin.corpus.kept.corpus_cache import (
    clear_kept,
    is_checked,
    keep_checked,
    keep_table,
    kept_facts,
    kept_table,
    tables_folder,
)
from modelkin.corpus.kept.sorted_rows import SortedRows
from modelkin.corpus.model import Corpus
from modelkin.corpus.spellings import keys_in
from modelkin.corpus.store import open_corpus
from modelkin.support.data_files import CACHE_OFF

from ..support.damaged_corpora import DAMAGED, refused
from ..support.small_corpora import THREE, corpus_of

posix_only = pytest.mark.skipif(os.name == "nt", reason="nothing is kept there")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's cache with nothing in it."""
    monkeypatch.delenv(CACHE_OFF)
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
    return tables_folder()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A corpus file."""
    corpus_of(*THREE).save(tmp_path / "small.safetensors")
    return tmp_path / "small.safetensors"


def rows_of(corpus: Corpus, rows: SortedRows) -> list[list[int]]:
    """What is found of all statements, of none, and of all names."""
    statements = np.arange(len(corpus.statement_digests))
    keys, digests = keys_in(corpus, statements), corpus.digests[corpus.statement_digests]
    found, held = rows.statements(keys, digests)
    assert held.all()
    assert not rows.statements(keys ^ np.uint64(1), digests)[1].any()
    return [found.tolist(), *(rows.members(np.array([name])).tolist() for name in range(len(corpus.name_hashes)))]


@posix_only
def test_rows_are_found_alike_before_and_after_they_are_in_order_and_from_the_cache(
    cache: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorted_rows, "SMALL", 0)
    monkeypatch.setattr(sorted_rows, "FEW_LOOKUPS", 0)
    corpus = open_corpus(path)
    rows = SortedRows(corpus)
    expected = [list(range(len(corpus.statement_digests)))]
    expected += [np.flatnonzero(corpus.member_names == name).tolist() for name in range(len(corpus.name_hashes))]
    told = [rows_of(corpus, rows)]
    rows.settle()
    told.append(rows_of(corpus, rows))
    assert [each.suffix for each in sorted(cache.iterdir())] == [".checked", ".table"]
    monkeypatch.setattr(sorted_rows, "keys_in", None)  # whoever works it out anew fails
    told.append(rows_of(corpus, SortedRows(open_corpus(path))))
    assert told == [expected] * 3


@posix_only
def test_a_file_that_was_checked_is_not_checked_again_until_it_changes(
    cache: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_corpus(path)
    assert is_checked(first.file_key)
    monkeypatch.setattr("modelkin.corpus.validation.shape_problems", None)  # whoever checks it fails
    again = open_corpus(path)
    assert [*again.notices] == [*first.notices]
    assert [*again.unlisted] == [*first.unlisted]
    monkeypatch.undo()
    whole, found = path.read_bytes(), path.stat()
    at = whole.index(b"member_parents")  # in the header, and so no column any more
    path.write_bytes(whole[:at] + b"member_parent_" + whole[at + 14 :])
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    monkeypatch.delenv(CACHE_OFF)
    assert refused(path).startswith(DAMAGED)
    assert len(list(cache.iterdir())) == 1


def test_nothing_is_kept_where_that_is_not_wanted_or_others_may_write(
    cache: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def off() -> None:
        monkeypatch.setenv(CACHE_OFF, "1")

    def strange() -> None:
        cache.mkdir(parents=True)
        cache.chmod(0o777)

    def no_folder() -> None:
        cache.parent.write_text("a file")

    if os.name == "nt":
        return
    ways: tuple[Callable[[], object], ...] = (off, strange, no_folder)
    for way in ways:
        with monkeypatch.context() as each:
            each.setenv("MODELKIN_CACHE_DIR", str(cache.parent))
            way()
            key = open_corpus(path).file_key
            keep_table(key, [memoryview(b"table")])
            assert not is_checked(key)
            assert kept_table(key, 5) is None
        monkeypatch.delenv(CACHE_OFF, raising=False)
        if cache.exists():
            assert not list(cache.iterdir())
            cache.rmdir()
            cache.parent.rmdir()


@posix_only
def test_a_table_of_another_size_counts_for_nothing(cache: Path) -> None:
    keep_table("key", [memoryview(b"ta"), memoryview(b"ble")])
    kept = kept_table("key", 5)
    assert kept is not None
    assert bytes(kept) == b"table"
    assert kept_table("key", 6) is None
    assert kept_table("other", 5) is None
    (cache / "key.table").unlink()
    (cache / "key.table").symlink_to(cache.parent)
    assert kept_table("key", 5) is None


@posix_only
def test_what_was_not_used_for_longest_goes_first(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_cache, "MOST_FILES", 3)
    for number in range(5):
        keep_checked(f"{number}")
        os.utime(cache / f"{number}.checked", (number, number))
    assert sorted(each.name for each in cache.iterdir()) == ["2.checked", "3.checked", "4.checked"]
    monkeypatch.setattr(corpus_cache, "MOST_BYTES", 4)
    keep_table("large", [memoryview(b"12345")])
    assert not list(cache.iterdir())


@posix_only
def test_what_is_kept_is_counted_and_emptied_with_the_scan_cache(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert clear_kept() == kept_facts() == (0, 0)
    keep_checked("1-2")
    for key in ("1-2", "1-3"):
        keep_table(key, [memoryview(bytes(2**20))])
    assert main(["cache", "info"]) == 0
    assert f"{cache}: 2 tables of corpora, 2.0 MB\n" in capsys.readouterr().out
    assert main(["cache", "clear"]) == 0
    assert f"{cache}: 2 tables, 2.0 MB: removed\n" in capsys.readouterr().out
    assert list(cache.iterdir()) == []
    assert not is_checked("1-2")
    assert main(["cache", "info"]) == 0
    assert str(cache) not in capsys.readouterr().out
