"""How long a client may take to say what it wants: a connection that says it too slowly is closed.

The server itself bounds how large a request's head is and how long a connection rests after an answer, but not how
slowly a head comes, and each connection takes one of few places. Edit this when another kind of waiting should end.
"""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS_ASKING = 10.0


class PatientProtocol(H11Protocol):
    """The server's own protocol, for which no head of a request takes longer than `SECONDS_ASKING`."""

    _due: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """A client is there: its request is due."""
        super().connection_made(transport)
        self._look()

    def data_received(self, data: bytes) -> None:
        """A part of a request, or all of it."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """The next request is due."""
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is due any more."""
        self._forget()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Wait for a request, unless one is being answered; what came of it already gives it no more time."""
        cycle: Any = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._forget()
        elif self._due is None and not self.transport.is_closing():
            self._due = self.loop.call_later(SECONDS_ASKING, self.transport.abort)

    def _forget(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
