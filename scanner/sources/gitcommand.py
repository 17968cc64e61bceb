"""The user's git, closed off -> the output of one command, or the reason it failed.

It asks nothing, runs no hook and no program that settings name, speaks only the protocols given, and ends in time.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import IO

from ..errors import SourceError

TIMEOUT_SECONDS = 600.0
MAX_OUTPUT_BYTES = 128 * 1024**2
_MAX_MESSAGE_BYTES = 64 * 1024
_NO_FILE = subprocess.DEVNULL

# protocol.version 2 is what lets a commit be fetched by its hash from any server.
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "credential.helper": "",
    "protocol.version": "2",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone's settings name programs to fetch the rest with
    "SSH_ASKPASS_REQUIRE": "never",
    "LC_ALL": "C",  # messages in English, to tell them apart
}


class GitError(SourceError):
    """git failed; the message is the reason alone, one line."""


def run(repository: Path, *arguments: str, protocols: str = "") -> bytes:
    """What the command prints; raises GitError. ``protocols`` it may speak, separated by colons: none unless given."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    with (
        TemporaryFile() as errors,
        running(repository, *arguments, protocols=protocols, errors=errors) as process,
        _killed_in_time(process),
    ):
        assert process.stdout
        output = process.stdout.read(MAX_OUTPUT_BYTES + 1)
        if len(output) > MAX_OUTPUT_BYTES:
            raise GitError(f"it lists more than {MAX_OUTPUT_BYTES // 1024**2} MB of names")
        if code := process.wait():
            if time.monotonic() >= deadline:
                raise GitError(f"it took longer than {TIMEOUT_SECONDS:.0f} seconds")
            errors.seek(0)
            raise GitError(_reason(errors.read(_MAX_MESSAGE_BYTES)) or f"git {arguments[0]} ends with code {code}")
        return output


@contextmanager
def running(
    repository: Path,
    *arguments: str,
    protocols: str = "",
    errors: IO[bytes] | int = _NO_FILE,
    requests: int = _NO_FILE,
) -> Iterator[subprocess.Popen[bytes]]:
    """git at work on the bare ``repository``; neither it nor a process it began outlives the context.

    A session of its own leaves it no terminal to ask on, and Ctrl-C to us, who then end all of it.
    """
    settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    try:
        process = subprocess.Popen(
            ["git", *settings, f"--git-dir={repository}", *arguments],
            stdin=requests,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(protocols),
            start_new_session=True,
        )
    except OSError as error:
        raise GitError(f"git cannot be run ({error.strerror}): install git, or name a folder or an archive") from error
    try:
        yield process
    finally:
        _kill(process)
        process.wait()
        for stream in filter(None, (process.stdin, process.stdout)):
            with suppress(OSError):  # a request that was never sent
                stream.close()


def _environment(protocols: str) -> dict[str, str]:
    """The user's, less what steers git; proxies, certificates and ssh's agent stay."""
    steering = (name for name in os.environ if name.startswith("GIT_") and not name.startswith("GIT_SSL_"))
    kept = {name: os.environ[name] for name in os.environ.keys() - set(steering)}
    return {**kept, **_ENVIRONMENT, "GIT_ALLOW_PROTOCOL": protocols}


@contextmanager
def _killed_in_time(process: subprocess.Popen[bytes]) -> Iterator[None]:
    timer = Timer(TIMEOUT_SECONDS, _kill, [process])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the whole group. One already waited for has ended, and its number may be another's by now."""
    if process.returncode is not None:
        return
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(ProcessLookupError, PermissionError):  # macOS: PermissionError for one that just ended
        os.killpg(process.pid, signal.SIGKILL)


def _reason(message: bytes) -> str:
    """The line that tells most: git's first fatal one, or what ssh said before it."""
    stripped = (line.strip() for line in message.decode("utf-8", "replace").splitlines())
    lines = ["".join(char if char.isprintable() else "?" for char in line) for line in stripped if line]
    place = next((number for number, line in enumerate(lines) if line.startswith("fatal:")), len(lines) - 1)
    if place > 0 and "Could not read from remote repository" in lines[place]:
        place -= 1
    return lines[place].removeprefix("fatal: ").removeprefix("ssh: ") if lines else ""


def reason_in(errors: IO[bytes]) -> str:
    """The reason by what git wrote to this file; empty when it wrote nothing."""
    errors.seek(0)
    return _reason(errors.read(_MAX_MESSAGE_BYTES))
