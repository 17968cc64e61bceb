"""In what state a source is scanned: at which release or commit, and whether files have changed since.

Of a folder the commit is what its git folder says; nothing in it is obeyed. Edit this when one more kind of source can
say what it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..results import Scanned, SourceKind
from ..sources.checkout import Checkout
from ..sources.git_folder import GitError, git_folder, head_of, top_of
from ..sources.specs import GIT_PREFIX, HUB_PREFIX, REGISTRY_PREFIX, parse_git_address, without_login
from ..support.clock import now
from ..support.lazy import lazy_pattern

if TYPE_CHECKING:
    from ..sources.git_index import IndexedFile

# To compare the index with the commit; nothing is read of the files.
_SECONDS = 10.0
_COMMIT = lazy_pattern(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REMOTE = {REGISTRY_PREFIX: SourceKind.REGISTRY, GIT_PREFIX: SourceKind.GIT, HUB_PREFIX: SourceKind.HUB}


def scanned_now(checkout: Checkout) -> Scanned:
    """When and of what a report is that is made of ``checkout`` now; it must be open."""
    at, kind = now().strftime("%Y-%m-%dT%H:%M:%SZ"), _kind(checkout)
    if kind in _ABOUT:
        return _ABOUT[kind](Scanned(at, kind), checkout)
    return _of_folder(Scanned(at, kind), checkout)


def _kind(checkout: Checkout) -> SourceKind:
    for prefix, kind in _REMOTE.items():
        if checkout.root.startswith(prefix):
            return kind
    if checkout.archive is not None:
        return SourceKind.ARCHIVE
    if checkout.chosen is not None:
        return SourceKind.CHOSEN
    return SourceKind.FOLDER if checkout.whole else SourceKind.FILE


def _of_package(told: Scanned, checkout: Checkout) -> Scanned:
    release = f"{checkout.project} {checkout.release}" if checkout.project and checkout.release else ""
    return Scanned(told.at, told.kind, release, checkout.released[:10])


def _of_git(told: Scanned, checkout: Checkout) -> Scanned:
    address = without_login(parse_git_address(checkout.root).url)
    return Scanned(told.at, told.kind, repository=address, commit=checkout.commit, changed=False)


def _of_hub(told: Scanned, checkout: Checkout) -> Scanned:
    return Scanned(told.at, told.kind, repository=checkout.repository, commit=checkout.commit, changed=False)


_ABOUT: dict[SourceKind, Callable[[Scanned, Checkout], Scanned]] = {
    SourceKind.REGISTRY: _of_package,
    SourceKind.ARCHIVE: _of_package,
    SourceKind.GIT: _of_git,
    SourceKind.HUB: _of_hub,
}


def _of_folder(told: Scanned, checkout: Checkout) -> Scanned:
    """By the git folder of the checkout that it is in and that tracks it, or the snapshot of the Hub that it is."""
    place = checkout.folder
    if place is not None and _COMMIT.fullmatch(checkout.release):
        return Scanned(told.at, told.kind, repository=checkout.project, commit=checkout.release)
    top = top_of(place) if place is not None else None
    if place is None or top is None:
        return told
    from ..sources.git_index import UnknownIndexError, indexed_files

    try:
        git = git_folder(top)
        beneath = _beneath(place, top)
        indexed = indexed_files(git / "index", beneath) if git else []
        commit = head_of(top) if indexed else ""
    except (GitError, UnknownIndexError, OSError):
        return told
    if not commit:
        return told
    is_changed = _is_changed(top, indexed, told.kind)
    return Scanned(told.at, told.kind, repository=checkout.remote, commit=commit, changed=is_changed)


def _beneath(place: Path, top: Path) -> str:
    """The path of the folder below the top of its checkout; empty for the top itself."""
    relative = os.path.relpath(os.path.realpath(place), os.path.realpath(top)).replace(os.sep, "/")
    return "" if relative == os.curdir else relative


def _is_changed(top: Path, indexed: list[IndexedFile], kind: SourceKind | None) -> bool | None:
    """Whether a tracked file is another than in the index, or the index another than the commit.

    A hook is asked about few files, and most of them are staged: the second is not looked at for those.
    """
    from ..sources.git_index import any_changed

    is_changed = any_changed(top, indexed)
    if is_changed is not False or kind is SourceKind.CHOSEN:
        return is_changed or None
    from ..sources.git_history import closed_git  # what runs git: not needed for a hook

    try:
        with closed_git(top) as git:
            return git.is_staged(_SECONDS)
    except (GitError, OSError):
        return None
