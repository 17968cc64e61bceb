"""``modelkin config show`` shows the settings of a folder, and where each stands. Edit this for how they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..settings import IN_FILE, ValueKind
from ..support.escaping import encodable, escape
from .output import standard_page, write_standard_output

if TYPE_CHECKING:
    from ..reports.blocks import Block
    from ..settings_file import SettingsFile


SCHEMA = "modelkin.configuration/1"
_EPILOG = """\b
Examples:
  modelkin config show
  modelkin config show path/to/repository --format json
"""
_SHOW_EPILOG = """\b
Settings are the options of modelkin scan, under [tool.modelkin] of
pyproject.toml or in modelkin.toml, at the root of the scanned folder:

\b
  [tool.modelkin]
  exclude = ["tests/*"]
  fail-on = "warning"

\b
In the working tree that you stand in, include, exclude, min-similarity and
waivers count by themselves; all of them with --settings FILE.

\b
  ignore = ["credit-link-only"]
  level = { changes-not-stated = "warning" }
  format = ["text", "sarif=modelkin.sarif"]

\b
  [[tool.modelkin.waivers]]
  path = "vendored/*"
  rule = "changes-not-stated"
  reason = "CHANGES.md lists them"

\b
Examples:
  modelkin config show
  modelkin config show path/to/repository --format json
  modelkin config show --settings team.toml
"""


@click.group(name="config", epilog=_EPILOG)
def command() -> None:
    """Show the settings that a scan takes over."""


@command.command(epilog=_SHOW_EPILOG)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=".")
@click.option("--settings", type=click.Path(path_type=Path), metavar="FILE", help="Show this file's instead.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True)
def show(folder: Path, settings: Path | None, form: str) -> int:
    """Show the settings of FOLDER, the current one by default.

    Those that do not count by themselves are named below.
    """
    from ..results import Trust
    from ..settings_file import find_settings, read_settings
    from ..trust import SELECTING, trust_in

    if settings is not None:
        folder, found = settings.parent, read_settings(settings)
        counting = found
    else:
        found = find_settings(folder)
        counting = found.counting(SELECTING if trust_in(str(folder)) is Trust.WORKING_TREE else ())
    text = _as_json(found, counting) if form == "json" else _as_tables(found, counting, folder)
    write_standard_output(text)
    return 0


def _as_json(found: SettingsFile, counting: SettingsFile) -> str:
    import json

    data = {
        "schema": SCHEMA,
        "path": found.path,
        "settings": [{"key": key, "value": _plain(value), "line": line} for key, value, line in _settings(found)],
        "waivers": [
            {"path": each.glob, "rule": each.rules[0], "reason": each.reason, "line": each.line}
            for each in found["waivers"]
        ],
        "left_out": list(counting.left_out),
    }
    return encodable(json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


def _settings(found: SettingsFile) -> Iterator[tuple[str, Any, int | None]]:
    """Each key but that of the waivers, its value and its line; None where it is not set."""
    for key, setting in IN_FILE.items():
        if setting.kind is not ValueKind.WAIVERS:
            place = found.origins.get(key)
            yield key, found[key], place.first_line if place else None


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return str(value) if isinstance(value, Path) else value


def _as_tables(found: SettingsFile, counting: SettingsFile, folder: Path) -> str:
    from ..reports.console import printed

    return printed(_tables(found, counting, folder), standard_page())


def _tables(found: SettingsFile, counting: SettingsFile, folder: Path) -> Iterator[Block]:
    from ..reports.console import bare_table

    if not found.path:
        yield f"{escape(str(folder))} has no settings for modelkin: neither modelkin.toml nor [tool.modelkin]"
        return
    settings = bare_table("setting", "value", "where")
    for key, value, line in _settings(found):
        place = f"{found.path}:{line}" if line else "not set"
        settings.add_row(key, _shown(value), place)
    yield settings
    if found["waivers"]:
        yield ""
        waivers = bare_table("waived", "rule", "reason", "where")
        for each in found["waivers"]:
            waivers.add_row(escape(each.glob), each.rules[0], escape(each.reason), f"{each.path}:{each.line}")
        yield waivers
    if counting.left_out:
        yield ""
        file = escape(str(folder / found.path))
        yield f"not counting by themselves: {', '.join(counting.left_out)}; --settings {file} obeys them"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return "\n".join(escape(str(each)) for each in value) if isinstance(value, tuple) else escape(str(value))
