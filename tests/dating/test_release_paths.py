"""The paths of a release are listed without fetching it, kept, and a hostile server costs little and says so."""

from __future__ import annotations

import gzip
import io
import os
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelkin.dating import release_paths, remote_end
from modelkin.dating.release_paths import PathFacts, paths_of, releases_by_day
from modelkin.errors import SourceError
from modelkin.sources import registry
from modelkin.sources.index import ReleaseFile

from ..support.index_server import MODULE, Index, chosen_index, sdist, wheel
from ..support.raw_server import always, raw_server

WHEEL = "pkg-1.0-py3-none-any.whl"
LISTED = {path: PathFacts(len(content), zlib.crc32(content)) for path, content in MODULE.items()}


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with chosen_index(tmp_path, monkeypatch) as running:
        yield running


def only(name: str = "pkg") -> ReleaseFile:
    (file,) = releases_by_day(name)
    return file


def padded(files: dict[str, bytes], size: int) -> bytes:
    return wheel({"pkg/weights.bin": os.urandom(size), **files})


def asked(index: Index) -> list[str]:
    return [headers.get("Range", "whole") for path, headers in index.requests if "/files/" in path]


def test_of_a_wheel_its_end_is_fetched(index: Index) -> None:
    for number, size in enumerate((0, 1_000_000), start=1):
        content = padded(MODULE, size)
        index.add(f"pkg{number}-1.0-py3-none-any.whl", content)
        found = paths_of(f"pkg{number}", only(f"pkg{number}"))
        assert {path: found[path] for path in MODULE} == LISTED
        assert asked(index)[-1] == f"bytes={max(0, len(content) - remote_end.FIRST_BYTES)}-{len(content) - 1}"
    assert len(asked(index)) == 2


def test_a_long_directory_takes_one_more_request(index: Index) -> None:
    many = {f"pkg/module_with_a_long_name_{number}.py": b"" for number in range(3_000)}
    index.add(WHEEL, padded(many, 500_000))
    assert set(paths_of("pkg", only())) == {"pkg/weights.bin", *many}
    assert len(asked(index)) == 2
    sent = sum(int(last) + 1 - int(first) for first, last in (each[6:].split("-") for each in asked(index)))
    assert sent < 500_000


def test_where_the_index_knows_no_size_the_server_says_it(index: Index) -> None:
    index.add(WHEEL, padded(MODULE, 1_000_000), size=None)
    assert paths_of("pkg", only())["pkg/yi.py"] == LISTED["pkg/yi.py"]
    assert asked(index) == [f"bytes=-{remote_end.FIRST_BYTES}"]


def test_a_server_without_ranges_sends_small_files_whole(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.ranges = False
    index.add(WHEEL, wheel(MODULE))
    file = only()
    assert paths_of("pkg", file) == LISTED
    monkeypatch.setattr(release_paths, "MOST_WHOLE_BYTES", 10)
    index.add("other-1.0-py3-none-any.whl", wheel(MODULE))
    with pytest.raises(SourceError, match="is not fetched for the paths in it"):
        paths_of("other", only("other"))


def test_an_sdist_has_the_paths_of_a_wheel(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    under_top = {f"pkg-1.0/{path}": content for path, content in MODULE.items()}
    index.add("pkg-1.0.tar.gz", sdist(under_top))
    index.add("zipped-1.0.zip", wheel(under_top))
    assert paths_of("pkg", only()) == paths_of("zipped", only("zipped")) == LISTED
    monkeypatch.setattr(release_paths, "MOST_WHOLE_BYTES", 10)
    index.add("large-1.0.tar.gz", sdist(under_top))
    with pytest.raises(SourceError, match="is not fetched for the paths in it"):
        paths_of("large", only("large"))


def test_a_listing_is_asked_for_once(index: Index, tmp_path: Path) -> None:
    index.add(WHEEL, wheel(MODULE))
    file = only()
    assert paths_of("pkg", file) == paths_of("pkg", file) == LISTED
    assert len(asked(index)) == 1
    (kept,) = (tmp_path / "cache").rglob("*.paths.json")
    for damaged in (b"", b"{}", kept.read_bytes()[:-5], kept.read_bytes().replace(b"yi.py", b"xi.py")):
        kept.write_bytes(damaged)
        assert paths_of("pkg", file) == LISTED
    assert len(asked(index)) == 5
    other = ReleaseFile(file.filename, file.url, "0" * 64, file.uploaded, file.version, file.size)
    paths_of("pkg", other)
    assert len(asked(index)) == 6, "another content of the same name was taken from the cache"


@pytest.mark.skipif(sys.platform == "win32", reason="links and rights of Unix")
def test_a_listing_is_kept_by_the_rules_of_the_cache(index: Index, tmp_path: Path) -> None:
    index.add(WHEEL, wheel(MODULE))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    folder = registry.cache_folder("pkg")
    folder.mkdir(parents=True)
    (folder / f"{WHEEL}.paths.json").symlink_to(elsewhere)
    assert paths_of("pkg", only()) == LISTED
    assert elsewhere.read_text() == "mine"
    folder.chmod(0o777)
    with pytest.raises(SourceError, match="may be written to by others"):
        paths_of("pkg", only())


def test_a_release_in_the_cache_is_listed_from_there(index: Index) -> None:
    for filename, content in ((WHEEL, wheel(MODULE)), ("src-1.0.tar.gz", sdist({"src-1.0/a.py": b"a"}))):
        index.add(filename, content)
    for name, expected in (("pkg", LISTED), ("src", {"a.py": PathFacts(1, zlib.crc32(b"a"))})):
        registry.fetch(name, "1.0")
        count = len(asked(index))
        assert paths_of(name, only(name)) == expected
        assert len(asked(index)) == count


def test_releases_stand_by_day(index: Index) -> None:
    for version, day, withdrawn in (
        ("2.0", "2020-01-02", False),
        ("1.0", "2021-01-01", False),
        ("1.5", "2020-01-02", "bad"),
    ):
        index.add(
            f"pkg-{version}-py3-none-any.whl",
            wheel({version: b""}),
            **{"upload-time": f"{day}T00:00:00Z", "yanked": withdrawn},
        )
    index.add("pkg-3.0-py3-none-any.whl", wheel({"3": b""}), **{"upload-time": None})
    assert [file.version for file in releases_by_day("pkg")] == ["1.5", "2.0", "1.0"]


# Hostile servers.


def hostile_ends() -> dict[str, bytes]:
    """Files that are no zips, or whose directory lies."""
    good = wheel(MODULE)
    end = good.rindex(b"PK\x05\x06")

    def with_end(count: int, size: int, offset: int) -> bytes:
        return good[:end] + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, size, offset, 0)

    return {
        "nothing": b"x",
        "zeros": bytes(300_000),
        "directory of 4 GB": with_end(0xFFFE, 0xFFFFFFFE, 0),
        "directory before the file": with_end(2, len(good) + 100, 0),
        "directory elsewhere": with_end(2, 40, 3),
        "directory that is noise": with_end(2, end, 0),
        "end of a zip64 without one": with_end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF),
        "half an end": good[:-10],
        "directory of 30 MB": bytes(30_000_000)
        + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 9, 9, 29_000_000, 0, 0),
    }


