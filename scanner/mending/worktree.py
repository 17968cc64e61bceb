"""The folder that is mended, opened once: paths below it in, files read and replaced in it out, none outside.

A path that leads through links to another file of the same folder is taken to be that one; from there on no link is
followed, whatever becomes of the names meanwhile.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..folders import Folder, LinkError
from ..writing import placed_folder
from .model import UnwritableError

OUTSIDE = "it leads out of the folder"
CHANGED = "it was changed meanwhile: run the command again"
_EXCHANGED = "was exchanged for a link meanwhile: run the command again"


class WorkTree:
    """A folder that is open."""

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


@contextmanager
def work_tree(root: Path | WorkTree) -> Iterator[WorkTree]:
    """The folder ``root``, opened for as long as the block lasts; one that is open stays so. Raises OSError."""
    if isinstance(root, WorkTree):
        yield root
        return
    with placed_folder(root) as folder:
        folder.shown = ""  # in messages, paths are below it
        yield WorkTree(folder, root)


def _exchanged(error: LinkError) -> UnwritableError:
    return UnwritableError(f"{error.shown} {_EXCHANGED}")


def reason(error: OSError) -> str:
    """In words."""
    return error.strerror or os.strerror(error.errno or errno.EIO)
