"""A corpus file in place of another, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import CorpusError
from ..folders import LinkError
from ..writing import Place, placed


def replace_file(path: Path, content: bytes) -> None:
    """Make ``content`` the whole file at ``path``, whose old content stays until the new is complete.

    Its folder is made. Below the current folder no link is followed; elsewhere, as in the user's data folder, a link
    keeps pointing where it does. Raises CorpusError.
    """
    with _placed(path) as place:
        place.folder.replace(place.name, content)


def check_writable(path: Path, distrusted: Iterable[str] = ()) -> None:
    """Raise CorpusError when `replace_file` could not write ``path``: known before the work rather than after it.

    Below ``distrusted`` folders, too, no link is followed.
    """
    with _placed(path, distrusted) as place:
        place.folder.try_replacing(place.name)


@contextmanager
def _placed(path: Path, distrusted: Iterable[str] = ()) -> Iterator[Place]:
    try:
        with placed(path, distrusted, make=True) as place:
            yield place
    except LinkError as error:
        raise CorpusError(error.strerror) from error
    except FileExistsError as error:
        raise CorpusError(f"{path}: cannot be written: not a regular file, or no folder to write it to") from error
    except OSError as error:
        raise CorpusError(f"{path}: cannot be written: {error.strerror}") from error
