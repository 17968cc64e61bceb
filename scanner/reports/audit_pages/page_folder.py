"""Writes the pages of an audit to a folder: each whole or not at all, and only those that are not as they should be.

A repository's page names, in its head, what it follows from, so one that is there already is left as it is. Pages of
repositories that the audit has not any more are removed; nothing else in the folder is touched. Edit this when the
pages are to lie otherwise.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from msgspec import Struct

from ...audit.family_model import Families, pages_of
from ...audit.outcome import Audit
from ...errors import ModelkinError
from ...support.atomic_write import opened_folder
from ...support.folders import Folder, LinkError
from ..html.environment import page_assets
from ..html.page import render
from .csv_tables import families_csv, repositories_csv
from .index_page import (
    ROWS_A_LIST,
    families_around,
    list_count,
    render_family,
    render_index,
    render_list,
    repository_links,
)
from .row_views import PAGE_ENDING

_INDEX = "index.html"
_KEY = re.compile(rb'<meta name="modelkin-page" content="([0-9a-f]{32})">')
# Of no other page that modelkin writes, such as a report that somebody keeps beside these.
_OURS = re.compile(rb'<meta name="modelkin-page" content="[0-9a-z]+">')
# Stands for the index until all is written: a run that is ended before knows its folder again.
_BEGUN = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<meta name="modelkin-page" content="audit">
<title>modelkin audit</title>
</head>
<body>
<p>The pages of this audit are being written. If this stays, write them again.</p>
</body>
</html>
"""
# The head of a page, up to its key.
_HEAD_BYTES = 1500
_SHARDS = [f"{number:02x}" for number in range(256)]


class Written(Struct, frozen=True):
    """What became of the pages."""

    pages: int
    """How many there are."""
    written: int
    """How many of them were written: the others were there already."""
    removed: int
    """How many were of repositories that the audit has not any more."""


def check_folder(folder: Path, distrusted: Iterable[str] = ()) -> None:
    """Raise ModelkinError where pages cannot be written: known before the work rather than after it."""
    with _explained(folder), opened_folder(folder, distrusted, make=True) as top:
        names = top.names()
        head = top.read(_INDEX, _HEAD_BYTES) if _INDEX in names else b""
        if names and not _OURS.search(head or b""):
            raise ModelkinError(f"{folder} holds other files than pages of an audit: name a new or an empty folder")
        top.try_replacing(_INDEX)


def write_pages(audit: Audit, folder: Path) -> Written:
    """Write all pages of ``audit`` to ``folder``, the index at last. Raises ModelkinError."""
    families = audit.families
    pages = pages_of(families)
    with _explained(folder), opened_folder(folder, [audit.header.place], make=True) as top:
        if top.status(_INDEX) is None:
            top.replace(_INDEX, _BEGUN)
        writing = _Writing(top)
        for page, content in _repositories(audit, families, pages, writing):
            writing.write(["repositories", page[-12:-10]], page + PAGE_ENDING, content)
        for family, page in zip(families.families, pages, strict=True):
            names = list(dict.fromkeys(each.repository for each in family.members))
            content = render_family(family, repository_links(audit, names, "../"), "../index.html#families")
            writing.write(["families"], page + PAGE_ENDING, content)
        count = _lists(audit, pages, writing)
        writing.pour("repositories.csv", repositories_csv(audit, list(pages)))
        writing.pour("families.csv", families_csv(families, pages))
        writing.remove_others(audit, pages, count)
        writing.write([], _INDEX, render_index(audit, families, pages))
        return Written(writing.count, writing.written, writing.removed)


def _repositories(
    audit: Audit, families: Families, pages: Sequence[str], writing: _Writing
) -> Iterator[tuple[str, str]]:
    """The pages of those repositories whose pages are not there as they should be."""
    with audit.path.open("rb") as journal:
        for _, page, position, numbers in audit.indexed.positions():
            around = families_around(numbers, families, pages, "../../")
            told = f"{_made_by()} {position.start} {position.length} {position.before.hex()} {around.links}"
            key = hashlib.blake2b(told.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
            if not writing.is_there(page, key):
                yield page, render(audit.report_at(journal, position), around=around._replace(key=key))


@cache
def _made_by() -> str:
    """What makes a page: another release, or another style or script, makes another one."""
    return f"{version('modelkin')} {hashlib.sha256(page_assets().policy.encode()).hexdigest()}"


def _lists(audit: Audit, pages: Sequence[str], writing: _Writing) -> int:
    count = list_count(audit.summary)
    ranked = audit.indexed.ranked()
    for number in range(1, count + 1):
        rows = list(islice(ranked, ROWS_A_LIST))
        writing.write(["pages"], f"{number}{PAGE_ENDING}", render_list(audit, rows, number, count, pages))
    return count


class _Writing:
    """An open folder that pages are written to."""

    def __init__(self, top: Folder) -> None:
        self._top = top
        self.count = self.written = self.removed = 0

    def is_there(self, page: str, key: str) -> bool:
        """Whether a repository's page is there with that key; then it counts as one."""
        try:
            with self._top.below(["repositories", page[-12:-10]]) as folder:
                found = _KEY.search(folder.read(page + PAGE_ENDING, _HEAD_BYTES) or b"")
        except FileNotFoundError:
            return False
        is_same = found is not None and found[1].decode() == key
        self.count += is_same
        return is_same

    def write(self, parts: Sequence[str], name: str, content: str) -> None:
        """Write a page, unless it is there as it should be."""
        told = content.encode("utf-8", "backslashreplace")
        self.count += 1
        with self._top.below(parts, make=True) as folder:
            found = folder.status(name)
            if found is None or found.st_size != len(told) or folder.read(name) != told:
                folder.replace(name, told)
                self.written += 1

    def pour(self, name: str, pieces: Iterable[str]) -> None:
        """Write a file that comes in pieces."""
        with self._top.replacing(name) as file:
            file.writelines(piece.encode("utf-8", "backslashreplace") for piece in pieces)

    def remove_others(self, audit: Audit, families: Sequence[str], lists: int) -> None:
        """Remove our own pages that nothing leads to any more."""
        for shard in _SHARDS:
            self._remove_but(["repositories", shard], lambda: audit.indexed.pages_of(shard))  # noqa: B023 - called now
        self._remove_but(["families"], lambda: set(families))
        self._remove_but(["pages"], lambda: {str(number) for number in range(1, lists + 1)})

    def _remove_but(self, parts: Sequence[str], wanted: object) -> None:
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(self._top.below(parts))
            except FileNotFoundError:
                return
            kept = wanted()  # type: ignore[operator]
            for name in folder.names():
                is_kept = not name.endswith(PAGE_ENDING) or name.removesuffix(PAGE_ENDING) in kept
                if not is_kept and _OURS.search(folder.read(name, _HEAD_BYTES) or b""):
                    folder.remove(name)
                    self.removed += 1


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except LinkError as error:
        raise ModelkinError(error.strerror) from error
    except OSError as error:
        raise ModelkinError(f"cannot write pages to {folder}: {error.strerror}; name another --html folder") from error
