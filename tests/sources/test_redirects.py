"""A hostile server or index: it leads to no address that it must not, and a login goes to no other server."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator
from functools import partial
from ipaddress import ip_address
from itertools import product
from pathlib import Path

import pytest

from modelkin.errors import SourceError
from modelkin.sources import addresses, connection, download, registry

from ..support.error_lines import one_line
from ..support.index_server import Index, closed_off, serving, wheel
from ..support.raw_server import always, raw_server, redirecting

WHEEL = "pkg-1.0-py3-none-any.whl"


@pytest.fixture(autouse=True)
def _closed_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed_off(tmp_path, monkeypatch)
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with serving() as running:
        monkeypatch.setenv("PIP_INDEX_URL", running.url)
        yield running


NO_WEB_ADDRESSES = [
    "ftp://127.0.0.1:1/x", "file:///etc/passwd", "data:,x", "gopher://x/", "javascript:x", "http:///x", "http://[",
    "\x01:x", "http://a b/", "http://" + "a" * 70 + ".x/", "http://a..b/", "http://%31%36%39.254.169.254/",
]  # fmt: skip


def test_a_redirect_goes_to_http_only() -> None:
    for target in NO_WEB_ADDRESSES:
        with raw_server(redirecting(target)) as url:
            one_line(partial(download.fetch_text, url, "*/*"))


def test_a_redirect_to_another_protocol_reaches_no_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        for scheme in ("ftp", "FTP", "gopher", "ssh"):
            target = f"{scheme}://127.0.0.1:{listening.getsockname()[1]}/x"
            with raw_server(redirecting(target)) as url:
                message = one_line(partial(download.fetch_text, url, "*/*"))
            assert message.endswith(f"redirects to {target}, which is not an http or https address")
        with pytest.raises(TimeoutError):
            listening.accept()


LINK_LOCAL = [
    "169.254.169.254", "169.254.1.1", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518",
    "[::ffff:169.254.169.254]", "[fe80::1]", "[fe80::1%25lo]", "0.0.0.0", "0", "[::]", "[fd00:ec2::254]",
    "100.100.100.200", "[64:ff9b::a9fe:a9fe]", "[::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "224.0.0.1",
    "255.255.255.255", "168.63.129.16",
]  # fmt: skip


def is_refused(message: str) -> bool:
    return "an address no server may name" in message or "not an http or https address" in message


def test_no_redirect_leads_to_where_clouds_keep_secrets() -> None:
    reached = []
    for host, port in product(LINK_LOCAL, ("", ":1")):
        with raw_server(redirecting(f"http://{host}{port}/latest/meta-data/")) as url:
            began = time.monotonic()
            message = one_line(partial(download.fetch_text, url, "*/*"))
            if not is_refused(message) or time.monotonic() - began > 5:
                reached.append((host, port, message))
    assert not reached


def test_no_index_leads_to_where_clouds_keep_secrets(served: Index) -> None:
    reached = []
    for host in LINK_LOCAL:
        served.pages.clear()
        served.add(WHEEL, wheel({}), url=f"http://{host}/{WHEEL}")
        message = one_line(lambda: registry.fetch("pkg"))
        if not is_refused(message):
            reached.append((host, message))
    assert not reached


PRIVATE = [
    "127.0.0.1",
    "localhost",
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "[::1]",
    "[fc00::1]",
    "100.64.0.1",
    "127.1",
    "0x7f000001",
    "[::ffff:127.0.0.1]",
]


def test_a_public_index_leads_to_no_private_address(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = addresses.addresses

    def resolved(name: str, port: int = 0) -> list[addresses.IPAddress]:
        return [ip_address("93.184.216.34")] if name == "public.example" else real(name, port)

    monkeypatch.setattr(connection, "addresses", resolved)
    with raw_server(lambda *_: asked.append(1)) as url:
        port = url.rpartition(":")[2]
        for host in PRIVATE:
            target = f"http://{host}:{port}/{WHEEL}"
            fetch = partial(download.download, target, io.BytesIO(), "a" * 64, asked_by="http://public.example/simple")
            one_line(fetch, "an address no server may name")
    assert not asked


def test_a_name_that_changes_what_it_stands_for_is_checked_where_it_is_connected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    public = [ip_address("93.184.216.34")]
    asked = []
    with raw_server(lambda *_: asked.append(1)) as url:
        port = int(url.rpartition(":")[2])
        found = [(2, 1, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(
            connection, "addresses", lambda host, *_: public if "example" in host else [ip_address(host)]
        )
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        target = f"http://rebound.example:{port}/x"
        one_line(
            lambda: download.download(target, io.BytesIO(), "a" * 64, asked_by="http://public.example/"),
            "an address no server may name",
        )
    assert not asked


def test_a_private_index_may_redirect_within_private_addresses(served: Index) -> None:
    content = wheel({"pkg/a.py": b"x = 1\n"})
    served.add(WHEEL, content)
    base = served.url.removesuffix("/simple")
    with raw_server(redirecting(f"{base}/files/{WHEEL}", 307)) as url:
        served.pages["pkg"]["files"][0]["url"] = f"{url}/x"
        assert registry.fetch("pkg")[0].read_bytes() == content


def test_a_redirect_takes_no_login_along_and_does_not_go_on_for_ever(served: Index) -> None:
    served.pages["pkg"] = {"files": []}
    with raw_server(redirecting(f"{served.url}/pkg/")) as url:
        login = url.replace("http://", "http://me:secret@")
        assert download.fetch_text(login, "*/*")
        assert "Authorization" not in served.requests[-1][1]
    with raw_server(redirecting("/again")) as url:
        one_line(lambda: download.fetch_text(url, "*/*"), "redirects more than 5 times")


def test_the_users_proxy_is_used_and_is_no_way_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request.proxy_bypass", lambda _: False)
    asked = []

    def proxy(connection: socket.socket, path: bytes) -> None:
        asked.append(path)
        target = "http://169.254.169.254/secret" if b"away" in path else ""
        (redirecting(target) if target else always(b"HTTP/1.1 200 OK\r\n\r\nfine"))(connection, path)

    with raw_server(proxy) as url:
        monkeypatch.setenv("http_proxy", url)
        assert download.fetch_text("http://known-to-the-proxy.invalid/x", "*/*") == b"fine"
        one_line(
            lambda: download.fetch_text("http://known-to-the-proxy.invalid/away", "*/*"),
            "an address no server may name",
        )
    assert asked == [b"http://known-to-the-proxy.invalid/x", b"http://known-to-the-proxy.invalid/away"]


def test_a_redirect_does_not_leave_https() -> None:
    allowance = connection.Allowance("https://index.example/", 1000, 10)
    with pytest.raises(SourceError, match="redirects from https to http://index"):
        connection._next("https://index.example/", "http://index.example/x", allowance)
    assert connection._next("http://a.example/", "https://a.example/x", allowance) == "https://a.example/x"
    assert connection._next("https://a.example/b/", "../c d", allowance) == "https://a.example/c%20d"
