"""A checkout in, the few of its entries that make statements out, by the reader that takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate, islice
from pathlib import Path
from typing import NamedTuple

from ..sources import Checkout, Entry, Skipped
from ..sources.specs import REMOTE_PREFIXES
from .brought import BROUGHT_FILES
from .places import Role, legal_folder
from .places import role as role_of
from .texts import MOST_BYTES

# Far more than any repository seen needs to be judged by; nearest to the root first.
MOST_TOTAL_BYTES = 16 * 1024**2
MOST_FILES = {Role.LEGAL: 500, Role.METADATA: 20, Role.CARD: 100, Role.CONFIGURATION: 300, Role.REUSE: 2_000}


class Listing(NamedTuple):
    """``modules`` are the names of all Python files, less ``.py``, and packages; ``root`` the folder that holds all.

    ``brought`` are the files at the root that speak to modelkin itself.
    """

    root: str
    by_role: dict[Role, list[Entry]]
    modules: frozenset[str]
    skipped: tuple[Skipped, ...]
    brought: tuple[Entry, ...] = ()


def list_readable(checkout: Checkout) -> Listing:
    """What to read of a checkout; where only a part of it was named, of all of it."""
    items = list((checkout.whole or checkout.entries)())
    skipped = list(_folders_in_place_of_files(checkout, items))
    root = _root(items)
    brought = tuple(item for item in items if isinstance(item, Entry) and below(root, item.path) in BROUGHT_FILES)
    return Listing(root, _by_role(items, root, skipped), frozenset(_modules(items)), tuple(skipped), brought)


def below(root: str, path: str) -> str:
    """``path`` as it reads from ``root``."""
    return path.removeprefix(f"{root}/") if root else path


def _root(items: list[Entry | Skipped]) -> str:
    """The one folder at the top, when nothing lies beside it and it is named as a repository may be."""
    tops = {item.path.partition("/")[0] if "/" in item.path else "" for item in items}
    top = tops.pop() if len(tops) == 1 else ""
    return "" if top.startswith(".") or top.endswith(".dist-info") else top


def _by_role(listing: list[Entry | Skipped], root: str, skipped: list[Skipped]) -> dict[Role, list[Entry]]:
    """The entries each reader takes, the nearest to the root first; what is left out goes to ``skipped``."""
    wanted: dict[Role, list[Entry]] = {role: [] for role in Role}
    for item in listing:
        role = role_of(below(root, item.path))
        if role is None:
            continue
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            wanted[role].append(item)
    wanted[Role.REUSE] = _of_files_there(wanted[Role.REUSE], listing)
    return {role: _bounded(entries, MOST_FILES[role], skipped) for role, entries in wanted.items()}


def _bounded(entries: list[Entry], most: int, skipped: list[Skipped]) -> list[Entry]:
    """The first in number and in bytes: legal texts and READMEs are kept while a repository is judged."""
    ordered = sorted(entries, key=lambda each: (each.path.count("/"), each.path))
    sizes = accumulate(each.size if each.size <= MOST_BYTES else 0 for each in ordered)
    kept = sum(size <= MOST_TOTAL_BYTES for size in islice(sizes, most))
    if kept < len(ordered):
        further = len(ordered) - kept - 1
        reason = f"left out with {further} more: of such files {most}, of {MOST_TOTAL_BYTES // 1024**2} MB, are read"
        skipped.append(Skipped(ordered[kept].path, reason))
    return ordered[:kept]


def _of_files_there(entries: list[Entry], listing: list[Entry | Skipped]) -> list[Entry]:
    """A ``.license`` file speaks for the file beside it; without one it is something else."""
    paths = {item.path for item in listing}
    return [each for each in entries if each.path.removesuffix(".license") in paths]


def _modules(listing: Iterable[Entry | Skipped]) -> Iterator[str]:
    for item in listing:
        if item.path.endswith(".py"):
            folder, _, name = item.path.rpartition("/")
            yield folder.rpartition("/")[2] if name == "__init__.py" else name[: -len(".py")]


def _folders_in_place_of_files(checkout: Checkout, items: Iterable[Entry | Skipped]) -> Iterator[Skipped]:
    """A folder called LICENSE: met on a path, or, since an empty one is on none, at the root of a local folder."""
    folders = {legal_folder(item.path) for item in items if "/" in item.path} | set(_at_root(checkout.root))
    for folder in sorted(folders - {""}):
        yield Skipped(folder, "a folder, not a text: in it only what is named like a legal file is read")


def _at_root(root: str) -> Iterator[str]:
    if root.startswith(REMOTE_PREFIXES):  # a folder here may be called so
        return
    try:
        yield from (child.name for child in Path(root).iterdir() if legal_folder(f"{child.name}/") and child.is_dir())
    except OSError:  # no folder, as most sources are none; one that cannot be listed the checkout tells of
        return
