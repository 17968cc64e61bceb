"""Asks a package index which files a release has. Its pages are JSON (PEP 691) or HTML (PEP 503), and not trusted.

Company indexes and mirrors often speak only HTML. Upload times are no part of that form; some mirrors add them. What a
file needs (name, address, hashes) must be of the right kind, or the page is refused. What it may have besides counts
as unknown when it is of another kind. Edit this when a real index writes something differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from html import unescape
from math import prod
from urllib.parse import parse_qs, unquote, urldefrag, urljoin, urlsplit

import msgspec
from msgspec import Struct, field
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from ..errors import SourceError
from .addresses import sendable, without_login, without_password
from .download import NothingThereError, fetch_text
from .pip_settings import index_urls

_ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"
# A file name becomes a path in the cache, so an index may not put a slash into it.
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,199}")
# A wheel's name stands for every combination of its tags: versions, ABIs, platforms. Real ones have a dozen.
_MAX_PLATFORMS = 200
# The largest real pages list some ten thousand files.
MAX_FILES = 300_000
_MAX_ELEMENTS = 1_000_000
_MAX_VALUE = 4096
_NO_VALUE = msgspec.Raw(b"null")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
SHA256 = re.compile(r"[0-9a-f]{64}")

_TAG = re.compile(r"<(?:([A-Za-z][^\s/>]{0,99})|(!--))")
# From where the last one ended: no part of a page is read twice, but for what follows a quote that never ends.
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*)?))?""")
_REST = re.compile(r"[\s/]*")
_RAW_TEXT = frozenset(("script", "style", "textarea", "title"))


class ReleaseFile(Struct, frozen=True):
    """The file that a release is read from."""

    filename: str
    url: str
    sha256: str
    uploaded: str
    """The ISO date (YYYY-MM-DD) on which the first file of the release appeared; empty when the index does not say."""
    version: str
    size: int = 0
    """In bytes; 0 when unknown."""
    yanked: str = ""
    """Why it was withdrawn; empty when it was not."""
    index: str = ""
    """The index that lists it, without a login; empty when it is not known any more."""

    @property
    def asked_by(self) -> str:
        """The user's address that led to it."""
        return self.index or index_urls()[0]


def release_files(name: str) -> dict[str, ReleaseFile]:
    """The file to read each release of ``name`` from, oldest version first, yanked ones included; raises SourceError.

    A wheel for any Python 3 is preferred, then any wheel, the smallest first (it is only read, so its platform does not
    matter), then the sdist. Files without a SHA-256 are left out.
    """
    return by_release(listed_files(name))


def by_release(files: Iterable[ReleaseFile]) -> dict[str, ReleaseFile]:
    """Of all ``files`` of a project, the one to read each release from, as `release_files` gives them."""
    by_version: dict[Version, list[ReleaseFile]] = {}
    for file in files:
        by_version.setdefault(Version(file.version), []).append(file)
    return {str(version): _chosen(by_version[version]) for version in sorted(by_version)}


def canonical_name(name: str) -> str:
    """``name`` as the index spells it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def version_of_file(filename: str, project: str) -> Version | None:
    """The version in the name of a wheel or sdist; None when it is none of ``project``, or no safe name."""
    if not _SAFE_NAME.fullmatch(filename):
        return None
    try:
        if not filename.endswith(".whl"):
            name, version = parse_sdist_filename(filename)
        elif prod(part.count(".") + 1 for part in filename.split("-")[-3:]) > _MAX_PLATFORMS:
            return None
        else:
            name, version, _, _ = parse_wheel_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None
    return version if name == project else None


def listed_files(name: str) -> list[ReleaseFile]:
    """Every wheel and sdist of ``name`` that has a SHA-256, each with its own day; raises SourceError.

    Of all the user's indexes; one that does not answer is an error, as another may have a project of that name that is
    somebody else's. What two list under one name is taken from the first.
    """
    project = canonical_name(name)
    indexes = index_urls()
    found: dict[str, ReleaseFile] = {}
    is_known = False
    for index in indexes:
        try:
            listed = _listed_by(index, project)
        except NothingThereError:
            continue
        is_known = True
        found = {file.filename: file for file in listed} | found
    if not is_known:
        shown = " or ".join(map(without_password, indexes))
        raise SourceError(f"there is no package called {name} on {shown}")
    return list(found.values())


def _listed_by(index: str, project: str) -> list[ReleaseFile]:
    page = f"{index}/{project}/"
    try:
        listed = parse_page(fetch_text(page, _ACCEPT))
    except ValueError:
        raise SourceError(
            f"{without_password(index)} does not answer as a package index (PEP 503, PEP 691): check PIP_INDEX_URL"
        ) from None
    index = without_login(sendable(index))
    return [found for file in listed if (found := _checked(file, project, f"{index}/{project}/", index)) is not None]


def _checked(file: ListedFile, project: str, page: str, index: str) -> ReleaseFile | None:
    """One file of the index's answer; None when it is not a wheel or sdist of ``project`` that can be checked."""
    version = version_of_file(file.filename, project) if file.sha256 else None
    if version is None:
        return None
    try:
        url = urljoin(page, file.url)
    except ValueError:
        return None
    return ReleaseFile(file.filename, url, file.sha256, file.uploaded, str(version), file.size, file.yanked, index)


def _chosen(files: list[ReleaseFile]) -> ReleaseFile:
    best = min(files, key=_preference)
    first = min((file.uploaded for file in files if file.uploaded), default="")
    return msgspec.structs.replace(best, uploaded=first)


