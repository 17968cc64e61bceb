"""Makes up by chance what a package index answers: pages, files and the raw bytes of HTTP, all of them odd.

``answering`` puts these answers where modelkin would reach the network. Edit this for one more way to answer.
"""

from __future__ import annotations

import hashlib
import html
import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest import mock

from ..support.index_server import wheel
from . import code
from .words import line, word

PROJECT = "lantern"
_ODD: tuple[object, ...] = (
    None,
    True,
    -1,
    0,
    2**70,
    1e308,
    float("inf"),
    float("nan"),
    "",
    "x",
    [],
    {},
    [[]],
    {"a": None},
    "\ud800",
)
_URLS = (
    *(
        "file:///etc/passwd",
        "ftp://evil.example/x",
        "http://[::1",
        "//x",
        "javascript:alert(1)",
        "http://a:b@evil.example/x.whl",
    ),
    *(
        "http://evil.example:99999/x",
        "\x1b[31m",
        "data:,x",
        "http://\r\nx",
        "http:///x",
        "https://evil.example/" + "a" * 3000,
    ),
)


def replies(chance: Random) -> Iterator[bytes]:
    """One raw answer after the other, to whatever is asked: a page first, then files, each perhaps broken."""
    content = wheel(
        {"lantern/modeling.py": code.sure_copy(chance), "lantern-1.0.dist-info/METADATA": b"Name: lantern\n"}
    )
    page = _page(chance, content)
    while True:
        yield _http(chance, page)
        page = content if chance.random() < 0.8 else chance.randbytes(200)


def _page(chance: Random, content: bytes) -> bytes:
    files = [_item(chance, content) for _ in range(chance.choice((1, 1, 2, 5)))]
    roll = chance.random()
    if roll < 0.5:
        data: Any = {
            "files": files,
            "name": PROJECT,
            "versions": chance.choice((["1.0"], None, [1])),
            "meta": {"api-version": "1.1"},
        }
        if chance.random() < 0.2:
            data = chance.choice(
                (files, {"files": {}}, {"files": None}, {"files": [None]}, {"files": [[]]}, 1, None, "x", {})
            )
        text = json.dumps(data).replace('"1e999"', "1e999")
        return chance.choice(
            (text, text, text, text[:-9], "[" * 5000, "\ufeff" + text, text.replace("1", "9" * 5000, 1))
        ).encode()
    if roll < 0.9:
        return ("<!DOCTYPE html><html><body>" + "".join(_anchor(chance, each) for each in files)).encode(
            "utf-8", "replace"
        )
    return chance.choice(
        (
            b"",
            b"<",
            b"<a href='" * 2000,
            b"<!" * 500,
            b"\xff\xfe",
            chance.randbytes(500),
            b"null",
            b'<a href="' + b"&" * 9000,
        )
    )


def _item(chance: Random, content: bytes) -> dict[str, object]:
    version = chance.choice(("1.0", "2.0", "1!0", "v1", "9" * 400, "1.0+\x1b", line(chance)))
    item: dict[str, object] = {
        "filename": f"{PROJECT}-{version}-py3-none-any.whl",
        "url": "../../files/x.whl",
        "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
        "upload-time": "2024-03-02T10:20:30Z",
        "size": len(content),
        "yanked": False,
    }
    for key in chance.sample(sorted(item), chance.choice((0, 0, 1, 2))):
        if key == "url":
            item[key] = chance.choice((*_URLS, *_ODD))
        elif key == "size":
            item[key] = chance.choice((*_ODD, "1e999", 1, 10**9))
        else:
            item[key] = chance.choice((*_ODD, word(chance)))
    if chance.random() < 0.1:
        del item[chance.choice(sorted(item))]
    return item


def _anchor(chance: Random, item: dict[str, object]) -> str:
    hashes = item.get("hashes")
    digest = hashes.get("sha256") if isinstance(hashes, dict) else hashes
    url = chance.choice((f"x/{item.get('filename')}", f"x/{item.get('filename')}", str(item.get("url"))))
    more = chance.choice(
        ("", "", " data-yanked", f' data-yanked="{html.escape(line(chance))}"', ' href="b"', ' data-upload-time="x"')
    )
    return f'<a href="{html.escape(url)}#sha256={digest}"{more}>{line(chance)}</a>\n'


def _http(chance: Random, body: bytes) -> bytes:
    roll = chance.random()
    head = [f"HTTP/1.1 {chance.choice((200, 200, 200, 200, 206, 204, 404, 500, 503, 999)) if roll < 0.3 else 200} OK"]
    if roll > 0.92:
        head = [
            f"HTTP/1.1 {chance.choice((301, 302, 307, 308))} Found",
            f"Location: {chance.choice(_URLS).strip()}".replace("\r\n", ""),
        ]
    length = len(body) if chance.random() < 0.85 else chance.choice((0, 1, 10**12, -1))
    head.append(
        chance.choice((f"Content-Length: {length}",) * 6 + ("Content-Length: x", "Transfer-Encoding: chunked", "X: y"))
    )
    head += [f"X: {line(chance)}"] if chance.random() < 0.1 else []
    whole = "\r\n".join([*head, "", ""]).encode("latin-1", "replace") + body
    return (
        whole
        if chance.random() < 0.95
        else chance.choice((b"", b"HTTP/9", whole[:20], b"x" * 99_999, b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 300))
    )


class _Socket(socket.socket):
    """A connection over which one answer has come already; the type is what libraries ask for."""

    def __init__(self, answer: bytes) -> None:
        super().__init__(socket.AF_INET)
        self.answer = answer

    def sendall(self, *_: object) -> None:
        return

    def recv_into(self, buffer: Any, nbytes: int = 0, _flags: int = 0) -> int:
        piece = self.answer[: nbytes or len(buffer)]
        self.answer = self.answer[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)


@contextmanager
def answering(chance: Random) -> Iterator[None]:
    """Every connection gets the next of these answers instead of the network; nobody waits between attempts."""
    answers = replies(chance)

    def connect(connection: http.client.HTTPConnection) -> None:
        connection.sock = _Socket(next(answers))

    with (
        mock.patch.object(http.client.HTTPConnection, "connect", connect),
        mock.patch.object(http.client.HTTPSConnection, "connect", connect),
        mock.patch.object(time, "sleep"),
    ):
        yield
