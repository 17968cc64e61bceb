"""A hostile index or server: each reply is files or one clear line, in bounded time, bytes and disk."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelkin.errors import SourceError
from modelkin.sources import connection, download, index, registry

from ..support.index_server import Index, serving, wheel
from ..support.processor_time import processor_seconds
from ..support.raw_server import always, raw_server, redirecting, trickling

WHEEL = "pkg-1.0-py3-none-any.whl"
GOOD = {"filename": WHEEL, "url": WHEEL, "hashes": {"sha256": "a" * 64}}
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture(autouse=True)
def _closed_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(download, "FIRST_WAIT_SECONDS", 0.01)
    for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with serving() as running:
        monkeypatch.setenv("PIP_INDEX_URL", running.url)
        yield running


def one_line(call: Callable[[], object], contains: str = "") -> str:
    with pytest.raises(SourceError) as raised:
        call()
    message = str(raised.value)
    assert message.isprintable(), message
    assert len(message) < 2000
    assert contains in message
    return message


def listed(page: bytes, monkeypatch: pytest.MonkeyPatch) -> dict[str, index.ReleaseFile]:
    """What `release_files` makes of the page."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://index.example/simple")
    monkeypatch.setattr(index, "fetch_text", lambda _url, _accept: page)
    return index.release_files("pkg")


def outcome(page: bytes, monkeypatch: pytest.MonkeyPatch) -> dict[str, index.ReleaseFile] | str:
    """The same, or the one line that it is refused with."""
    try:
        return listed(page, monkeypatch)
    except SourceError as error:
        message = str(error)
    assert message.isprintable()
    return message


def page(**fields: object) -> bytes:
    return json.dumps({"files": [GOOD | {key.replace("_", "-"): value for key, value in fields.items()}]}).encode()


ODD: list[Any] = [
    1e999, -1e999, float("nan"), -1, -(10**30), 10**30, 1.5, True, False, None, "", "12", "2024-01-01", [], [1], ["x"],
    {}, {"a": [{}]}, [[[[[]]]]], "\x1b[31m\n", "\ud800", "x" * 10_000, "2024-13-45T00:00:00Z", "٢٠٢٤-01-01", 0, 0.0,
]  # fmt: skip


