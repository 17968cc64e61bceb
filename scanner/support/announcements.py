"""What a run tells the person who started it from deep inside, where no report or progress bar is at hand.

The command line listens; who calls modelkin from Python hears nothing unless they `listen`. Edit this when there is
another kind of thing to tell.
"""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[str, bool], object]
"""Told a text in one line, and whether it is of interest for this moment only: then it is for a terminal."""


class _State:
    listener: Listener | None = None


def listen(listener: Listener | None) -> None:
    """Have ``listener`` told from now on, in place of any other."""
    _State.listener = listener


def announce(text: str, passing: bool = False) -> None:
    """Tell whoever listens."""
    if _State.listener is not None:
        _State.listener(text, passing)
