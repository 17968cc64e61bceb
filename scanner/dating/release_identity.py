"""What release of a package a source is, by its own word: its address, a wheel's name, the metadata beside its files.

Edit this when one more kind of source says which release it is.
"""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

from msgspec import Struct

from ..sources.checkout import Checkout, Entry
from ..sources.specs import REGISTRY_PREFIX
from ..support.lazy import lazy_pattern

_MOST_METADATA_BYTES = 256 * 1024
_MOST_TOP_FILES = 10_000
_DIST_INFO = lazy_pattern(r"(?P<name>[A-Za-z0-9._]+)-(?P<version>[^-/]+)\.dist-info/METADATA")
_FIELD = lazy_pattern(r"(?m)^(Name|Version):[ \t]*(\S{1,200})[ \t]*\r?$")


class Identity(Struct, frozen=True):
    """The release that a source is."""

    name: str
    version: str
    top: str = ""
    """The folder around an sdist, with its slash: paths in releases lack it."""
    is_claim: bool = True
    """Whether only the source says so."""


def identity_of(checkout: Checkout) -> Identity | None:
    """What release ``checkout`` is, by its own word; None where it says none, or several. Reads names, and one file."""
    if checkout.root.startswith(REGISTRY_PREFIX):
        return Identity(checkout.project, checkout.release, is_claim=False)
    if checkout.archive is not None and checkout.project:
        return Identity(checkout.project, checkout.release)
    if checkout.archive is not None:
        return _of_sdist(checkout)
    return _of_folder(checkout.folder) if checkout.folder is not None else None


def _of_folder(folder: Path) -> Identity | None:
    """By its one folder NAME-VERSION.dist-info."""
    try:
        named = (f"{each.name}/METADATA" for each in islice(folder.iterdir(), _MOST_TOP_FILES))
        matches = [found for name in named if (found := _DIST_INFO.fullmatch(name)) and (folder / name).is_file()]
    except OSError:
        return None
    return Identity(matches[0]["name"], matches[0]["version"]) if len(matches) == 1 else None


def _of_sdist(checkout: Checkout) -> Identity | None:
    """By the file PKG-INFO in the one folder that holds all."""
    entries = [each for each in (checkout.whole or checkout.entries)() if isinstance(each, Entry)]
    tops = {entry.path.partition("/")[0] for entry in entries}
    place = f"{next(iter(tops), '')}/PKG-INFO"
    entry = next((each for each in entries if each.path == place), None)
    if len(tops) != 1 or entry is None or entry.size > _MOST_METADATA_BYTES:
        return None
    content = entry.read()
    header = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0] if isinstance(content, bytes) else b""
    fields = dict(_FIELD.findall(header.decode("utf-8", "replace")))
    if fields.keys() != {"Name", "Version"}:
        return None
    return Identity(fields["Name"], fields["Version"], place.removesuffix("PKG-INFO"))
