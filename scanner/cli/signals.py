"""Ends the process: in good order when a signal asks for it, and fast when the work is done.

Edit this when an interrupted run leaves something behind, or when one more signal asks for the end.
"""

from __future__ import annotations

import _thread
import atexit
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from operator import attrgetter
from types import CodeType, FrameType
from typing import NoReturn, TextIO
from weakref import ReferenceType, ref

# What a shell reports for a program that a signal ended: this, and the signal's number.
_BY_SIGNAL = 128
# Ctrl-C; what `kill`, schedulers and shutdowns send; a terminal that is gone; Ctrl-Break. Not every system has all.
_ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
INTERRUPTED = _BY_SIGNAL + signal.SIGINT
# What Python itself exits with when it cannot flush standard output.
_NOT_WRITTEN = 120
# Interrupted in these, a process would be left running or a folder lying there: they are short, and waited for.
_WHOLE = {
    "subprocess": ("Popen.__init__",),
    "tempfile": (
        "mkstemp",
        "mkdtemp",
        "NamedTemporaryFile",
        "TemporaryDirectory.__init__",
        "TemporaryDirectory.cleanup",
    ),
    "shutil": ("rmtree",),
}
_AGAIN_AFTER, _MOST_TIMES = 0.02, 250
# A further signal is heeded again where the end takes longer, in seconds.
_PATIENCE = 5.0


def heed_signals() -> None:
    """From here on each signal that asks for the end ends the run as Ctrl-C does: what is temporary is removed.

    A further one, while that is done, changes nothing. What whoever started the process has it ignore stays ignored.
    """
    _state.is_through = False
    for number in _signals():
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _end)


def ended_by(error: BaseException, otherwise: int = INTERRUPTED) -> int:
    """The exit code of a run that ended in ``error``, by the signal that it comes from; ``otherwise`` by none."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, EndedError):
            _state.is_through = True
            return _BY_SIGNAL + cause.number
        cause = cause.__cause__ or cause.__context__
    return otherwise


def signals_are_done() -> None:
    """Heed no signal any more: what is left to do is short. Where none came, all do again what they did before.

    Where one came, the system has to ignore all others: any handler of ours is gone before Python is through.
    """
    _state.is_through = True
    for number in _signals():
        if signal.getsignal(number) is _end:
            before = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            signal.signal(number, before if _state.error is None else signal.SIG_IGN)


def leave(code: int) -> NoReturn:
    """Exit with ``code`` without taking down each object first, which takes a tenth of a short run with numpy.

    mypy does so, too. By now what was opened is closed, and what is to be kept is written. Where a thread still works,
    or somebody traces the process, Python ends in its own time.
    """
    if threading.active_count() > 1 or sys.gettrace() or sys.getprofile():
        sys.exit(code)
    atexit._run_exitfuncs()
    written = [_flushed(stream) for stream in (sys.stdout, sys.stderr)]
    os._exit(code if all(written) else code or _NOT_WRITTEN)


def _flushed(stream: TextIO | None) -> bool:
    try:
        if stream is not None:  # closed by the caller, as `>&-` does
            stream.flush()
    except OSError:
        return False
    return True


# How a signal ends the run.


class EndedError(KeyboardInterrupt):
    """A signal asked for the end. What Ctrl-C would clean up is cleaned up."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class _End:
    """The end that a signal asked for."""

    error: ReferenceType[EndedError] | None = None
    """The error that brings it about, for as long as anybody holds it."""
    since = 0.0
    """When it was raised, by `time.monotonic`."""
    is_through = False
    """Whether all that is left to do is short."""
    waits = 0
    """How often something was waited for that must not be interrupted."""


_state = _End()


def _signals() -> list[signal.Signals]:
    return [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]


def _end(number: int, frame: FrameType | None) -> None:
    if _state.is_through or (_is_under_way() and time.monotonic() - _state.since < _PATIENCE):
        return
    if _state.waits < _MOST_TIMES and _is_in(frame, _whole()):
        _state.waits += 1
        threading.Timer(_AGAIN_AFTER, _send, (number,)).start()
        return
    raise _error(number)


def _error(number: int) -> EndedError:
    """Nothing else holds on to it: where it is gone before the end is through, somebody has swallowed it."""
    error = EndedError(number)
    if _state.error is None:
        threading.Thread(target=_insist, args=(number,), daemon=True).start()
    _state.error, _state.since = ref(error), time.monotonic()
    return error


def _is_under_way() -> bool:
    return _state.error is not None and _state.error() is not None


def _insist(number: int) -> None:
    """Python passes over an error that is raised while it takes down an object, or calls back: then raise another."""
    while not _state.is_through:
        time.sleep(_AGAIN_AFTER)
        if not _is_under_way() and not _state.is_through:
            _send(number)


def _send(number: int) -> None:
    """To the main thread, which may wait for something: a signal ends that."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        _thread.interrupt_main(signal.Signals(number))


def _whole() -> set[CodeType]:
    """The code of what must not be interrupted, of modules that are in use."""
    places = ((sys.modules.get(name), function) for name, functions in _WHOLE.items() for function in functions)
    found: set[CodeType] = set()
    for module, function in places:
        with suppress(AttributeError):  # of a module that is not loaded, or is just being so, nothing can run
            found.add(attrgetter(f"{function}.__code__")(module))
    return found


def _is_in(frame: FrameType | None, codes: set[CodeType]) -> bool:
    while frame is not None:
        if frame.f_code in codes:
            return True
        frame = frame.f_back
    return False
