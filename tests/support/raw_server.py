"""A server on this machine that answers with any bytes at any speed, as no honest one does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[[socket.socket, bytes], None]
"""Given the connection and the path asked for; what it leaves open is closed."""


@contextmanager
def raw_server(script: Script) -> Iterator[str]:
    """Answer each request by ``script``; gives the server's address."""
    stopped = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(30)
            asked = b""
            while b"\r\n\r\n" not in asked and (part := connection.recv(65536)):
                asked += part
            script(connection, asked.split(b" ")[1] if asked.count(b" ") > 1 else b"")
            connection.shutdown(socket.SHUT_RDWR)

    def accept(listening: socket.socket) -> None:
        with suppress(OSError):
            while not stopped.is_set():
                threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, args=(listening,), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        stopped.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def redirecting(target: str, status: int = 302) -> Script:
    """Send every request on to ``target``."""

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(f"HTTP/1.1 {status} Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode())

    return script


def always(answer: bytes) -> Script:
    """The same bytes for every request."""

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(answer)

    return script


def trickling(answer: bytes, part: bytes, seconds: float, stop: threading.Event) -> Script:
    """``answer``, then ``part`` every ``seconds`` until ``stop``."""

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(answer)
        while not stop.wait(seconds):
            connection.sendall(part)

    return script
