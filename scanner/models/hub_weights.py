"""Lists the weights of a repository of the Hugging Face Hub, of which only parts can be read, by ranges.

Opening a repository fetches none of them; what is asked for here is a header, some MB at most, of files of gigabytes.
Edit this when weights have one more suffix, or a server answers ranges in another way.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from ..errors import SourceError
from ..results import Skipped
from ..sources.checkout import Checkout, Entry, sort_key
from ..sources.hub import parse_reference, watching
from ..sources.members import safe_path
from ..sources.specs import WEIGHT_SUFFIXES

# For all that is read of one repository's weights: the headers of 163 shards take 20 MB.
MAX_BYTES = 128 * 1024**2
MAX_SECONDS = 120.0
_MAX_FILES = 20_000
_MAX_PATH = 1024
_CONTENT_RANGE = re.compile(r"bytes (\d{1,20})-\d{1,20}/(?:\d{1,20}|\*)")


def weights_beside(checkout: Checkout) -> Iterator[Entry | Skipped]:
    """The files of weights of the repository of the Hub that ``checkout`` was fetched from; none of other sources."""
    if not checkout.repository or not checkout.commit:
        return
    inner = parse_reference(checkout.root).inner
    for each in weight_entries(checkout.repository, checkout.commit):
        if not inner or each.path == inner or each.path.startswith(inner + "/"):
            yield each


def weight_entries(repository: str, commit: str) -> Iterator[Entry | Skipped]:
    """The files of weights in ``repository`` at ``commit``, sorted by path; a line where they cannot be listed."""
    shown = f"hf:{repository}"
    try:
        with watching(shown, MAX_SECONDS):
            from huggingface_hub import HfApi

            found = HfApi().model_info(repository, revision=commit, files_metadata=True).siblings or []
    except Exception as error:  # noqa: BLE001  what the library makes of a server's answer is open
        yield Skipped("weights", f"cannot be listed: {_reason(error)}")
        return
    ranges = _Ranges(repository, commit)
    listed = {each.rfilename: each.size for each in found[:_MAX_FILES] if isinstance(each.rfilename, str)}
    for path in sorted((each for each in listed if each.lower().endswith(WEIGHT_SUFFIXES)), key=sort_key):
        size = listed[path]
        if safe_path(path) != path or not path.isprintable() or len(path) > _MAX_PATH:
            yield Skipped(path[:_MAX_PATH], "no system takes its path, or it leads out of the repository: not fetched")
        elif type(size) is not int or size < 0:
            yield Skipped(path, "the Hub does not say its size: not fetched")
        else:
            read = partial(Skipped, path, "weights are never fetched whole")
            yield Entry(path, size, read, partial(ranges.read, path))


class _Ranges:
    """Reads parts of the files of one repository, and remembers how much that took."""

    def __init__(self, repository: str, commit: str) -> None:
        self.repository = repository
        self.commit = commit
        self.bytes_left = MAX_BYTES
        self.ends = 0.0

    def read(self, path: str, offset: int, count: int) -> bytes | Skipped:
        """Up to ``count`` bytes from ``offset`` on, or why not."""
        if count <= 0:
            return b""
        self.ends = self.ends or time.monotonic() + MAX_SECONDS
        seconds = self.ends - time.monotonic()
        if count > self.bytes_left or seconds <= 0:
            return Skipped(path, "the weights of the repository take too much to read from the Hub: not read")
        self.bytes_left -= count
        try:
            with watching(f"hf:{self.repository}", seconds):
                return self._asked(path, offset, count)
        except Exception as error:  # noqa: BLE001  what the library makes of a server's answer is open
            return Skipped(path, f"cannot be read from the Hub: {_reason(error)}")

    def _asked(self, path: str, offset: int, count: int) -> bytes:
        from huggingface_hub import hf_hub_url, utils

        own_headers: dict[str, str] = getattr(utils, "build_hf_headers")()  # noqa: B009  not exported for type checkers
        client: Any = getattr(utils, "get_session")()  # noqa: B009
        headers = {**own_headers, "Range": f"bytes={offset}-{offset + count - 1}", "Accept-Encoding": "identity"}
        url = hf_hub_url(self.repository, path, revision=self.commit)
        with client.stream("GET", url, headers=headers) as answer:
            if answer.status_code == 416:  # behind the end
                return b""
            if answer.status_code not in (200, 206):
                raise SourceError(f"the Hub answers {answer.status_code}")
            if answer.status_code == 200 and offset:
                raise SourceError("it sends no parts of files")
            if answer.status_code == 206:
                told = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", ""))
                if told is None or int(told[1]) != offset:
                    raise SourceError("it sends another part than was asked for")
            return _first(answer, count)


def _first(answer: Any, count: int) -> bytes:
    """At most ``count`` bytes of an answer, which may send more: the rest is not read."""
    parts: list[bytes] = []
    left = count
    for part in answer.iter_raw():
        parts.append(part[:left])
        left -= len(parts[-1])
        if left <= 0:
            break
    return b"".join(parts)


def _reason(error: Exception) -> str:
    """The first line of an error, without what could steer a terminal."""
    lines = str(error).strip().splitlines()
    text = lines[0][:200] if lines else type(error).__name__
    return "".join(char if char.isprintable() else "?" for char in text)
