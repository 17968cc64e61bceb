"""What a file lacks in, the file with it out, read again as the next run will read it: what it would not see stays out.

Otherwise each run would add the same once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..decoding import source_encoding
from ..files import Skipped, read_file
from ..sources import Entry
from .model import UnwritableError
from .needs import Need
from .wording import header_lines, terms_missing

Ways = Callable[[bytes, Sequence[str]], Iterable[bytes]]

# What was added may itself call for a line more, as where two licences stand then; never for a third.
_MOST_ROUNDS = 3
_HIDDEN = (
    "where they may stand they would not be read, for what stands above (REUSE-IgnoreStart, or a very long line): "
    "move that down, then run the command again"
)


def added_for_good(need: Need, path: str, stored: bytes, lines: Sequence[str], ways: Ways) -> tuple[bytes, list[str]]:
    """The file with ``lines``, and whatever they call for, where all is read again; and all that was added.

    ``ways`` are the files with lines in each place for them, the best first. Raises UnwritableError.
    """
    wanted = list(lines)
    for _ in range(_MOST_ROUNDS):
        best: tuple[int, bytes] | None = None
        called_for: dict[str, None] = {}
        for after in ways(stored, wanted):
            text = _read_again(path, stored, after)
            lacking = wanted if text is None else header_lines(need, text)
            if text is None or not set(wanted).isdisjoint(lacking):
                continue
            called_for.update(dict.fromkeys(lacking))
            unread = len(terms_missing(need, text))
            if not lacking and (best is None or unread < best[0]):
                best = unread, after
            if best is not None and not best[0]:
                break
        if best is not None:
            return best[1], wanted
        if not called_for:
            break
        wanted += called_for
    raise UnwritableError(_HIDDEN)


def _read_again(path: str, stored: bytes, after: bytes) -> bytes | None:
    """The text that a scan will see; None when it will see none, or another."""
    if source_encoding(after) != source_encoding(stored):
        return None
    file = read_file(Entry(path, len(after), lambda: after))
    return None if isinstance(file, Skipped) else file.text
