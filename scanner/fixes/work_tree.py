"""The folder that fixes are written into: opened once, so that nothing outside it is read or written.

A path that leads through links to another file of the same folder is taken to be that one; from there on no link is
followed, whatever becomes of the names meanwhile. Edit this with care: folders may be hostile.
"""

from __future__ import annotations

import difflib
import errno
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..results import Skipped
from ..sources.checkout import Checkout, Entry
from ..support.atomic_write import opened_folder
from ..support.decoding import source_encoding
from ..support.folders import Folder, LinkError
from .model import Edit, Undone, UnwritableError

OUTSIDE = "it leads out of the folder"
CHANGED = "it was changed meanwhile: run the command again"
_EXCHANGED = "was replaced by a link meanwhile: run the command again"

_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")


class WorkTree:
    """A folder that is held open; paths are relative to it."""

    def __init__(self, folder: Folder, root: Path) -> None:
        self._folder = folder
        self._root = root

    def names(self) -> list[str]:
        """Whatever has a name in the folder itself, sorted."""
        return self._folder.names()

    def stored(self, path: str, most: int = -1) -> bytes | None:
        """What stands in the file, up to ``most`` bytes; None where it is not. Raises UnwritableError or OSError."""
        try:
            *above, name = self._parts(path)
            with self._folder.below(above) as folder:
                return folder.read(name, most)
        except FileNotFoundError:
            return None
        except LinkError as error:
            raise _exchanged(error) from None

    def is_link(self, path: str) -> bool:
        """Whether the way there goes through a link: what stands there has another name. Raises UnwritableError."""
        return list(self._parts(path)) != path.split("/")

    def is_file(self, path: str) -> bool:
        """Whether a file can be read there."""
        try:
            return self.stored(path, 1) is not None
        except (OSError, UnwritableError):
            return False

    def is_free(self, path: str) -> bool:
        """Whether nothing stands there, nor a link. Raises UnwritableError."""
        try:
            return self.stored(path, 1) is None and not self.is_link(path)
        except OSError:
            return False

    def replace(self, path: str, before: bytes | None, after: bytes) -> None:
        """Make ``after`` the whole file, which holds ``before``. Raises UnwritableError or OSError."""
        *above, name = self._parts(path)
        try:
            with self._folder.below(above, make=before is None) as folder:
                if folder.read(name) != before:
                    raise UnwritableError(CHANGED)
                folder.replace(name, after)
        except LinkError as error:
            raise _exchanged(error) from None
        except FileNotFoundError:
            raise UnwritableError(CHANGED) from None

    def _parts(self, path: str) -> Sequence[str]:
        """The names that lead there by way of no link. Raises UnwritableError."""
        try:
            root = self._root.resolve()
            target = (root / path).resolve()
        except (OSError, RuntimeError, ValueError):  # a loop of links; a name no system can hold
            raise UnwritableError(OUTSIDE) from None
        if target == root or not target.is_relative_to(root):
            raise UnwritableError(OUTSIDE)
        return target.relative_to(root).parts


class SourceTree(WorkTree):
    """The files of any opened source, to be read and not to be written."""

    def __init__(self, checkout: Checkout) -> None:
        listed = (checkout.whole or checkout.entries)()
        self._entries = {each.path: each for each in listed if isinstance(each, Entry)}

    def names(self) -> list[str]:
        return sorted({path.partition("/")[0] for path in self._entries})

    def stored(self, path: str, most: int = -1) -> bytes | None:
        entry = self._entries.get(path)
        stored = entry.read() if entry else None
        if isinstance(stored, Skipped):
            raise UnwritableError(stored.reason)
        return stored if stored is None or most < 0 else stored[:most]

    def is_link(self, path: str) -> bool:  # noqa: ARG002 - links are not followed in sources
        return False

    def replace(self, path: str, before: bytes | None, after: bytes) -> None:  # noqa: ARG002
        raise UnwritableError("what is scanned is not written")


@contextmanager
def work_tree(root: Path | WorkTree) -> Iterator[WorkTree]:
    """The folder ``root``, opened for as long as the block lasts; one that is open stays so. Raises OSError."""
    if isinstance(root, WorkTree):
        yield root
        return
    with opened_folder(root) as folder:
        folder.shown = ""  # in messages, paths are below it
        yield WorkTree(folder, root)


def _exchanged(error: LinkError) -> UnwritableError:
    return UnwritableError(f"{error.shown} {_EXCHANGED}")


def reason(error: OSError) -> str:
    """In words."""
    return error.strerror or os.strerror(error.errno or errno.EIO)


def apply(edits: Iterable[Edit], root: Path | WorkTree) -> Iterator[Edit | Undone]:
    """Write each edit below the folder ``root``, in order: what was written, or why it was not.

    An interruption leaves every file either as it was or as it is to be. Raises OSError for a folder that is gone.
    """
    with work_tree(root) as tree:
        for edit in edits:
            why = _unwritten(edit, tree)
            yield Undone(edit.path, why) if why else edit


def _unwritten(edit: Edit, tree: WorkTree) -> str:
    """Why not; empty when it was."""
    try:
        tree.replace(edit.path, edit.before, edit.after)
    except UnwritableError as error:
        return str(error)
    except OSError as error:
        return f"it cannot be written: {reason(error)}"
    return ""


def unified(edit: Edit) -> str:
    """The diff as git prints it, with three lines of context; what is no text in its encoding shows as U+FFFD."""
    before, after = _lines(edit.before or b""), _lines(edit.after)
    source = "/dev/null" if edit.before is None else _quoted(f"a/{edit.path}")
    lines = difflib.unified_diff(before, after, source, _quoted(f"b/{edit.path}"))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _quoted(path: str) -> str:
    """As git quotes names that would end a line."""
    return path if path.isprintable() else json.dumps(path)


def _lines(stored: bytes) -> list[str]:
    try:
        text = stored.decode(source_encoding(stored), "replace")
    except LookupError:
        text = stored.decode("utf-8", "replace")
    return _LINE.findall(text)
