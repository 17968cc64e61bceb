"""An upstream release in, the licence texts and the NOTICE that its package carries out, as stored in it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ..decoding import to_utf8
from ..errors import SourceError
from ..licences import identify
from ..sources import Checkout, Entry, Progress, open_release
from ..statements import LegalKind
from ..statements.places import legal_place
from ..verdict import UpstreamMatch

# Far above any licence text; NOTICE files of large projects come to some 100 kB.
_MOST_BYTES = 512 * 1024
# The shortest licences have some 70 words; what only names its licence has fewer.
_LEAST_WORDS = 60


class UpstreamTexts(Struct, frozen=True):
    """``licences`` are texts by id, ``notices`` what its NOTICE files say. ``missing`` says why there are none."""

    licences: dict[str, bytes]
    notices: tuple[str, ...] = ()
    missing: str = ""


def upstream_texts(upstream: UpstreamMatch, offline: bool = False, progress: Progress | None = None) -> UpstreamTexts:
    """The legal texts in the package of ``upstream``, from the cache or, unless ``offline``, the package index."""
    if not upstream.package:
        return UpstreamTexts({}, missing=f"{upstream.project} has no known package")
    try:
        release = _fetched(upstream)
        if offline and not release:
            told = f"{upstream.package} {upstream.first_release} was not fetched before, and --offline fetches nothing"
            return UpstreamTexts({}, missing=told)
        version, is_fetched = release or upstream.first_release, bool(release)
        with open_release(upstream.package, version, "licence", is_fetched, progress) as checkout:
            return _read(checkout)
    except SourceError as error:
        return UpstreamTexts({}, missing=str(error))


def _fetched(upstream: UpstreamMatch) -> str:
    """The first of its releases that was fetched before; empty when none was."""
    from ..sources.registry import is_fetched

    releases = dict.fromkeys((upstream.first_release, upstream.last_release))
    return next((release for release in releases if is_fetched(upstream.package, release)), "")


def _read(checkout: Checkout) -> UpstreamTexts:
    licences: dict[str, bytes] = {}
    notices: list[str] = []
    for stored, text, kind in _legal_files(checkout):
        if kind is LegalKind.NOTICE:
            notices.append(text)
        elif len(text.split()) >= _LEAST_WORDS and len(found := identify(text)) == 1:
            # A file of several texts is none of them.
            licences.setdefault(found[0].licence, stored)
    return UpstreamTexts(licences, tuple(dict.fromkeys(notices)), _nothing(licences, checkout))


def _nothing(licences: dict[str, bytes], checkout: Checkout) -> str:
    return "" if licences else f"{checkout.root} has no licence text of one licence in it"


def _legal_files(checkout: Checkout) -> Iterator[tuple[bytes, str, LegalKind]]:
    """As stored, as text, and what it is: those that speak for the whole package first."""
    found = [
        (place, entry) for entry in checkout.entries() if isinstance(entry, Entry) if (place := legal_place(entry.path))
    ]
    for place, entry in sorted(found, key=lambda each: (len(each[0].folder), each[1].path)):
        stored = entry.read() if entry.size <= _MOST_BYTES else None
        if not isinstance(stored, bytes):
            continue
        text = to_utf8(entry.path, stored)
        if isinstance(text, bytes) and not (place.kind is LegalKind.NOTICE and place.folder):
            yield stored, text.decode("utf-8", "replace"), place.kind
