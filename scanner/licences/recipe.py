"""The recipe of the data file, ``rules/licence_texts.yaml``, and the texts that it names, gathered from packages.

For development only. Edit this when licence texts are to be taken from one more kind of place; a further text needs a
line in the recipe alone.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from ..errors import RuleError, SourceError
from ..rulebook.anchors import anchor_problem
from ..rulebook.model import Anchors
from ..sources import open_source, registry
from ..sources.checkout import Entry
from ..support.yaml import BrokenYamlError, read_plain_yaml
from .table import Anchor
from .words import plain

# What ScanCode writes above a text.
_FRONT_MATTER = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)
# "Copyright (c) <year> <owner>" is another in each copy.
_COPYRIGHT_LINE = re.compile(
    r"^.{0,4}copyright\b(?=.{0,120}(?:\(c\)|©|<|\[|year|\d{4})).{0,120}$", re.IGNORECASE | re.MULTILINE
)


class Package(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A release of the package registry that carries licence texts, and the file it is read from."""

    name: str
    version: str
    sha256: str


class GitRepository(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public git repository at GitHub, at one commit, for a text that no package carries."""

    name: str
    commit: str


class ListedTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The SPDX list as one JSON file, gzipped, in a package; ``left_out`` are ids whose text is not taken."""

    package: str
    path: str
    left_out: tuple[str, ...] = ()


class TextSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The text of ``licence``: a file, or its part from the words ``first`` to the words ``last``.

    ``package`` is the name of a package or a repository; a file of a repository has its own ``sha256``.
    """

    licence: str
    package: str
    path: str
    sha256: str = ""
    first: str = ""
    last: str = ""


class HeaderNotice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a header says of ``licence``: a part of the text of licence ``of``, told apart by its own anchors."""

    licence: str
    of: str
    first: str
    last: str
    anchors: Anchors = Anchors()


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of the file. ``anchors`` and ``names`` are for licences without a rule; a rule has its own."""

    packages: tuple[Package, ...]
    repositories: tuple[GitRepository, ...]
    listed: ListedTexts
    texts: tuple[TextSource, ...]
    notices: tuple[HeaderNotice, ...]
    anchors: dict[str, Anchors]
    names: dict[str, tuple[str, ...]]


class ReferenceText(Struct, frozen=True):
    """A text to be known by; its anchor is set where it is a header's notice, else that of the licence's rule."""

    licence: str
    text: str
    is_notice: bool = False
    anchor: Anchor | None = None


class ListedLicence(Struct, frozen=True):
    """A licence of the SPDX list, its text empty where it is deprecated."""

    licence: str
    title: str
    text: str


class Packages:
    """Opened packages and repositories by name, each file of them read when it is asked for."""

    def __init__(self, files: dict[str, dict[str, Entry]]) -> None:
        self.files = files

    def read(self, package: str, path: str, sha256: str = "") -> bytes:
        """The bytes of a file. Raises SourceError, also when it is not the one of that SHA-256."""
        entry = self.files.get(package, {}).get(path)
        content = entry.read() if entry else None
        if not isinstance(content, bytes):
            raise SourceError(f"{package}: there is no {path} in it that can be read")
        if sha256 and (found := hashlib.sha256(content).hexdigest()) != sha256:
            raise SourceError(f"{package}: {path} has the SHA-256 {found}, not {sha256}")
        return content


def read_recipe(path: Path) -> Recipe:
    """Read and check a recipe. Raises RuleError naming the file and the key."""
    try:
        recipe = msgspec.convert(read_plain_yaml(path.read_bytes()), Recipe, strict=False)
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}") from None
    except (BrokenYamlError, msgspec.ValidationError) as error:
        raise RuleError(f"{path}: {error}") from None
    for key, anchors in (
        *recipe.anchors.items(),
        *((f"notices: {each.first}", each.anchors) for each in recipe.notices),
    ):
        for pattern in (*anchors.required, *anchors.refused):
            if problem := anchor_problem(pattern):
                raise RuleError(f"{path}: {key}: {pattern!r} {problem}")
    return recipe


@contextmanager
def open_packages(recipe: Recipe, texts: Path | None = None) -> Iterator[Packages]:
    """Open each package and repository, fetched if need be, or found as OWNER/NAME in the folder ``texts``.

    Raises SourceError, also when a package is not the very file that the recipe names.
    """
    with ExitStack() as stack:
        files = {package.name: _package_files(package, stack) for package in recipe.packages}
        files |= {each.name: _repository_files(each, texts, stack) for each in recipe.repositories}
        yield Packages(files)


def _package_files(package: Package, stack: ExitStack) -> dict[str, Entry]:
    if (found := registry.fetch(package.name, package.version)[1].sha256) != package.sha256:
        raise SourceError(f"{package.name} {package.version}: its file has the SHA-256 {found}, not {package.sha256}")
    return _files(f"pypi:{package.name}=={package.version}", stack)


def _repository_files(repository: GitRepository, texts: Path | None, stack: ExitStack) -> dict[str, Entry]:
    if texts and (texts / repository.name).is_dir():
        return _files(str(texts / repository.name), stack)
    return _files(f"git+https://github.com/{repository.name}@{repository.commit}", stack)


def _files(source: str, stack: ExitStack) -> dict[str, Entry]:
    checkout = stack.enter_context(open_source(source))
    return {entry.path: entry for entry in checkout.entries() if isinstance(entry, Entry)}


def spdx_list(recipe: Recipe, packages: Packages) -> list[ListedLicence]:
    """The SPDX list, by id."""
    data = json.loads(gzip.decompress(packages.read(recipe.listed.package, recipe.listed.path)))
    return sorted((_listed(row) for row in data["licenses"]), key=lambda each: each.licence)


def _listed(row: dict[str, Any]) -> ListedLicence:
    return ListedLicence(row["licenseId"], row["name"], "" if row["isDeprecatedLicenseId"] else row["text"])


def gather(recipe: Recipe, listed: list[ListedLicence], packages: Packages) -> Iterator[ReferenceText]:
    """Every text: of the SPDX list, of the recipe, and the notices that stand in headers."""
    texts = {each.licence: each.text for each in listed if each.text}
    for licence, text in texts.items():
        if licence not in recipe.listed.left_out:
            yield ReferenceText(licence, without_copyright_lines(text))
    for each in recipe.texts:
        text = _FRONT_MATTER.sub("", packages.read(each.package, each.path, each.sha256).decode("utf-8"))
        yield ReferenceText(each.licence, without_copyright_lines(_part(each.licence, text, each.first, each.last)))
    for notice in recipe.notices:
        yield _notice(notice, texts[notice.of])


def _notice(notice: HeaderNotice, text: str) -> ReferenceText:
    part = _part(notice.licence, text, notice.first, notice.last)
    anchor = Anchor(notice.anchors.required, notice.anchors.refused)
    return ReferenceText(notice.licence, part, True, anchor)


def _part(licence: str, text: str, first: str, last: str) -> str:
    """From the last place where the words ``first`` stand on, since notices come after the terms, to ``last``."""
    if not first:
        return text
    words = plain(text)
    begin = words.rfind(first)
    end = words.find(last, begin)
    if begin < 0 or end < 0:
        raise RuleError(f"{licence}: its text does not hold {first!r}, then {last!r}")
    return words[begin : end + len(last)]


def without_copyright_lines(text: str) -> str:
    """The text without the lines that are another in each copy."""
    return _COPYRIGHT_LINE.sub("", text)
