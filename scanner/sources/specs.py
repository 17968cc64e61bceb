"""Takes apart what a user names as a source: its kind, the thing itself and, after ``!``, a path inside it.

Edit this when one more kind of source gets a name, or one more suffix is code or an archive.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from msgspec import Struct

from ..errors import SourceError
from ..support.lazy import lazy_pattern

REGISTRY_PREFIX = "pypi:"
GIT_PREFIX = "git+"
HUB_PREFIX = "hf:"
# What names a source that is not on this disk.
REMOTE_PREFIXES = (REGISTRY_PREFIX, HUB_PREFIX, GIT_PREFIX)
ZIP_SUFFIXES = (".zip", ".whl")
TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
ARCHIVE_SUFFIXES = ZIP_SUFFIXES + TAR_SUFFIXES
# The name decides: this is what Python imports, and what Jupyter opens.
CODE_SUFFIXES = (".py", ".ipynb")
# What a finding about a repository rests on beside its code. The hook names these; its file says the same.
_TOLD = lazy_pattern(
    r"(?i)((^|/)(licen[cs]e|copying|notice|third.?party|readme)[^/]*$"
    r"|(^|/)((tokenizer_|preprocessor_|processor_|generation_)?config|tokenizer|special_tokens_map)\.json$"
    r"|\.safetensors\.index\.json$|(^|/)(pyproject\.toml|setup\.cfg|citation\.cff)$)"
)
WEIGHT_SUFFIXES = (".safetensors", ".gguf")
# NAME=SOURCE; no source that is not on this disk begins like it: they all have a colon first.
_NAMED = lazy_pattern(r"(?P<name>[A-Za-z0-9][\w. -]{0,99}(?:/[\w.-]{1,99})?)=(?P<source>[^=].*)", re.DOTALL)
# A version may itself hold an exclamation mark, its epoch: 1!2.0 (PEP 440).
_REQUIREMENT = lazy_pattern(
    r"pypi:(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
    r"(?:==(?P<version>(?:\d+!)?[A-Za-z0-9._+-]+))?"
    r"(?:!(?P<inner>.*))?",
    re.DOTALL,
)
# As pip reads it: the revision follows the last @ of the path.
_GIT_ADDRESS = lazy_pattern(
    r"git\+(?P<url>(?P<scheme>https?|ssh|git|file)://(?P<host>[^/!]*)(?P<path>/[^!]*?))"
    r"(?:@(?P<revision>[^@!]*))?(?:!(?P<inner>.*))?",
    re.DOTALL,
)
# A name git allows that is no option and, unlike a:b, +a or ^a, no instruction to fetch.
_REVISION = lazy_pattern(r"(?![-+])(?!.*(\.\.|@\{))[^\x00-\x20\x7f~^:?*\[\\]+")
_LOGIN = lazy_pattern(r"(?<!ssh)://[^/]*@")
_CONTROL = lazy_pattern(r"[\x00-\x1f\x7f]")


def is_told_of(name: str) -> bool:
    """Whether a scan can tell something of a file by this name that is named alone."""
    if name.lower().endswith(ARCHIVE_SUFFIXES):  # license-tools.whl
        return False
    return name.lower().endswith(CODE_SUFFIXES) or _TOLD.search(name) is not None


def split_path(spec: str) -> tuple[Path, str]:
    """The existing path that ``spec`` names and the inner path after it; raises SourceError when nothing is there.

    File names may hold ``!`` themselves, so the longest part that exists is the path.
    """
    cut = len(spec)
    while cut > 0:
        if exists(spec[:cut]):
            return Path(spec[:cut]), clean_inner(spec[cut + 1 :], spec)
        cut = spec.rfind("!", 0, cut)
    raise SourceError(f"{spec}: no such file or folder")


def split_name(spec: str) -> tuple[str, str]:
    """The name that a user gives a source, as in ``NAME=SOURCE``, and the source; without one the name is empty.

    What is there under the whole of ``spec`` is a source without a name.
    """
    found = None if exists(spec) else _NAMED.fullmatch(spec)
    return (found["name"].strip(), found["source"]) if found else ("", spec)


def clean_inner(inner: str, spec: str) -> str:
    """``inner`` with ``.`` and doubled or final slashes gone; raises SourceError when it leaves the source."""
    path = PurePosixPath(inner)
    if path.is_absolute() or ".." in path.parts:
        raise SourceError(f"{spec}: the path after ! must stay inside the source")
    return "" if path == PurePosixPath() else str(path)


def exists(path: str) -> bool:
    """Whether there is something at ``path``; no for names the system cannot hold."""
    try:
        return bool(path) and Path(path).exists()
    except (OSError, ValueError):
        return False


class Requirement(Struct, frozen=True):
    """A release of a package in the registry."""

    name: str
    version: str
    """Empty for the newest."""
    inner: str
    """The path inside the release; empty for all of it."""


def parse_requirement(spec: str) -> Requirement:
    """Parse ``pypi:NAME[==VERSION][!inner/path]``; raises SourceError for anything else."""
    found = _REQUIREMENT.fullmatch(spec)
    if found is None:
        raise SourceError(f"{spec} is not a registry package: write pypi:NAME or pypi:NAME==VERSION, then !PATH")
    return Requirement(found["name"], found["version"] or "", clean_inner(found["inner"] or "", spec))


class GitAddress(Struct, frozen=True):
    """A commit of a git repository."""

    url: str
    scheme: str
    revision: str
    """A branch, a tag or a commit's hash; empty for the default branch."""
    inner: str
    """The path inside the repository; empty for all of it."""
    project: str
    """The repository's name."""
    shown: str
    """All of it as the user wrote it, without a password and fit to be printed."""


def parse_git_address(spec: str) -> GitAddress:
    """Parse ``git+URL[@REV][!inner/path]``; raises SourceError for anything else, what git takes as options included.

    An ``@`` or ``!`` in the URL's path, or an ``@`` in REV, is written ``%40`` or ``%21``.
    """
    shown = _CONTROL.sub("?", without_login(spec))
    found = _GIT_ADDRESS.fullmatch(spec)
    if found is None or not _is_safe(found["scheme"], found["host"], found["url"]):
        raise SourceError(
            f"{shown} is not a git repository's address: write git+https://HOST/PATH (or ssh, http, git, file), "
            "then @REVISION, then !PATH"
        )
    revision = unquote(found["revision"] or "")
    if found["revision"] is not None and not _REVISION.fullmatch(revision):
        raise SourceError(f"{shown}: after @ comes the name of a branch or tag, or a commit's full hash")
    project = _project(unquote(found["path"]))
    return GitAddress(found["url"], found["scheme"], revision, clean_inner(found["inner"] or "", shown), project, shown)


def _is_safe(scheme: str, host: str, url: str) -> bool:
    """Only ``file`` has no host; a login or host that begins like an option would be one to ssh."""
    login, _, name = host.rpartition("@")
    return bool(name) != (scheme == "file") and "-" not in (login[:1], name[:1]) and not _CONTROL.search(unquote(url))


def _project(path: str) -> str:
    parts = [part for part in path.split("/") if part not in ("", ".git")]
    return parts[-1].removesuffix(".git") if parts else ""


def without_login(text: str) -> str:
    """``text`` without the name and password of an address; ssh keeps its name, which is no secret."""
    return _LOGIN.sub("://", text)
