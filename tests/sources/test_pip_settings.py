"""Indexes and logins are those that pip would take, and nothing of the current folder is among them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from modelkin.errors import SourceError
from modelkin.sources.pip_settings import DEFAULT_INDEX, Login, index_urls, keyrings_login, login_for

LINUX = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the places are those of Linux")
USER, LEGACY, SYSTEM = "home/.config/pip/pip.conf", "home/.pip/pip.conf", "xdg/pip/pip.conf"
A, B, C = "https://a.example/simple", "https://b.example/simple", "https://c.example/simple"


def section(address: str, name: str = "global", key: str = "index-url") -> str:
    return f"[{name}]\n{key} = {address}\n"


# What stands in which file, and PIP_CONFIG_FILE.
SETUPS: dict[str, tuple[dict[str, str], str]] = {
    "nothing": ({}, ""),
    "user": ({USER: section(A)}, ""),
    "legacy": ({LEGACY: section(A)}, ""),
    "user beats legacy": ({USER: section(A), LEGACY: section(B)}, ""),
    "user beats system": ({USER: section(A), SYSTEM: section(B)}, ""),
    "system": ({SYSTEM: section(A)}, ""),
    "named beats system": ({"own.conf": section(A), SYSTEM: section(B)}, "own.conf"),
    "named leaves the user's out": ({"own.conf": "[global]\ntimeout = 5\n", USER: section(B)}, "own.conf"),
    "named but missing": ({USER: section(B)}, "missing.conf"),
    "no file at all": ({USER: section(A), SYSTEM: section(B)}, os.devnull),
    "underscore": ({USER: section(A, key="index_url")}, ""),
    "dashes": ({USER: section(A, key="--Index-URL")}, ""),
    "download beats global": ({USER: section(A) + section(B, "download")}, ""),
    "download of another file": ({USER: section(A), SYSTEM: section(B, "download")}, ""),
    "install is no download": ({USER: section(A, "install")}, ""),
    "default": ({USER: f"[DEFAULT]\nindex-url = {A}\n[global]\ntimeout = 5\n"}, ""),
    "default alone": ({USER: f"[DEFAULT]\nindex-url = {A}\n"}, ""),
    "empty": ({USER: "[global]\nindex-url =\n"}, ""),
    "empty hides": ({USER: "[global]\nindex-url =\n", SYSTEM: section(A)}, ""),
    "percent": ({USER: section("https://u:p%40ss@a.example/simple")}, ""),
    "comments": ({USER: f"# x\n[global]\n; y\nindex-url: {A}\n"}, ""),
    "line ends": ({USER: section(A).replace("\n", "\r\n")}, ""),
    "extra": ({USER: section(B, key="extra-index-url")}, ""),
    "extra ones": ({USER: section(A) + f"extra-index-url = {B} {C}\n  {A}\n"}, ""),
    "extra of download": ({USER: section(B, key="extra-index-url") + section(C, "download", "extra-index-url")}, ""),
    "old line ends": ({USER: section(A).replace("\n", "\r")}, ""),
}


def settled(tmp_path: Path, files: Mapping[str, str], named: str) -> dict[str, str]:
    """The variables under which pip finds ``files`` and none other of the user's."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(text.encode())
    variables = {"HOME": str(tmp_path / "home"), "XDG_CONFIG_DIRS": str(tmp_path / "xdg")}
    if named:
        variables["PIP_CONFIG_FILE"] = named if named == os.devnull else str(tmp_path / named)
    return variables


def as_pip_says(variables: Mapping[str, str], folder: Path) -> list[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "XDG_", "PYTHON"))}
    command = [sys.executable, "-I", "-m", "pip", "config", "list"]
    done = subprocess.run(command, cwd=folder, env={**kept, **variables}, capture_output=True, text=True, check=True)
    addresses = []
    for name in ("index-url", "extra-index-url"):
        found = dict(re.findall(rf"^(\w+)\.{name}='(.*)'$", done.stdout, re.MULTILINE))
        found = {section: value.replace("\\n", "\n") for section, value in found.items()}
        addresses.append(found.get("download") or found.get("global") or "")
    return list(dict.fromkeys((addresses[0] or DEFAULT_INDEX, *addresses[1].split())))


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in os.environ:
        if name.startswith(("PIP_", "XDG_")):
            monkeypatch.delenv(name)
    return monkeypatch


@LINUX
@pytest.mark.parametrize("name", SETUPS)
def test_the_addresses_are_those_pip_names(name: str, tmp_path: Path, clean: pytest.MonkeyPatch) -> None:
    variables = settled(tmp_path, *SETUPS[name])
    for variable, value in variables.items():
        clean.setenv(variable, value)
    assert index_urls() == as_pip_says(variables, tmp_path)


@LINUX
def test_the_environments_own_file_beats_the_users(tmp_path: Path, clean: pytest.MonkeyPatch) -> None:
    for variable, value in settled(tmp_path, {USER: section(A), "prefix/pip.conf": section(B)}, "").items():
        clean.setenv(variable, value)
    clean.setattr(sys, "prefix", str(tmp_path / "prefix"))
    assert index_urls() == [B]
    clean.setenv("PIP_INDEX_URL", C)
    assert index_urls() == [C]


