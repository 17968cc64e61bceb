"""Reads TOML within bounds, and finds the line that a key stands on. Edit this when a TOML file takes long to read."""

from __future__ import annotations

import re
import sys
from typing import Any

from .nesting import NESTED_TOO_DEEPLY, is_deep_toml

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MOST_BYTES = 256 * 1024
# The parser keeps every prefix of a dotted key: ten thousand dots would take gigabytes.
_MOST_DOTS = 100
_DOT = re.compile(r"[\w\"'][ \t]*\.[ \t]*(?=[\w\"'])")


class BrokenTomlError(Exception):
    """What is wrong, in one line."""


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of ``text``, newlines only. Raises BrokenTomlError, also for what would take long to read."""
    if len(text) > MOST_BYTES:
        raise BrokenTomlError(f"{len(text) / 1024**2:.1f} MB is over the limit of {MOST_BYTES / 1024**2} MB for TOML")
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > _MOST_DOTS and "=" in line and len(_DOT.findall(line)) > _MOST_DOTS:
            raise BrokenTomlError(f"line {number}: a key of more than {_MOST_DOTS} parts")
    if is_deep_toml(text):
        raise BrokenTomlError(f"not valid TOML: {NESTED_TOO_DEEPLY}")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise BrokenTomlError(f"not valid TOML: {NESTED_TOO_DEEPLY}") from None
    except ValueError as error:  # TOMLDecodeError is one; so is a number of 5,000 digits
        raise BrokenTomlError(f"not valid TOML: {' '.join(str(error).split())}") from None


def line_of(text: str, table: str, key: str, occurrence: int = 1) -> int:
    """The line (1-based) of ``key`` in ``table``, that of the table's header where the key is not found, else 1.

    ``occurrence`` counts the headers of an array of tables; with no key, the header itself is what is asked for.
    """
    seen, header, inside = 0, 0, not table
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if bare.startswith("["):
            name = bare.partition("#")[0].strip("[] \t").replace('"', "").replace(" ", "")
            seen += name == table
            inside = name == table and seen == occurrence
            header = number if inside else header
        elif inside and key and bare.partition("=")[0].strip(" \t\"'").partition(".")[0] == key:
            return number
    return header or 1
