"""Whose file a copy is, where it is not the scanned project's, nor surely the upstream's: doubts about who was first.

A repository holds files that others wrote and that came along whole, under a header of theirs or in a tree of their
project. What such a file and an upstream have in common either may have from the other. Edit this when a file that was
brought along is held against the wrong upstream, or when a header that was put on a copy passes for somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..licences.expressions import is_covered, licences_stated
from ..notices.holders import holders, squeezed, today
from ..results import LicenceForm
from ..support.lazy import lazy_pattern
from .model import Derivation
from .naming import credits_it, is_for_code, names_its_publisher, publisher_of
from .repository_view import RepositoryView

_YEAR = lazy_pattern(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LEAST_LETTERS = 4
# What these rules report is owed to the holder, who may put his own work under other terms.
TERMS_OF_THE_HOLDER = frozenset(
    ("relicensed", "licence-text-missing", "licence-header-removed", "combination-not-allowed", "part-unacknowledged")
)


def own_holder(derivation: Derivation, repository: RepositoryView) -> str:
    """The line of the nearest LICENSE, where it names none but holders of the upstream, and the terms are others.

    Empty where it does not.
    """
    here = repository.licences_of(derivation.path)
    if not here or is_covered(derivation.upstream.licence, here):
        return ""
    near = repository.licence_of_folder(derivation.path)
    lines = near.copyrights if near else repository.own_copyrights
    named = _names(lines)
    upstream = derivation.upstream
    theirs = _names(upstream.copyrights or upstream.licence_copyrights)
    return lines[0] if named and named <= theirs else ""


def third_holder(derivation: Derivation, repository: RepositoryView) -> str:
    """The line over the file that names another than the upstream's and the repository's own holders; empty without.

    Of a file without a header that is a line in the LICENSE of its folder. It must not be younger than an upstream
    without a header, unless that names a source, and older than one that has a header: who puts a line over a copy
    mostly puts the year of that day.
    """
    lines, upstream = derivation.copy.notice.copyrights, derivation.upstream
    if _says_it_is_from(derivation):
        return ""
    if derivation.is_headless and not lines and (folder := _of_a_folder(derivation, repository)):
        return "" if names_its_publisher(upstream, (folder,)) else folder
    named = _names(lines)
    if not named or not named.isdisjoint(_names((*upstream.copyrights, *upstream.licence_copyrights))):
        return ""
    year = min(_YEAR.findall(" ".join(lines)), default="")
    theirs = (upstream.appeared_on or upstream.released or "0000")[:4]
    is_open = year <= theirs or upstream.sources
    is_older = is_open if derivation.is_headless else "" < year < theirs
    return lines[0] if is_older and _is_of_others(named, derivation, repository) else ""


def tree_around(derivation: Derivation, repository: RepositoryView) -> tuple[str, bool]:
    """The other project in whose tree the file stands, and whether the upstream's publisher has it as well.

    Empty where there is none. A tree by a name that the source gives itself is its own, for which it answers, and a
    file there that says nothing of itself need not be of the tree.
    """
    if _says_it_is_from(derivation):
        return "", False
    home, upstream, notice = repository.home, derivation.upstream, derivation.copy.notice
    says_nothing = notice.form is LicenceForm.NONE and not notice.copyrights
    for tree in (*home.released, *home.kept):
        if derivation.path.startswith(tree.folder) and tree.folder and tree.project != upstream.project:
            is_theirs = publisher_of(upstream) in home.publishers_of(tree.project)
            if is_theirs or not (says_nothing or home.is_claimed(tree.project)):
                return tree.project, is_theirs
    return "", False


def _says_it_is_from(derivation: Derivation) -> bool:
    return any(credits_it(each, derivation.upstream) for each in derivation.copy.credits if is_for_code(each))


def _of_a_folder(derivation: Derivation, repository: RepositoryView) -> str:
    """The line of a LICENSE in a folder around a file without a header, where that of the whole names others."""
    near, own = repository.licence_of_folder(derivation.path), _names(repository.own_copyrights)
    named = _names(near.copyrights) if near else frozenset[str]()
    return near.copyrights[0] if near and own and not any(_is_one_of(name, own) for name in named) else ""


def _is_of_others(named: frozenset[str], derivation: Derivation, repository: RepositoryView) -> bool:
    """Whether the holders are others than the repository's; where it names none, whether the terms are others."""
    own = _names(repository.own_copyrights)
    if own:
        return not any(_is_one_of(name, own) for name in named)
    notice, here = derivation.copy.notice, repository.licences_of(derivation.path)
    is_stated = notice.licence and notice.form is not LicenceForm.POINTER
    return bool(is_stated and here) and not any(is_covered(each, here) for each in licences_stated(notice.licence))


def _is_one_of(name: str, own: Iterable[str]) -> bool:
    """Whether a holder is one of these, or begins like one: "Microsoft" and "Microsoft Research"."""
    pairs = (sorted((name, each), key=len) for each in own)
    return any(len(shorter) >= _LEAST_LETTERS and longer.startswith(shorter) for shorter, longer in pairs)


def _names(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(today(squeezed(name)) for line in lines for name in holders(line))
