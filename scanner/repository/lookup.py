"""Which declarations speak for a file of the repository, and what licences the repository as a whole is under.

Edit this when two declarations differ and the wrong one counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import count

from ..licences.expressions import is_covered
from ..support.lazy import lazy_pattern
from ..support.wildcards import ANYTHING, Part, Wild, linear_pattern
from .layout import below
from .model import Declarations, LegalFile, LegalKind, SidecarNotice, Subject

# The LGPL comes as two texts, COPYING and COPYING.LESSER.
_PLAIN = lazy_pattern(r"(?:(?:un)?licen[cs]e|copying)(?:\.lesser)?(?:\.(?:txt|md|rst|markdown|text))?", re.IGNORECASE)
_TERMS = lazy_pattern(r"-(?:only|or-later)$")
# A licence of whichever version, and how the ids of the versions begin.
_ANY_VERSION = {"LicenseRef-Llama-Community": "LicenseRef-Llama-"}
# Whose text is that of another licence, or part of it: version 3 of the LGPL adds permissions to the GPL.
_ALSO = {"PSF-2.0": ("Python-2.0",), "Python-2.0": ("PSF-2.0",), "LGPL-3.0": ("GPL-3.0",)}
# No path is so long that it could match what has more.
_MOST_PARTS = 10_000


def says_anything(declarations: Declarations) -> bool:
    """Whether a repository says what it is even without code: by a model card, metadata or its configuration."""
    return bool(declarations.model_cards or declarations.declared_licences or declarations.leftovers)


def speaks_for_all(declarations: Declarations, path: str) -> bool:
    """Whether metadata, a README or configuration at ``path`` is about the repository and not about a part of it."""
    return re.fullmatch(r"(?:[^/]+\.dist-info/)?[^/]+", below(declarations.root, path)) is not None


def licence_files_for(declarations: Declarations, path: str) -> tuple[LegalFile, ...]:
    """The legal files that speak for the file at ``path``, those of the nearest folder first."""
    speaking = [each for each in declarations.legal_files if not each.folder or path.startswith(f"{each.folder}/")]
    return tuple(sorted(speaking, key=lambda each: (-len(each.folder), each.path)))


def sidecars_for(declarations: Declarations, path: str) -> tuple[SidecarNotice, ...]:
    """What REUSE says of the file at ``path``: an override first, then its side file, then the nearest table."""
    # Of the tables of one file the last that matches counts.
    own = f"{path}.license"
    matching = [each for each in declarations.sidecars[::-1] if _speaks_for(each, path, own)]
    return tuple(sorted(matching, key=lambda each: (not each.overrides, each.path != own, -each.path.count("/"))))


def _speaks_for(sidecar: SidecarNotice, path: str, own: str) -> bool:
    return sidecar.path == own if sidecar.path.endswith(".license") else matches(sidecar.glob, path)


def matches(glob: str, path: str) -> bool:
    """Whether a glob of REUSE matches: ``*`` no slash, ``**`` anything, backslash the next sign as it is."""
    return _pattern(glob).match(path) is not None


@lru_cache(maxsize=4096)
def _pattern(glob: str) -> re.Pattern[str]:
    parts: list[Part] = []
    for piece in re.findall(r"\\.|\*+|.", glob, re.DOTALL):
        if piece[0] != "*":
            parts.append(re.escape(piece[-1]))
        else:
            parts += ANYTHING if piece[1:] else (Wild.STAR,)
    return re.compile(linear_pattern(parts, count()) if len(parts) <= _MOST_PARTS else r"(?!)")


def repository_licence(declarations: Declarations) -> tuple[str, ...]:
    """The ids of the licences that the repository says its code is under, what counts most first.

    The LICENSE text at the root decides. What metadata and the model card name counts where there is none, and beside
    it where one of the licences they name is its own: one copied line of metadata changes no LICENSE.
    Only where none of these says anything do texts that speak for a part, as in LICENSES/, or for the model count.
    """
    texts = _root_licences(declarations)
    named = [*declarations.declared_licences, *(card.licence for card in declarations.model_cards if card.licence)]
    speaking = [each.licences for each in named if speaks_for_all(declarations, each.region.path)]
    stated = [licence for each in speaking if not texts or agree(each, texts) for licence in each]
    found = (
        _joined(texts, stated)
        or _licences_on(declarations, (Subject.PARTS,))
        or _licences_on(declarations, (Subject.MODEL,))
    )
    return _without_incorporated(found)


def agree(stated: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether one of the licences ``stated`` is among those of ``texts``, whatever either says of later versions.

    An id that ends with a hyphen means all that begin with it.
    """
    known = tuple(_ANY_VERSION.get(each, each) for each in texts)
    return any(_is_among(_ANY_VERSION.get(each, each), known) for each in stated)


def _is_among(licence: str, texts: tuple[str, ...]) -> bool:
    if licence.endswith("-"):
        return any(each.startswith(licence) for each in texts)
    if any(each.endswith("-") and licence.startswith(each) for each in texts):
        return True
    bare = _TERMS.sub("", licence)
    same = {bare, *_ALSO.get(bare, ())}
    return any(_TERMS.sub("", each) in same or is_covered(each, (licence,)) for each in texts) or is_covered(
        licence, texts
    )


def _root_licences(declarations: Declarations) -> list[str]:
    """Of the root's LICENSE files; one of the plain name speaks alone, since the others then are of parts."""
    files = root_licence_files(declarations, (Subject.WORK, Subject.CODE))
    plain = [each for each in files if is_plain(each)]
    deciding = [each for each in plain if each.licences] or files
    return [licence for each in deciding for licence in each.licences]


def is_plain(legal: LegalFile) -> bool:
    """Whether a licence file has the plain name, so that others beside it are of parts."""
    return _PLAIN.fullmatch(legal.path.rpartition("/")[2]) is not None


def _licences_on(declarations: Declarations, subjects: tuple[Subject, ...]) -> tuple[str, ...]:
    files = root_licence_files(declarations, subjects)
    return tuple(dict.fromkeys(licence for each in files for licence in each.licences))


def root_licence_files(declarations: Declarations, subjects: tuple[Subject, ...]) -> list[LegalFile]:
    """The licence files at the root that speak of one of ``subjects``."""
    files = (each for each in declarations.legal_files if each.kind is LegalKind.LICENCE and not each.folder)
    return [each for each in files if each.subject in subjects]


def _joined(texts: Iterable[str], stated: Iterable[str]) -> tuple[str, ...]:
    """``texts`` and what ``stated`` adds; whether later versions are allowed, only metadata or a card can tell."""
    ids = dict.fromkeys(texts)
    named = {_TERMS.sub("", each): each for each in stated}
    refined = [named.get(_TERMS.sub("", each), each) if _TERMS.search(each) else each for each in ids]
    return tuple(dict.fromkeys([*refined, *named.values()]))


def _without_incorporated(licences: tuple[str, ...]) -> tuple[str, ...]:
    """Version 3 of the LGPL is a text beside that of the GPL, which it adds permissions to."""
    if not any(each.startswith("LGPL-3.0") for each in licences):
        return licences
    return tuple(each for each in licences if not each.startswith("GPL-3.0"))
