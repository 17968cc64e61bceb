"""An archive opens to its members in memory; a hostile one is named, never obeyed."""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import pytest

from modelkin.errors import SourceError
from modelkin.results import Skipped
from modelkin.sources import open_source
from modelkin.sources.checkout import Checkout, Entry
from modelkin.sources.members import MAX_MEMBER_BYTES

FILES = {"b.py": b"b = 1\n", "pkg/z.py": b"z = 1\n", "pkg/a/c.py": b"c = 1\n", "LICENSE": b"MIT\n", "pkg.py": b""}
TAR_MODES = {".tar": "w:", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.bz2": "w:bz2", ".tar.xz": "w:xz"}


def write_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def write_tar(path: Path, files: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


@contextmanager
def opened(path: Path, inner: str = "") -> Iterator[Checkout]:
    with open_source(f"{path}{inner}") as checkout:
        yield checkout


def contents(path: Path, inner: str = "") -> dict[str, bytes | str]:
    """Bytes of what can be read, the reason of what cannot."""
    found: dict[str, bytes | str] = {}
    with opened(path, inner) as checkout:
        for item in checkout.entries():
            result = item.read() if isinstance(item, Entry) else item
            found[item.path] = result.reason if isinstance(result, Skipped) else result
    return found


@pytest.mark.parametrize("suffix", [".zip", ".whl", *TAR_MODES])
def test_members_are_listed_as_a_folder_would_be_and_read_in_any_order(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"Archive{suffix.upper()}"
    if suffix in TAR_MODES:
        write_tar(path, FILES, TAR_MODES[suffix])
    else:
        write_zip(path, FILES)
    assert contents(path) == FILES
    assert list(contents(path)) == ["LICENSE", "b.py", "pkg/a/c.py", "pkg/z.py", "pkg.py"]
    with opened(path) as checkout:
        entries = [item for item in checkout.entries() if isinstance(item, Entry)]
        assert [entry.read() for entry in reversed(entries)] == [FILES[entry.path] for entry in reversed(entries)]
        assert [entry.size for entry in entries] == [len(FILES[entry.path]) for entry in entries]


def test_a_path_inside_names_one_member_or_folder(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", FILES)
    assert list(contents(path, "!pkg")) == ["pkg/a/c.py", "pkg/z.py"]
    with opened(path, "!pkg") as checkout:
        assert checkout.whole is not None
        assert [entry.path for entry in checkout.whole()] == ["LICENSE", "b.py", "pkg/a/c.py", "pkg/z.py", "pkg.py"]
    assert list(contents(path, "!pkg/z.py")) == ["pkg/z.py"]


def test_a_path_inside_that_is_not_there_is_an_error_with_the_nearest_name(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", FILES)
    with (
        pytest.raises(SourceError, match=r"there is no pkg/y\.py in it; the nearest name is pkg/z\.py"),
        opened(path, "!pkg/y.py"),
    ):
        pass


def test_a_wheel_tells_its_project_and_release(tmp_path: Path) -> None:
    wheel = write_zip(tmp_path / "x.whl", {"Open_Clip.torch-2.24.0.dist-info/METADATA": b"", "open_clip/a.py": b""})
    with opened(wheel) as checkout:
        assert (checkout.project, checkout.release) == ("open-clip-torch", "2.24.0")
    with opened(write_zip(tmp_path / "y.zip", FILES)) as checkout:
        assert (checkout.project, checkout.release) == ("", "")


HOSTILE = ["../up.py", "/etc/abs.py", "a/../../up.py", "..\\win.py", "C:\\abs.py", "\\\\host\\share.py", ".."]


def test_a_member_that_would_leave_the_archive_is_named(tmp_path: Path) -> None:
    for name in HOSTILE:
        expected = {name: "path leaves the archive", "ok.py": b"1"}
        assert contents(write_zip(tmp_path / "a.zip", {name: b"x", "ok.py": b"1"})) == expected, name
        assert contents(write_tar(tmp_path / "a.tgz", {name: b"x", "ok.py": b"1"})) == expected, name
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tgz", "a.zip"], name


def test_needless_parts_of_a_name_are_dropped_and_the_last_of_two_members_counts(tmp_path: Path) -> None:
    assert contents(write_tar(tmp_path / "a.tar", {"./a//b.py": b"1", "a/b.py": b"2"}, "w:")) == {"a/b.py": b"2"}


def test_folders_in_an_archive_are_no_entries(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/", b"")
        archive.writestr("folder/a.py", b"1")
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        info = tarfile.TarInfo("folder")
        info.type = tarfile.DIRTYPE
        tar.addfile(info)
    assert contents(path) == {"folder/a.py": b"1"}
    assert contents(tmp_path / "a.tar") == {}


def test_links_devices_and_pipes_in_a_tar_are_named(tmp_path: Path) -> None:
    kinds = {"s.py": tarfile.SYMTYPE, "h.py": tarfile.LNKTYPE, "d.py": tarfile.CHRTYPE, "p.py": tarfile.FIFOTYPE}
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, kind in kinds.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert contents(tmp_path / "a.tar") == {
        "d.py": "not a regular file (a pipe, a socket or a device)",
        "h.py": "link to /etc/passwd in an archive",
        "p.py": "not a regular file (a pipe, a socket or a device)",
        "s.py": "symbolic link in an archive",
    }


def test_links_and_devices_in_a_zip_are_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, kind in {"link.py": stat.S_IFLNK, "device.py": stat.S_IFCHR, "file.py": stat.S_IFREG}.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = kind << 16
            archive.writestr(info, b"/etc/passwd")
    assert contents(tmp_path / "a.zip") == {
        "device.py": "not a regular file (a pipe, a socket or a device)",
        "file.py": b"/etc/passwd",
        "link.py": "symbolic link in an archive",
    }


def test_encrypted_members_and_unbounded_compression_are_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("bz2.py", b"x" * 99, zipfile.ZIP_BZIP2)
        archive.writestr("secret.py", b"x")
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    entry = raw.rindex(b"PK\x01\x02")
    raw[entry + 8] |= 1
    (tmp_path / "a.zip").write_bytes(raw)
    assert contents(tmp_path / "a.zip") == {
        "bz2.py": "compressed by a method other than deflate",
        "secret.py": "encrypted",
    }


def altered_size(path: Path, size: int) -> Path:
    """The zip with its only member declaring ``size`` bytes."""
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, raw.index(b"PK\x03\x04") + 22, size)
    struct.pack_into("<I", raw, raw.index(b"PK\x01\x02") + 24, size)
    path.write_bytes(raw)
    return path


def test_a_member_that_inflates_past_its_declared_size_is_named(tmp_path: Path) -> None:
    path = altered_size(write_zip(tmp_path / "a.zip", {"bomb.py": b"\0" * 10_000_000}), 100)
    reason = contents(path)["bomb.py"]
    assert isinstance(reason, str)
    assert reason.startswith("damaged, or larger than the archive declares")


def test_a_member_larger_than_any_source_is_not_inflated(tmp_path: Path) -> None:
    size = MAX_MEMBER_BYTES + 1
    path = write_zip(tmp_path / "a.zip", {"bomb.py": b"x"})
    assert contents(altered_size(path, size)) == {"bomb.py": "64 MB is over the limit of 64 MB in an archive"}
    with tarfile.open(tmp_path / "a.tgz", "w:gz", compresslevel=1) as archive:
        info = tarfile.TarInfo("bomb.py")
        info.size = size
        with Path("/dev/zero").open("rb") as zeros:
            archive.addfile(info, zeros)
    assert contents(tmp_path / "a.tgz") == {"bomb.py": "64 MB is over the limit of 64 MB in an archive"}


def test_members_that_inflate_too_far_together_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelkin.sources.archive.MAX_TOTAL_BYTES", 15)
    found = contents(write_zip(tmp_path / "a.zip", {"a.py": b"x" * 10, "b.py": b"x" * 10, "c.py": b"x" * 5}))
    reason = "the archive inflates past the limit for all its members"
    assert found == {"a.py": b"x" * 10, "b.py": reason, "c.py": b"x" * 5}


def test_a_tar_that_inflates_too_far_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelkin.sources.tars.MAX_TOTAL_BYTES", 2 * 1024**2)
    path = write_tar(tmp_path / "a.tgz", {"bomb.py": bytes(3 * 1024**2)})
    with pytest.raises(SourceError, match="it inflates to more than"), opened(path):
        pass


def test_an_archive_of_too_many_members_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelkin.sources.archive.MAX_MEMBERS", 3)
    monkeypatch.setattr("modelkin.sources.tars.MAX_MEMBERS", 3)
    for path in (write_zip(tmp_path / "a.zip", FILES), write_tar(tmp_path / "a.tgz", FILES)):
        with pytest.raises(SourceError, match="it holds more than 3 members"), opened(path):
            pass


def test_a_tar_header_that_claims_gigabytes_is_an_error(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 2**31
    (tmp_path / "a.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))
    with pytest.raises(SourceError, match=r"a header of 2,147,483,648 bytes"), opened(tmp_path / "a.tar"):
        pass


def test_a_sparse_member_is_named(tmp_path: Path) -> None:
    info = tarfile.TarInfo("sparse.py")
    info.type = tarfile.GNUTYPE_SPARSE
    (tmp_path / "a.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))
    assert contents(tmp_path / "a.tar") == {"sparse.py": "sparse file in an archive"}


def test_a_damaged_archive_is_an_error_in_one_line(tmp_path: Path) -> None:
    for suffix, kept in product((".zip", ".whl", *TAR_MODES), (0, 1, 40, 300)):
        files = {f"pkg/{number}.py": bytes(range(256)) * 4 for number in range(20)}
        path = tmp_path / f"a{suffix}"
        raw = (
            write_tar(path, files, TAR_MODES[suffix]) if suffix in TAR_MODES else write_zip(path, files)
        ).read_bytes()
        path.write_bytes(raw[:kept] if suffix != ".tar" or kept else b"junk" * 300)
        with pytest.raises(SourceError, match=r"\Acannot open [^\n]*: [^\n]+\Z"), opened(path):
            pass


def test_a_zip_member_with_altered_bytes_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.py": bytes(range(256)) * 9, "b.py": b"fine"})
    raw = bytearray(path.read_bytes())
    raw[60:70] = b"\xff" * 10
    path.write_bytes(raw)
    found = contents(path)
    assert str(found["a.py"]).startswith("damaged")
    assert found["b.py"] == b"fine"


def test_a_tar_member_whose_name_is_not_utf8_is_listed(tmp_path: Path) -> None:
    write_tar(tmp_path / "a.tar", {"caf\udce9.py": b"1", "\x1b[31m.py": b"2"}, "w:")
    assert contents(tmp_path / "a.tar") == {"caf\udce9.py": b"1", "\x1b[31m.py": b"2"}


def test_an_archive_that_may_not_be_opened_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "loop.zip").symlink_to("loop.zip")
    (tmp_path / "a.tgz").symlink_to("gone")
    for path in (tmp_path / "loop.zip", tmp_path / "a.tgz"):
        with pytest.raises(SourceError), opened(path):
            pass
