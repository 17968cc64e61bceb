"""Starts the server of an audit on the loopback address, and stops it.

Edit this when the server itself is to be bounded otherwise, or something is to run beside it.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ..errors import ModelkinError
from ..support.lazy import needing

ADDRESS = "127.0.0.1"
# So many requests are answered at once; more are refused.
MOST_AT_ONCE = 64
MOST_HEADER_BYTES = 16_384


def serve(
    journal: Path,
    port: int = 0,
    index: Path | None = None,
    allow_scan: bool = False,
    tell: Callable[[str], None] = print,
) -> None:
    """Serve ``journal`` until a signal ends it; ``tell`` is told the address, which nobody else knows.

    Port 0 is any that is free. Raises ModelkinError.
    """
    with needing("serve", "modelkin serve"):
        import uvicorn

        from .gate import Gate, Secrets
        from .live_audit import LiveAudit
        from .patience import PatientProtocol
        from .requested_scans import RequestedScans
        from .routes import Site
        from .work import Work
    live = LiveAudit(journal, index)
    with _bound(port) as listening, closing(Work()) as work:
        known = Secrets(listening.getsockname()[1])
        scans = RequestedScans(work) if allow_scan else None
        site = Site(live, known, lambda: live.search_families(work), scans)
        server = uvicorn.Server(uvicorn.Config(Gate(site.application(), known), http=PatientProtocol, **_BOUNDS))
        tell(f"http://{ADDRESS}:{listening.getsockname()[1]}/?token={known.token}")
        try:
            server.run(sockets=[listening])
        finally:
            work.close()
            if scans is not None:
                scans.close()


# Of the server: nothing but requests of known sizes, and no word of itself.
_BOUNDS: dict[str, Any] = {
    "loop": "asyncio",
    "ws": "none",
    "lifespan": "off",
    "log_level": "error",
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
    "limit_concurrency": MOST_AT_ONCE,
    "backlog": MOST_AT_ONCE,
    "timeout_keep_alive": 5,
    "timeout_graceful_shutdown": 3,
    "h11_max_incomplete_event_size": MOST_HEADER_BYTES,
}


@contextmanager
def _bound(port: int) -> Iterator[socket.socket]:
    """A socket at a port of this machine, that no other machine reaches. Raises ModelkinError."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as listening:
        try:
            if os.name == "posix":  # elsewhere it lets another program take the port
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((ADDRESS, port))
            listening.listen(MOST_AT_ONCE)  # from now on who has the address is not refused
        except OSError as error:
            raise ModelkinError(f"port {port} cannot be used: {error.strerror}; name another --port") from error
        yield listening
