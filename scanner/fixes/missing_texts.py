"""Licence texts and NOTICEs that a repository must carry, taken from the upstreams' own packages.

Edit this when a text is there and not found, or when such texts should go to another place in the repository.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from msgspec import Struct, field

from ..attribution.repository_view import RepositoryView
from ..errors import SourceError
from ..licences.identify import identify
from ..repository.layout import legal_place
from ..repository.model import LegalKind
from ..results import UpstreamMatch
from ..rulebook.loader import licence_rule
from ..rulebook.model import Duty
from ..sources import open_release
from ..sources.checkout import Checkout, Entry, Progress
from ..support.decoding import to_utf8
from .model import Edit, Undone, UnwritableError
from .needs import Need
from .work_tree import OUTSIDE, WorkTree

# Where texts go, as the REUSE specification has it, which many tools read.
_FOLDER = "LICENSES"
_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_VERSIONS = re.compile("-(?:only|or-later)$")
# Far above any licence text; NOTICE files of large projects come to some 100 kB.
_MOST_BYTES = 512 * 1024
# The shortest licences have some 70 words; what only names its licence has fewer.
_LEAST_WORDS = 60


class UpstreamTexts(Struct, frozen=True):
    """The legal texts in one release of a package."""

    licences: dict[str, bytes]
    """The texts, as stored, by the id of the licence."""
    notices: tuple[str, ...] = ()
    """What its NOTICE files say."""
    missing: str = ""
    """Why there is no licence text; empty where there is one."""


Fetch = Callable[[UpstreamMatch], UpstreamTexts]


class CarriedTexts(Struct, frozen=True):
    """The texts of upstreams that the repository has, or will have."""

    edits: tuple[Edit, ...] = ()
    undone: tuple[Undone, ...] = ()
    places: dict[str, str] = field(default_factory=dict)
    """The path of each licence's text, by the licence's id."""
    notices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The lines of each project's NOTICE."""


def upstream_texts(upstream: UpstreamMatch, offline: bool = False, progress: Progress | None = None) -> UpstreamTexts:
    """The legal texts in the package of ``upstream``, from the cache or, unless ``offline``, the package index."""
    if not upstream.package:
        return UpstreamTexts({}, missing=f"{upstream.project} has no known package")
    try:
        release = _fetched(upstream)
        if offline and not release:
            why = f"{upstream.package} {upstream.first_release} is not in the cache, and --offline fetches nothing"
            return UpstreamTexts({}, missing=why)
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
    return UpstreamTexts(licences, tuple(dict.fromkeys(notices)), _why_none(licences, checkout))


def _why_none(licences: dict[str, bytes], checkout: Checkout) -> str:
    return "" if licences else f"{checkout.root} has no file with the text of one licence"


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


def carry(
    needed: Sequence[Need], repository: RepositoryView, tree: WorkTree, fetch: Fetch, lost: Collection[str] = ()
) -> CarriedTexts:
    """What of the upstreams' own packages is to stand in the folder ``tree``.

    The texts of the licences ``lost`` are there, and will no longer be read where they stand.
    """
    places = {
        licence: legal.path
        for need in needed
        for licence in need.licences
        if licence not in lost and (legal := repository.text_of(licence))
    }
    edits: list[Edit] = []
    undone: list[Undone] = []
    for licence, upstreams in _absent(needed, places, lost).items():
        made = _text_edit(licence, upstreams, tree, fetch)
        if isinstance(made, Undone):
            undone.append(made)
        else:
            edits.append(made)
            places[licence] = made.path
    notices = dict(_notices(needed, fetch))
    undone += [Undone(project, _no_notice(project)) for project, lines in notices.items() if not lines]
    return CarriedTexts(tuple(edits), tuple(undone), places, notices)


def _absent(needed: Iterable[Need], places: dict[str, str], lost: Collection[str]) -> dict[str, list[UpstreamMatch]]:
    """The licences whose text is not there, each with the upstreams it came with."""
    absent: dict[str, list[UpstreamMatch]] = {}
    for need in needed:
        for licence in need.licences:
            if licence not in places and (need.wants_text or licence in lost):
                absent.setdefault(licence, []).append(need.attribution.upstream)
    return absent


def _text_edit(licence: str, upstreams: Sequence[UpstreamMatch], tree: WorkTree, fetch: Fetch) -> Edit | Undone:
    path = f"{_FOLDER}/{licence}.txt"
    if why := _taken(path, tree) if _SAFE_ID.fullmatch(licence) else OUTSIDE:
        return Undone(path, f"the text of {licence} cannot be put there: {why}")
    # One look at each package: its releases hardly ever differ in this.
    packages = {each.package: each for each in reversed(upstreams)}
    found = [fetch(upstream) for upstream in packages.values()]
    text = next((text for each in found for known, text in each.licences.items() if _same_text(known, licence)), None)
    if text is not None:
        return Edit(path, None, text, f"the text of {licence}")
    return Undone(path, _absence(licence, upstreams[0], next((each.missing for each in found if each.missing), "")))


def _taken(path: str, tree: WorkTree) -> str:
    """Why a file cannot be put there; empty when it can."""
    try:
        return "" if tree.is_free(path) else "another file is there"
    except UnwritableError as error:
        return str(error)


def _same_text(one: str, other: str) -> bool:
    """Whether later versions may be taken is a matter of the files, not of the text."""
    return _VERSIONS.sub("", one) == _VERSIONS.sub("", other)


def _absence(licence: str, upstream: UpstreamMatch, why: str) -> str:
    rule = licence_rule(licence)
    source = " or ".join(filter(None, (f"the LICENSE of {upstream.project}", rule.url if rule else "")))
    reason = f" ({why})" if why else f" (the package of {upstream.project} has no file of its own for it)"
    return f"put the text of {licence} there, from {source}{reason}"


def _notices(needed: Iterable[Need], fetch: Fetch) -> Iterator[tuple[str, tuple[str, ...]]]:
    """By project; no lines where the project's NOTICE could not be had."""
    owing = [need.attribution.upstream for need in needed if Duty.CARRY_NOTICE_FILE in need.duties]
    for project, upstream in {upstream.project: upstream for upstream in reversed(owing)}.items():
        text = "\n".join(fetch(upstream).notices)
        yield project, tuple(text.expandtabs().splitlines())


def _no_notice(project: str) -> str:
    return f"add what the NOTICE of {project} says to the notices file: its package does not have it"
