"""Reads what people paste as a source: addresses from a browser, requirements, package URLs.

`as_source` writes each as modelkin's own words for it (``hf:``, ``git+``, ``pypi:``), and nothing is asked of a network
for that. Edit this when one more site has addresses that people paste, or a wrong one deserves a better hint.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, unquote, urlsplit

from ..support.lazy import lazy_pattern
from .specs import (
    ARCHIVE_SUFFIXES,
    CODE_SUFFIXES,
    GIT_PREFIX,
    HUB_PREFIX,
    REGISTRY_PREFIX,
    REMOTE_PREFIXES,
    exists,
    without_login,
)

HUB_HOSTS = ("huggingface.co", "hf.co", "www.huggingface.co")
HUB_KINDS = ("datasets", "spaces")
_REGISTRY_HOSTS = ("pypi.org", "www.pypi.org", "pypi.python.org")
_FORGES = ("github.com", "www.github.com", "gitlab.com", "codeberg.org", "bitbucket.org")
# What stands before a revision in the addresses of a repository's pages.
_PAGES = frozenset(("tree", "blob", "resolve", "raw", "commit", "commits", "src", "blame", "edit"))
# What a forge has beside repositories, by the first part of the path.
_NO_OWNER = frozenset("docs models collections papers settings orgs topics search features pricing blog".split())
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_PINNED = lazy_pattern(rf"(?P<name>{_NAME})(?:\[[^\]]*\])?\s*==\s*(?P<version>[^\s;!]+)(?P<inner>!.*)?", re.DOTALL)
_PACKAGE_URL = lazy_pattern(r"pkg:(?P<kind>[a-z]+)/(?P<name>[^@?#]+)(?:@(?P<version>[^?#]+))?(?:[?#].*)?")
_SCP = lazy_pattern(r"(?P<login>[\w.-]+@[\w.-]+):(?P<path>[^/\s][^\s]*)")
_TWO_WORDS = lazy_pattern(r"[\w-][\w.-]*/[\w-][\w.-]*", re.ASCII)
_ONE_WORD = lazy_pattern(_NAME, re.ASCII)


def as_source(text: str) -> str:
    """``text`` as modelkin names that source; as it is where it is a path, a source already, or nothing known.

    Of ``tree/REVISION/PATH`` the first part is taken for the revision: a branch with a slash is named by ``git+``.
    """
    if exists(text) or text.startswith(REMOTE_PREFIXES):
        return text
    for read in (_address, _package_url, _pinned, _scp):
        if found := read(text.strip()):
            return found
    return text


def hint(text: str) -> str:
    """The error for a source that is not there and could be meant in another way; empty where nothing is likely."""
    if text.startswith(("http://", "https://")):
        return (
            f"{without_login(text)}: an address of no site that modelkin knows: write git+https://HOST/PATH for a "
            "repository, hf:ORG/NAME for the Hub, pypi:NAME for a package"
        )
    missing = f"{text}: no such file or folder"
    if text.endswith((*CODE_SUFFIXES, *ARCHIVE_SUFFIXES)):
        return ""
    if _TWO_WORDS.fullmatch(text):
        return f"{missing}; write hf:{text} for the Hugging Face Hub, git+https://github.com/{text} for GitHub"
    if _ONE_WORD.fullmatch(text):
        return f"{missing}; write pypi:{text} for the package of that name"
    return ""


def _address(text: str) -> str:
    """The source behind an address that begins with http; empty for one of no site that is known."""
    if not text.startswith(("http://", "https://")):
        return ""
    try:
        url = urlsplit(text)
        host = (url.hostname or "").lower()
    except ValueError:
        return ""
    parts = [each for each in url.path.split("/") if each]
    reader = _READERS.get(host)
    if reader is not None:
        return reader(host, parts)
    bare = url.path.rstrip("/")
    return f"{GIT_PREFIX}{url.scheme}://{url.netloc}{bare}" if bare.endswith(".git") else ""


def _on_hub(_host: str, parts: Sequence[str]) -> str:
    kind = f"{parts[0]}/" if parts and parts[0] in HUB_KINDS else ""
    rest = list(parts[1:] if kind else parts)
    if not rest or rest[0] in _NO_OWNER:
        return ""
    pages = next((place for place, each in enumerate(rest[1:3], 1) if each in _PAGES), 2)
    name = "/".join(rest[:pages])
    return HUB_PREFIX + kind + unquote(name) + _place(rest[pages:])


def _on_forge(host: str, parts: Sequence[str]) -> str:
    """A repository, or a page of it: ``OWNER/NAME/tree/REVISION/PATH``; of GitLab ``GROUP/.../NAME/-/tree/...``."""
    if len(parts) < 2 or parts[0] in _NO_OWNER:
        return ""
    end = parts.index("-") if "-" in parts else len(parts) if host == "gitlab.com" else 2
    address = f"{GIT_PREFIX}https://{host.removeprefix('www.')}/{'/'.join(parts[:end]).removesuffix('.git')}"
    rest = list(parts[end:])
    if rest[:1] == ["-"]:
        rest = rest[1:]
    if rest[:2] == ["releases", "tag"] and len(rest) > 2:
        return f"{address}@{rest[2]}"
    if rest[:2] in (["src", "branch"], ["src", "commit"], ["src", "tag"]):  # Forgejo's
        rest = rest[1:]
        rest[0] = "src"
    return address + _place(rest)


def _in_registry(_host: str, parts: Sequence[str]) -> str:
    if len(parts) < 2 or parts[0] not in ("project", "simple"):
        return ""
    return f"{REGISTRY_PREFIX}{parts[1]}" + (f"=={parts[2]}" if len(parts) > 2 else "")


def _place(rest: Sequence[str]) -> str:
    """``@REVISION!PATH`` of what follows the name of a repository in an address; empty where it is no page of files."""
    if len(rest) < 2 or rest[0] not in _PAGES:
        return ""
    revision = quote(unquote(rest[1]), safe="/.-_+")
    inner = "/".join(unquote(each) for each in rest[2:]) if rest[0] not in ("commit", "commits") else ""
    return f"@{revision}" + (f"!{inner}" if inner else "")


_READERS: dict[str, Callable[[str, Sequence[str]], str]] = {
    **dict.fromkeys(HUB_HOSTS, _on_hub),
    **dict.fromkeys(_REGISTRY_HOSTS, _in_registry),
    **dict.fromkeys(_FORGES, _on_forge),
}


def _package_url(text: str) -> str:
    """A package URL (purl) of the registry, the Hub or GitHub."""
    found = _PACKAGE_URL.fullmatch(text)
    if found is None:
        return ""
    name, version = unquote(found["name"]), unquote(found["version"] or "")
    match found["kind"]:
        case "pypi":
            return REGISTRY_PREFIX + name + (f"=={version}" if version else "")
        case "huggingface":
            return HUB_PREFIX + name + (f"@{version}" if version else "")
        case "github":
            return f"{GIT_PREFIX}https://github.com/{name}" + (f"@{version}" if version else "")
    return ""


def _pinned(text: str) -> str:
    """A requirement with one version, as ``pip freeze`` prints it."""
    found = _PINNED.fullmatch(text)
    return f"{REGISTRY_PREFIX}{found['name']}=={found['version']}{found['inner'] or ''}" if found else ""


def _scp(text: str) -> str:
    """``git@HOST:OWNER/NAME.git``, as forges show it for ssh."""
    found = _SCP.fullmatch(text)
    return f"{GIT_PREFIX}ssh://{found['login']}/{found['path']}" if found else ""
