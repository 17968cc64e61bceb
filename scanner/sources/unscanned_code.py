"""Names the Python files of a folder that is not scanned, so that no code hides in one.

Edit this when reports should say more, or less, of such a folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import islice

from ..results import Skipped
from .checkout import os_reason, sort_key
from .specs import CODE_SUFFIXES

# Of more files a report says only how many there are.
MOST_NAMED = 20


def unscanned_code(
    disk: str, path: str, reason: str, is_harmless: Callable[[os.DirEntry[str]], bool], but: str = ""
) -> list[Skipped]:
    """A line for each Python file in the folder ``disk``, except below ``but``; past `MOST_NAMED`, their count.

    ``path`` is what the report calls the folder. A file that ``is_harmless`` is no code in spite of its name.
    """
    found = _code_in(disk, path, reason, is_harmless, but)
    named = list(islice(found, MOST_NAMED))
    more = sum(1 for _ in found)
    if more:
        return [Skipped(path, f"{len(named) + more:,} Python files {reason}")]
    return sorted(named, key=lambda skipped: sort_key(skipped.path))


def _code_in(
    disk: str, path: str, reason: str, is_harmless: Callable[[os.DirEntry[str]], bool], but: str
) -> Iterator[Skipped]:
    waiting, but = [(disk, path)], but and os.path.normpath(but)
    while waiting:
        folder, inner = waiting.pop()
        try:
            with os.scandir(folder) as found:
                children = [(child, child.is_dir(follow_symlinks=False)) for child in found]
        except OSError as error:
            yield Skipped(inner, os_reason(error))
            continue
        for child, is_folder in children:
            if is_folder:
                if not but or os.path.normpath(child.path) != but:
                    waiting.append((child.path, f"{inner}/{child.name}"))
            elif child.name.lower().endswith(CODE_SUFFIXES) and not is_harmless(child):
                yield Skipped(f"{inner}/{child.name}", reason)
