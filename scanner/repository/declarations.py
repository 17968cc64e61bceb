"""Reads all that a repository says of itself: one walk over its names, and a look into the few files that matter.

Edit this when one more kind of file says something: it gets a `FileRole` in `layout.py`, and a reader here. Readers are
imported when there is something to read: most runs need none or one of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from ..results import Skipped
from ..sources.checkout import Checkout, Entry
from ..support.budget import OverBudgetError, budget
from .layout import FileRole, Listing, below, is_document, legal_place, list_readable, read_brought
from .model import Brought, Declarations, DeclaredLicence, Leftover, LegalFile, ModelCard, SidecarNotice
from .own_names import own_address, own_names, registry_name
from .texts import read_text

# The configuration of the largest tokenizers lists every token.
_MOST_BYTES = {FileRole.CONFIGURATION: 8 * 1024**2}
Reader = Callable[[str, str, "_Collected"], None]


class _Collected(Struct):
    """What has been read so far of the files of ``listing``, in a repository of that name."""

    listing: Listing
    repository: str
    legal_files: list[LegalFile] = field(default_factory=list)
    declared_licences: list[DeclaredLicence] = field(default_factory=list)
    of_parts: list[DeclaredLicence] = field(default_factory=list)
    model_cards: list[ModelCard] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)
    sidecars: list[SidecarNotice] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    stated: list[str] = field(default_factory=list)
    """What metadata call the project, names and addresses."""


def read_declarations(checkout: Checkout) -> Declarations:
    """What the repository says of itself; where only a part of it was named, what all of it says.

    Nothing is run, and each file is bounded; what could not be read is in ``skipped``, one line each.
    """
    listing = list_readable(checkout)
    found = _Collected(listing, _repository_name(checkout), skipped=list(listing.skipped))
    # Cards before configuration: a reference to what a card names as its base is no leftover.
    for role, reader in _READERS.items():
        for entry in listing.by_role[role]:
            _read(entry, role, found, reader)
    return _declarations(found, checkout)


def _repository_name(checkout: Checkout) -> str:
    root = checkout.root.partition("!")[0]
    return checkout.project or Path(os.path.abspath(root)).name.partition(".zip")[0]  # noqa: PTH100  also of "."


def _declarations(found: _Collected, checkout: Checkout) -> Declarations:
    return Declarations(
        legal_files=tuple(sorted(found.legal_files, key=lambda each: each.path)),
        declared_licences=tuple(sorted(found.declared_licences, key=_by_place)),
        of_parts=tuple(sorted(found.of_parts, key=_by_place)),
        model_cards=tuple(sorted(found.model_cards, key=lambda each: each.path)),
        leftovers=tuple(sorted(found.leftovers, key=_by_place)),
        sidecars=tuple(found.sidecars),
        skipped=tuple(sorted(dict.fromkeys(found.skipped), key=lambda each: each.path)),
        root=found.listing.root,
        brought=tuple(_brought(found.listing)),
        names=own_names(checkout, found.stated),
        vouched=registry_name(checkout),
        address=own_address(checkout, found.stated),
        holds_model=found.listing.holds_model,
    )


def _by_place(found: DeclaredLicence | Leftover) -> tuple[str, int]:
    return found.region.path, found.region.first_line


def _brought(listing: Listing) -> Iterator[Brought]:
    for entry in listing.brought:
        found = read_brought(entry, below(listing.root, entry.path))
        if found is not None:
            yield found


def _read(entry: Entry, role: FileRole, found: _Collected, reader: Reader) -> None:
    if role is FileRole.LEGAL and is_document(entry.path):
        found.skipped.append(Skipped(entry.path, "not plain text: its licence is not known"))
        return
    text = read_text(entry, _MOST_BYTES[role]) if role in _MOST_BYTES else read_text(entry)
    if isinstance(text, Skipped):
        found.skipped.append(text)
        return
    try:
        with budget(len(text)):
            reader(entry.path, text, found)
    except OverBudgetError as over:
        found.skipped.append(Skipped(entry.path, str(over)))


def _legal(path: str, text: str, found: _Collected) -> None:
    from .licence_files import read_legal

    root = found.listing.root
    place = legal_place(below(root, path))
    if place:
        folder = f"{root}/{place.folder}" if root and place.folder else place.folder
        found.legal_files.append(read_legal(path, replace(place, folder=folder), text))


def _metadata(path: str, text: str, found: _Collected) -> None:
    from .metadata import read_metadata, readme_in
    from .own_names import names_stated

    declared, problem = read_metadata(path, text)
    found.declared_licences += declared
    found.skipped += [problem] if problem else []
    found.stated += names_stated(path, text)
    if path.endswith(".dist-info/METADATA"):
        _card(path, readme_in(text), found)


def _part(path: str, text: str, found: _Collected) -> None:
    """What cannot be read of a package that came along is no news of the repository."""
    from .metadata import read_metadata

    found.of_parts += read_metadata(path, text)[0]


def _card(path: str, text: str, found: _Collected) -> None:
    from .model_card import read_card

    folder = below(found.listing.root, path).rpartition("/")[0].rpartition("/")[2]
    card, problem = read_card(path, text, folder if folder and "dist-info" not in folder else found.repository)
    found.model_cards.append(card)
    found.skipped += [problem] if problem else []


def _configuration(path: str, text: str, found: _Collected) -> None:
    from .configuration import Surroundings, read_configuration_file

    names = tuple(_names(found.repository, found.model_cards))
    facts = read_configuration_file(path, text, Surroundings(found.listing.modules, names))
    if isinstance(facts, Skipped):
        found.skipped.append(facts)
    else:
        found.leftovers += facts.leftovers
        found.declared_licences += facts.licences


def _names(repository: str, cards: Iterable[ModelCard]) -> Iterator[str]:
    """What the repository and what it is built on are called; a title goes on in words after its first sign."""
    yield repository
    for card in cards:
        yield re.split("[:|(,\u2013\u2014]", card.title)[0].strip()
        yield from card.base_models


def _reuse(path: str, text: str, found: _Collected) -> None:
    from .licence_files import read_dep5, read_reuse_toml, read_side_file

    if path.endswith(".license"):
        found.sidecars += read_side_file(path, text)
    elif path.endswith("dep5"):
        found.sidecars += read_dep5(path, text)
    else:
        read = read_reuse_toml(path, text)
        if isinstance(read, Skipped):
            found.skipped.append(read)
        else:
            found.sidecars += read


_READERS: dict[FileRole, Reader] = {
    FileRole.LEGAL: _legal,
    FileRole.METADATA: _metadata,
    FileRole.PART: _part,
    FileRole.CARD: _card,
    FileRole.CONFIGURATION: _configuration,
    FileRole.REUSE: _reuse,
}
