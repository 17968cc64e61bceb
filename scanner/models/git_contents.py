"""Asks git of a checkout which bytes its files have and had, by their ids: nothing is read but what is asked for.

Edit this when the history of contents is to be followed further, as into other branches. How git is kept from obeying
a stranger's folder is in `sources.git_history`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from ..sources.checkout import Checkout
from ..sources.git_command import run
from ..sources.git_folder import GitError, top_of
from ..sources.git_history import ClosedGit, closed_git

_LOG = ("--no-ext-diff", "--no-textconv", "--no-color", "--no-show-signature", "--no-notes", "--no-mailmap")
_FORMAT = "--format=%H %at %ct"
_REGULAR = frozenset(("100644", "100755", "100664"))
# Of one file: more than a few thousand versions is a log, not a file of a model.
MOST_VERSIONS = 2_000
_SECONDS = 120.0


class BlobChange(Struct, frozen=True):
    """A commit that gave a path its content."""

    path: str
    blob: str
    """The id of the content; empty where the commit removed the file."""
    commit: str
    dates: tuple[int, int]
    """When it was authored and when committed, as it claims, in seconds since 1970."""


@contextmanager
def history_of(checkout: Checkout, seconds: float = _SECONDS) -> Iterator[ClosedGit]:
    """git over the history of an opened source, for as long as the block lasts: of the git folder that it is in, or of
    the server that its commit was fetched from. That one comes without contents, within ``seconds``.

    Raises SourceError where there is none to trust or to be had.
    """
    if checkout.fetched is not None and checkout.history is not None:
        yield ClosedGit(checkout.history(seconds), checkout.commit)
        return
    top = None if checkout.folder is None else top_of(checkout.folder)
    if top is None:
        raise GitError(f"{checkout.root} is in no git checkout")
    with closed_git(top) as git:
        yield git


@contextmanager
def commit_of(checkout: Checkout) -> Iterator[tuple[ClosedGit, dict[str, str]]]:
    """git over the commit that a source is of, and the id of each file's content in it, by its path in the source.

    Raises SourceError where there is none to trust.
    """
    if checkout.fetched is not None:
        git = ClosedGit(checkout.fetched, checkout.commit)
        yield git, committed_blobs(git)
        return
    top = None if checkout.folder is None else top_of(checkout.folder)
    if top is None or checkout.folder is None:
        raise GitError(f"{checkout.root} is in no git checkout")
    below = os.path.relpath(os.path.realpath(checkout.folder), top).replace(os.sep, "/")
    prefix = "" if below == "." else f"{below}/"
    with closed_git(top) as git:
        blobs = committed_blobs(git)
        yield git, {path.removeprefix(prefix): blob for path, blob in blobs.items() if path.startswith(prefix)}


def committed_blobs(git: ClosedGit) -> dict[str, str]:
    """The id of each regular file's content in the commit that is checked out, by path. Raises GitError."""
    if not git.head:
        return {}
    found = {}
    for line in run(git.repository, "ls-tree", "-r", "-z", "--full-tree", git.head, seconds=_SECONDS).split(b"\0")[:-1]:
        described, _, path = line.partition(b"\t")
        mode, kind, blob = described.decode("ascii", "replace").split(" ")
        if kind == "blob" and mode in _REGULAR:
            found[path.decode("utf-8", "surrogateescape")] = blob
    return found


def versions(git: ClosedGit, path: str, seconds: float = _SECONDS) -> tuple[BlobChange, ...]:
    """What ``path`` held, newest first, under earlier names too; at most MOST_VERSIONS. Raises GitError."""
    if not git.head or "\0" in path:
        return ()
    how = (f"--max-count={MOST_VERSIONS}", "-m")
    try:
        return tuple(_changes(_log(git, seconds, (*how, "--follow"), path)))
    except GitError:  # contents are missing, without which no rename is told
        return tuple(_changes(_log(git, seconds, (*how, "--no-renames"), path)))


def changes(git: ClosedGit, seconds: float = _SECONDS) -> tuple[BlobChange, ...]:
    """What every path was given, oldest first, by merges too. Raises GitError, also for too long a list."""
    if not git.head:
        return ()
    how = ("--reverse", "--topo-order", "--no-renames", "-m")
    return tuple(_changes(_log(git, seconds, how)))


def content(git: ClosedGit, blob: str, most_bytes: int) -> bytes | None:
    """The bytes of a blob; None where git has none, or more than ``most_bytes``."""
    try:
        size = run(git.repository, "cat-file", "-s", blob, seconds=_SECONDS)
        if not size.strip().isdigit() or int(size) > most_bytes:
            return None
        return run(git.repository, "cat-file", "blob", blob, seconds=_SECONDS)
    except GitError:
        return None


def _log(git: ClosedGit, seconds: float, options: tuple[str, ...], *paths: str) -> bytes:
    words = ("log", *_LOG, *options, "--raw", "--no-abbrev", "-z", _FORMAT, git.head, "--", *paths)
    return run(git.repository, *words, seconds=seconds)


def _changes(output: bytes) -> Iterator[BlobChange]:
    """git prints each commit, then for each file ":MODE MODE BLOB BLOB STATUS", its path, and after a move another."""
    words = iter(output.decode("utf-8", "surrogateescape").split("\0"))
    commit, dates = "", (0, 0)
    for word in words:
        described = word.lstrip("\n")
        if not described:
            continue
        if not described.startswith(":"):
            commit, authored, committed = described.split(" ")
            dates = (int(authored), int(committed))
            continue
        _, mode, _, blob, status = described.split(" ")
        path = next(words, "")
        path = next(words, "") if status[:1] in "RC" else path
        yield BlobChange(path, blob if mode in _REGULAR else "", commit, dates)
