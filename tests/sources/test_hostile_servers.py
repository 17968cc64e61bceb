"""A hostile git server or Hub: what is fetched is bounded, what is not is named, and each failure is one clear line."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from modelkin.errors import SourceError
from modelkin.results import Skipped
from modelkin.sources import git_command, hub, open_source
from modelkin.sources.files import SourceFile, read_files
from modelkin.sources.git import FILTERED_BYTES, _check
from modelkin.sources.git_folder import GitError

from ..support.git_repositories import address, commit
from ..support.hub_server import COMMIT
from ..support.raw_server import raw_server, trickling
from ..support.working_trees import git

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def refused(spec: str) -> str:
    with pytest.raises(SourceError) as raised, open_source(spec):
        pass
    assert str(raised.value).isprintable()
    return str(raised.value)


# git


@needs_git
def test_a_large_file_is_not_sent_and_is_named(tmp_path: Path, temporary: Path) -> None:
    root = tmp_path / "repo"
    large = os.urandom(FILTERED_BYTES + 1)
    commit(root, {"a.py": b"x = 1\n", "b.py": large, "weights.bin": large})
    git(root, "config", "uploadpack.allowFilter", "true")
    with open_source(address(root)) as checkout:
        fetched = sum(path.stat().st_size for path in temporary.rglob("*") if path.is_file())
        read = list(read_files(checkout))
        assert [entry.path for entry in checkout.entries()] == ["a.py", "b.py", "weights.bin"]
    assert fetched < 1024**2
    (file, skipped) = read
    assert isinstance(file, SourceFile)
    assert skipped == Skipped("b.py", "larger than 16 MB: its server was told not to send it")


@needs_git
def test_a_server_that_sends_all_is_stopped(tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelkin.sources.git.MAX_FETCHED_BYTES", 1024**2)
    commit(tmp_path / "repo", {"a.py": b"x = 1\n", "weights.bin": os.urandom(5 * 1024**2)})
    message = refused(address(tmp_path / "repo"))
    assert "it sends more than 1 MB: clone it yourself" in message
    assert list(temporary.iterdir()) == []


@needs_git
@pytest.mark.usefixtures("temporary")
def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(tmp_path / "repo", {"a.py": b"x = 1\n"})
    monkeypatch.setattr("modelkin.sources.git.DISK_RESERVE_BYTES", 2**80)
    assert "the disk of the temporary folder is full" in refused(address(tmp_path / "repo"))


@needs_git
def test_messages_without_end_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelkin.sources.git._MAX_ERROR_BYTES", 100)
    with tempfile.TemporaryFile() as errors:
        errors.write(b"x" * 101)
        errors.flush()
        with pytest.raises(GitError, match="messages without end"):
            _check(tmp_path, errors, time.monotonic() + 9, 9, None)


@needs_git
@pytest.mark.usefixtures("temporary")
@pytest.mark.parametrize("scheme", ["git", "http"])
@pytest.mark.parametrize("part", [b"0008xxxx", b"x", b"\r\n"])
def test_a_git_server_that_trickles_is_given_up(scheme: str, part: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_command, "TIMEOUT_SECONDS", 1.0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    stop = threading.Event()
    head = b"" if scheme == "git" else b"HTTP/1.1 200 OK\r\nX: y"

    def script(connection: socket.socket, path: bytes) -> None:
        trickling(head, part, 0.05, stop)(connection, path)

    def greet(connection: socket.socket, path: bytes) -> None:
        script(connection, path)

    with raw_server(greet) as url, socket.create_server(("127.0.0.1", 0)) as listening:
        if scheme == "git":
            threading.Thread(target=lambda: script(listening.accept()[0], b""), daemon=True).start()
            url = f"git://127.0.0.1:{listening.getsockname()[1]}"
        began = time.monotonic()
        message = refused(f"git+{url}/x")
        stop.set()
    assert message.startswith("cannot fetch git+")
    assert time.monotonic() - began < 10


# The Hub

SIBLING = {"rfilename": "a.py", "size": 6}
GOOD: dict[str, Any] = {
    "id": "evil/n",
    "sha": COMMIT,
    "lastModified": "2024-06-01T12:00:00.000Z",
    "siblings": [SIBLING],
}
OUT = "../../../../out.py"
ODD_SIZES: list[object] = [-1, "6", [], {}, True, 1.5]
REPLIES: list[object] = [
    None, 1, "text", [], [1], {}, {"siblings": 1}, GOOD | {"siblings": 1}, GOOD | {"siblings": [1]},
    GOOD | {"siblings": [{}]}, GOOD | {"siblings": [{"rfilename": 1, "size": 6}]}, GOOD | {"siblings": [None]},
    GOOD | {"siblings": [{"rfilename": ["a.py"], "size": 6}]}, GOOD | {"sha": None}, GOOD | {"sha": 1},
    GOOD | {"sha": "../../x"}, GOOD | {"sha": "main"}, GOOD | {"lastModified": 1}, GOOD | {"lastModified": "x"},
    GOOD | {"lastModified": []}, GOOD | {"siblings": [SIBLING | {"size": 1e999}]}, GOOD | {"siblings": {"a": "b"}},
    GOOD | {"siblings": [SIBLING | {"size": size} for size in ODD_SIZES]},
    GOOD | {"siblings": [SIBLING | {"rfilename": name} for name in (OUT, "/a.py", "a\\b.py", "C:x.py", "\x1b.py")]},
    GOOD | {"siblings": [SIBLING | {"rfilename": f"{number}.py", "size": 8 * 1024**2} for number in range(65)]},
    GOOD | {"siblings": [SIBLING | {"rfilename": f"{number}.py"} for number in range(20_001)]},
    GOOD | {"cardData": [1]}, GOOD | {"config": 1, "safetensors": 3, "transformersInfo": []},
]  # fmt: skip
RAW = [b"", b"{", b"NaN", b"[" * 100_000, b"\xff\xfe", b"<html>", b"9" * 10_000, b'{"sha": "\\ud800"}']


def outcomes(url: str, home: Path, count: int, **settings: object) -> list[str]:
    """What opening ``hf:evil/n0`` and so on gives, in one process, since the library reads its settings once."""
    code = f"""
