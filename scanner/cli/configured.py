"""Choices and the sources they are for in, the choices with what settings add out.

Edit this when a setting fills another option; which settings count is decided in `trust`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource
from msgspec.structs import replace

from ..errors import ConfigurationError
from ..sources import of_current_folder
from ..sources.specs import REMOTE_PREFIXES, exists
from .options import Choices, Taken

if TYPE_CHECKING:
    from ..configuration import Configuration

# As `statements.brought` has them, whose import would cost each start; a test compares them.
SETTINGS_FILES = ("modelkin.toml", "pyproject.toml")
# The option, and the field of the settings; the command line comes first.
_OPTIONS = {
    "include": "include",
    "exclude": "exclude",
    "exclude-upstream": "exclude_upstream",
    "against": "against",
    "corpus": "corpora",
    "fail-on": "fail_on",
    "min-similarity": "min_similarity",
}


def configured(choices: Choices, sources: Sequence[str] = ()) -> tuple[Choices, Taken]:
    """What settings say where the command line says nothing: those in the file that --settings names, else those in the
    working tree among ``sources`` that count. Raises ConfigurationError.
    """
    if choices.settings is not None:
        return _taken(choices, _named(choices.settings, choices.allow_network), choices.settings)
    folder = Path() if not sources or of_current_folder(sources) else Path(sources[0])
    if not sources or not any(exists(str(folder / name)) for name in SETTINGS_FILES):
        return choices, Taken()
    from ..trust import SELECTING, Trust, trust_in

    if trust_in(sources, choices.isolated) is Trust.ISOLATED:
        return choices, Taken()
    from ..configuration import read_configuration

    found = read_configuration(folder)
    return _taken(choices, found.counting(SELECTING), folder / found.path)


def _named(file: Path, allow_network: bool) -> Configuration:
    from ..configuration import read_settings

    found = read_settings(file)
    remote = [each for each in found.against if each.startswith(REMOTE_PREFIXES)]
    if remote and not allow_network:
        raise ConfigurationError(
            f"{file}: against names {remote[0]}, a source on the network: add --allow-network to let it"
        )
    return found


def _taken(choices: Choices, found: Configuration, file: Path) -> tuple[Choices, Taken]:
    from ..scan import SettingsTaken

    context = click.get_current_context()
    options = {key: key.replace("-", "_") for key in found.origins if key in _OPTIONS}
    silent = {
        key: option
        for key, option in options.items()
        if context.get_parameter_source(option) is ParameterSource.DEFAULT
    }
    taken = {option: getattr(found, _OPTIONS[key]) for key, option in silent.items()}
    settings = SettingsTaken(str(file), frozenset(found.origins), frozenset(options.keys() - silent.keys()))
    return replace(choices, **taken), Taken(found.waivers, found.baseline, settings)
