"""Requests: which connections are used again, what is asked again or unpacked, and who is told a login."""

from __future__ import annotations

import gzip
import io
import os
import socket
import sys
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pytest

from modelkin.sources import download, registry
from modelkin.sources.connection import _JOURNEY
from modelkin.sources.index import listed_files

from ..support.error_lines import fails, one_line
from ..support.index_server import MODULE, Index, closed_off, serving, wheel
from ..support.raw_server import always, raw_server, redirecting

WHEEL = "pkg-1.0-py3-none-any.whl"


@pytest.fixture(autouse=True)
def _closed_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed_off(tmp_path, monkeypatch)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with serving() as running:
        monkeypatch.setenv("PIP_INDEX_URL", running.url)
        yield running


def body(content: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


# What is kept open.


def keeping(answers: list[bytes], opened: list[int], asked: list[bytes] | None = None) -> socket.socket:
    """A server that answers as many requests as there are answers, on connections that it keeps open."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        opened.append(1)
        with connection:
            while answers and (request := connection.recv(65536)):
                if asked is not None:
                    asked.append(request)
                connection.sendall(answers.pop(0))

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listening


def test_the_next_request_of_the_same_server_uses_the_connection_again() -> None:
    opened: list[int] = []
    with keeping([body(b"one"), body(b"two"), body(b"three")], opened) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        assert [download.fetch_text(f"{url}/{number}", "*/*") for number in range(3)] == [b"one", b"two", b"three"]
    assert opened == [1]
    assert _JOURNEY.get(None) is None


def test_an_open_connection_is_no_way_to_where_an_index_may_not_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    with keeping([body(b"mine"), body(b"secret")], opened) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/x"
        assert download.fetch_text(url, "*/*") == b"mine"
        monkeypatch.setattr(
            "modelkin.sources.connection.addresses",
            lambda host, *_: [ip_address("93.184.216.34" if host == "public.example" else "127.0.0.1")],
        )
        fetch = partial(download.download, url, io.BytesIO(), "a" * 64, asked_by="http://public.example/simple")
        one_line(fetch, "an address no server may name")
    assert opened == [1]


def test_bytes_of_a_connection_that_is_used_again_count_for_who_uses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_PAGE_BYTES", 1024)
    opened: list[int] = []
    with keeping([body(b"x" * 1000) for _ in range(5000)], opened) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/x"
        for _ in range(4500):  # more, in all, than one download may take
            assert len(download.fetch_text(url, "*/*")) == 1000
    assert opened == [1]


# What is asked again.


def test_a_server_is_asked_again_when_it_says_and_no_later_than_we_bear(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    for said, expected in (("7", 7), ("99999", download._MOST_WAIT_SECONDS), ("soon", 0.01), ("-5", 0.01)):
        with raw_server(always(body(b"", f"Retry-After: {said}", status="429 Slow down"))) as url:
            one_line(partial(download.fetch_text, url, "*/*"), "it answers 429 Slow down")
        assert slept.pop(0) == pytest.approx(expected), said
        slept.clear()


# What is unpacked.


def test_a_page_may_come_packed(index: Index) -> None:
    content = wheel(MODULE)
    index.add(WHEEL, content)
    packed = gzip.compress(b'{"files": []}' + b" " * 100_000)
    with raw_server(always(body(packed, "Content-Encoding: gzip"))) as url:
        assert download.fetch_text(url, "*/*").strip() == b'{"files": []}'
    assert registry.fetch("pkg")[0].read_bytes() == content
    asked = [headers.get("Accept-Encoding") for _, headers in index.requests]
    assert asked == ["gzip", "identity"]


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_page_that_unpacks_without_end_is_refused(layers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_PAGE_BYTES", 1024**2)
    packed = b"\0" * (256 * 1024**2)
    for _ in range(layers):
        packed = gzip.compress(packed)
    encodings = ", ".join(["gzip"] * layers)
    with raw_server(always(body(packed, f"Content-Encoding: {encodings}"))) as url:
        one_line(lambda: download.fetch_text(url, "*/*"), "is a page of more than 1 MB: refused")


@pytest.mark.parametrize(
    "headers", [["Content-Encoding: gzip"], ["Content-Encoding: " + ", ".join(["gzip"] * 50)], ["Content-Encoding: br"]]
)
def test_what_cannot_be_unpacked_is_one_line(headers: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(always(body(b"not packed", *headers))) as url:
        monkeypatch.setenv("PIP_INDEX_URL", url)
        one_line(lambda: listed_files("pkg"))


# Who is told a login.


def logins(index: Index) -> list[str | None]:
    return [headers.get("Authorization") for _, headers in index.requests]


def test_the_login_of_the_index_goes_to_its_files_too_and_is_not_kept(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add(WHEEL, wheel(MODULE))
    monkeypatch.setenv("PIP_INDEX_URL", index.url.replace("://", "://ann:pa55@"))
    path, release = registry.fetch("pkg")
    assert logins(index) == ["Basic YW5uOnBhNTU="] * 2
    assert "pa55" not in repr(release)
    assert all(b"pa55" not in file.read_bytes() for file in path.parent.iterdir())


def test_a_login_may_have_letters_of_any_script(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.add(WHEEL, wheel(MODULE))
    for login, encoding in (("%C3%BCbe:pa55", "latin-1"), ("%E4%BD%A0:%F0%9F%94%91", "utf-8")):
        monkeypatch.setenv("PIP_INDEX_URL", index.url.replace("://", f"://{login}@"))
        registry.fetch("pkg")
        assert b64decode((logins(index)[-1] or "").removeprefix("Basic ")).decode(encoding) == unquote(login)


def test_the_login_of_the_index_does_not_go_to_the_files_of_another_server(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add(WHEEL, wheel(MODULE))
    with serving() as other:
        other.files = index.files
        index.pages["pkg"]["files"][0]["url"] = f"{other.url.removesuffix('/simple')}/files/{WHEEL}"
        monkeypatch.setenv("PIP_INDEX_URL", index.url.replace("://", "://ann:pa55@"))
        registry.fetch("pkg")
        assert (logins(index), logins(other)) == (["Basic YW5uOnBhNTU="], [None])


def test_netrcs_login_stays_with_the_server_it_was_asked_of(index: Index, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ann password pa55\n")
    index.pages["pkg"] = {"files": []}
    assert download.fetch_text(f"{index.url}/pkg/", "*/*")
    # netrc knows hosts, not ports: another server on the same host is another one.
    with raw_server(redirecting(f"{index.url}/pkg/")) as url:
        assert download.fetch_text(url, "*/*")
    assert logins(index) == ["Basic YW5uOnBhNTU=", None]
    with serving() as other:
        other.files[WHEEL] = wheel(MODULE)
        target = f"{other.url.removesuffix('/simple')}/files/{WHEEL}"
        one_line(lambda: download.download(target, io.BytesIO(), "a" * 64, asked_by=index.url), "SHA-256")
        assert logins(other) == [None]


def test_a_login_stays_through_a_redirect_on_its_own_server() -> None:
    asked: list[bytes] = []
    answers = [body(b"", "Location: /there/", status="302 Found"), body(b"fine")]
    with keeping(answers, [], asked) as listening:
        url = f"http://ann:pa55@127.0.0.1:{listening.getsockname()[1]}/here/"
        assert download.fetch_text(url, "*/*") == b"fine"
    assert [request.split(b" ")[1] for request in asked] == [b"/here/", b"/there/"]
    assert all(b"Authorization: Basic YW5uOnBhNTU=\r\n" in request for request in asked)


def test_keyring_is_asked_once_a_server_wants_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def get_credential(service: str, user: str | None) -> object:
        asked.append(service)
        assert user is None
        return SimpleNamespace(username="ann", password="pa55")

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_credential=get_credential))
    answers = [body(b"", status="401 Who"), body(b"fine"), body(b"", status="401 Who"), body(b"", status="401 Who")]
    with keeping(answers, []) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        monkeypatch.setenv("PIP_INDEX_URL", f"{url}/simple")
        assert download.fetch_text(f"{url}/simple/pkg/", "*/*") == b"fine"
        one_line(lambda: download.fetch_text(f"{url}/simple/pkg/", "*/*"), "it answers 401 Who")
    assert asked == [f"{url}/simple"] * 2


# Further indexes.


def test_releases_of_all_indexes_are_known_and_a_file_of_two_is_of_the_first(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.add(WHEEL, wheel(MODULE))
    with serving() as other:
        other.add(WHEEL, wheel({"pkg/other.py": b"x = 2\n"}))
        other.add("pkg-2.0-py3-none-any.whl", wheel(MODULE))
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", other.url)
        assert {(file.version, file.index) for file in listed_files("pkg")} == {("1.0", index.url), ("2.0", other.url)}
        assert registry.fetch("pkg", "1.0")[0].read_bytes() == wheel(MODULE)
        assert registry.fetch("pkg")[1].version == "2.0"
        fails("pypi:nothing==1.0", f"there is no package called nothing on {index.url} or {other.url}")


def test_an_index_that_does_not_answer_is_named(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.add(WHEEL, wheel(MODULE))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "http://127.0.0.1:1/simple")
    fails("pypi:pkg==1.0", "cannot reach http://127.0.0.1:1/simple/pkg/: Connection refused")
