"""Lists the weights of a repository of the Hugging Face Hub, of which only parts can be read, by ranges.

Opening a repository fetches none of them; what is asked for here is a header, some MB at most, of files of gigabytes.
Edit this when weights have one more suffix; `hub_ranges` reads the parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ..results import Skipped
from ..sources.checkout import Checkout, Entry, sort_key
from ..sources.hub import parse_reference, watching
from ..sources.members import safe_path
from ..sources.specs import WEIGHT_SUFFIXES
from .hub_ranges import MAX_SECONDS, Ranges, reason_of

_MAX_FILES = 20_000
_MAX_PATH = 1024


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
        yield Skipped("weights", f"cannot be listed: {reason_of(error)}")
        return
    ranges = Ranges(repository, commit)
    listed = {each.rfilename: each.size for each in found[:_MAX_FILES] if isinstance(each.rfilename, str)}
    for path in sorted((each for each in listed if each.lower().endswith(WEIGHT_SUFFIXES)), key=sort_key):
        size = listed[path]
        if safe_path(path) != path or not path.isprintable() or len(path) > _MAX_PATH:
            yield Skipped(path[:_MAX_PATH], "no system takes its path, or it leads out of the repository: not fetched")
        elif type(size) is not int or size < 0:
            yield Skipped(path, "the Hub does not say its size: not fetched")
        else:
            read = partial(Skipped, path, "weights are never fetched whole")
            yield Entry(path, size, read, partial(ranges.read, path), partial(ranges.read_all, path))
