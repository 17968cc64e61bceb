"""The first release that holds a path dates it, whichever way the same release is scanned; no network is no error."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelkin.dating import release_dates
from modelkin.dating.dates import dates_of
from modelkin.results import FileDate, Ground
from modelkin.sources import open_source

from ..support.git_histories import committed, needs_git_and_shell
from ..support.index_server import Index, chosen_index, wheel

A, B, C = "pkg/a.py", "pkg/sub/b.py", "pkg/c.py"
DAYS = {"1.0": "2021-01-01", "1.1": "2022-02-02", "2.0": "2023-03-03", "3.0": "2024-04-04"}
PATHS = {"1.0": (A,), "1.1": (A, B), "2.0": (A, B, C), "3.0": (A, B, C, "pkg/later.py")}


def release(version: str) -> bytes:
    """A wheel of its paths, whose contents change with each release."""
    files = {path: f"x = {version!r}\n".encode() for path in PATHS[version]}
    record = "".join(f"{path},sha256={urlsafe_digest(content)},{len(content)}\n" for path, content in files.items())
    info = f"pkg-{version}.dist-info"
    return wheel({f"{info}/METADATA": b"Name: pkg\n", f"{info}/RECORD": record.encode(), **files})


def urlsafe_digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


def sdist(files: dict[str, bytes], at: int = 0) -> bytes:
    stored = io.BytesIO()
    with tarfile.open(fileobj=stored, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), at
            archive.addfile(member, io.BytesIO(content))
    return stored.getvalue()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with chosen_index(tmp_path, monkeypatch) as running:
        for version, day in DAYS.items():
            running.add(f"pkg-{version}-py3-none-any.whl", release(version), **{"upload-time": f"{day}T01:02:03Z"})
        yield running


@pytest.fixture
def on_disk(tmp_path: Path) -> Path:
    path = tmp_path / "pkg-2.0-py3-none-any.whl"
    path.write_bytes(release("2.0"))
    return path


def dated(spec: object, *paths: str) -> list[FileDate]:
    with open_source(str(spec)) as checkout:
        ask = dates_of(checkout)
        return [ask(path) for path in paths]


def first(version: str, claim: bool = False) -> FileDate:
    """What is said of a path that came in ``version``, in release 2.0; if ``claim``, by the source's own word."""
    says = f"pkg {version}, the first release with the path"
    newest, project = (DAYS["2.0"], "") if claim else ("", "pkg")
    return FileDate(DAYS[version], Ground.RELEASE, claim, False, says, newest, project)


def listings(index: Index) -> list[str]:
    return [path.rpartition("/")[2] for path, headers in index.requests if "Range" in headers]


def test_the_first_release_with_the_path_dates_it(index: Index) -> None:
    assert dated("pypi:pkg==2.0", C, A, B) == [first("2.0"), first("1.0"), first("1.1")]
    assert "pkg-3.0-py3-none-any.whl" not in listings(index)


def test_nothing_is_asked_before_the_first_file(index: Index) -> None:
    with open_source("pypi:pkg==2.0") as checkout:
        count = len(index.requests)
        ask = dates_of(checkout)
        assert len(index.requests) == count
        ask(A)
        assert len(index.requests) > count
    index.requests.clear()
    dated("pypi:pkg==2.0", A, B, C)
    assert listings(index) == [], "a listing was asked for again"


@pytest.mark.usefixtures("index")
def test_a_wheel_on_disk_is_the_release_if_it_has_its_digest(on_disk: Path) -> None:
    assert dated(on_disk, C, A) == [first("2.0"), first("1.0")]
    with zipfile.ZipFile(on_disk, "a") as archive:
        archive.writestr("pkg/own.py", "x = 1\n")
    claimed = dated(on_disk, C, A, "pkg/own.py")
    assert claimed[:2] == [first("2.0", claim=True), first("1.0", claim=True)]
    assert claimed[2].date != DAYS["2.0"]


