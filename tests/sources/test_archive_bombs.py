"""Archives that inflate: bounded in bytes, disk and time before anything is written."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import zipfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest

from modelkin.sources import tars
from modelkin.sources.archive import open_zip

from ..support.hostile_archives import END, PACKED, PACKERS, contents, header, member, refused, write
from ..support.processor_time import processor_seconds


class Counting(SpooledTemporaryFile):  # type: ignore[type-arg]
    """Remembers how much went to temporary files."""

    written = 0

    def write(self, content: Any) -> int:
        type(self).written += len(content)
        return super().write(content)


@pytest.fixture
def spooled(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    kind: Any = type("Kind", (Counting,), {})
    monkeypatch.setattr(tars, "SpooledTemporaryFile", kind)
    return lambda: kind.written


def packed_bomb(suffix: str, megabytes: int, sizes: int) -> bytes:
    """A packed tar of zeros in members of ``sizes`` megabytes, made without holding them."""
    stored = io.BytesIO()
    openers: dict[str, Any] = {".tar.gz": gzip.open, ".tar.bz2": bz2.open, ".tar.xz": lzma.open}
    with openers[suffix](stored, "wb", **({"preset": 0} if suffix == ".tar.xz" else {})) as stream:
        for place in range(megabytes):
            if place % sizes == 0:
                stream.write(header(f"{place}.py", sizes * 1024**2))
            stream.write(bytes(1024**2))
    return stored.getvalue()


def test_a_bomb_is_refused_before_it_is_written(tmp_path: Path, spooled: Callable[[], int]) -> None:
    for suffix, sizes in product(PACKED, (8192, 200, 10)):
        before = spooled()
        path = tmp_path / f"a{suffix}"
        path.write_bytes(packed_bomb(suffix, 200, sizes))
        with processor_seconds(4):
            message = refused(path)
        assert "inflates to more than" in message
        assert spooled() - before <= (100 * 1024**2 if sizes == 10 else 0), (suffix, sizes)


def test_what_is_written_is_bounded_and_the_rest_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spooled: Callable[[], int]
) -> None:
    monkeypatch.setattr("modelkin.sources.members.MAX_SPOOLED_BYTES", 250_000)
    files = b"".join(member(f"{number}.py", os.urandom(100_000)) for number in range(5))
    found = contents(write(tmp_path, files + member("small.py", b"x = 1\n") + END, ".tar.gz"))
    assert len(found) == 6
    assert [name for name, what in found.items() if isinstance(what, str)] == ["2.py", "3.py", "4.py"]
    assert found["small.py"] == b"x = 1\n"
    assert spooled() <= 250_000


def test_a_full_disk_is_no_reason_to_fill_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spooled: Callable[[], int]
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: _Disk())
    found = contents(write(tmp_path, member("a.py", b"x = 1\n") + END, ".tar.gz"))
    assert found == {"a.py": "the archive inflates past the limit for all its members"}
    assert spooled() == 0


class _Disk:
    free = 1024


def test_opening_a_tar_takes_bounded_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "MAX_SECONDS", -1.0)
    assert "takes more than" in refused(write(tmp_path, member("a.py", b"x") + END, ".tar.gz"))


def test_an_xz_may_not_ask_for_any_memory(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 512 * 1024**2}]
    (tmp_path / "a.tar.xz").write_bytes(lzma.compress(member("a.py", b"x") + END, filters=filters))
    assert "emory" in refused(tmp_path / "a.tar.xz")


def test_real_data_that_packs_well_is_read(tmp_path: Path) -> None:
    table = b"0.0,0.0,0.0,1\n" * 300_000
    files = member("data.csv", table) + member("a.py", b"x = 1\n") + END
    for suffix in PACKERS:
        assert contents(write(tmp_path, files, suffix)) == {"data.csv": table, "a.py": b"x = 1\n"}


def test_several_streams_in_one_file_are_one_tar(tmp_path: Path) -> None:
    whole = member("a.py", b"1" * 5000) + member("b.py", b"2") + END
    for suffix in PACKED:
        pack = PACKERS[suffix]
        (tmp_path / f"a{suffix}").write_bytes(pack(whole[:777]) + pack(b"") + pack(whole[777:]))
        assert contents(tmp_path / f"a{suffix}") == {"a.py": b"1" * 5000, "b.py": b"2"}


def zip_of_shared_bytes(path: Path, count: int, size: int) -> Path:
    """A zip whose ``count`` members are one and the same ``size`` zeros."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0.py", bytes(size))
    raw = path.read_bytes()
    start, end = raw.index(b"PK\x01\x02"), raw.index(b"PK\x05\x06")
    directory = raw[start:end] * count
    tail = bytearray(raw[end:])
    struct.pack_into("<HHII", tail, 8, count, count, len(directory), start)
    path.write_bytes(raw[:start] + directory + tail)
    return path


def test_a_zip_of_shared_bytes_gives_no_more_than_its_ratio(tmp_path: Path) -> None:
    path = zip_of_shared_bytes(tmp_path / "a.zip", 300, 10 * 1024**2)
    out = 0
    with open_zip(path) as members, processor_seconds(8):
        for each in members:
            content = each.read()
            out += len(content) if isinstance(content, bytes) else 0
    assert 0 < out < 128 * 1024**2


def test_a_zips_directory_is_bounded_before_it_is_read(tmp_path: Path) -> None:
    path = zip_of_shared_bytes(tmp_path / "a.zip", 65_000, 10)
    raw = bytearray(path.read_bytes())
    start, end = raw.index(b"PK\x01\x02"), raw.index(b"PK\x05\x06")
    directory = bytes(raw[start:end]) * 5
    tail = bytearray(raw[end:])
    struct.pack_into("<HHII", tail, 8, 1, 1, len(directory), start)
    path.write_bytes(bytes(raw[:start]) + directory + tail)
    with processor_seconds(2):
        assert "it holds more than 200,000 members" in refused(path)
