"""``--format NAME[=FILE]`` in, what to write where out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import click

from ..reports import FORMATS


@dataclass(frozen=True, slots=True)
class Destination:
    """A format and where it goes: a file, or standard output."""

    format: str
    output: str


class FormatType(click.ParamType):
    """A format's name, and after ``=`` the file it goes to."""

    name = "format"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        name, equals, file = value.partition("=")
        if name not in FORMATS:
            self.fail(f"{name!r} is not one of {', '.join(FORMATS)}.", param, ctx)
        if equals and not file:
            self.fail(f"{value!r} names no file after the equals sign.", param, ctx)
        return value


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