def _preference(file: ReleaseFile) -> tuple[bool, int, int, str]:
    if not file.filename.endswith(".whl"):
        kind = 3
    elif not file.filename.endswith("-none-any.whl"):
        kind = 2
    else:
        kind = 0 if "py3" in file.filename.split("-")[-3] else 1
    return bool(file.yanked), kind, file.size, file.filename


# Pages of an index.


class ListedFile(Struct, frozen=True):
    """A file that a page of an index lists."""

    filename: str
    url: str
    sha256: str
    """Empty when unknown."""
    uploaded: str = ""
    """The ISO date (YYYY-MM-DD) on which it appeared; empty when unknown."""
    size: int = 0
    """In bytes; 0 when unknown."""
    yanked: str = ""
    """Why it was withdrawn; empty when it was not."""


def parse_page(answer: bytes) -> list[ListedFile]:
    """The files that the page lists, in its order; raises ValueError when it is no page of an index."""
    answer = answer.removeprefix(b"\xef\xbb\xbf").lstrip()
    if answer.startswith(b"<"):
        return list(_linked_files(answer.decode("utf-8", "replace")))
    try:
        items = msgspec.json.decode(answer, type=_Page).files
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
    _refuse_more(len(items))
    return [_listed_file(item) for item in items]


def _refuse_more(count: int) -> None:
    if count > MAX_FILES:
        raise ValueError(f"it lists more than {MAX_FILES:,} files")


class _PageFile(Struct):
    filename: str
    url: str
    hashes: dict[str, msgspec.Raw]
    uploaded: msgspec.Raw = field(name="upload-time", default=_NO_VALUE)
    size: msgspec.Raw = _NO_VALUE
    yanked: msgspec.Raw = _NO_VALUE


class _Page(Struct):
    files: list[_PageFile]


def _listed_file(item: _PageFile) -> ListedFile:
    size = _decoded(item.size, int)
    return ListedFile(
        item.filename,
        item.url,
        _sha256(_decoded(item.hashes.get("sha256", _NO_VALUE), str)),
        _day(_decoded(item.uploaded, str)),
        size if type(size) is int and size > 0 else 0,
        _yanked(item.yanked),
    )


def _linked_files(html: str) -> Iterator[ListedFile]:
    for count, attributes in enumerate(_anchors(html), start=1):
        _refuse_more(count)
        try:
            url, fragment = urldefrag(attributes["href"])
            filename = unquote(urlsplit(url).path).rpartition("/")[2]
            hashes = parse_qs(fragment)
        except ValueError:
            continue
        # The file's name is the last part of its address, as the text may be abbreviated.
        yield ListedFile(
            filename,
            url,
            _sha256(hashes.get("sha256", [""])[0]),
            _day(attributes.get("data-upload-time")),
            yanked=_reason(attributes["data-yanked"]) if "data-yanked" in attributes else "",
        )


def _anchors(html: str) -> Iterator[dict[str, str]]:
    """The attributes of each anchor that has an address, in time linear in the page; html.parser's is quadratic."""
    place = elements = 0
    while tag := _TAG.search(html, place):
        elements += 1
        if elements > _MAX_ELEMENTS:
            raise ValueError(f"it has more than {_MAX_ELEMENTS:,} tags")
        if tag[2]:
            place = html.find("-->", tag.end() - 2)  # <!--> is whole
            if place < 0:
                return
            continue
        name = tag[1].lower()
        attributes, place = _attributes(html, tag.end())
        if place < 0:  # the page ends within this tag
            return
        if name == "a" and attributes.get("href"):
            yield attributes
        elif name in _RAW_TEXT:
            end = re.compile(f"</{name}", re.IGNORECASE).search(html, place)
            if end is None:
                return
            place = end.end()


def _attributes(html: str, place: int) -> tuple[dict[str, str], int]:
    """Those of the tag whose name ends at ``place``, the first of a name counting; and where the tag ends, or -1."""
    attributes: dict[str, str] = {}
    while found := _ATTRIBUTE.match(html, place):
        place = found.end()
        name = found[1][:_MAX_VALUE].lower()
        value = next(filter(None, found.groups()[1:]), "")
        # Cut off, an address or a hash would be another one.
        attributes.setdefault(name, unescape(value) if len(value) <= _MAX_VALUE else "")
    place = _REST.match(html, place).end()  # type: ignore[union-attr]
    return attributes, place + 1 if html.startswith(">", place) else -1


def _decoded(raw: msgspec.Raw, kind: type) -> object:
    """The value when it is of this kind, else None."""
    try:
        value: object = msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return value


def _sha256(value: object) -> str:
    lowered = value.lower() if isinstance(value, str) else ""
    return lowered if SHA256.fullmatch(lowered) else ""


def _day(value: object) -> str:
    found = _DATE.match(value) if isinstance(value, str) else None
    if found is None:
        return ""
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return ""


def _yanked(raw: msgspec.Raw) -> str:
    """What is neither a reason nor false may mean that it was."""
    if bytes(raw).strip() in (b"null", b"false", b'""', b"0", b"[]", b"{}"):
        return ""
    return _reason(_decoded(raw, str))


def _reason(value: object) -> str:
    text = value[:_MAX_VALUE] if isinstance(value, str) else ""
    words = " ".join(text.split())
    return "".join(char if char.isprintable() else "?" for char in words) or "no reason given"
