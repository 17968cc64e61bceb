"""What LICENSE, NOTICE and THIRD_PARTY files say, and what REUSE says of files: licences and copyright lines.

Edit this when a copyright line in such a text is missed, or REUSE gets one more way to say it (``X.license``,
``REUSE.toml`` and ``.reuse/dep5`` are read).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..licences.expressions import conjunction
from ..notices.copyright_lines import find_copyrights
from ..notices.header import Header, folded, without_ignored
from ..results import Skipped
from ..support.lazy import lazy_pattern
from .layout import LegalPlace
from .model import LegalFile, SidecarNotice

# Of the licences of a thousand bundled packages, as a browser ships, the first are enough to judge a copy by.
MOST_MARKED_LINES = 2_000
_BLOCK_LINES = 200
# A copyright line goes on over a few lines at most.
_FOLLOWING = 6
_MARK = lazy_pattern(r"copyright|\(c\)|©", re.IGNORECASE)
_MARKUP = " \t\f#*/\"'>|"
# A clause may speak of copyright, or quote a line to keep: what claims it begins with it, or nearly.
_CLAIM = lazy_pattern(r"[^\n]{0,60}?(?:copyright(?! (?:grant|treaty|and similar))|\(c\)|©)", re.IGNORECASE)
_YEARS_ONLY = lazy_pattern(r"(?:copyright|\(c\)|©|[\d\s,\u2013-])+", re.IGNORECASE)
_GNU = ("GPL-", "LGPL-", "AGPL-", "GFDL-")

# Of a REUSE.toml or dep5.
_MOST_SIDECARS = 2_000
_TAG = re.compile(r"SPDX-License-Identifier:[ \t]*(\S[^\n]*)")
# What in a path would be a sign of a glob.
_SPECIAL = re.compile(r"([\\*])")


def read_legal(path: str, place: LegalPlace, text: str) -> LegalFile:
    """What the legal file at ``path`` says."""
    from ..licences.identify import identify

    licences = tuple(dict.fromkeys(found.licence for found in identify(text)))
    copyrights = copyright_lines(text)
    if any(each.startswith(_GNU) for each in licences):
        # These texts begin with whose they are themselves, which says nothing of the work.
        copyrights = tuple(each for each in copyrights if "Free Software Foundation" not in each)
    return LegalFile(path, place.kind, place.folder, licences, copyrights, text, place.subject)


def copyright_lines(text: str) -> tuple[str, ...]:
    """The copyright lines of a text in prose, each joined where it goes on, markup off."""
    if not _MARK.search(text):
        return ()
    found: dict[str, None] = {}
    for block in _blocks([line.strip(_MARKUP) for line in without_ignored(text).split("\n")]):
        header = Header(block, folded(block))
        lines = [*block.split("\n"), ""]
        for said, last in find_copyrights(header):
            if _CLAIM.match(said):
                found[f"{said} {lines[last]}".rstrip() if _YEARS_ONLY.fullmatch(said) else said] = None
    return tuple(found)


def _blocks(lines: list[str]) -> Iterator[str]:
    """The lines around copyright marks, in short blocks: looking for marks takes a block's square of time."""
    first = last = -1
    for number in _marked(lines):
        if first >= 0 and (number > last or number >= first + _BLOCK_LINES):
            yield "\n".join(lines[first:last])
            first = -1
        first = number if first < 0 else first
        last = number + 1 + _FOLLOWING
    if first >= 0:
        yield "\n".join(lines[first:last])


def _marked(lines: list[str]) -> list[int]:
    return [number for number, line in enumerate(lines) if _MARK.search(line)][:MOST_MARKED_LINES]


def read_side_file(path: str, text: str) -> tuple[SidecarNotice, ...]:
    """What ``X.license`` says of ``X``."""
    glob = _SPECIAL.sub(r"\\\1", path[: -len(".license")])
    licences = [found.strip(" \t*/#->") for found in _TAG.findall(text)]
    return (SidecarNotice(path, glob, conjunction(licences), copyright_lines(text), overrides=False),)


def read_reuse_toml(path: str, text: str) -> tuple[SidecarNotice, ...] | Skipped:
    """Each annotation of a REUSE.toml; its globs count from the folder it stands in."""
    from ..support.toml import BrokenTomlError, parse_toml

    try:
        annotations = parse_toml(text).get("annotations")
    except BrokenTomlError as error:
        return Skipped(path, str(error))
    if not isinstance(annotations, list):
        return ()
    folder = path.rpartition("/")[0]
    prefix = _SPECIAL.sub(r"\\\1", folder) + "/" if folder else ""
    notices = (notice for each in annotations if isinstance(each, dict) for notice in _annotation(path, prefix, each))
    return tuple(notices)[:_MOST_SIDECARS]


def _annotation(path: str, prefix: str, table: dict[str, Any]) -> Iterator[SidecarNotice]:
    copyrights = _texts(table.get("SPDX-FileCopyrightText"))
    licence = conjunction(_texts(table.get("SPDX-License-Identifier")))
    for glob in _texts(table.get("path")):
        yield SidecarNotice(path, prefix + glob, licence, copyrights, table.get("precedence") == "override")


def _texts(value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(each.strip() for each in listed if isinstance(each, str) and each.strip())


def read_dep5(path: str, text: str) -> tuple[SidecarNotice, ...]:
    """Each Files paragraph of .reuse/dep5; its ``*`` matches slashes as well."""
    found = []
    prefix = _SPECIAL.sub(r"\\\1", path.removesuffix(".reuse/dep5"))
    for paragraph in re.split(r"\n[ \t]*\n", text):
        fields = _fields(paragraph)
        for glob in fields.get("files", "").split():
            copyrights = tuple(line.strip() for line in fields.get("copyright", "").split("\n") if line.strip())
            licence = fields.get("license", "").split("\n")[0].strip()
            found.append(SidecarNotice(path, prefix + glob.replace("*", "**"), licence, copyrights, overrides=False))
    return tuple(found)[:_MOST_SIDECARS]


def _fields(paragraph: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in paragraph.split("\n"):
        if line[:1] in (" ", "\t") and name:
            fields[name] += "\n" + line.strip()
        elif ":" in line and not line.startswith("#"):
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields
