"""Which declarations name a licence that the licence file beside them is not: metadata, model cards, READMEs.

Edit this when two ways to say the same are taken for a disagreement, or when one more place is to be held against
LICENSE. What a disagreement is worth is for ``attribution/contradictions.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from ..licences.expressions import licences_stated
from ..support.lazy import lazy_pattern
from .layout import CONFIGURATION
from .lookup import agree, is_plain, repository_licence, root_licence_files, speaks_for_all
from .model import Declarations, DeclaredLicence, LegalFile, LegalKind, Subject

# Names that say which licences are meant, and not which one; the ids of those begin so.
_LOOSE = (
    ("AGPL-", lazy_pattern(r"\bagpl|\baffero\b", re.IGNORECASE)),
    ("LGPL-", lazy_pattern(r"\blgpl|\blesser general public\b|\blibrary general public\b", re.IGNORECASE)),
    ("GPL-", lazy_pattern(r"\bgpl|\bgeneral public licen[cs]e", re.IGNORECASE)),
    ("BSD-", lazy_pattern(r"\bbsd\b", re.IGNORECASE)),
)
# The family of licences of the Hub whose ids have that in them.
_RAIL, _OPENRAIL = "RAIL", "OpenRAIL-"
_CLASSIFIER = "License ::"
_NO_CHOICE = lazy_pattern(r"License :: OSI Approved\s*", re.IGNORECASE)


class Disagreement(Struct, frozen=True):
    """A declaration that names no licence whose text stands in the repository's LICENSE."""

    declared: DeclaredLicence
    """Where it stands, and what it says."""
    licences: tuple[str, ...]
    """What it means; an id that ends with a hyphen is all that begin with it."""
    files: tuple[LegalFile, ...]
    """The licence files at the root."""


def disagreeing_metadata(declarations: Declarations) -> tuple[Disagreement, ...]:
    """The licences that package metadata declare and no licence file at the root is, each in one place.

    Classifiers of one file are one declaration: two are a choice. What names no licence that is known disagrees with
    none.
    """
    files = _speaking_files(declarations)
    texts = [licence for each in files for licence in each.licences]
    found: dict[tuple[str, ...], Disagreement] = {}
    for declared, licences in _metadata_units(declarations) if texts else ():
        if licences and not agree(licences, texts):
            found.setdefault(licences, Disagreement(declared, licences, files))
    return tuple(found.values())


def disagreeing_parts(declarations: Declarations) -> tuple[Disagreement, ...]:
    """The same of each folder below the root that has package metadata and a plain licence file of its own."""
    found = []
    for folder, file in _plain_files_of_parts(declarations).items():
        beside = (each for each in declarations.of_parts if each.region.path.rpartition("/")[0] == folder)
        units = (unit for unit in _units(beside) if unit[1] and not agree(unit[1], file.licences))
        found += [Disagreement(declared, licences, (file,)) for declared, licences in units]
    return tuple(found)


def _plain_files_of_parts(declarations: Declarations) -> dict[str, LegalFile]:
    """By folder below the root the licence file that stands in it, where there is one and it says something."""
    found: dict[str, LegalFile | None] = {}
    for each in declarations.legal_files:
        if each.folder and each.kind is LegalKind.LICENCE and each.path.rpartition("/")[0] == each.folder:
            found[each.folder] = each if each.folder not in found and is_plain(each) and each.licences else None
    return {folder: file for folder, file in found.items() if file}


def disagreeing_cards(declarations: Declarations) -> tuple[Disagreement, ...]:
    """The model cards at the root whose licence is none that a licence file at the root has.

    A file that by its name is about the code alone does not speak for a model.
    """
    files = tuple(each for each in _speaking_files(declarations) if each.subject is not Subject.CODE)
    texts = [licence for each in files for licence in each.licences]
    found = []
    for card in declarations.model_cards if texts else ():
        licences = _of_card(card.licence, texts) if card.licence and speaks_for_all(declarations, card.path) else ()
        if card.licence and licences and not agree(licences, texts):
            found.append(Disagreement(card.licence, licences, files))
    return tuple(found)


def disagreeing_readmes(declarations: Declarations) -> tuple[Disagreement, ...]:
    """What READMEs at the root call a licence file beside them that is another, each licence once."""
    cards = [each for each in declarations.model_cards if speaks_for_all(declarations, each.path) and "](" in each.text]
    found: dict[tuple[str, ...], Disagreement] = {}
    for card in cards:
        from .readme_licence import linked_licences  # only where a README links to anything

        for declared, name in linked_licences(card):
            path = f"{card.path.rpartition('/')[0]}/{name}".lstrip("/")
            files = tuple(each for each in declarations.legal_files if each.path == path and each.licences)
            texts = [licence for each in files for licence in each.licences]
            if texts and not agree(declared.licences, texts):
                found.setdefault(declared.licences, Disagreement(declared, declared.licences, files))
    return tuple(found.values())


def _of_card(declared: DeclaredLicence, texts: Iterable[str]) -> tuple[str, ...]:
    """What a card means: a licence, or one of the family "openrail" where no text is of it."""
    if declared.licences or declared.stated.casefold() != "openrail":
        return declared.licences
    return () if any(_RAIL in each for each in texts) else (_OPENRAIL,)


def is_at_odds(declarations: Declarations, stated: Iterable[str]) -> bool:
    """Whether a file states a licence (of ``stated``) that is not the whole's, or metadata one that LICENSE is not."""
    whole = repository_licence(declarations)
    named = frozenset(stated) if whole else ()
    if any(not agree(licences_stated(each), whole) for each in named) or disagreeing_metadata(declarations):
        return True
    return bool(disagreeing_parts(declarations) or disagreeing_readmes(declarations))


def _speaking_files(declarations: Declarations) -> tuple[LegalFile, ...]:
    """All licence files at the root that say something, the plainest name first; none where one cannot be told."""
    subjects = (Subject.WORK, Subject.CODE, Subject.MODEL, Subject.PARTS)
    files = root_licence_files(declarations, subjects)
    if any(not each.licences for each in files if is_plain(each)):
        return ()
    known = [each for each in files if each.licences]
    return tuple(sorted(known, key=lambda each: (not is_plain(each), each.path)))


def _metadata_units(declarations: Declarations) -> Iterator[tuple[DeclaredLicence, tuple[str, ...]]]:
    told = (each for each in declarations.declared_licences if speaks_for_all(declarations, each.region.path))
    return _units(each for each in told if each.region.path.rpartition("/")[2] not in CONFIGURATION)


def _units(told: Iterable[DeclaredLicence]) -> Iterator[tuple[DeclaredLicence, tuple[str, ...]]]:
    """What each declaration of metadata means, the classifiers of one file together; less what is not known."""
    classifiers: dict[str, list[DeclaredLicence]] = {}
    for each in told:
        path = each.region.path
        if not each.stated.startswith(_CLASSIFIER):
            yield each, _meant(each)
        elif not _NO_CHOICE.fullmatch(each.stated):
            classifiers.setdefault(path, []).append(each)
    for group in classifiers.values():
        meant = [_meant(each) for each in group]
        yield group[0], tuple(dict.fromkeys(licence for each in meant for licence in each)) if all(meant) else ()


def _meant(declared: DeclaredLicence) -> tuple[str, ...]:
    return declared.licences or next(((ids,) for ids, name in _LOOSE if name.search(declared.stated)), ())
