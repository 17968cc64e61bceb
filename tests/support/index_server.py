"""A package index on this machine, with the faults a real one may show."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import threading
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from modelkin.sources import download

# The files of a package that is like any other.
MODULE = {"pkg/yi.py": b"x = 1\n", "pkg/llama.py": b"y = 2\n"}


def sdist(files: dict[str, bytes]) -> bytes:
    """An sdist, packed, with these files."""
    stored = io.BytesIO()
    with tarfile.open(fileobj=stored, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stored.getvalue()


def wheel(files: dict[str, bytes]) -> bytes:
    """The bytes of a wheel that holds ``files``: the same at any time, under zip's first date and not the clock's."""
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stored.getvalue()


@dataclass
class Index:
    """``pages`` by project: JSON as an object, anything else as bytes. ``files`` by file name.

    ``aborts`` is how many downloads to cut in the middle, ``failures`` how many requests to answer with ``failure``.
    """

    url: str = ""
    pages: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    aborts: int = 0
    failures: int = 0
    failure: int = 503
    ranges: bool = True
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def add(self, filename: str, content: bytes, /, **fields: Any) -> None:
        """Offer ``content`` under ``filename`` in the project its name begins with; ``fields`` override the page's."""
        project = filename.partition("-")[0].lower().replace("_", "-")
        self.files[filename] = content
        item = {
            "filename": filename,
            "url": f"../../files/{filename}",
            "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
            "upload-time": "2024-03-02T10:20:30.123456Z",
            "size": len(content),
            "yanked": False,
        }
        self.pages.setdefault(project, {"files": []})["files"].append(item | fields)


def closed_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache in ``folder``, short waits, and no certificates, logins or further indexes of the user's."""
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(folder / "cache"))
    monkeypatch.setattr(download, "FIRST_WAIT_SECONDS", 0.01)
    monkeypatch.setenv("NETRC", str(folder / "netrc"))
    for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def chosen_index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An empty index that pip's variable names, and an empty cache in ``folder``."""
    closed_off(folder, monkeypatch)
    with serving() as running:
        monkeypatch.setenv("PIP_INDEX_URL", running.url + "/")
        yield running


@contextmanager
def serving() -> Iterator[Index]:
    """An empty index that answers until the context ends."""
    index = Index()
    handler = type("Handler", (_Handler,), {"index": index})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        index.url = f"http://127.0.0.1:{server.server_port}/simple"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield index
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    index: Index

    def do_GET(self) -> None:
        self.index.requests.append((self.path, dict(self.headers)))
        if self.index.failures:
            self.index.failures -= 1
            self.send_error(self.index.failure)
            return
        _, kind, name, *_ = self.path.split("/")
        if kind == "files" and name in self.index.files:
            self._send_file(self.index.files[name])
        elif kind == "simple" and name in self.index.pages:
            page = self.index.pages[name]
            self._send(200, page if isinstance(page, bytes) else json.dumps(page).encode())
        else:
            self.send_error(404)

    def _send_file(self, content: bytes) -> None:
        asked = self.headers.get("Range", "")
        if asked and self.index.ranges:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start = int(first) if first else max(0, len(content) - int(last))
            stop = min(int(last) + 1, len(content)) if first and last else len(content)
            self._send(206, content[start:stop], f"bytes {start}-{stop - 1}/{len(content)}")
        else:
            self._send(200, content)

    def _send(self, status: int, body: bytes, content_range: str = "") -> None:
        self.send_response(status)
        if content_range:
            self.send_header("Content-Range", content_range)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.index.aborts and "/files/" in self.path:
            self.index.aborts -= 1
            body = body[: len(body) // 2]
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet: the tests read ``requests``."""


def registry_answers() -> bool:
    """Whether the real package index can be reached."""
    try:
        with urllib.request.urlopen("https://pypi.org/simple/timm/", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
