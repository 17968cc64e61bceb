"""Clients, journals and addresses that mean no good, or are just odd: a served audit answers on, and ends when told."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import uvicorn
from uvicorn.server import ServerState

from modelkin.audit.outcome import open_audit
from modelkin.errors import UsageError
from modelkin.reports.audit_pages.row_views import address
from modelkin.serving import patience, requested_scans
from modelkin.serving.gate import App, Message, Receive, Send

from ..support import git_server
from ..support.git_repositories import commit
from ..support.journals import many, write_journal
from ..support.raw_server import raw_server, redirecting
from ..support.served import Served, serving
from .test_serve import proof_in


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_journal(tmp_path_factory.mktemp("served") / "audit.jsonl", many(12))


@pytest.fixture(scope="module")
def served(journal: Path) -> Iterator[Served]:
    with serving(journal, "--index", str(journal.with_suffix(".sqlite"))) as server:
        server.open()
        yield server


def test_what_is_no_number_chooses_nothing(served: Served) -> None:
    for query in ("page=%C2%B2", "family=%C2%B2", "page=%D9%A3", "page=" + "9" * 1900, "family=-1", "page=1e9"):
        assert served.ask(f"/rows?{query}").status == 200, query
    assert served.ask("/rows?query=" + "a+" * 1000).status == 200


def test_cookies_of_other_programs_of_this_machine_do_not_matter(served: Served) -> None:
    mine = served.cookie
    for other in ('a={"x": 1}', "a b=c", "é=1", "foo[bar]=1", "expires", "=", ";;", "x=a,b"):
        for cookie in (f"{other}; {mine}", f"{mine}; {other}", f"{mine};{other}"):
            assert served.ask("/state", cookie=cookie).status == 200, cookie
        assert served.ask("/state", cookie=f"{other}; x{mine}").status == 403, other


def test_a_journal_that_is_taken_away_is_said_to_be(tmp_path: Path) -> None:
    journal = write_journal(tmp_path / "audit.jsonl", many(3))
    index = tmp_path / "index.sqlite"
    page = next(each.page for each in open_audit(journal, index).indexed.ranked() if not each.row.failed)
    with serving(journal, "--index", str(index)) as server:
        server.open()
        journal.unlink()
        answer = server.ask(f"/{address(page)}")
        assert answer.status == 503
        assert "audit.jsonl" in answer.text
        assert server.ask("/state").status == 200


async def _quick(_scope: Message, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _seconds_kept(pieces: list[bytes], app: App) -> float:
    """How long the server keeps a connection over which these come, a piece each tenth of a second."""
    config = uvicorn.Config(app, lifespan="off", log_level="critical")
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: patience.PatientProtocol(config, ServerState(), {}), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        reading = asyncio.ensure_future(reader.read())
        began = loop.time()
        for piece in pieces:
            if reading.done():
                break
            writer.write(piece)
            await asyncio.sleep(0.1)
        with suppress(ConnectionError):
            await asyncio.wait_for(reading, 20)
        kept = loop.time() - began
        writer.close()
        return kept


def test_a_head_that_comes_slowly_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SECONDS_ASKING", 0.5)
    begun = b"GET / HTTP/1.1\r\nHost: x\r\n"
    trickled = [b"X-%d: x\r\n" % number for number in range(100)]
    for pieces in ([], [begun], [begun, *trickled], [begun + b"\r\n", begun, *trickled]):
        assert 0.4 < asyncio.run(_seconds_kept(pieces, _quick)) < 5, pieces[:2]


def test_an_answer_may_take_longer_than_its_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SECONDS_ASKING", 0.2)

    async def slow(scope: Message, receive: Receive, send: Send) -> None:
        await asyncio.sleep(1)
        await _quick(scope, receive, send)

    assert asyncio.run(_seconds_kept([b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"], slow)) > 1


def test_a_scan_under_way_does_not_keep_the_server(tmp_path: Path, journal: Path) -> None:
    # A socket's path may not be as long as that of a test's own folder.
    with TemporaryDirectory() as folder, closing(socket.create_server(("127.0.0.1", 0))) as index:
        left = Path(folder)
        simple = f"http://127.0.0.1:{index.getsockname()[1]}/simple"
        words = ("--allow-scan", "--index", str(tmp_path / "index.sqlite"))
        with serving(journal, *words, PIP_INDEX_URL=simple, TMPDIR=str(left)) as server:
            server.open()
            asked = f"proof={proof_in(server.ask('/').text)}&address=pypi%3Alamp".encode()
            assert server.ask("/scan", "POST", asked, origin=server.origin).status == 303
            index.settimeout(100)
            try:
                index.accept()  # and never says a word
            except TimeoutError:
                pytest.fail(f"the scan asked for nothing: {server.ask('/').text}")
            began = time.monotonic()
            server.process.send_signal(signal.SIGINT)
            server.process.wait(30)
            assert time.monotonic() - began < 15
        assert list(left.glob("modelkin*")) == []


def test_no_spelling_of_an_address_of_this_machine_is_taken() -> None:
    """git resolves escapes, wide digits and backslashes."""
    hosts = (
        "127.0.0.1.", "localhost.", "127.0.0.%31", "%6cocalhost", "loca%6chost.", "a.example\\@127.0.0.1", "0x7f.0x1",
        "a.example#@127.0.0.1", "a.example?@127.0.0.1", "127.1", "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021",
        "\u24dbocalhost.x", "[::1]", "[::ffff:127.0.0.1]", "a.example:x", "a.example;.x", "x.LOCAL", "x.internal.",
        "a..example", "a.example@b@127.0.0.1", "-a.example",
    )  # fmt: skip
    for host in hosts:
        for source in (f"git+https://{host}/a.git", f"https://{host}/a.git"):
            with pytest.raises(UsageError):
                requested_scans.remote_source(source)
    for host in ("git.example", "u:p@git.example:8443", "xn--bcher-kva.example", "a-b.git.example.", "GIT.example"):
        assert requested_scans.remote_source(f"https://{host}/a/b.git") == f"git+https://{host}/a/b.git"
    for address_ in (
        "https://github.com/a/b/tree/v1/x",
        "git+https://gitlab.com/a/b/c@v1!x y/#?.py",
        "hf:a/b",
        "pypi:a==1",
    ):
        assert requested_scans.remote_source(address_)


def test_a_name_may_not_stand_for_this_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for found in ("127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:192.168.0.1", "100.64.0.1"):
        monkeypatch.setattr(requested_scans, "addresses", lambda _host, found=found: [ip_address(found)])
        with pytest.raises(UsageError, match="stands for an address of this machine or network"):
            requested_scans.check_host("git+https://models.example/a.git")
        requested_scans.check_host("hf:org/name")
    monkeypatch.setattr(requested_scans, "addresses", lambda _host: [ip_address("93.184.215.14")])
    requested_scans.check_host("git+https://models.example/a.git")


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_follows_no_redirect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(tempfile, "tempdir", None)  # which is set for good, in a process of its own
    monkeypatch.setattr(requested_scans, "addresses", lambda _host: [ip_address("93.184.215.14")])
    commit(tmp_path / "repo", {"a.py": b"a = 1\n"})
    page = tmp_path / "page.html"
    with git_server.serving(tmp_path) as server:
        target = f"{server.url}/repo/.git/info/refs?service=git-upload-pack"
        with raw_server(redirecting(target)) as url:
            told = requested_scans.write_report(f"git+{url}/org/x.git", page)
    assert told.startswith("cannot fetch git+http")
    assert not server.asked
    assert not page.exists()