@pytest.mark.parametrize("field", ["size", "upload_time", "yanked", "requires_python", "core_metadata", "provenance"])
def test_what_a_file_may_say_counts_as_unknown_when_it_is_of_another_kind(
    field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in ODD:
        found = outcome(page(**{field: value}), monkeypatch)
        if isinstance(found, str):  # NaN and lone surrogates are no JSON
            continue
        (file,) = found.values()
        assert file.filename == WHEEL
        assert type(file.size) is int
        assert file.size >= 0
        assert file.uploaded in ("", "2024-01-01")
        assert file.yanked.isprintable()


@pytest.mark.parametrize("field", ["filename", "url", "hashes"])
def test_what_a_file_must_say_is_refused_or_left_out_when_it_is_of_another_kind(
    field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in ODD:
        found = outcome(page(**{field: value}), monkeypatch)
        assert field == "url" or not found or "does not answer as a package index" in found


@pytest.mark.parametrize(
    "raw",
    [
        b'{"files": [{"filename": "pkg-1.0.tar.gz", "filename": 3, "url": "x", "hashes": {}}]}',
        b'{"files": 1e999}',
        b'{"files": null}',
        b'{"files": {}}',
        b"null",
        b"NaN",
        b'{"files": [' + b"[" * 100_000,
        b'{"files": [], "x": ' + b'{"a":' * 100_000,
        b'{"files": [{"size": ' + b"9" * 10_000 + b"}]}",
        b'{"files": [{"filename": "\xff\xfe"}]}',
        b"\xff\xfe" + '{"files": []}'.encode("utf-16-le"),
        gzip.compress(b'{"files": []}'),
        b"\0" * 100,
        b"",
    ],
)
def test_a_reply_that_is_no_page_is_one_line(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with processor_seconds(2):
        one_line(lambda: listed(raw, monkeypatch), "does not answer as a package index")


def test_a_byte_order_mark_and_doubled_keys_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert listed(b"\xef\xbb\xbf" + page(), monkeypatch)
    raw = page().replace(b'"url"', b'"size": 1, "size": 7, "url"')
    assert listed(raw, monkeypatch)["1.0"].size == 7
    assert listed(page(size=10**9).replace(b"1000000000", b"9" * 5000), monkeypatch)["1.0"].size == 0


def test_names_and_addresses_of_any_characters_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("http://[", "http://[::1/x", "http://a:b/c", "//[x]", "\x1b[2J", "http://\u2100/", "x" * 10_000, "é"):
        for file in listed(page(url=url), monkeypatch).values():
            with pytest.raises(SourceError) as raised:
                download.download(file.url, io.BytesIO(), "a" * 64, asked_by="http://127.0.0.1:1/")
            assert str(raised.value).isprintable()
    assert listed(page(filename="pkg-1.0\x1b[31m-py3-none-any.whl"), monkeypatch) == {}
    assert listed(page(filename="pkg-" + "1." * 200_000 + "0-py3-none-any.whl"), monkeypatch) == {}


def test_a_wheels_tags_do_not_multiply(monkeypatch: pytest.MonkeyPatch) -> None:
    tags = ".".join("a" * 25)
    files = [GOOD | {"filename": f"pkg-1.{number}-{tags}-{tags}-{tags}.whl"} for number in range(300)]
    with processor_seconds(2):
        assert listed(json.dumps({"files": files}).encode(), monkeypatch) == {}


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["filename", "url", "hashes", "size", "upload-time", "yanked"]
ITEMS = st.dictionaries(st.sampled_from(FIELDS), ANY_JSON, max_size=2).map(lambda odd: GOOD | odd)
# Files that are taken, of one release, so that what they say is compared.
TAKEN = st.dictionaries(st.sampled_from(FIELDS[3:]), st.sampled_from(ODD), max_size=2).map(lambda odd: GOOD | odd)
FILES = st.lists(TAKEN, min_size=2, max_size=4) | st.lists(ITEMS, max_size=3)
HTML_PARTS = [
    "<a ", "href=", "'", '"', ">", "</a>", "<!--", "-->", "#sha256=" + "a" * 64, WHEEL, " ", "data-yanked", "&#x0;",
    "http://[", "data-upload-time=", "<script>", "</script>", "\0", "é", "=", "/", "&amp", "<",
]  # fmt: skip
HTML = st.lists(st.sampled_from(HTML_PARTS), max_size=40).map(lambda parts: "<html>" + "".join(parts))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.one_of(FILES.map(lambda files: {"files": files}), ANY_JSON, HTML, st.binary()))
def test_any_reply_is_files_or_one_line(raw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    body = (
        raw if isinstance(raw, bytes) else (raw if isinstance(raw, str) else json.dumps(raw)).encode("utf-8", "replace")
    )
    found = outcome(body, monkeypatch)
    if isinstance(found, dict):
        for version, file in found.items():
            assert version == file.version
            assert index._SAFE_NAME.fullmatch(file.filename)
            assert type(file.size) is int
            assert file.size >= 0


HTML_TRAPS = [
    "<a href='", '<a href="', "<a ", "<a href=x ", "<a =", "<", "</", "<!--", "<!-->", "<!", "<?", "<a x=' y=\" ",
    "<a'\"", "<script>", "<title>", "<a  \n x   ", "&#9", "&a", "<a b='>' ", "<a href='x'>", "<a/////",
    "'", "<![CDATA[",
]  # fmt: skip


@pytest.mark.parametrize("trap", HTML_TRAPS)
def test_a_page_of_html_is_read_in_time_linear_in_its_length(trap: str) -> None:
    spent = []
    for count in (75_000, 150_000, 300_000):
        raw = b"<html>" + trap.encode() * count
        began = time.process_time()
        index.parse_page(raw)
        spent.append(time.process_time() - began)
    assert spent[2] < 4, spent
    assert spent[2] < 0.3 or spent[2] < 7 * spent[0], spent


def test_a_page_of_too_many_files_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MAX_FILES", 3)
    for raw in (json.dumps({"files": [GOOD] * 4}).encode(), b"<a href='x.whl'>" * 4):
        one_line(partial(listed, raw, monkeypatch), "does not answer as a package index")


def test_what_looks_like_a_link_in_a_comment_or_another_tag_is_none() -> None:
    html = f"""<!-- <a href="no"> --><p title="<a href='no'>"><script>"<a href=no>"</script><A x HREF =
        '{WHEEL}?a=1&amp;b' data-yanked=''>x</A><a href={WHEEL}><a href><a name=x><!--><a href=two.whl>"""
    found = index.parse_page(html.encode())
    assert [(file.filename, file.url) for file in found] == [
        (WHEEL, f"{WHEEL}?a=1&b"),
        (WHEEL, WHEEL),
        ("two.whl", "two.whl"),
    ]
    assert [file.yanked for file in found] == ["no reason given", "", ""]


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


@pytest.mark.parametrize(
    "answer",
    [
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
    ],
)
def test_what_is_not_http_is_one_line(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(always(answer)) as url:
        monkeypatch.setenv("PIP_INDEX_URL", url)
        one_line(lambda: index.release_files("pkg"))
        one_line(lambda: download.download(f"{url}/{WHEEL}", io.BytesIO(), "a" * 64))


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


# Redirects


NO_HTTP = [
    "ftp://127.0.0.1:1/x", "file:///etc/passwd", "data:,x", "gopher://x/", "javascript:x", "http:///x", "http://[",
    "\x01:x", "http://a b/", "http://" + "a" * 70 + ".x/", "http://a..b/", "http://%31%36%39.254.169.254/",
]  # fmt: skip


@pytest.mark.parametrize("target", NO_HTTP)
def test_a_redirect_goes_to_http_only(target: str) -> None:
    with raw_server(redirecting(target)) as url:
        one_line(lambda: download.fetch_text(url, "*/*"))


@pytest.mark.parametrize("scheme", ["ftp", "FTP", "gopher", "ssh"])
def test_a_redirect_to_another_protocol_reaches_no_one(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        target = f"{scheme}://127.0.0.1:{listening.getsockname()[1]}/x"
        with raw_server(redirecting(target)) as url:
            message = one_line(lambda: download.fetch_text(url, "*/*"))
        assert message.endswith(f"redirects to {target}, which is not an http or https address")
        with pytest.raises(TimeoutError):
            listening.accept()


LINK_LOCAL = [
    "169.254.169.254", "169.254.1.1", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518",
    "[::ffff:169.254.169.254]", "[fe80::1]", "[fe80::1%25lo]", "0.0.0.0", "0", "[::]", "[fd00:ec2::254]",
    "100.100.100.200", "[64:ff9b::a9fe:a9fe]", "[::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "224.0.0.1",
    "255.255.255.255", "168.63.129.16",
]  # fmt: skip


@pytest.mark.parametrize("host", LINK_LOCAL)
def test_no_redirect_and_no_index_leads_to_where_clouds_keep_secrets(host: str, served: Index) -> None:
    for port in ("", ":1"):
        with raw_server(redirecting(f"http://{host}{port}/latest/meta-data/")) as url:
            began = time.monotonic()
            message = one_line(partial(download.fetch_text, url, "*/*"))
            assert "an address no server may name" in message or "not an http or https address" in message
            assert time.monotonic() - began < 5
    served.add(WHEEL, wheel({}), url=f"http://{host}/{WHEEL}")
    message = one_line(lambda: registry.fetch("pkg"))
    assert "an address no server may name" in message or "not an http or https address" in message


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
]


@pytest.mark.parametrize("host", [*PRIVATE, "0x7f000001", "[::ffff:127.0.0.1]"])
def test_a_public_index_leads_to_no_private_address(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = connection.addresses

    def resolved(name: str, port: int = 0) -> list[connection.IPAddress]:
        return [ip_address("93.184.216.34")] if name == "public.example" else real(name, port)

    monkeypatch.setattr(connection, "addresses", resolved)
    with raw_server(lambda *_: asked.append(1)) as url:
        port = url.rpartition(":")[2]
        target = f"http://{host}:{port}/{WHEEL}"
        message = one_line(
            lambda: download.download(target, io.BytesIO(), "a" * 64, asked_by="http://public.example/simple")
        )
    assert "an address no server may name" in message
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


def test_addresses_are_shown_without_login_in_one_line() -> None:
    for url in (
        "http://me:se@cret@h/x",
        "http://[::1",
        "http://me:secret@h\n/x\x1b[2J",
        "http://me:secret@h/" + "x" * 9999,
    ):
        shown = connection.without_password(url)
        assert "secret" not in shown
        assert shown.isprintable()
        assert len(shown) < 400
