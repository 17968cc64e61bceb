"""Which package indexes pip would ask, and as whom: by its environment variables, its files, netrc and keyring.

pip itself is not asked: ``python -m pip`` would run what the current folder calls ``pip``. Edit this when pip looks for
its configuration or for logins elsewhere (https://pip.pypa.io/en/stable/topics/configuration/ and authentication/).
"""

from __future__ import annotations

import locale
import netrc
import os
import sys
from configparser import Error, RawConfigParser
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ..errors import SourceError
from .addresses import origin, without_login

DEFAULT_INDEX = "https://pypi.org/simple"

_MAX_BYTES = 1024**2
_BASENAME = "pip.ini" if sys.platform == "win32" else "pip.conf"
# A section for the command beats the one for all, and pip's `download` is what is done here.
_SECTIONS = ("download", "global")
_NAMES = ("index-url", "extra-index-url")


class Login(NamedTuple):
    """Who asks; a password may be empty."""

    user: str
    password: str


def index_urls() -> list[str]:
    """The addresses of the indexes pip would ask, the main one first. Raises SourceError for a file that is broken.

    An extra one that is no web address is left out; pip takes folders, too.
    """
    found: dict[str, str] | None = None
    addresses = []
    for name, variable in (("index-url", "PIP_INDEX_URL"), ("extra-index-url", "PIP_EXTRA_INDEX_URL")):
        value = os.environ.get(variable, "")
        if not value:
            found = _configured() if found is None else found
            value = found.get(name, "")
        addresses.append(value.strip())
    main, extra = addresses
    web = [each for each in extra.split() if each.startswith(("http://", "https://"))]
    return list(dict.fromkeys(each.rstrip("/") for each in (main or DEFAULT_INDEX, *web)))


def _configured() -> dict[str, str]:
    """What ``pip download`` would take from its files."""
    if os.environ.get("PIP_CONFIG_FILE") == os.devnull:  # pip's word for: no file at all
        return {}
    found: dict[tuple[str, str], str] = {}
    for path in _files():
        found |= _settings(path)
    return {
        name: value for section in reversed(_SECTIONS) for (at, name), value in found.items() if at == section and value
    }


# Logins.


def login_for(address: str) -> Login | None:
    """The login in the address; else that of an index on the same server, else netrc's for its host."""
    parts = urlsplit(address)
    if parts.username:
        return Login(unquote(parts.username), unquote(parts.password or ""))
    known = urlsplit(_index_beside(address))
    if known.username:
        return Login(unquote(known.username), unquote(known.password or ""))
    return _netrcs(parts.hostname or "")


def keyrings_login(address: str, known: Login | None) -> Login | None:
    """What the library keyring holds for the index on that server, where the user has installed it. It is slow."""
    if (known and known.password) or os.environ.get("PIP_KEYRING_PROVIDER") == "disabled":
        return None
    try:
        import keyring
    except ImportError:
        return None
    index = without_login(_index_beside(address) or address)
    for service in (index, urlsplit(index).netloc):
        try:
            found = keyring.get_credential(service, known.user if known else None)
        except Exception:  # noqa: BLE001  a locked one, or one of somebody else's
            return None
        if found is not None and found.username and found.password:
            return Login(found.username, found.password)
    return None


def _index_beside(address: str) -> str:
    """The user's index on the same server as ``address``; empty for none."""
    server = origin(address)
    return next((index for index in index_urls() if _server(index) == server), "")


def _server(index: str) -> str:
    try:
        return origin(index)
    except SourceError:
        return ""


def _netrcs(host: str) -> Login | None:
    named = os.environ.get("NETRC", "")
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path's own fails where there is no home
    for path in [Path(named)] if named else [home / ".netrc", home / "_netrc"]:
        with suppress(OSError, ValueError, netrc.NetrcParseError):
            found = netrc.netrc(str(path)).hosts.get(host)  # its `default` would go to any host
            if found and found[0]:
                return Login(found[0], found[2] or "")
    return None


# pip's files.


def _files() -> list[Path]:
    """The files there may be; a later one beats those before. None depends on the folder one stands in."""
    named = os.environ.get("PIP_CONFIG_FILE", "")
    if named and not Path(named).is_absolute():
        raise SourceError(
            f"PIP_CONFIG_FILE names {named}, which depends on the current folder: give its full path, "
            f"or {os.devnull} to read no file"
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


def _settings(path: Path) -> dict[tuple[str, str], str]:
    """Addresses by section and name, as one file has them. A file that cannot be opened is none, for pip too."""
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
        (section, name): value.strip()
        for section in parser.sections()
        for spelt, value in parser.items(section)
        if (name := spelt.replace("_", "-").removeprefix("--")) in _NAMES and section in _SECTIONS
    }


def _line(error: Error) -> int:
    """Where a file is broken. The line itself may hold a password."""
    broken = getattr(error, "errors", None)
    return int(broken[0][0] if broken else getattr(error, "lineno", 1))


def _unreadable(path: Path, reason: str) -> SourceError:
    return SourceError(
        f"pip's configuration {path} cannot be read ({reason}): mend it, or set PIP_CONFIG_FILE to {os.devnull}"
    )
