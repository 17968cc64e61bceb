"""Nothing in the cache vouches for itself: a record is about the file it is named after, and that was fetched."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from modelkin.errors import SourceError
from modelkin.sources import registry

from ..support.index_server import Index, serving, wheel

NAME = "pkg-1.0-py3-none-any.whl"
CONTENT = wheel({"pkg/a.py": b"x = 1\n"})
SUFFIX = ".release.json"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
    with serving() as running:
        monkeypatch.setenv("PIP_INDEX_URL", running.url + "/")
        running.add(NAME, CONTENT)
        running.add("pkg-2.0-py3-none-any.whl", wheel({"pkg/b.py": b"y = 2\n"}))
        yield running


@pytest.fixture
def folder(index: Index) -> Path:  # noqa: ARG001  it is the index that the release is from
    return registry.fetch("pkg", "1.0")[0].parent


def found(version: str = "1.0", name: str = "pkg") -> Any:
    return registry.find(name, Version(version))


def record(folder: Path, sealed: bool = True, name: str = NAME, **changes: Any) -> None:
    """Change the record, and make its digest that of what it then says, if ``sealed``."""
    fields = json.loads((folder / (NAME + SUFFIX)).read_text()) | changes
    if sealed:
        fields.pop("digest", None)
        fields["digest"] = registry._digest(fields)
    (folder / (name + SUFFIX)).write_text(json.dumps(fields))


def test_what_was_fetched_is_found(folder: Path) -> None:
    path, release = found()
    assert (path, path.read_bytes(), release.version) == (folder / NAME, CONTENT, "1.0")
    assert found("1.0.0") is not None
    assert found("2.0") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://example.org/else.whl"},
        {"uploaded": "2001-01-01"},
        {"yanked": "not really"},
        {"size": 0},
        {"digest": "0" * 32},
        {"digest": None},
        {"more": 1},
    ],
    ids=str,
)
def test_a_record_that_was_changed_is_as_none(changes: dict[str, Any], folder: Path) -> None:
    record(folder, sealed=False, **changes)
    assert found() is None


def test_a_record_without_a_digest_is_fetched_again(folder: Path, index: Index) -> None:
    fields = json.loads((folder / (NAME + SUFFIX)).read_text())
    del fields["digest"]
    (folder / (NAME + SUFFIX)).write_text(json.dumps(fields))
    assert found() is None
    before = len(index.requests)
    assert registry.fetch("pkg", "1.0")[0].read_bytes() == CONTENT
    assert len(index.requests) > before
    assert found() is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "2.0"},
        {"version": "nonsense"},
        {"version": 1},
        {"sha256": "0" * 63},
        {"sha256": "../" * 21 + "x"},
        {"size": -1},
        {"size": 1},
        {"size": "many"},
        {"uploaded": "yesterday"},
        {"uploaded": ["2020-01-01"]},
        {"filename": "../pkg-1.0-py3-none-any.whl"},
        {"filename": "pkg-2.0-py3-none-any.whl"},
        {"filename": 3},
    ],
    ids=str,
)
def test_a_record_vouches_for_nothing_but_its_file(changes: dict[str, Any], folder: Path) -> None:
    record(folder, **changes)
    assert found() is None
    assert found("2.0") is None


@pytest.mark.parametrize("name", ["other-1.0-py3-none-any.whl", "pkg-3.0-py3-none-any.whl", "pkg-1.0.exe", "pkg.whl"])
def test_a_file_of_another_project_or_version_is_never_handed_out(name: str, folder: Path) -> None:
    content = b"anything"
    (folder / name).write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    record(folder, name=name, filename=name, version="9.0", sha256=sha256, size=len(content))
    assert found("9.0") is None
    assert found("9.0", name="other") is None


def test_no_link_in_the_cache_is_followed(folder: Path, tmp_path: Path) -> None:
    (folder / NAME).rename(tmp_path / NAME)
    (folder / NAME).symlink_to(tmp_path / NAME)
    assert found() is None
    (folder / NAME).unlink()
    (tmp_path / NAME).rename(folder / NAME)
    assert found() is not None
    (folder / (NAME + SUFFIX)).rename(tmp_path / "record")
    (folder / (NAME + SUFFIX)).symlink_to(tmp_path / "record")
    assert found() is None
    with pytest.raises(SourceError, match=r"the cache .* cannot be read: .* is a symbolic link"):
        registry.fetch("pkg", "1.0")
    (folder / (NAME + SUFFIX)).unlink()
    (tmp_path / "record").rename(folder / (NAME + SUFFIX))
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")
    assert found() is None


def test_nothing_is_written_through_a_link_in_the_cache(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder.rename(tmp_path / "moved")
    folder.symlink_to(outside)
    with pytest.raises(SourceError, match="set MODELKIN_CACHE_DIR to a folder of yours"):
        registry.fetch("pkg", "1.0")
    assert list(outside.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="needs rights of a Unix")
@pytest.mark.parametrize("mode", [0o777, 0o775, 0o757, 0o1777])
@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_cache_that_others_may_write_to_is_said_and_not_used(mode: int, level: int, folder: Path) -> None:
    place = [folder, *folder.parents][level]
    place.chmod(mode)
    for attempt in (lambda: found(), lambda: registry.fetch("pkg", "1.0")):
        with pytest.raises(
            SourceError, match=r"\Athe cache [^\n]* may be written to by others, and is not used: "
        ) as told:
            attempt()
        assert str(place) in str(told.value)
    place.chmod(0o755)
    assert found() is not None


@pytest.mark.skipif(os.name != "posix", reason="needs rights of a Unix")
def test_a_file_that_others_may_write_to_is_as_none(folder: Path) -> None:
    (folder / NAME).chmod(0o666)
    assert found() is None


@pytest.mark.skipif(os.name != "posix", reason="needs rights of a Unix")
def test_the_cache_is_made_for_the_user_alone(index: Index, tmp_path: Path) -> None:  # noqa: ARG001  as above
    umask = os.umask(0)
    try:
        path, _ = registry.fetch("pkg", "1.0")
    finally:
        os.umask(umask)
    modes = {each.stat().st_mode & 0o777 for each in (path.parent, *path.parent.parents) if tmp_path in each.parents}
    assert modes == {0o700}
    assert {each.stat().st_mode & 0o777 for each in path.parent.iterdir()} == {0o600}
    assert found() is not None


@pytest.mark.parametrize("stored", [b"", b"[]", b"{", b"[" * 60_000, b"{}" * 60_000, b"\xff", b"null"], ids=str)
def test_a_record_that_is_none_is_as_none(stored: bytes, folder: Path) -> None:
    (folder / (NAME + SUFFIX)).write_bytes(stored)
    assert found() is None


def test_special_files_hang_nothing(folder: Path) -> None:
    (folder / NAME).unlink()
    os.mkfifo(folder / NAME)
    os.mkfifo(folder / f"a{SUFFIX}")
    assert found() is None