@pytest.fixture
def unpacked(on_disk: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(on_disk) as archive:
        archive.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def test_what_an_unpacked_wheel_has_of_the_release_byte_by_byte_is_no_claim(index: Index, unpacked: Path) -> None:
    (unpacked / B).write_text("x = 'changed'\n")
    shutil.copy(unpacked / A, unpacked / "pkg/own.py")
    found = dated(unpacked, C, A, B, "pkg/own.py")
    assert found[:3] == [first("2.0"), first("1.0"), first("1.1", claim=True)]
    assert found[3].date == ""
    index.requests.clear()
    assert dated(unpacked, A) == [first("1.0")]
    assert listings(index) == [], "the digests were asked for again"


@pytest.mark.usefixtures("index")
def test_an_unpacked_wheel_that_says_two_things_is_no_release(unpacked: Path) -> None:
    (unpacked / "other-1.0.dist-info").mkdir()
    (unpacked / "other-1.0.dist-info/METADATA").write_text("")
    assert dated(unpacked, A) == [FileDate()], "one of two releases was chosen"


def test_a_record_that_cannot_be_read_leaves_claims(index: Index, unpacked: Path) -> None:
    claims = [first("1.0", claim=True)]
    for record in (b'"pkg/a.py', b"pkg/a.py,sha256=!!,1\n", b"pkg/a.py,sha256=AAAA,1\n", b"pkg/a.py\n", b"\xff,\x00,1"):
        damaged = wheel({"pkg-2.0.dist-info/METADATA": b"", "pkg-2.0.dist-info/RECORD": record, A: b"x = '2.0'\n"})
        index.add("pkg-2.0-py3-none-any.whl", damaged, **{"upload-time": f"{DAYS['2.0']}T01:02:03Z"})
        assert dated(unpacked, A) == claims, record


@needs_git_and_shell
@pytest.mark.usefixtures("index")
def test_of_one_day_the_registry_comes_before_the_commit(unpacked: Path, tmp_path: Path) -> None:
    repository, day = tmp_path / "repo", 1_677_844_800
    files = {path.relative_to(unpacked).as_posix(): path.read_text() for path in unpacked.rglob("*") if path.is_file()}
    committed(repository, files, day)
    assert dated(repository, C) == [first("2.0")]
    committed(repository, {C: "x = 'changed'\n"}, day)
    assert dated(repository, C)[0].claim


@pytest.mark.usefixtures("index")
def test_a_local_version_is_of_the_release_it_was_built_from(tmp_path: Path) -> None:
    path = tmp_path / "pkg-2.0+cu121-py3-none-any.whl"
    path.write_bytes(wheel({"pkg-2.0+cu121.dist-info/METADATA": b"", A: b"x = 1\n"}))
    assert dated(path, A) == [first("1.0", claim=True)]


def test_sdists_and_wheels_speak_of_the_same_paths(index: Index, tmp_path: Path) -> None:
    old = sdist({f"pkg-0.1/src/{A}": b"x = 1\n", "pkg-0.1/setup.py": b""})
    index.add("pkg-0.1.tar.gz", old, **{"upload-time": "2020-01-01T00:00:00Z"})
    assert [each.date for each in dated("pypi:pkg==2.0", A, C)] == ["2020-01-01", DAYS["2.0"]]
    path = tmp_path / "pkg-2.0.tar.gz"
    info = b"Metadata-Version: 2.1\nName: pkg\nVersion: 2.0\n\nVersion: 9\n"
    path.write_bytes(sdist({"pkg-2.0/PKG-INFO": info, f"pkg-2.0/src/{C}": b"x = 1\n", f"pkg-2.0/{B}": b"x = 1\n"}))
    found = dated(path, f"pkg-2.0/src/{C}", f"pkg-2.0/{B}")
    assert found == [first("2.0", claim=True), first("1.1", claim=True)]


@pytest.mark.usefixtures("index")
def test_without_a_network_the_next_best_tells(on_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dated("pypi:pkg==2.0")
    with zipfile.ZipFile(tmp_path / "timed-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(zipfile.ZipInfo("timed-1.0.dist-info/METADATA", (2019, 5, 6, 7, 8, 9)), "")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    itself = FileDate(DAYS["2.0"], Ground.RELEASE, at_latest=True, says="pkg 2.0 itself", project="pkg")
    assert dated("pypi:pkg==2.0", A) == [itself]
    assert dated(on_disk, A) == [FileDate()]
    newest = FileDate("2019-05-06", Ground.ARCHIVE, True, True, "the newest time in the archive", "2019-05-06")
    assert dated(tmp_path / "timed-1.0-py3-none-any.whl", "any.py") == [newest]


def test_a_release_that_cannot_be_listed_makes_later_ones_a_bound(index: Index) -> None:
    index.add("pkg-0.5.tar.gz", b"no archive", **{"upload-time": "2021-06-01T00:00:00Z"})
    found = dated("pypi:pkg==2.0", A, B)
    assert found[0] == first("1.0")
    assert (found[1].date, found[1].at_latest, "not all releases" in found[1].says) == (DAYS["1.1"], True, True)


@pytest.mark.usefixtures("index")
def test_beyond_a_bound_the_release_dates_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_dates, "MOST_RELEASES", 1)
    assert dated("pypi:pkg==2.0", A) == [first("1.0")]
    monkeypatch.setattr(release_dates, "SECONDS", -1.0)
    itself = FileDate(DAYS["2.0"], Ground.RELEASE, at_latest=True, says="pkg 2.0 itself", project="pkg")
    assert dated("pypi:pkg==2.0", A, C) == [itself, itself]


def test_releases_whose_day_is_not_known_date_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with chosen_index(tmp_path, monkeypatch) as index:
        index.add("pkg-1.0-py3-none-any.whl", release("1.0"), **{"upload-time": None})
        assert dated("pypi:pkg==1.0", A)[0].date == ""


@needs_git_and_shell
@pytest.mark.usefixtures("index")
def test_all_forms_of_one_release_agree(on_disk: Path, tmp_path: Path) -> None:
    """A repository that was committed on the release's day can be no older, and is no younger than the release."""
    with zipfile.ZipFile(on_disk) as archive:
        archive.extractall(tmp_path / "unpacked")
    day = 1_677_844_800
    committed(tmp_path / "repo", dict.fromkeys(PATHS["2.0"], "x = '2.0'\n"), day)
    for source in ("pypi:pkg==2.0", on_disk, tmp_path / "unpacked", tmp_path / "repo"):
        (found,) = dated(source, C)
        assert (found.date, found.at_latest) == (DAYS["2.0"], False), source


def test_archives_date_by_their_newest_member(tmp_path: Path) -> None:
    def tar(*times: int) -> bytes:
        stored = io.BytesIO()
        with tarfile.open(fileobj=stored, mode="w") as archive:
            for number, at in enumerate(times):
                member = tarfile.TarInfo(f"{number}.py")
                member.mtime = at
                archive.addfile(member)
        return stored.getvalue()

    for content, expected in {
        tar(1_500_000_000, 1_600_000_000): "2020-09-13",
        tar(0): "",
        tar(1_580_601_600): "",  # what hatchling always writes
        tar(1_500_000_000, 5_000_000_000, -1): "2017-07-14",
        tar(2**60): "",
    }.items():
        (tmp_path / "x.tar").write_bytes(content)
        assert dated(tmp_path / "x.tar", "0.py")[0].date == expected
    for when, expected in {
        (1980, 1, 1): "", (2018, 3, 4): "2018-03-04", (2016, 1, 1): "", (2107, 1, 1): "", (2018, 0, 0): "",
    }.items():  # fmt: skip
        member = zipfile.ZipInfo("a.py")
        member.date_time = (*when, 0, 0, 0)
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            archive.writestr(member, os.urandom(3))
        assert dated(tmp_path / "x.zip", "a.py")[0].date == expected, when
