"""git is closed off: it runs nothing that anybody names, asks nobody, speaks what it is told to, and ends in time."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from modelkin.errors import SourceError
from modelkin.sources import git_command, open_source

from ..support.checkouts import contents, fails
from ..support.git_repositories import address, commit
from ..support.git_server import serving
from ..support.working_trees import git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
FILES = {"b.py": b"b = 1\n", "pkg/z.py": b"z = 1\r\n", "pkg/a/c.py": b"c = 1\n", "LICENSE": b"MIT\n", "pkg.py": b""}


@pytest.fixture(autouse=True)
def nothing_left(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """Whatever is done here leaves no temporary folder."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@contextmanager
def silent_server() -> Iterator[tuple[str, socket.socket]]:
    """A server that takes connections and never answers: its address and socket."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(60)
        yield f"git+http://127.0.0.1:{listening.getsockname()[1]}/x", listening


def is_hung_up(connection: socket.socket) -> bool:
    """Whether the other end is gone, within 60 seconds."""
    connection.settimeout(60)
    while connection.recv(1024):
        pass
    return True


@contextmanager
def answering(status: int, header: tuple[str, str]) -> Iterator[str]:
    """The address of a web server that gives every request this one answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header(*header)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  its name in the standard library
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"git+http://127.0.0.1:{server.server_port}/org/x.git"
        server.shutdown()


def script(path: Path, marker: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\ntouch "{marker}"\n[ "$1" != git ] || exec "$@"\n')
    path.chmod(0o755)
    return path


def test_no_program_that_the_users_settings_name_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, marker = tmp_path / "repo", tmp_path / "ran"
    commit(root, FILES)
    program = script(tmp_path / "program", marker)
    script(tmp_path / "template/hooks/reference-transaction", marker)
    settings = tmp_path / "gitconfig"
    settings.write_text(
        f"[uploadpack]\n\tpackObjectsHook = {program}\n[init]\n\ttemplateDir = {tmp_path / 'template'}\n"
        f"[core]\n\thooksPath = {tmp_path / 'template/hooks'}\n"
    )
    git(tmp_path, "clone", "-q", f"file://{root}", "clone", settings=settings)
    assert marker.exists(), "git itself runs them"
    marker.unlink()
    settings.rename(tmp_path / ".gitconfig")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(tmp_path / "template"))
    monkeypatch.setenv("GIT_NAMESPACE", "elsewhere")
    assert contents(address(root)) == FILES
    assert not marker.exists()


def test_no_program_that_the_repository_names_is_run(tmp_path: Path) -> None:
    root, marker = tmp_path / "repo", tmp_path / "ran"
    commit(root, FILES)
    program = script(tmp_path / "program", marker)
    for name in ("reference-transaction", "post-checkout", "pre-auto-gc"):
        script(root / ".git/hooks" / name, marker)
    for name in (
        "uploadpack.packObjectsHook",
        "core.fsmonitor",
        "core.alternateRefsCommand",
        "remote.origin.uploadpack",
    ):
        git(root, "config", name, str(program))
    # What a partial clone lacks, git fetches by the program its settings name.
    git(root, "config", "remote.origin.url", f"file://{tmp_path}/elsewhere")
    git(root, "config", "remote.origin.promisor", "true")
    git(root, "config", "extensions.partialClone", "origin")
    git(root, "config", "core.repositoryFormatVersion", "1")
    blob = git(root, "rev-parse", "HEAD:b.py")
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    fails(address(root), "cannot fetch ")
    assert not marker.exists()


def test_no_one_is_asked_for_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = tmp_path / "asked"
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, str(script(tmp_path / "ask", marker)))
    monkeypatch.setenv("HOME", str(tmp_path))
    with answering(401, ("WWW-Authenticate", 'Basic realm="x"')) as spec:
        fails(spec, "there is no such repository, or it asks for a login")
    assert not marker.exists()


def test_a_server_sends_on_to_another_address_only_where_redirects_are_followed(tmp_path: Path) -> None:
    commit(tmp_path / "repo", FILES)
    with serving(tmp_path) as server:
        target = f"{server.url}/repo/.git/info/refs?service=git-upload-pack"
        with answering(302, ("Location", target)) as spec:
            assert contents(spec) == FILES
            asked = len(server.asked)
            assert asked
            with git_command.redirects_refused():
                fails(spec, "cannot fetch git.http")
            assert len(server.asked) == asked
            assert contents(spec) == FILES


def test_a_server_cannot_send_on_to_another_protocol(tmp_path: Path) -> None:
    commit(tmp_path / "repo", FILES)
    for target in (f"file://{tmp_path}/repo/info/refs?service=git-upload-pack", "ftp://127.0.0.1:1/info/refs"):
        with answering(302, ("Location", target)) as spec:
            fails(spec, "cannot fetch git.http")


def test_what_is_no_address_is_refused_before_git_sees_it() -> None:
    for spec in (
        "git+ext::sh -c 'touch ran'",
        "git+ext://x/y",
        "git+ftp://host/x",
        "git+HTTPS://host/x",
        "git+https:///x",
        "git+https://host",
        "git+file://host/x",
        "git+/path/to/x",
        "git+--upload-pack=touch",
        "git+git@host:org/x",
        "git+ssh://-oProxyCommand=touch ran/x",
        "git+ssh://git@-oProxyCommand=touch ran/x",
        "git+ssh://-l@host/x",
        "git+https://host/a\nb",
        "git+https://host/a%0Ab",
        "git+file:///a\0b",
        "git+",
    ):
        fails(spec, "is not a git repository's address: write git.https://HOST/PATH")


def test_what_is_no_revision_is_refused_before_git_sees_it() -> None:
    for revision in ("", "--upload-pack=x", "%2D-x", "+main", "a:b", "^a", "a b", "a*", "a%0Ab", "a\\b"):
        fails(f"git+file:///x@{revision}", "after @ comes the name of a branch or tag, or a commit's full hash")


def test_a_password_in_an_address_is_never_shown() -> None:
    for spec in ("git+http://me:secret@127.0.0.1:1/x", "git+https://secret@/x", "git+http://secret@127.0.0.1:1/x@-"):
        with pytest.raises(SourceError) as raised, open_source(spec):
            pass
        assert "secret" not in str(raised.value)


def test_what_a_remote_says_moves_no_cursor(tmp_path: Path) -> None:
    fails(address(tmp_path / "\x9b2Jx"), r"'\S+/\?2Jx' does not appear")


def test_git_speaks_no_protocol_that_it_was_not_given(tmp_path: Path) -> None:
    commit(tmp_path / "repo", FILES)
    git(tmp_path, "init", "-q", "--bare", "own")
    with pytest.raises(SourceError, match="transport 'file' not allowed"):
        git_command.run(tmp_path / "own", "fetch", f"file://{tmp_path}/repo", protocols="https")


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_command, "TIMEOUT_SECONDS", 1.0)
    with silent_server() as (spec, listening):
        fails(spec, "it took longer than 1 seconds")
        assert is_hung_up(listening.accept()[0])


def test_an_interrupt_leaves_no_folder_and_no_process(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    with silent_server() as (spec, listening):
        program = f"from modelkin.sources import open_source\nwith open_source({spec!r}): pass"
        environment = {**os.environ, "TMPDIR": str(own)}
        running = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, env=environment)
        connection, _ = listening.accept()
        assert list(own.iterdir())
        running.send_signal(signal.SIGINT)
        assert b"KeyboardInterrupt" in running.communicate(timeout=60)[1]
        assert is_hung_up(connection)
    assert list(own.iterdir()) == []