def test_a_hostile_directory_is_one_line(index: Index) -> None:
    for number, (what, content) in enumerate(hostile_ends().items()):
        index.add(f"bad{number}-1.0-py3-none-any.whl", content)
        with pytest.raises(SourceError) as raised:
            paths_of(f"bad{number}", only(f"bad{number}"))
        assert str(raised.value).isprintable(), what
    whole = sum(len(content) for content in index.files.values())
    assert whole > 30_000_000
    assert "whole" not in asked(index)


def test_names_that_lead_out_are_dropped_and_counts_bounded(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = {"../a.py": b"", "/b.py": b"", "C:/c.py": b"", "d\x01.py": b"", "e/../../f.py": b"", "x" * 5_000: b""}
    index.add(WHEEL, wheel({**hostile, **MODULE, "folder/": b""}))
    assert paths_of("pkg", only()) == LISTED
    monkeypatch.setattr(release_paths, "MAX_MEMBERS", 1)
    index.add("many-1.0-py3-none-any.whl", wheel(MODULE))
    with pytest.raises(SourceError, match="more than 1 members"):
        paths_of("many", only("many"))


def test_a_tar_that_is_a_bomb_or_no_tar_is_one_line(index: Index) -> None:
    header = tarfile.TarInfo("pkg/a.py")
    header.size = 300_000_000
    bomb = gzip.compress(header.tobuf() + bytes(header.size))
    for name, content in (("bomb", bomb), ("none", b"x" * 100), ("cut", sdist(MODULE)[:-20])):
        index.add(f"{name}-1.0.tar.gz", content)
        with pytest.raises(SourceError) as raised:
            paths_of(name, only(name))
        assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 206 Partial\r\nContent-Length: 5\r\n\r\nPK\x05\x06x",
        b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-4/99999999999999999999\r\n\r\nhello",
        b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 5-9/1000\r\n\r\nhello",
        b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-999/1000\r\n\r\ncut off",
        b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-999/2000\r\n\r\n" + bytes(1000),
        b"HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx",
        b"nonsense\r\n\r\n",
    ],
)
@pytest.mark.parametrize("size", [1000, None])
def test_an_answer_that_is_not_what_was_asked_for_is_one_line(index: Index, answer: bytes, size: Any) -> None:
    with raw_server(always(answer)) as url:
        index.add(WHEEL, wheel(MODULE), url=f"{url}/{WHEEL}", size=size)
        with pytest.raises(SourceError) as raised:
            paths_of("pkg", only())
    assert str(raised.value).isprintable()


def test_a_zip_of_many_members_is_refused_before_it_is_parsed(index: Index) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("a.py", b"")
    entry = stored.getvalue()[stored.getvalue().index(b"PK\x01\x02") : stored.getvalue().rindex(b"PK\x05\x06")]
    directory = entry * 250_000
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFE, 0xFFFE, len(directory), 0, 0)
    index.add(WHEEL, directory + end)
    with pytest.raises(SourceError, match="more than 200,000 members"):
        paths_of("pkg", only())
