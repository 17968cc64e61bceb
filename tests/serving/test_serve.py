"""An audit that is served: only to who has the token, only what is asked for rightly, and as the journal is now."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelkin.audit.outcome import open_audit
from modelkin.reports.audit_pages.row_views import address
from modelkin.results import Level

from ..support.audit_processes import wait_for
from ..support.index_server import serving as serving_index
from ..support.index_server import wheel
from ..support.journals import many, sealed, write_journal
from ..support.served import Served, serving

COUNT = 90


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_journal(tmp_path_factory.mktemp("served") / "audit.jsonl", many(COUNT))


@pytest.fixture(scope="module")
def served(journal: Path) -> Iterator[Served]:
    with serving(journal, "--allow-scan", "--index", str(journal.with_suffix(".sqlite"))) as server:
        server.open()
        yield server


def proof_in(page: str) -> str:
    found = re.search(r'name="proof" value="([^"]+)"', page)
    assert found
    return found[1]


def test_who_has_the_token_gets_a_cookie_and_an_address_without_it(served: Served) -> None:
    answer = served.open()
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Path=/"))
    assert served.address.partition("token=")[2] not in cookie
    assert served.ask("/").status == 200


def test_nobody_else_is_let_in(served: Served) -> None:
    token = served.address.partition("token=")[2]
    paths = ("/", "/state", "/rows", "/repositories.csv", "/scan", "/index.html", "/nowhere")
    wrong = (
        "",
        "modelkin=1",
        f"modelkin-{served.port}=wrong",
        f"modelkin-{served.port}={token}",
        "\x01;=;;",
        "a" * 900,
    )
    for cookie in wrong:
        found = {path: served.ask(path, cookie=cookie or " ").status for path in paths}
        assert found == dict.fromkeys(paths, 403), cookie
    for query in ("token=", "token=wrong", f"token={token[:-1]}", f"token={token}x", "token=%ff%00"):
        assert served.ask(f"/?{query}", cookie=" ").status == 403, query
    assert served.ask(f"/state?token={token}", cookie=" ").status == 403


def test_a_request_under_another_host_or_from_another_site_is_refused(served: Served) -> None:
    assert served.ask("/", host=f"localhost:{served.port}").status == 200
    for host in ("evil.example", f"evil.example:{served.port}", "127.0.0.1", f"127.0.0.1.evil.example:{served.port}"):
        assert served.ask("/", host=host).status == 421, host
    twice = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nHost: evil.example\r\n\r\n".encode()
    assert served.raw(twice).startswith((b"HTTP/1.1 400", b"HTTP/1.1 421"))
    assert served.ask("/state", sec_fetch_site="cross-site").status == 403
    assert served.ask("/state", sec_fetch_site="same-site").status == 403
    assert served.ask("/state", sec_fetch_site="same-origin").status == 200


def test_nothing_beside_the_pages_can_be_reached(served: Served, journal: Path) -> None:
    (page, *_) = (each.page for each in open_audit(journal, journal.with_suffix(".sqlite")).indexed.ranked())
    assert served.ask(f"/{address(page)}").status == 200
    tries = (
        "/../audit.jsonl", "/%2e%2e/audit.jsonl", "/repositories/../../etc/passwd",
        "/repositories/%2e%2e/%2e%2e%2fetc.html",
        f"/repositories/00/{page}.html", "/repositories/..%5c/x.html", "/families/..%2f..%2fetc%2fpasswd.html",
        "/scans/../../x", "/scans/99", "/static/", "/%00", "/repositories/aa/" + "a" * 300 + ".html", "//evil.example/",
    )  # fmt: skip
    assert {path: served.ask(path).status for path in tries} == dict.fromkeys(tries, 404)


def test_a_request_that_is_too_large_or_of_another_kind_is_refused(served: Served) -> None:
    assert served.ask("/rows?query=" + "a" * 3000).status == 414
    assert served.ask("/scan", "POST", b"a" * 5000, origin=served.origin).status == 413
    chunked = b"".join(b"400\r\n" + b"a" * 1024 + b"\r\n" for _ in range(9)) + b"0\r\n\r\n"
    lines = (
        "POST /scan HTTP/1.1",
        f"Host: 127.0.0.1:{served.port}",
        f"Cookie: {served.cookie}",
        f"Origin: {served.origin}",
    )
    head = "".join(f"{line}\r\n" for line in lines)
    assert served.raw(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunked).startswith(b"HTTP/1.1 413")
    assert served.raw(head.encode() + b"X: " + b"a" * 70_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 4")
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
        assert served.ask("/", method).status == 405, method
    assert served.ask("/", "POST", b"", origin=served.origin).status == 405
    assert served.ask("/scan").status == 405


def test_each_answer_says_what_a_browser_may_do_with_it(served: Served) -> None:
    for path in ("/", "/state", "/rows", "/nowhere", "/repositories.csv"):
        headers = served.ask(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert not any(each in headers for each in ("server", "access-control-allow-origin"))


def test_rows_are_those_of_the_journal(served: Served, journal: Path) -> None:
    rows = list(open_audit(journal, journal.with_suffix(".sqlite")).rows)
    told = json.loads(served.ask("/rows?sort=name&page=0").body)
    assert (told["total"], told["all"]) == (COUNT, COUNT)
    assert len(told["rows"]) == COUNT
    errors = json.loads(served.ask("/rows?level=error&query=ORG3").body)
    assert errors["total"] == sum("org3" in row.name and row.by_level[Level.ERROR] > 0 for row in rows)
    failed = json.loads(served.ask("/rows?level=failed").body)
    assert failed["total"] == sum(bool(row.failed) for row in rows)
    for query in (
        "sort='--",
        "sort=name;DROP TABLE",
        "page=-1",
        "page=99999999999",
        "family=x",
        "verdict=', '",
        "query=%",
    ):
        assert served.ask(f"/rows?{query.replace(' ', '+')}").status == 200, query


def test_a_growing_journal_is_shown_as_it_grows(tmp_path: Path) -> None:
    lines = list(sealed(many(60, ())))
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"".join(lines[:40]))
    with serving(path, "--index", str(tmp_path / "index.sqlite")) as server:
        server.open()
        before = json.loads(server.ask("/state").body)
        assert before["words"].startswith("growing")
        with path.open("ab") as file:
            for line in lines[40:]:
                file.write(line[: len(line) // 2])
                file.flush()
                assert server.ask("/rows").status == 200
                file.write(line[len(line) // 2 :])
                file.flush()
        wait_for(lambda: json.loads(server.ask("/state").body)["version"] != before["version"])
        wait_for(lambda: json.loads(server.ask("/rows").body)["all"] == 60)


def test_a_journal_that_goes_wrong_does_not_end_the_server(tmp_path: Path) -> None:
    path = write_journal(tmp_path / "audit.jsonl", many(20, ()))
    with serving(path, "--index", str(tmp_path / "index.sqlite")) as server:
        server.open()
        whole = path.read_bytes()
        path.unlink()
        time.sleep(1.2)
        assert "not readable" in json.loads(server.ask("/state").body)["words"]
        assert json.loads(server.ask("/rows").body)["all"] == 20
        path.write_bytes(whole[:-300].replace(b"org1", b"org9") + whole[-300:])
        time.sleep(1.2)
        assert "damaged" in json.loads(server.ask("/state").body)["words"]
        assert server.ask("/").status == 200


def test_an_address_is_scanned_and_its_report_shown(tmp_path: Path, journal: Path) -> None:
    with (
        serving_index() as index,
        serving(journal, "--allow-scan", PIP_INDEX_URL=index.url, MODELKIN_CACHE_DIR=str(tmp_path)) as server,
    ):
        index.add("lamp-1.0-py3-none-any.whl", wheel({"lamp/<b>wick.py": b"def burn(oil):\n    return oil\n"}))
        server.open()
        proof = proof_in(server.ask("/").text)
        for name, expected in (("pypi%3Alamp%3D%3D1.0", "lamp/&lt;b&gt;wick.py"), ("pypi%3Anone", "none")):
            begun = server.ask("/scan", "POST", f"proof={proof}&address={name}".encode(), origin=server.origin)
            assert begun.status == 303, begun.text
            second = server.ask("/scan", "POST", f"proof={proof}&address={name}".encode(), origin=server.origin)
            assert (second.status, "wait until it is done" in second.text) == (409, True)
            page = begun.headers["location"]
            wait_for(lambda page=page: "is being scanned" not in server.ask(page).text)  # type: ignore[misc]
            assert expected in server.ask(page).text
        assert server.ask("/").text.count('href="scans/') == 2


def test_a_scan_is_not_begun_for_another_site_or_of_this_machine(served: Served, tmp_path: Path) -> None:
    proof = proof_in(served.ask("/").text)
    asked = f"proof={proof}&address=pypi%3Alamp".encode()
    for origin in ("", "null", "http://evil.example", f"https://127.0.0.1:{served.port}", "http://127.0.0.1"):
        assert served.ask("/scan", "POST", asked, origin=origin).status == 403, origin
    assert served.ask("/scan", "POST", b"proof=wrong&address=pypi%3Alamp", origin=served.origin).status == 403
    local = (
        str(tmp_path), "/etc/passwd", "./", "~", "C:\\x", f"git+file://{tmp_path}", "-x", "",
        "git+ssh://git@github.com/a/b", "git+http://github.com/a/b", "git+https://127.0.0.1/a.git",
        "git+https://localhost/a", "git+https://[::1]/a",
        "git+https://2130706433/a", "git+https://host.internal/a", "ftp://example.org/a", "hf:\nx", "a" * 600,
    )  # fmt: skip
    for address_ in local:
        body = f"proof={proof}&address=".encode() + "".join(f"%{each:02x}" for each in address_.encode()).encode()
        answer = served.ask("/scan", "POST", body, origin=served.origin)
        assert answer.status == 409, address_
        assert answer.text.count("\n") == 1, address_
    assert "scans/1" not in served.ask("/").text


def test_without_leave_nothing_can_be_scanned(journal: Path) -> None:
    with serving(journal) as server:
        server.open()
        assert "Scan an address" not in server.ask("/").text
        assert server.ask("/scan", "POST", b"proof=x&address=pypi%3Alamp", origin=server.origin).status == 404


def test_many_at_once_are_answered_or_told_to_wait(served: Served) -> None:
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(served.ask("/rows").status)) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) <= {200, 429, 503}
    assert found.count(200) >= 20
    time.sleep(1)
    assert served.ask("/rows").status == 200


def test_what_cannot_be_served_is_said_in_one_line(tmp_path: Path, served: Served, journal: Path) -> None:
    cases = (
        ([str(tmp_path / "none.jsonl")], "no such journal"),
        ([str(journal), "--port", str(served.port)], "name another --port"),
    )
    for words, told in cases:
        command = [sys.executable, "-m", "modelkin", "serve", *words]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (run.returncode, run.stderr.count("\n")) == (2, 1), run.stderr
        assert told in run.stderr
