"""A hostile archive: bounded before the fact in bytes, disk and time, and nothing in it is dropped in silence."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelkin.errors import SourceError
from modelkin.results import Skipped
from modelkin.sources import open_source, tars
from modelkin.sources.archive import open_zip
from modelkin.sources.checkout import Entry
from modelkin.sources.members import inside

from ..support.processor_time import processor_seconds

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".tar": bytes,
    ".tar.gz": gzip.compress,
    ".tar.bz2": bz2.compress,
    ".tar.xz": lzma.compress,
}
PACKED = [suffix for suffix in PACKERS if suffix != ".tar"]
FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]


def header(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, form: Any = tarfile.GNU_FORMAT) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(form)


def member(name: str, content: bytes, kind: bytes = tarfile.REGTYPE) -> bytes:
    return header(name, len(content), kind) + content + bytes(-len(content) % 512)


END = bytes(1024)


def write(folder: Path, content: bytes, suffix: str = ".tar") -> Path:
    path = folder / f"a{suffix}"
    path.write_bytes(PACKERS[suffix](content))
    return path


def contents(path: Path) -> dict[str, bytes | str]:
    found: dict[str, bytes | str] = {}
    with open_source(str(path)) as checkout:
        for item in checkout.entries():
            result = item.read() if isinstance(item, Entry) else item
            found[item.path] = result.reason if isinstance(result, Skipped) else result
    return found


def refused(path: Path) -> str:
    with pytest.raises(SourceError) as raised, open_source(str(path)):
        pass
    message = str(raised.value)
    assert message.startswith(f"cannot open {path}: ")
    assert message.isprintable()
    return message


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


# Bombs


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


# Headers that lie


LYING_SIZES = [-1, -512, -(2**40), 2**40, 2**62]


def lying(size: int) -> bytes:
    """A header that says this size, whatever can be."""
    info = tarfile.TarInfo("a.py")
    info.size = 0
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[124:136] = size.to_bytes(12, "big", signed=True) if size < 0 else b"\x80" + size.to_bytes(11, "big")
    block[148:156] = b"        "
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    return bytes(block)


def test_a_size_that_lies_ends_in_one_line(tmp_path: Path) -> None:
    for suffix, size in product(PACKERS, LYING_SIZES):
        with processor_seconds(3):
            refused(write(tmp_path, lying(size) + b"x = 1\n".ljust(512, b"\0") + END, suffix))


def test_a_damaged_header_is_no_end(tmp_path: Path) -> None:
    broken = bytearray(member("b.py", b"2"))
    broken[150] ^= 1
    files = member("a.py", b"1") + bytes(broken) + member("c.py", b"3") + END
    for suffix in PACKERS:
        assert "damaged" in refused(write(tmp_path, files, suffix))
        assert "damaged" in refused(write(tmp_path, member("a.py", b"1") + b"junk" * 10, suffix))


def read_or_refused(path: Path) -> dict[str, bytes | str]:
    """What the archive gives; nothing where it is refused, which is said in one line."""
    try:
        return contents(path)
    except SourceError as error:
        message = str(error)
    assert "\n" not in message
    return {}


def test_a_chain_of_headers_is_one_line(tmp_path: Path) -> None:
    kinds = {
        tarfile.GNUTYPE_LONGNAME: b"name.py\0",
        tarfile.GNUTYPE_LONGLINK: b"name.py\0",
        tarfile.XHDTYPE: b"20 path=some/name.py\n",
        tarfile.XGLTYPE: b"20 path=some/name.py\n",
    }
    for suffix, (kind, content) in product(PACKERS, kinds.items()):
        with processor_seconds(3):
            read_or_refused(write(tmp_path, member("x", content, kind) * 3000 + member("a.py", b"1") + END, suffix))


def test_numbers_in_a_header_take_no_time(tmp_path: Path) -> None:
    numbers = (b"1" * 200_000, b"1" * 200_000 + b" x", b"11 x=" + b"2" * 200_000)
    for suffix, number in product(PACKERS, numbers):
        files = (member("x", number, tarfile.XHDTYPE) + member("a.py", b"1")) * 5 + END
        with processor_seconds(2):
            refused(write(tmp_path, files, suffix))


def test_a_sparse_map_without_end_is_one_line(tmp_path: Path) -> None:
    records = b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"
    bodies = (bytes(20 * 1024**2), b"9" * 20 * 1024**2, b"99999999\n" + b"1\n" * 1000, b"")
    for suffix, body in product(PACKERS, bodies):
        files = member("x", records, tarfile.XHDTYPE) + header("a.py", len(body)) + body
        with processor_seconds(3):
            assert read_or_refused(write(tmp_path, files, suffix)) == {}


def test_names_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "_MAX_NAMES_BYTES", 100_000)
    files = b"".join(
        member("x", b"n" * 50_000 + b"\0", tarfile.GNUTYPE_LONGNAME) + member("a.py", b"1") for _ in range(4)
    )
    assert "it holds names of more than" in refused(write(tmp_path, files + END, ".tar.gz"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_tar_with_any_bytes_changed_is_read_or_one_line(tmp_path: Path, data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(FORMATS))
    stored = io.BytesIO()
    with tarfile.open(fileobj=stored, mode="w", format=form) as archive:
        for number in range(4):
            info = tarfile.TarInfo("folder/" * data.draw(st.integers(0, 30)) + f"é{number}.py")
            info.size = 600 * number
            archive.addfile(info, io.BytesIO(b"x" * info.size))
    raw = bytearray(stored.getvalue())
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 255)), max_size=6)):
        raw[place] = value
    suffix = data.draw(st.sampled_from([*PACKERS]))
    read_or_refused(write(tmp_path, bytes(raw[: data.draw(st.integers(0, len(raw)))]), suffix))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_zip_with_any_bytes_changed_is_read_or_one_line(tmp_path: Path, data: st.DataObject) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"é{number}.py", b"x" * 600 * number)
    raw = bytearray(stored.getvalue())
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, len(raw) - 1), st.integers(0, 255)), max_size=6)):
        raw[place] = value
    (tmp_path / "a.zip").write_bytes(raw)
    read_or_refused(tmp_path / "a.zip")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.lists(st.integers(0, 2000) | st.sampled_from([511, 512, 513, 1024, 300_000]), max_size=8),
    form=st.sampled_from(FORMATS),
    suffix=st.sampled_from([*PACKERS]),
    depth=st.integers(0, 15),
)
def test_an_honest_tar_reads_as_tarfile_reads_it(
    tmp_path: Path, sizes: list[int], form: int, suffix: str, depth: int
) -> None:
    files = {f"{'deep/' * depth}{number}.py": os.urandom(size) for number, size in enumerate(sizes)}
    stored = io.BytesIO()
    with tarfile.open(fileobj=stored, mode="w", format=form) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            info.mtime = 1.5 if form == tarfile.PAX_FORMAT else 1
            archive.addfile(info, io.BytesIO(content))
    assert contents(write(tmp_path, stored.getvalue(), suffix)) == files


# Names


def test_a_name_stored_twice_is_said(tmp_path: Path) -> None:
    files = member("a.py", b"copy") + member("./a.py", b"x") + member("b.py", b"1") + member("a.py", b"last") + END
    with open_source(str(write(tmp_path, files))) as checkout:
        first, second, third = checkout.entries()
        assert first == Skipped("a.py", "stored 3 times in the archive: only the last one counts")
        assert isinstance(second, Entry)
        assert (second.path, second.read(), third.path) == ("a.py", b"last", "b.py")


def test_names_that_differ_by_case_or_spelling_are_all_read(tmp_path: Path) -> None:
    names = ["A.py", "a.py", "é.py", "é.py", "a.py ", "a.PY", "line\nend.py", "\x1b[31m.py", "a.py/b.py"]
    files = b"".join(member(name, name.encode()) for name in names)
    assert contents(write(tmp_path, files + END)) == {name: name.encode() for name in names}


def test_a_name_no_system_takes_is_named(tmp_path: Path) -> None:
    long = member("x", b"n/" * 5000 + b"a.py\0", tarfile.GNUTYPE_LONGNAME) + member("x", b"1")
    ((path, reason),) = contents(write(tmp_path, long + END)).items()
    assert len(path) < 200
    assert reason == "a path of 10,004 characters, which no system takes"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes in folders")
def test_what_is_no_file_is_no_archive(tmp_path: Path) -> None:
    for suffix in (".tar", ".tgz", ".zip", ".whl"):
        path = tmp_path / f"pipe{suffix}"
        os.mkfifo(path)
        assert "it is not a regular file" in refused(path)


def test_the_nearest_of_very_many_names_is_found_in_bounded_time() -> None:
    listing: list[Entry | Skipped] = [Skipped(f"{'folder/' * 40}{number}.py", "") for number in range(200_000)]
    with processor_seconds(5), pytest.raises(SourceError):
        inside(listing, "folder/" * 40 + "x.py", "a.zip")
