"""A REUSE.toml, .reuse/dep5 or .license file in, what it says of which files out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..licences.expressions import conjunction
from ..sources import Skipped
from .legal import copyright_lines
from .model import SidecarNotice

_MOST_NOTICES = 2_000
_TAG = re.compile(r"SPDX-License-Identifier:[ \t]*(\S[^\n]*)")
_SPECIAL = re.compile(r"([\\*])")


def read_side_file(path: str, text: str) -> tuple[SidecarNotice, ...]:
    """What ``X.license`` says of ``X``."""
    glob = _SPECIAL.sub(r"\\\1", path[: -len(".license")])
    licences = [found.strip(" \t*/#->") for found in _TAG.findall(text)]
    return (SidecarNotice(path, glob, conjunction(licences), copyright_lines(text), overrides=False),)


def read_reuse_toml(path: str, text: str) -> tuple[SidecarNotice, ...] | Skipped:
    """Each annotation of a REUSE.toml; its globs count from the folder it stands in."""
    from .toml import BrokenTomlError, parse_toml

    try:
        annotations = parse_toml(text).get("annotations")
    except BrokenTomlError as error:
        return Skipped(path, str(error))
    if not isinstance(annotations, list):
        return ()
    folder = path.rpartition("/")[0]
    prefix = _SPECIAL.sub(r"\\\1", folder) + "/" if folder else ""
    notices = (notice for each in annotations if isinstance(each, dict) for notice in _annotation(path, prefix, each))
    return tuple(notices)[:_MOST_NOTICES]


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
    return tuple(found)[:_MOST_NOTICES]


def _annotation(path: str, prefix: str, table: dict[str, Any]) -> Iterator[SidecarNotice]:
    copyrights = _texts(table.get("SPDX-FileCopyrightText"))
    licence = conjunction(_texts(table.get("SPDX-License-Identifier")))
    for glob in _texts(table.get("path")):
        yield SidecarNotice(path, prefix + glob, licence, copyrights, table.get("precedence") == "override")


def _texts(value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    return tuple(each.strip() for each in listed if isinstance(each, str) and each.strip())


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
