"""Choices and the sources they are for in, the choices with what the configuration adds out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource
from msgspec.structs import replace

from ..reports.escaping import escape
from ..sources import of_current_folder
from ..sources.specs import exists
from .options import Choices

if TYPE_CHECKING:
    from ..waivers import Waiver

# The option, and the setting of the configuration; the command line comes first.
_SETTINGS = {
    "include": "include",
    "exclude": "exclude",
    "exclude_upstream": "exclude_upstream",
    "against": "against",
    "corpus": "corpora",
    "fail_on": "fail_on",
    "min_similarity": "min_similarity",
}
_FILES = ("pyproject.toml", "modelkin.toml")


def configured(choices: Choices, sources: Sequence[str]) -> tuple[Choices, tuple[Waiver, ...]]:
    """What the configuration of the scanned folder says where the command line says nothing, and its waivers.

    Several sources are of the current folder. Raises ConfigurationError.
    """
    folder = Path() if of_current_folder(sources) else Path(sources[0])
    if not any(exists(str(folder / name)) for name in _FILES):
        return choices, ()
    from ..configuration import read_configuration

    found = read_configuration(folder)
    if found.note:
        click.echo(f"modelkin: note: {escape(found.note)}", err=True)
    context = click.get_current_context()
    silent = [name for name in _SETTINGS if context.get_parameter_source(name) is ParameterSource.DEFAULT]
    settings = {name: value for name in silent if (value := getattr(found, _SETTINGS[name])) not in (None, ())}
    return replace(choices, **settings), found.waivers
