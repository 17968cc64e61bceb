"""A page of a package index, JSON (PEP 691) or HTML (PEP 503) -> the files it lists. Nothing of the page is trusted.

Company indexes and mirrors often speak only HTML. Upload times are no part of that form; some mirrors add them. What a
file needs (name, address, hashes) must be of the right kind or the page is refused; what it may have counts as unknown
when it is of another. Edit this where a real index spells something differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from urllib.parse import parse_qs, unquote, urldefrag, urlsplit

import msgspec
from msgspec import Struct, field

# The largest real pages list some ten thousand files.
MAX_FILES = 300_000
_MAX_TAGS = 1_000_000
_MAX_VALUE = 4096
_NO_VALUE = msgspec.Raw(b"null")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")

_TAG = re.compile(r"<(?:([A-Za-z][^\s/>]{0,99})|(!--))")
# From where the last one ended: no part of a page is read twice, but for what follows a quote that never ends.
_ATTRIBUTE = re.compile(r"""[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*)?))?""")
_REST = re.compile(r"[\s/]*")
_RAW_TEXT = frozenset(("script", "style", "textarea", "title"))


class ListedFile(Struct, frozen=True):
    """A file that an index offers; ``uploaded`` is an ISO date or empty, ``size`` 0 and ``sha256`` empty when unknown.

    ``yanked`` is the reason it was withdrawn for, empty when it was not.
    """

    filename: str
    url: str
    sha256: str
    uploaded: str = ""
    size: int = 0
    yanked: str = ""


class _Item(Struct):
    filename: str
    url: str
    hashes: dict[str, msgspec.Raw]
    uploaded: msgspec.Raw = field(name="upload-time", default=_NO_VALUE)
    size: msgspec.Raw = _NO_VALUE
    yanked: msgspec.Raw = _NO_VALUE


class _Page(Struct):
    files: list[_Item]


def parse_page(answer: bytes) -> list[ListedFile]:
    """The files that the page lists, in its order; raises ValueError when it is no page of an index."""
    answer = answer.removeprefix(b"\xef\xbb\xbf").lstrip()
    if answer.startswith(b"<"):
        return list(_linked(answer.decode("utf-8", "replace")))
    try:
        items = msgspec.json.decode(answer, type=_Page).files
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
    _refuse_more(len(items))
    return [_listed(item) for item in items]


def _refuse_more(count: int) -> None:
    if count > MAX_FILES:
        raise ValueError(f"it lists more than {MAX_FILES:,} files")


def _listed(item: _Item) -> ListedFile:
    size = _decoded(item.size, int)
    return ListedFile(
        item.filename,
        item.url,
        _sha256(_decoded(item.hashes.get("sha256", _NO_VALUE), str)),
        _day(_decoded(item.uploaded, str)),
        size if type(size) is int and size > 0 else 0,
        _yanked(item.yanked),
    )


def _decoded(raw: msgspec.Raw, kind: type) -> object:
    """The value when it is of this kind, else None."""
    try:
        value: object = msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return value


def _sha256(value: object) -> str:
    lowered = value.lower() if isinstance(value, str) else ""
    return lowered if _SHA256.fullmatch(lowered) else ""


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


def _linked(html: str) -> Iterator[ListedFile]:
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
    place = tags = 0
    while tag := _TAG.search(html, place):
        tags += 1
        if tags > _MAX_TAGS:
            raise ValueError(f"it has more than {_MAX_TAGS:,} tags")
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
