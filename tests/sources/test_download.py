"""A file of a registry is downloaded whole, checked and cached; when it cannot be, nothing is kept."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelkin.sources import registry

from ..support.error_lines import fails
from ..support.index_server import MODULE, Index, chosen_index, wheel


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with chosen_index(tmp_path, monkeypatch) as running:
        yield running


def cached_files(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "cache").rglob("*") if path.is_file())


def test_a_fetched_release_needs_no_network_again(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.add("pkg-1.0-py3-none-any.whl", wheel(MODULE))
    first = registry.fetch("pkg", "1.0")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    assert registry.fetch("PKG", "1.0.0") == first


def test_a_cached_file_that_was_altered_is_fetched_again(index: Index, tmp_path: Path) -> None:
    index.add("pkg-1.0-py3-none-any.whl", wheel(MODULE))
    path, _ = registry.fetch("pkg", "1.0")
    path.write_bytes(b"altered")
    assert registry.fetch("pkg", "1.0")[0].read_bytes() == wheel(MODULE)
    path.unlink()
    assert registry.fetch("pkg", "1.0")[0].read_bytes() == wheel(MODULE)
    assert cached_files(tmp_path) == ["pkg-1.0-py3-none-any.whl", "pkg-1.0-py3-none-any.whl.release.json"]


@pytest.mark.parametrize("record", ["{", "[]", '{"filename": "x"}', None])
def test_a_damaged_cache_record_is_as_none(index: Index, record: str | None) -> None:
    index.add("pkg-1.0-py3-none-any.whl", wheel(MODULE))
    path, release = registry.fetch("pkg", "1.0")
    side = path.with_name(path.name + ".release.json")
    elsewhere = json.dumps(json.loads(side.read_text()) | {"filename": "../elsewhere.whl"})
    side.write_text(elsewhere if record is None else record)
    assert registry.fetch("pkg", "1.0") == (path, release)


def test_a_wrong_hash_is_an_error_and_nothing_is_kept(index: Index, tmp_path: Path) -> None:
    index.add("pkg-1.0-py3-none-any.whl", wheel(MODULE), hashes={"sha256": "0" * 64})
    fails("pypi:pkg==1.0", "does not have the SHA-256 its index gives")
    assert cached_files(tmp_path) == []


def test_a_file_larger_than_the_index_says_is_an_error_and_nothing_is_kept(index: Index, tmp_path: Path) -> None:
    index.add("pkg-1.0-py3-none-any.whl", wheel(MODULE), size=10)
    fails("pypi:pkg==1.0", "is larger than the 10 bytes the index gives")
    assert cached_files(tmp_path) == []


@pytest.mark.parametrize("ranges", [True, False])
def test_an_aborted_download_goes_on_where_it_stopped_or_starts_again(index: Index, ranges: bool) -> None:
    content = wheel({"pkg/a.py": os.urandom(900_000)})
    index.add("pkg-1.0-py3-none-any.whl", content)
    index.aborts, index.ranges = 2, ranges
    seen: list[tuple[int, int]] = []
    path, _ = registry.fetch("pkg", "1.0", lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == content
    assert seen[-1] == (len(content), len(content))
    asked = [headers.get("Range") for name, headers in index.requests if "/files/" in name]
    assert asked[0] is None
    assert asked[1] == f"bytes={len(content) // 2}-"


def test_a_download_aborted_every_time_is_an_error_and_nothing_is_kept(index: Index, tmp_path: Path) -> None:
    index.add("pkg-1.0-py3-none-any.whl", wheel(MODULE))
    index.aborts = 99
    fails("pypi:pkg==1.0", "cannot reach http://127.0.0.1")
    assert cached_files(tmp_path) == []


def test_a_cache_that_cannot_be_written_is_an_error(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add("pkg-1.0-py3-none-any.whl", wheel(MODULE))
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "file"))
    fails("pypi:pkg==1.0", "set MODELKIN_CACHE_DIR to a folder of yours")


def test_the_cache_is_the_systems_own_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODELKIN_CACHE_DIR", raising=False)
    assert registry.cache_folder("Some.Pkg").parts[-2:] == ("registry", "some-pkg")
