"""``--format NAME[=FILE]`` in, what to write where out."""

from __future__ import annotations

from collections.abc import Sequence

import click
from msgspec import Struct

from ..reports import FORMATS


class Destination(Struct, frozen=True):
    """A format and where it goes: a file, or standard output."""

    format: str
    output: str


def checked(_context: click.Context, _parameter: click.Parameter, formats: Sequence[str]) -> tuple[str, ...]:
    """The values of --format, each a known name, and after ``=`` a file. A usage error says which is not."""
    for value in formats:
        name, equals, file = value.partition("=")
        if name not in FORMATS:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(FORMATS)}.")
        if equals and not file:
            raise click.BadParameter(f"{value!r} names no file after the equals sign.")
    return tuple(formats)


def destinations(formats: Sequence[str], output: str) -> tuple[Destination, ...]:
    """Each format to its own file, those without one to ``output``; a usage error when two would go to one place."""
    found: dict[str, Destination] = {}
    for value in formats:
        name, _, file = value.partition("=")
        destination = Destination(name, file or output)
        if destination.output in found:
            both = f"{found[destination.output].format} and {name}"
            raise click.UsageError(
                f"{both} would both go to {destination.output}: name files, as in --format {name}=FILE"
            )
        found[destination.output] = destination
    return tuple(found.values())
