"""Runs the user's git, closed off: it asks nothing, runs no hook and no program that settings name, and ends in time.

It speaks only the protocols that are named for a command. Edit this when git gets one more way to run something.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from ..support.processes import NO_FILE, Process, environment, find_program, killed_after, started
from .git_folder import GitError

TIMEOUT_SECONDS = 600.0
MAX_OUTPUT_BYTES = 128 * 1024**2
_MAX_MESSAGE_BYTES = 64 * 1024
# Of addresses, mapped files included: a pack may ask for any amount of memory.
_MAX_MEMORY_BYTES = 6 * 1024**3

# protocol.version 2 is what lets a commit be fetched by its hash from any server.
_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "credential.helper": "",
    "protocol.version": "2",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
# Of one process: a server may send the first request of a git on to another address, or none.
_REDIRECTS = {"http.followRedirects": "initial"}
_CLOSED = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}
# What names the settings of the user and of the system.
_OWN_SETTINGS = re.compile(r"XDG_CONFIG_HOME|GIT_CONFIG_(?:NOSYSTEM|SYSTEM|GLOBAL|COUNT|(?:KEY|VALUE)_\d+)")
_SETTINGS_SECONDS = 10.0
_NO_SUCH_SETTING = 1
_ENVIRONMENT = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",  # reading writes nothing
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone's settings name programs to fetch the rest with
    "SSH_ASKPASS_REQUIRE": "never",
    "LC_ALL": "C",  # messages in English, to tell them apart
}


def run(repository: Path, *arguments: str, protocols: str = "", seconds: float | None = None) -> bytes:
    """What the command prints; raises GitError. ``protocols`` it may speak, separated by colons: none unless given."""
    seconds = seconds or TIMEOUT_SECONDS
    deadline = time.monotonic() + seconds
    with (
        TemporaryFile() as errors,
        running(repository, *arguments, protocols=protocols, errors=errors) as process,
        killed_after(seconds, process),
    ):
        assert process.stdout
        output = process.stdout.read(MAX_OUTPUT_BYTES + 1)
        if len(output) > MAX_OUTPUT_BYTES:
            raise GitError(f"it lists more than {MAX_OUTPUT_BYTES // 1024**2} MB of names")
        if code := process.wait():
            if time.monotonic() >= deadline:
                raise GitError(f"it took longer than {seconds:.0f} seconds")
            errors.seek(0)
            raise GitError(_reason(errors.read(_MAX_MESSAGE_BYTES)) or f"git {arguments[0]} ends with code {code}")
        return output


@contextmanager
def redirects_refused() -> Iterator[None]:
    """No server sends a git of this process on to another address, which nobody checked, while the context lasts."""
    before = dict(_REDIRECTS)
    _REDIRECTS["http.followRedirects"] = "false"
    try:
        yield
    finally:
        _REDIRECTS.update(before)


def rewritten_addresses(repository: Path) -> list[tuple[str, str]]:
    """What the user's own git settings, not those of ``repository``, have servers' addresses begin with instead.

    Pairs of how an address begins and what takes its place (``url.<base>.insteadOf``). Only this is read of the
    settings, and nothing in them takes effect. Raises GitError.
    """
    own = {name: value for name, value in os.environ.items() if _OWN_SETTINGS.fullmatch(name)}
    words = ("config", "--null", "--get-regexp", r"^url\..*\.insteadof$")
    with running(repository, *words, settings_by=own) as process, killed_after(_SETTINGS_SECONDS, process):
        assert process.stdout
        output = process.stdout.read(_MAX_MESSAGE_BYTES + 1)
        code = process.wait()
    if code not in (0, _NO_SUCH_SETTING) or len(output) > _MAX_MESSAGE_BYTES:
        raise GitError("git cannot read its own settings: see `git config --list`")
    rows = (row.partition("\n") for row in output.decode("utf-8", "replace").split("\0")[:-1])
    return [(prefix, key[len("url.") : -len(".insteadof")]) for key, _, prefix in rows if prefix]


@contextmanager
def running(
    repository: Path,
    *arguments: str,
    protocols: str = "",
    errors: IO[bytes] | int = NO_FILE,
    requests: IO[bytes] | int = NO_FILE,
    settings_by: Mapping[str, str] | None = None,
) -> Iterator[Process[bytes]]:
    """git at work on the bare ``repository``; neither it nor a process it began outlives the context.

    No settings of the user or the system count, but for what variables in ``settings_by`` name.
    """
    settings = [word for name, value in {**_SETTINGS, **_REDIRECTS}.items() for word in ("-c", f"{name}={value}")]
    closed = _CLOSED if settings_by is None else settings_by
    variables = {**environment(), **_ENVIRONMENT, **closed, "GIT_ALLOW_PROTOCOL": protocols}
    with ExitStack() as stack:
        try:
            command = [find_program("git"), "--no-pager", *settings, f"--git-dir={repository.absolute()}", *arguments]
            process = stack.enter_context(started(command, variables, requests=requests, errors=errors))
        except OSError as error:
            raise GitError(
                f"git cannot be run ({error.strerror}): install git, or name a folder or an archive"
            ) from error
        _limit_memory(process.pid)
        yield process


def _limit_memory(process: int) -> None:
    """Where the system lets us, before git has begun anything."""
    if sys.platform == "linux":
        import resource

        with suppress(OSError, ValueError):
            resource.prlimit(process, resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))


def reason_in(errors: IO[bytes]) -> str:
    """The reason by what git wrote to this file; empty when it wrote nothing."""
    errors.seek(0)
    return _reason(errors.read(_MAX_MESSAGE_BYTES))


def _reason(message: bytes) -> str:
    """The line that tells most: git's first fatal one, or what ssh said before it."""
    stripped = (line.strip() for line in message.decode("utf-8", "replace").splitlines())
    lines = ["".join(char if char.isprintable() else "?" for char in line) for line in stripped if line]
    place = next((number for number, line in enumerate(lines) if line.startswith("fatal:")), len(lines) - 1)
    if place > 0 and "Could not read from remote repository" in lines[place]:
        place -= 1
    return lines[place].removeprefix("fatal: ").removeprefix("ssh: ") if lines else ""
