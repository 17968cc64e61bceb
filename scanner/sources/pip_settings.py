"""Reads which package index pip is configured with, from pip's own files.

pip itself is not asked: ``python -m pip`` would run what the current folder calls ``pip``. Edit this when pip looks for
its configuration elsewhere (https://pip.pypa.io/en/stable/topics/configuration/).
"""

from __future__ import annotations

import locale
import os
import sys
from configparser import Error, RawConfigParser
from io import StringIO
from pathlib import Path

from ..errors import SourceError

_MAX_BYTES = 1024**2
_BASENAME = "pip.ini" if sys.platform == "win32" else "pip.conf"
# A section for the command beats the one for all, and pip's `download` is what is done here.
_SECTIONS = ("download", "global")


def configured_index() -> str:
    """The address that ``pip download`` would use by its files, empty when they give none. Raises SourceError."""
    if os.environ.get("PIP_CONFIG_FILE") == os.devnull:  # pip's word for: no file at all
        return ""
    found: dict[str, str] = {}
    for path in _files():
        found |= _addresses(path)
    return next((found[section] for section in _SECTIONS if found.get(section)), "")


def _files() -> list[Path]:
    """The files there may be; a later one beats those before. None depends on the folder one stands in."""
    named = os.environ.get("PIP_CONFIG_FILE", "")
    if named and not Path(named).is_absolute():
        raise SourceError(
            f"PIP_CONFIG_FILE names {named}, which depends on the current folder: give its full path, "
            "or the address itself in PIP_INDEX_URL"
        )
    takes_users = not (named and Path(named).exists())
    paths = [
        *_systems(),
        *(_users() if takes_users else ()),
        Path(sys.prefix, _BASENAME),
        *([Path(named)] * bool(named)),
    ]
    return [path for path in paths if path.is_absolute()]


def _systems() -> list[Path]:
    import platformdirs

    if sys.platform == "darwin":
        folders = platformdirs.site_data_dir("pip", appauthor=False, multipath=True)
        return [Path(folders.split(os.pathsep)[-1], _BASENAME)]
    if sys.platform == "win32":
        return [Path(platformdirs.site_config_dir("pip", appauthor=False), _BASENAME)]
    folders = platformdirs.site_config_dir("pip", appauthor=False, multipath=True)
    return [Path(folder, _BASENAME) for folder in (*folders.split(os.pathsep), "/etc")]


def _users() -> list[Path]:
    import platformdirs

    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path's own fails where there is no home
    legacy = home / ("pip" if sys.platform == "win32" else ".pip")
    if sys.platform == "darwin":
        folder = Path(platformdirs.user_data_dir("pip", appauthor=False, roaming=True))
        return [legacy / _BASENAME, (folder if folder.is_dir() else home / ".config" / "pip") / _BASENAME]
    return [legacy / _BASENAME, Path(platformdirs.user_config_dir("pip", appauthor=False, roaming=True), _BASENAME)]


def _addresses(path: Path) -> dict[str, str]:
    """``index-url`` by section, as one file has it. A file that cannot be opened is none, for pip too."""
    encoding = locale.getpreferredencoding(False)
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError:
        return {}
    if len(content) > _MAX_BYTES:
        raise _unreadable(path, f"it is larger than {_MAX_BYTES // 1024**2} MB")
    parser = RawConfigParser()
    try:
        parser.read_file(StringIO(content.decode(encoding), newline=None))
    except UnicodeDecodeError:
        raise _unreadable(path, f"it is not in {encoding}") from None
    except Error as error:
        raise _unreadable(path, f"line {_line(error)}") from None
    return {
        section: value.strip()
        for section in parser.sections()
        for name, value in parser.items(section)
        if name.replace("_", "-").removeprefix("--") == "index-url" and section in _SECTIONS
    }


def _line(error: Error) -> int:
    """Where a file is broken. The line itself may hold a password."""
    broken = getattr(error, "errors", None)
    return int(broken[0][0] if broken else getattr(error, "lineno", 1))


def _unreadable(path: Path, reason: str) -> SourceError:
    return SourceError(f"pip's configuration {path} cannot be read ({reason}): mend it, or set PIP_INDEX_URL")