import json
from modelkin.errors import SourceError
from modelkin.sources import hub, open_source
for name, value in {settings!r}.items():
    setattr(hub, name, value)
for number in range({count}):
    try:
        with open_source(f"hf:evil/n{{number}}") as checkout:
            print(json.dumps(sorted(each.path for each in (*checkout.entries(), *checkout.unfetched))))
    except SourceError as error:
        print(json.dumps(str(error)))
"""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    environment = {"HF_HOME": str(home / "hub"), "HF_ENDPOINT": url, "HF_HUB_DISABLE_TELEMETRY": "1", "no_proxy": "*"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=kept | environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def number_in(path: bytes) -> int:
    found = re.search(rb"/evil/n(\d+)", path)
    return int(found[1]) if found else 0


def answer(body: bytes, headers: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


FILE_HEADERS = f'ETag: "{"b" * 40}"\r\nX-Repo-Commit: {COMMIT}\r\n'
HUB_HEAD = f"HTTP/1.1 200 OK\r\n{FILE_HEADERS}\r\n".encode()
TREE = json.dumps([{"type": "file", "path": "a.py", "size": 6, "oid": "b" * 40}]).encode()


def honest(path: bytes) -> bytes:
    """The answer of an honest Hub to a request."""
    if b"/resolve/" in path:
        return answer(b"x = 1\n", FILE_HEADERS)
    return answer(TREE if b"/tree/" in path else json.dumps(GOOD).encode())


def test_a_hub_may_answer_anything(tmp_path: Path) -> None:
    bodies = [json.dumps(reply).encode() for reply in REPLIES] + RAW

    def script(connection: socket.socket, path: bytes) -> None:
        is_info = b"/tree/" not in path and b"/resolve/" not in path
        connection.sendall(answer(bodies[number_in(path)]) if is_info else honest(path))

    with raw_server(script) as url:
        found = outcomes(url, tmp_path, len(bodies))
    assert len(found) == len(bodies)
    for reply, outcome in zip([*REPLIES, *RAW], found, strict=True):
        assert isinstance(outcome, list) or outcome.isprintable(), (reply, outcome)
        assert isinstance(outcome, list) or "hf:evil/n" in outcome, (reply, outcome)
    assert [path.name for path in tmp_path.iterdir()] == ["hub"]
    assert not list(tmp_path.rglob("out.py"))


@pytest.mark.parametrize("header", ["ETag", "X-Linked-Etag", "X-Repo-Commit"])
def test_a_hub_names_no_file_of_the_cache_by_a_path(tmp_path: Path, header: str) -> None:
    names = ['"../../../../out"', "../../out", "/tmp/out", '""', "a/b", "..", "a b", "\x1b[31m", "x" * 5000]

    def script(connection: socket.socket, path: bytes) -> None:
        given = {"ETag": f'"{"b" * 40}"', "X-Repo-Commit": COMMIT, header: names[number_in(path)]}
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        connection.sendall(answer(b"x = 1\n", lines) if b"/resolve/" in path else honest(path))

    with raw_server(script) as url:
        for outcome in outcomes(url, tmp_path, len(names)):
            assert isinstance(outcome, str), outcome
            assert outcome.isprintable()
    assert [path.name for path in tmp_path.iterdir()] == ["hub"]


@pytest.mark.parametrize("where", ["/api/models/evil/n0?", "/tree/", "/resolve/"])
@pytest.mark.parametrize(("head", "part"), [(b"", b"H"), (HUB_HEAD, b" ")])
def test_a_hub_that_trickles_is_given_up(tmp_path: Path, where: str, head: bytes, part: bytes) -> None:
    stop = threading.Event()

    def script(connection: socket.socket, path: bytes) -> None:
        if where.encode() in path:
            trickling(head, part, 0.05, stop)(connection, path)
        connection.sendall(honest(path))

    with raw_server(script) as url:
        began = time.monotonic()
        (outcome,) = outcomes(url, tmp_path, 1, MAX_SECONDS=1.0)
        stop.set()
    assert "gave up on hf:evil/n0 after" in outcome, outcome
    assert time.monotonic() - began < 60


def test_a_hub_that_sends_without_end_is_given_up(tmp_path: Path) -> None:
    stop = threading.Event()
    with raw_server(trickling(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536, 0, stop)) as url:
        (outcome,) = outcomes(url, tmp_path, 1, MAX_LISTING_BYTES=1024**2)
        stop.set()
    assert "the Hub sends more than it lists" in outcome


def test_code_that_is_not_fetched_is_named() -> None:
    reference = hub.parse_reference("hf:evil/n")
    listing = [("a.py", 6), ("big.py", 2**40), (OUT, 6), ("no_size.ipynb", None), ("weights.bin", 1), ("b.json", None)]
    siblings: list[Any] = [type("Sibling", (), {"rfilename": name, "size": size})() for name, size in listing]
    sizes, left_out = hub._wanted(reference, siblings)
    assert sizes == {"a.py": 6}
    assert [each.path for each in left_out] == ["big.py", OUT, "no_size.ipynb"]
    assert all("not fetched" in each.reason for each in left_out)


def test_what_a_source_left_out_is_among_what_was_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    with open_source(str(tmp_path)) as checkout:
        left_out = Skipped("b.py", "not fetched")
        found = list(read_files(type(checkout)(checkout.root, checkout.entries, unfetched=(left_out,))))
    assert left_out in found
    assert len(found) == 2