@LINUX
@pytest.mark.parametrize(
    "variables",
    [
        {"HOME": "."},
        {"HOME": "", "XDG_CONFIG_HOME": "."},
        {"XDG_CONFIG_HOME": "conf"},
        {"XDG_CONFIG_DIRS": ":."},
        {"XDG_CONFIG_DIRS": "."},
    ],
)
def test_no_file_of_the_current_folder_counts(
    variables: dict[str, str], tmp_path: Path, clean: pytest.MonkeyPatch
) -> None:
    places = ("pip.conf", "pip/pip.conf", ".pip/pip.conf", ".config/pip/pip.conf", "conf/pip/pip.conf", "pip.ini")
    settled(tmp_path, dict.fromkeys(places, section(A)), "")
    clean.setenv("HOME", str(tmp_path / "home"))
    for variable, value in variables.items():
        clean.setenv(variable, value)
    clean.chdir(tmp_path)
    assert index_urls() == [DEFAULT_INDEX]


def test_a_named_file_that_depends_on_the_current_folder_is_an_error(tmp_path: Path, clean: pytest.MonkeyPatch) -> None:
    settled(tmp_path, {"pip.conf": section(A)}, "")
    clean.chdir(tmp_path)
    clean.setenv("PIP_CONFIG_FILE", "pip.conf")
    with pytest.raises(SourceError, match=r"names pip\.conf, which depends on the current folder: give its full path"):
        index_urls()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"index-url = https://me:secret@host\n", "line 1"),
        (b"[global]\nsecret\n", "line 2"),
        (b"[global]\nindex-url = a\nindex-url = https://me:secret@host\n", "line 3"),
        (b"[global]\nindex-url = \xff\n", "it is not in "),
        (b"#" * (1024**2 + 1), "it is larger than 1 MB"),
    ],
)
def test_a_broken_file_is_an_error_that_shows_no_password(
    content: bytes, reason: str, tmp_path: Path, clean: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.conf").write_bytes(content)
    clean.setenv("PIP_CONFIG_FILE", str(tmp_path / "own.conf"))
    with pytest.raises(
        SourceError, match=f"own.conf cannot be read .{reason}.*: mend it, or set PIP_CONFIG_FILE"
    ) as got:
        index_urls()
    assert "secret" not in str(got.value)
    assert "\n" not in str(got.value)


@LINUX
def test_the_variables_beat_the_files_and_only_addresses_of_the_web_are_extra(
    tmp_path: Path, clean: pytest.MonkeyPatch
) -> None:
    for variable, value in settled(tmp_path, {USER: section(A) + f"extra-index-url = {B}\n"}, "").items():
        clean.setenv(variable, value)
    assert index_urls() == [A, B]
    clean.setenv("PIP_EXTRA_INDEX_URL", f"file:///srv/simple  {C}/ /srv/simple {A}")
    assert index_urls() == [A, C]
    clean.setenv("PIP_INDEX_URL", f"{C}/")
    assert index_urls() == [C, A]


# Logins


@pytest.fixture
def netrc(tmp_path: Path, clean: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    (tmp_path / "netrc").write_text("machine a.example login ann password pa55\ndefault login all password every\n")
    clean.setenv("NETRC", str(tmp_path / "netrc"))
    clean.setenv("PIP_CONFIG_FILE", os.devnull)
    return clean


def test_a_login_is_the_addresss_own_else_that_of_an_index_beside_it_else_netrcs(netrc: pytest.MonkeyPatch) -> None:
    assert login_for("https://a.example/x") == Login("ann", "pa55")
    netrc.setenv("PIP_INDEX_URL", "https://ben:p%40ss@A.example:443/simple")
    expected = {
        "https://cat:own@a.example/x": Login("cat", "own"),
        "https://a.example/files/x": Login("ben", "p@ss"),
        "https://a.example:8443/x": Login("ann", "pa55"),
        "http://a.example/x": Login("ann", "pa55"),
        "https://b.example/x": None,
    }
    assert {address: login_for(address) for address in expected} == expected


@pytest.mark.parametrize("content", ["machine a.example login", "machine a.example frog x", "\udcff\udcfe"])
def test_a_netrc_that_cannot_be_read_is_none(content: str, netrc: pytest.MonkeyPatch) -> None:
    Path(os.environ["NETRC"]).write_bytes(content.encode(errors="surrogateescape"))
    assert login_for("https://a.example/x") is None
    netrc.setenv("NETRC", "/nowhere/netrc")
    assert login_for("https://a.example/x") is None


KEYRING = """
class Found:
    username, password = "ann", "secret"

def get_credential(service, user):
    if "broken" in service:
        raise RuntimeError("locked")
    return Found if service == "https://a.example/simple" and user in (None, "ann") else None
"""


def test_keyring_is_asked_for_the_index_where_it_is_installed(tmp_path: Path, netrc: pytest.MonkeyPatch) -> None:
    netrc.setenv("PIP_INDEX_URL", "https://ann@a.example/simple/")
    netrc.setitem(sys.modules, "keyring", None)
    assert keyrings_login("https://a.example/simple/pkg/", None) is None
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "keyring.py").write_text(KEYRING)
    netrc.delitem(sys.modules, "keyring")
    netrc.syspath_prepend(str(tmp_path / "modules"))
    try:
        assert keyrings_login("https://a.example/simple/pkg/", Login("ann", "")) == Login("ann", "secret")
        assert keyrings_login("https://a.example/simple/pkg/", Login("ann", "known")) is None
        assert keyrings_login("https://broken.example/simple/pkg/", None) is None
        assert keyrings_login("https://b.example/simple/pkg/", None) is None
    finally:
        sys.modules.pop("keyring", None)
