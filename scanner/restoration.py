"""A report on a copy and its original in, each copied file with its renames undone and what still differs out."""

from __future__ import annotations

from collections.abc import Iterator, Set

from msgspec import Struct

from .api import Report
from .budget import OverBudgetError, budget
from .difference import Difference, remaining_difference
from .errors import RestoreError
from .files import NOTEBOOK_SUFFIX, SourceFile, read_file
from .restore import restore
from .sources import Entry, Skipped, open_source
from .verdict import FileVerdict

__all__ = ["Restoration", "Skipped", "restorations"]


class Restoration(Struct, frozen=True):
    """``restored`` is the file at ``path``, ``renames`` names put back; ``difference`` is against ``original_path``.

    ``restored_path`` is where it belongs: ``path``, except that the code of a notebook becomes a Python file.
    """

    path: str
    original_path: str
    restored_path: str
    renames: int
    restored: bytes
    difference: Difference


def restorations(
    report: Report, copy: str, original: str, timeout: float | None = None
) -> Iterator[Restoration | Skipped]:
    """One per file of ``report`` that stands on a file of the source ``original``; Skipped when it cannot be restored,
    or not within ``timeout`` seconds.

    Raises SourceError when either source can no longer be opened.
    """
    copied = [file for file in report.files if file.upstreams]
    copies = _read(copy, {file.path for file in copied})
    originals = _read(original, {file.upstreams[0].path for file in copied})
    for file in copied:
        upstream_path = file.upstreams[0].path
        if file.path in copies and upstream_path in originals:
            try:
                with budget(len(copies[file.path]) + len(originals[upstream_path]), timeout):
                    restored = _restoration(file, copies[file.path], originals[upstream_path])
                yield restored
            except (RestoreError, OverBudgetError) as error:
                yield Skipped(file.path, str(error))


def _restoration(file: FileVerdict, copy: bytes, original: bytes) -> Restoration:
    upstream_path = file.upstreams[0].path
    restored = restore(copy, file.renames)
    return Restoration(
        path=file.path,
        original_path=upstream_path,
        restored_path=f"{file.path}.py" if _is_notebook(file.path) else file.path,
        renames=len(file.renames),
        restored=restored,
        difference=remaining_difference(original, restored, upstream_path, file.path),
    )


def _read(source: str, paths: Set[str]) -> dict[str, bytes]:
    """The wanted files of a source by path; what cannot be read, the report has already named as skipped."""
    with open_source(source) as checkout:
        wanted = (entry for entry in checkout.entries() if isinstance(entry, Entry) and entry.path in paths)
        return {entry.path: code for entry in wanted if (code := _code(entry)) is not None}


def _code(entry: Entry) -> bytes | None:
    """A Python file as stored, so that its encoding survives; a notebook as the code of its cells."""
    if not _is_notebook(entry.path):
        stored = entry.read()
        return None if isinstance(stored, Skipped) else stored
    file = read_file(entry)
    return file.text if isinstance(file, SourceFile) else None


def _is_notebook(path: str) -> bool:
    return path.lower().endswith(NOTEBOOK_SUFFIX)
