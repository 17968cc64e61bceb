"""Fills in from a settings file what the command line does not say.

Edit this when settings are looked for elsewhere; which of them count is decided in `trust`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource
from msgspec.structs import replace

from ..errors import ConfigurationError
from ..settings import IN_FILE, SETTINGS_FILES
from .choices import Choices

if TYPE_CHECKING:
    from ..results import Trust
    from ..settings_file import SettingsFile


# None: the command has no such parameter, as none has one for waivers.
_NOT_GIVEN = (None, ParameterSource.DEFAULT)


def configured(choices: Choices, sources: Sequence[str] = ()) -> Choices:
    """``choices``, filled in where the command line says nothing: from the file that --settings names, else from the
    settings of the working tree that count. ``sources`` are what is to be scanned. Raises ConfigurationError.
    """
    from ..sources import of_current_folder  # what reads sources: `--help` needs none of it
    from ..sources.specs import exists

    if choices.settings is not None:
        return _filled(choices, _named(choices.settings, choices.allow_network), choices.settings)
    folder = Path() if not sources or of_current_folder(sources) else Path(sources[0])
    if not sources or not any(exists(str(folder / name)) for name in SETTINGS_FILES):
        return choices
    from ..results import Trust
    from ..trust import SELECTING, trust_in

    trust = trust_in(sources, choices.scan["isolated"])
    if trust is Trust.ISOLATED:
        return replace(choices, scan={**choices.scan, "isolated": True})
    from ..settings_file import find_settings

    found = find_settings(folder)
    return _filled(choices, found.counting(SELECTING), folder / found.path, trust)


def _named(file: Path, allow_network: bool) -> SettingsFile:
    from ..settings_file import read_settings
    from ..sources.specs import REMOTE_PREFIXES, split_name

    found = read_settings(file)
    remote = [each for each in found["against"] if split_name(each)[1].startswith(REMOTE_PREFIXES)]
    if remote and not allow_network:
        raise ConfigurationError(
            f"{file}: against names {remote[0]}, a source on the network: add --allow-network to let it"
        )
    return found


def _filled(choices: Choices, found: SettingsFile, file: Path, trust: Trust | None = None) -> Choices:
    from ..scan_steps import SettingsTaken

    context = click.get_current_context()
    given = {key for key in found.origins if context.get_parameter_source(IN_FILE[key].field) not in _NOT_GIVEN}
    taken = [IN_FILE[key] for key in found.origins if key not in given]
    scan = {each.field: found[each.key] for each in taken if each.of_scan}
    own = {each.field: found[each.key] for each in taken if not each.of_scan}
    settings = SettingsTaken(str(file), frozenset(found.origins), frozenset(given), trust)
    return replace(choices, scan={**choices.scan, **scan, "settings": settings}, **own)
