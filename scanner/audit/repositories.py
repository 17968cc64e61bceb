"""A folder or a list in, the repositories to audit out, sorted by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..errors import SourceError
from ..sources.checkout import os_reason
from ..sources.specs import ARCHIVE_SUFFIXES, CODE_SUFFIXES, without_login
from .tree import Repository, divide

MOST_LIST_BYTES = 64 * 1024**2


def find_repositories(place: str) -> tuple[Repository, ...]:
    """The repositories in the folder ``place``, or those that the text file ``place`` names. Raises SourceError."""
    path = Path(place)
    try:
        if path.is_dir():
            return _in_folder(path)
        if path.is_file() and not place.lower().endswith((*CODE_SUFFIXES, *ARCHIVE_SUFFIXES)):
            return tuple(_in_list(path))
    except OSError as error:
        raise SourceError(f"{place} {os_reason(error)}") from error
    if path.exists():
        raise SourceError(f"{place} is one source: audit takes a folder of repositories or a list; `scan` takes this")
    raise SourceError(f"{place}: no such folder or list")


def _in_folder(root: Path) -> tuple[Repository, ...]:
    found = divide(root)
    if not found:
        raise SourceError(f"{root}: no repository in it: no folder with .git or with Python code")
    return tuple(sorted(found, key=lambda repository: repository.name))


def _in_list(path: Path) -> Iterator[Repository]:
    """A source a line; an empty line or one that begins with ``#`` names none, and the same source counts once."""
    if path.stat().st_size > MOST_LIST_BYTES:
        raise SourceError(f"{path}: over {MOST_LIST_BYTES // 1024**2} MB is no list of sources")
    text = path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    if "\0" in text:
        raise SourceError(f"{path}: not a text file, which a list of sources is")
    lines = (line.strip() for line in text.split("\n"))
    sources = {without_login(line): line for line in lines if line and not line.startswith("#")}
    if not sources:
        raise SourceError(f"{path}: names no source; write one a line")
    yield from (Repository(name, sources[name]) for name in sorted(sources))
