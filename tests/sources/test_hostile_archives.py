"""Hostile archives: headers that lie, damaged bytes and odd names are read, named or refused in one line."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelkin.errors import SourceError
from modelkin.results import Skipped
from modelkin.sources import open_source, tars
from modelkin.sources.checkout import Entry
from modelkin.sources.members import inside

from ..support.hostile_archives import END, PACKERS, contents, header, member, refused, write
from ..support.processor_time import processor_seconds

# Headers that lie


FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
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
