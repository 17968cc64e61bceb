"""A server that speaks as much of the Hugging Face Hub's API as reading a model repository takes."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class HubRepository:
    """Files by path; ``sizes`` is what the listing says of a file instead of its length."""

    files: Mapping[str, bytes]
    revisions: tuple[str, ...] = ("main", COMMIT)
    token: str = ""
    gated: bool = False
    sizes: Mapping[str, int] = field(default_factory=dict)
    history: tuple[HubCommit, ...] = ()
    """Its commits, oldest first; without any, none is told of."""
    created: str = ""
    elsewhere: str = ""
    """The host that parts of files are sent from, which the one that is asked first names, as the Hub does."""


@dataclass
class HubCommit:
    """The paths that one commit has, and its date."""

    digest: str
    date: str
    paths: tuple[str, ...]
    contents: Mapping[str, bytes] = field(default_factory=dict)
    """Of those that are other than in the newest one."""


@dataclass
class HubServer:
    """A running server: where it is, every path that was asked of it, and how much it sent."""

    url: str
    asked: list[str]
    counted: list[int] = field(default_factory=list)
    connections: list[object] = field(default_factory=list)
    """One for each that was opened."""
    answers: list[int] = field(default_factory=list)
    """What the next requests for parts are answered instead, by their status; -1 for none at all."""
    tokens_elsewhere: list[str] = field(default_factory=list)
    """Those that came with requests for parts at the other host."""

    @property
    def sent(self) -> int:
        """The bytes of all answers, without their headers."""
        return sum(self.counted)


@contextmanager
def serving(repositories: Mapping[str, HubRepository], pause: float = 0.0) -> Iterator[HubServer]:
    """Serve ``repositories`` by name on a port of this machine; datasets and spaces as ``datasets/ORG/NAME``.

    Each answer comes after ``pause`` seconds, as one from far away does.
    """
    told = HubServer("", [])
    handler = type("Handler", (_Handler,), {"repositories": repositories, "told": told, "pause": pause})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        told.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield told
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    repositories: Mapping[str, HubRepository]
    told: HubServer
    pause: float
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Count the connection."""
        super().setup()
        self.told.connections.append(self)

    def log_message(self, *_: object) -> None:
        """Not to the test's output."""

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path).strip("/")
        self.told.asked.append(path)
        time.sleep(self.pause)
        if path == "api/models":
            (owner,) = parse_qs(urlsplit(self.path).query)["author"]
            mine = [(name, each) for name, each in self.repositories.items() if name.startswith(f"{owner}/")]
            self._json([_info(*each) for each in mine])
            return
        for name, repository in self.repositories.items():
            api = "api" if name.startswith(("datasets/", "spaces/")) else "api/models"
            for prefix in (f"{api}/{name}", name):
                if path == prefix or path.startswith(f"{prefix}/"):
                    self._of(name, repository, path.removeprefix(prefix).strip("/"), prefix.startswith("api/"))
                    return
        self._refuse(404, "RepoNotFound", "Repository not found")

    def _of(self, name: str, repository: HubRepository, rest: str, api: bool) -> None:
        is_signed = bool(repository.elsewhere and urlsplit(self.path).query)
        has_token = self.headers.get("Authorization") == f"Bearer {repository.token}"
        if repository.token and not has_token and not is_signed:
            # As the Hub does: whoever may not see a repository is not told that it is there.
            code = "GatedRepo" if repository.gated else "RepoNotFound"
            self._refuse(403 if repository.gated else 401, code, "Access is restricted")
            return
        found = re.fullmatch(r"(?:(revision|tree|resolve|commits)/([^/]+))?/?(.*)", rest)
        assert found
        kind, revision, inner = found[1] or "revision", found[2] or "main", found[3]
        if self.headers.get("Range") and self._is_answered_otherwise(repository, kind):
            return
        past = next((each for each in repository.history if each.digest == revision), None)
        if kind == "commits":
            self._json([_commit(each) for each in reversed(repository.history)])
        elif past is not None and kind == "revision":
            self._json(_info(name, repository) | {"sha": past.digest, "siblings": _of_commit(past, repository)})
        elif past is None and revision not in repository.revisions:
            self._refuse(404, "RevisionNotFound", "Invalid rev id")
        elif api:
            self._json(_tree(repository) if kind == "tree" else _info(name, repository))
        elif inner in (past.paths if past else repository.files):
            contents = {**repository.files, **(past.contents if past else {})}
            self._file(contents[inner], past.digest if past else COMMIT)
        else:
            self._refuse(404, "EntryNotFound", "Entry not found")

    def _is_answered_otherwise(self, repository: HubRepository, kind: str) -> bool:
        status = self.told.answers.pop(0) if self.told.answers else 0
        if status == -1:
            time.sleep(600)  # until the process that asked is gone, or the tests are
        elif status:
            self._send(status, b"", {})
        elif repository.elsewhere and kind == "resolve" and not urlsplit(self.path).query:
            port = urlsplit(self.told.url).port
            self._send(302, b"", {"Location": f"http://{repository.elsewhere}:{port}{self.path}?signed=1"})
        else:
            if urlsplit(self.path).query and "Authorization" in self.headers:
                self.told.tokens_elsewhere.append(self.headers["Authorization"])
            return False
        return True

    def _file(self, content: bytes, commit: str) -> None:
        headers = {"ETag": f'"{_digest(content)}"', "X-Repo-Commit": commit}
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if asked is None:
            self._send(200, content, headers)
        elif int(asked[1]) >= len(content):
            self._send(416, b"", headers)
        else:
            begin, end = int(asked[1]), min(int(asked[2]) + 1, len(content))
            place = {"Content-Range": f"bytes {begin}-{end - 1}/{len(content)}"}
            self._send(206, content[begin:end], {**headers, **place})

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _refuse(self, status: int, code: str, message: str) -> None:
        self._send(status, b"{}", {"X-Error-Code": code, "X-Error-Message": message})

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)
            self.told.counted.append(len(content))


@lru_cache(maxsize=64)
def _digest(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


def _commit(commit: HubCommit) -> object:
    return {"id": commit.digest, "authors": [], "date": commit.date, "title": "x", "message": ""}


def _of_commit(commit: HubCommit, repository: HubRepository) -> list[dict[str, object]]:
    contents = {**repository.files, **commit.contents}
    return [_sibling(path, contents.get(path, b"")) for path in commit.paths]


def _sibling(path: str, content: bytes) -> dict[str, object]:
    return {"rfilename": path, "size": len(content), "blobId": _digest(content)}


def _info(name: str, repository: HubRepository) -> dict[str, object]:
    siblings = [
        _sibling(path, content) | {"size": _size(repository, path)} for path, content in repository.files.items()
    ]
    return {
        "id": name,
        "modelId": name,
        "sha": COMMIT,
        "lastModified": "2024-06-01T12:00:00.000Z",
        "private": False,
        "tags": [],
        "siblings": siblings,
        **({"createdAt": repository.created} if repository.created else {}),
    }


def _tree(repository: HubRepository) -> object:
    return [
        {"type": "file", "path": path, "size": _size(repository, path), "oid": _digest(content)}
        for path, content in repository.files.items()
    ]


def _size(repository: HubRepository, path: str) -> int:
    return repository.sizes.get(path, len(repository.files[path]))
