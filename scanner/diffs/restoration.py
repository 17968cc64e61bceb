"""What still differs between a copy and its original once the renames are undone: in the text, and in the code alone.

Edit this when a difference counts that should not, or when restored files should be written in another way.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence, Set

from msgspec import Struct

from ..errors import RestoreError
from ..results import FileVerdict, Report, Skipped
from ..sources import open_source
from ..sources.checkout import Entry
from ..sources.files import NOTEBOOK_SUFFIX, SourceFile, read_file
from ..support.budget import OverBudgetError, budget
from ..support.decoding import to_utf8, with_line_feeds
from ..syntax.code_only import code_lines
from ..syntax.rename_undo import restore


class Difference(Struct, frozen=True):
    """Two unified diffs, empty where nothing differs."""

    unified: str
    """Of the texts, line endings and byte order marks aside."""
    lines: int
    """How many of its lines are marked `-` or `+`."""
    substantive: str
    """Of the code: no comments, docstrings, imports and annotations, one statement a line however it was laid out.

    Its line numbers are of that form.
    """
    substantive_lines: int


def remaining_difference(original: bytes, restored: bytes, original_name: str, copy_name: str) -> Difference:
    """Compare two files, given as stored. Neither has to parse, and neither is ever run."""
    texts = _text(original), _text(restored)
    unified, lines = _unified(texts[0].split("\n"), texts[1].split("\n"), original_name, copy_name)
    if not lines:
        return Difference("", 0, "", 0)
    substantive, substantive_lines = _unified(*code_lines(*texts), original_name, copy_name)
    return Difference(unified, lines, substantive, substantive_lines)


def _text(source: bytes) -> str:
    """The text with line feeds between lines; bytes of an unknown encoding each become a character."""
    utf8 = to_utf8("", source)
    text = utf8.decode() if isinstance(utf8, bytes) else source.decode("latin-1")
    return with_line_feeds(text).removesuffix("\n")


def _unified(original: Sequence[str], copy: Sequence[str], original_name: str, copy_name: str) -> tuple[str, int]:
    """A unified diff with three lines of context, as diff -u prints it, and its number of marked lines."""
    diff = list(difflib.unified_diff(original, copy, original_name, copy_name, lineterm=""))
    changed = sum(line[:1] in ("-", "+") for line in diff[2:])
    return "".join(f"{line}\n" for line in diff), changed


class Restoration(Struct, frozen=True):
    """A copy with its renames undone."""

    path: str
    """Of the copy."""
    original_path: str
    restored_path: str
    """Where the restored file belongs: ``path``, except that the code of a notebook becomes a Python file."""
    renames: int
    """How many names were put back."""
    restored: bytes
    """The restored file, as it is stored."""
    difference: Difference
    """What still differs from the original."""


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
