"""A hostile server: what it sends is one clear line, in bounded time, bytes and disk."""

from __future__ import annotations

import io
import shutil
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from modelkin.sources import addresses, download, index, registry

from ..support.error_lines import one_line
from ..support.index_server import Index, closed_off, serving, wheel
from ..support.processor_time import processor_seconds
from ..support.raw_server import always, raw_server, trickling

WHEEL = "pkg-1.0-py3-none-any.whl"
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture(autouse=True)
def _closed_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed_off(tmp_path, monkeypatch)
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with serving() as running:
        monkeypatch.setenv("PIP_INDEX_URL", running.url)
        yield running


# Time and bytes of a request


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (JSON_HEAD + b"\r\n", b" "),
        (JSON_HEAD + b"Content-Length: 1000000\r\n\r\n", b" "),
        (JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 503 Busy\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 99999\r\n", b"X: y\r\n"),
    ],
)
def test_a_server_that_trickles_is_given_up_in_total_time(
    answer: bytes, part: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "PAGE_SECONDS", 0.5)
    monkeypatch.setattr(download, "FILE_SECONDS", 0.5)
    stop = threading.Event()
    with raw_server(trickling(answer, part, 0.05, stop)) as url:
        for call in (
            lambda: download.fetch_text(f"{url}/simple/pkg/", "*/*"),
            lambda: download.download(f"{url}/{WHEEL}", io.BytesIO(), "a" * 64, 1_000_000),
        ):
            began = time.monotonic()
            one_line(call, "gave up on http://127.0.0.1")
            assert time.monotonic() - began < 10
        stop.set()


def test_retries_share_one_budget_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PAGE_SECONDS", 0.3)
    monkeypatch.setattr(download, "ATTEMPTS", 50)
    monkeypatch.setattr(download, "FIRST_WAIT_SECONDS", 0.05)
    with raw_server(always(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n")) as url:
        began = time.monotonic()
        one_line(lambda: download.fetch_text(url, "*/*"), "gave up on")
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("head", "part"),
    [
        (JSON_HEAD + b"\r\n", b" " * 65536),
        (JSON_HEAD + b"Content-Length: 99999999999\r\n\r\n", b" " * 65536),
        (JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"),
        (JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: " + b"y" * 60_000 + b"\r\n"),
        (JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", b"y" * 65536),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        (b"HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n", b"y" * 65536),
        (b"HTTP/1.1 404 No\r\n\r\n", b"y" * 65536),
        (b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 60_000 + b"\r\n"),
        (b"", b"y" * 65536),
    ],
)
def test_a_server_that_sends_without_end_is_given_up(head: bytes, part: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_PAGE_BYTES", 1024**2)
    stop = threading.Event()
    with raw_server(trickling(head, part, 0, stop)) as url, processor_seconds(10):
        one_line(lambda: download.fetch_text(url, "*/*"))
        stop.set()


NO_HTTP = [
    b"",
    b"\r\n\r\n",
    b"junk\r\n\r\n",
    b"HTTP/1.1 abc\r\n\r\n",
    b"HTTP/9.9 200 OK\r\n\r\n",
    b"HTTP/1.1 \xff\xfe \x1b[31m\r\n\r\n",
    b"HTTP/1.1 418 \x1b[31mred\x07\r\n\r\n",
    JSON_HEAD + b"Content-Length: abc\r\n\r\n",
    JSON_HEAD + b"Content-Length: -5\r\n\r\nxx",
    JSON_HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n",
    JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\nx",
    JSON_HEAD + b"X: y\r\n" * 300 + b"\r\n",
]


def test_what_is_not_http_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for answer in NO_HTTP:
        with raw_server(always(answer)) as url:
            monkeypatch.setenv("PIP_INDEX_URL", url)
            one_line(lambda: index.release_files("pkg"))
            one_line(partial(download.download, f"{url}/{WHEEL}", io.BytesIO(), "a" * 64))


# Files: before the first byte


def test_an_absurd_size_is_refused_before_the_first_byte(served: Index, tmp_path: Path) -> None:
    served.add(WHEEL, wheel({}), size=10**15)
    one_line(lambda: registry.fetch("pkg"), "1,000,000,000,000,000 bytes")
    assert not [path for path, _ in served.requests if "/files/" in path]
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_a_file_larger_than_the_disk_is_refused_before_the_first_byte(
    served: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.add(WHEEL, wheel({}), size=10**9)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 10**12 - 10**9, 10**9))
    one_line(lambda: registry.fetch("pkg"), "set MODELKIN_CACHE_DIR to a folder on another")
    assert not [path for path, _ in served.requests if "/files/" in path]


def test_without_a_size_the_servers_own_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_FILE_BYTES", 1000)
    with raw_server(always(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000)) as url:
        target = io.BytesIO()
        one_line(lambda: download.download(f"{url}/x", target, "a" * 64), "5,000 bytes, more than")
        assert target.getvalue() == b""


def test_without_any_size_a_cap_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_UNDECLARED_BYTES", 1024**2)
    stop = threading.Event()
    with raw_server(trickling(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536, 0, stop)) as url:
        target = io.BytesIO()
        one_line(lambda: download.download(f"{url}/x", target, "a" * 64), "is larger than 1 MB")
        assert len(target.getvalue()) <= 1024**2
        stop.set()


def test_addresses_are_shown_without_login_in_one_line() -> None:
    for url in (
        "http://me:se@cret@h/x",
        "http://[::1",
        "http://me:secret@h\n/x\x1b[2J",
        "http://me:secret@h/" + "x" * 9999,
    ):
        shown = addresses.without_password(url)
        assert "secret" not in shown
        assert shown.isprintable()
        assert len(shown) < 400
