"""What a source calls itself: the names in its metadata, its git remote, its registry, and its address on the web.

All of it but what a package registry says is a claim. Edit this when such a file gives a name in one more place.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

from ..sources.checkout import Checkout
from ..sources.specs import ARCHIVE_SUFFIXES, GIT_PREFIX, HUB_PREFIX, REGISTRY_PREFIX
from ..support.lazy import lazy_pattern

_LONGEST = 200
# So many names of one file, and of one source, are taken.
_MOST_NAMES = 20
# Keys for the address of the code, less what is no letter.
_CODE_KEYS = frozenset(
    ("repository", "source", "sourcecode", "code", "github", "homepage", "home", "url", "projecturl")
)
_CODE_HOST = lazy_pattern(
    r"(?:(?:https?|ssh|git)://(?:[^\s/@]{1,100}@)?|git@)(?P<host>(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|gitee\.com"
    r"|codeberg\.org|huggingface\.co))[/:](?P<owner>[\w.-]{1,100})/(?P<name>[\w.-]{1,100}?)(?:\.git)?(?=[/#?@\s]|\Z)",
    re.IGNORECASE,
)
_CITED = lazy_pattern(r"^repository-code:[ \t]*[\"']?(?P<address>[^\s\"']{1,200})", re.MULTILINE)
_NAME = lazy_pattern(r"[^\W_][\w. -]{0,100}")
_SEPARATORS = lazy_pattern(r"[-_.\s]+")


@lru_cache(4096)
def plain_name(name: str) -> str:
    """A project's name as the package registry compares them."""
    return _SEPARATORS.sub("-", name.strip()).casefold()


def names_stated(path: str, text: str) -> tuple[str, ...]:
    """The name of the project that the metadata file at ``path`` describes, and the addresses of its code."""
    reader = _READERS.get(path.rpartition("/")[2].lower())
    found = (each.strip() for each in reader(text) if len(each) <= _LONGEST) if reader else iter(())
    kept = (each for each in found if _NAME.fullmatch(each) or code_address(each))
    return tuple(dict.fromkeys(islice(kept, _MOST_NAMES)))


def own_names(checkout: Checkout, stated: Iterable[str]) -> tuple[str, ...]:
    """All that the source goes by: names, and "org/repo" where it gives an address; ``stated`` is what metadata say."""
    given = (*stated, checkout.project, checkout.remote, _of_root(checkout.root))
    return tuple(dict.fromkeys(islice((name for each in given for name in _spelled(each)), _MOST_NAMES)))


def registry_name(checkout: Checkout) -> str:
    """The name that a package registry vouches for; empty for a source from anywhere else."""
    return checkout.project if checkout.root.startswith(REGISTRY_PREFIX) else ""


def own_address(checkout: Checkout, stated: Iterable[str]) -> str:
    """Where the code of the source can be read on the web, by its remote or metadata; empty where neither says."""
    given = (checkout.remote, *stated)
    return next((address for each in given if (address := code_address(each))), "")


def project_name(checkout: Checkout, names: Iterable[str]) -> str:
    """The one name to give the project of a source; ``names`` is all that it goes by. Never a path; empty without one.

    The registry's name, else the first of ``names``, else the last part of the source's place.
    """
    if vouched := registry_name(checkout):
        return vouched
    known = (name.rpartition("/")[2] for name in names)
    return next(filter(None, known), "") or folder_name(checkout.root)


def folder_name(root: str) -> str:
    """The last part of what was named as the source, less an archive's suffix; empty where it is no name."""
    place = root.partition("!")[0]
    suffix = next((each for each in ARCHIVE_SUFFIXES if place.lower().endswith(each)), "")
    name = Path(os.path.abspath(place[: len(place) - len(suffix)])).name  # noqa: PTH100  also of "."
    return name if _NAME.fullmatch(name) else ""


def code_address(text: str) -> str:
    """The page of a repository that an address leads to, without what is below it; empty for any other address."""
    match = _CODE_HOST.match(text.strip()) if "/" in text else None
    return f"https://{match['host'].lower()}/{match['owner']}/{match['name']}" if match else ""


def _spelled(name: str) -> Iterator[str]:
    if address := code_address(name):
        yield "/".join(address.split("/")[-2:])
    elif name:
        yield name


def _of_root(root: str) -> str:
    """The repository that a source of the Hub or of git is."""
    if root.startswith(HUB_PREFIX):
        return root.removeprefix(HUB_PREFIX).partition("!")[0].partition("@")[0]
    return code_address(root.removeprefix(GIT_PREFIX).partition("!")[0]) if root.startswith(GIT_PREFIX) else ""


def _pyproject(text: str) -> Iterator[str]:
    from ..support.toml import BrokenTomlError, parse_toml
    from .metadata import table_of

    try:
        tables = parse_toml(text)
    except BrokenTomlError:  # which metadata.py tells of
        return
    tool = table_of(tables, "tool")
    for table in (table_of(tables, "project"), table_of(tool, "poetry"), table_of(table_of(tool, "flit"), "metadata")):
        places = table | table_of(table, "urls")
        yield from (value for key, value in places.items() if isinstance(value, str) and _is_wanted(key))


def _is_wanted(key: str) -> bool:
    return key == "name" or re.sub(r"[\W_]", "", key).lower() in _CODE_KEYS


def _setup_cfg(text: str) -> Iterator[str]:
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:  # which metadata.py tells of
        return
    if parser.has_section("metadata"):
        yield from (value for key, value in parser.items("metadata") if key in ("name", "url"))


def _setup_py(text: str) -> Iterator[str]:
    from .metadata import MOST_OF_SETUP, setup_arguments

    if len(text) <= MOST_OF_SETUP:
        yield from (value for key, value, _ in setup_arguments(text) if key in ("name", "url"))


def _core_metadata(text: str) -> Iterator[str]:
    from .metadata import header_fields

    for key, value, _ in header_fields(text):
        if key in ("name", "home-page"):
            yield value
        elif key == "project-url":
            label, _, address = value.partition(",")
            if _is_wanted(label):
                yield address.strip()


def _citation(text: str) -> Iterator[str]:
    yield from (match["address"] for match in _CITED.finditer(text))


_READERS: dict[str, Callable[[str], Iterator[str]]] = {
    "pyproject.toml": _pyproject,
    "setup.cfg": _setup_cfg,
    "setup.py": _setup_py,
    "pkg-info": _core_metadata,
    "metadata": _core_metadata,
    "citation.cff": _citation,
}
