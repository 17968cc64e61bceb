"""The text of METADATA or PKG-INFO in, its fields and the README below them out."""

from __future__ import annotations

from collections.abc import Iterator


def header_fields(text: str) -> Iterator[tuple[str, str, int]]:
    """Each field in lower case, its value and its line (1-based); a value goes on over lines that begin with blanks."""
    name, value, start = "", "", 0
    for number, line in enumerate([*text.split("\n\n", 1)[0].split("\n"), "end:"], 1):
        if line[:1] in (" ", "\t"):
            value += "\n" + line.strip().removeprefix("|")
            continue
        if name:
            yield name, value.strip(), start
        name, _, value = line.partition(":")
        name, value, start = name.strip().lower(), value.strip(), number


def described(text: str) -> str:
    """The README that METADATA carries below its headers, on the lines it stands on; a wheel has no other."""
    headers, blank, body = text.partition("\n\n")
    return "\n" * (headers.count("\n") + 2) + body if blank else ""
