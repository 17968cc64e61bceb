"""The families of an audit, read from its journal: what they hold, how old it is, and which file was likely the first.

The journal is read twice: once for all contents, then for what is said of the members. Edit this when a family is to
be described in another way; which files are one is in ``family_search``, the dates are asked for in ``family_dates``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from ..matching.own_sample import OwnCode, OwnDefinition
from ..results import FileDate
from ..support.arrays import I64
from .family_model import Certainty, Families, Family, FamilyDefinition, FamilyFile
from .family_search import FamilySearch, Holders, Joined
from .journal_lines import read_lines
from .records import AuditHeader, DatedFiles

# The largest families are listed, and of each so many files and definitions.
MOST_FAMILIES = 500
MOST_FILES = 200
MOST_DEFINITIONS = 8
_KEY_DIGITS = 16


# Journals are large: of each record only the fields are read that these types declare.
class _Identity(Struct, frozen=True):
    sha256: str


class _Examined(Struct, frozen=True):
    own: OwnCode | None = None


class _Content(Struct, frozen=True):
    identity: _Identity
    examined: _Examined | None = None


class _Facts(Struct, frozen=True):
    dated: FileDate


class _Place(Struct, frozen=True):
    path: str
    sha256: str
    facts: _Facts | None = None


class _Repository(Struct, frozen=True):
    name: str
    places: tuple[_Place, ...] = ()


class _Line(Struct, frozen=True):
    header: AuditHeader | None = None
    content: _Content | None = None
    repository: _Repository | None = None
    dates: DatedFiles | None = None


class _Members(NamedTuple):
    """What the listed families are made of."""

    of_content: Mapping[int, int]
    """The family of each content, by the key of the content."""
    shares: Mapping[int, float]
    """The share of each content that its family explains."""


def find_families(path: Path) -> Families:
    """The families among the repositories of a journal. Raises ModelkinError."""
    with FamilySearch() as search:
        repositories, is_recorded = _read(path, search)
        holders = search.holders()
        joined = search.joined(holders, repositories)
    listed = joined.members[:MOST_FAMILIES]
    members = _members(listed, holders, joined)
    found = _described(path, members, len(listed)) if listed else []
    families = tuple(family for each in found if (family := each.family()))
    return Families(families, len(joined.members) - len(listed), joined.common, is_recorded)


def _read(path: Path, search: FamilySearch) -> tuple[int, bool]:
    """Give all of a journal to ``search``; how many repositories there are, and whether any content tells of itself."""
    names: dict[str, int] = {}
    contents = told = 0
    for _, line in read_lines(path, _Line):
        if line.content and line.content.examined:
            contents += 1
            if own := line.content.examined.own:
                told += 1
                search.add_content(_key(line.content.identity.sha256), own)
        if line.repository:
            number = names.setdefault(line.repository.name, len(names))
            for place in line.repository.places:
                search.add_place(_key(place.sha256), number)
    return len(names), told > 0 or not contents


def _key(sha256: str) -> int:
    return int(sha256[:_KEY_DIGITS], 16)


def _members(families: Iterable[I64], holders: Holders, joined: Joined) -> _Members:
    of_content, shares = {}, {}
    for number, contents in enumerate(families):
        for content in contents.tolist():
            key = int(holders.keys[content])
            of_content[key] = number
            shares[key] = float(joined.shares[content])
    return _Members(of_content, shares)


class _Gathered:
    """What is known of one family while the journal is read again."""

    def __init__(self) -> None:
        self.files: list[FamilyFile] = []
        self.repositories: dict[str, None] = {}
        self.count = 0
        self.keys: set[int] = set()
        self.definitions: dict[int, dict[int, OwnDefinition]] = defaultdict(dict)

    def add(self, repository: str, place: _Place, share: float) -> None:
        """Take a file of the family; of very many, the first of each repository come before others."""
        is_new = repository not in self.repositories
        self.repositories[repository] = None
        self.count += 1
        if len(self.files) < MOST_FILES or (is_new and self._makes_room()):
            dated = place.facts.dated if place.facts else FileDate()
            self.files.append(FamilyFile(repository, place.path, place.sha256, share, dated))

    def _makes_room(self) -> bool:
        seen: set[str] = set()
        for number, file in enumerate(self.files):
            if file.repository in seen:
                del self.files[number]
                return True
            seen.add(file.repository)
        return False

    def family(self) -> Family:
        """All that is said of it."""
        members = tuple(sorted(self.files, key=_by_age))
        first, certainty, why = likely_first(members)
        definitions = tuple(self._recurring(members))
        return Family(len(self.repositories), self.count, len(self.keys), members, definitions, first, certainty, why)

    def _recurring(self, members: Sequence[FamilyFile]) -> Iterator[FamilyDefinition]:
        """The definitions that several repositories of the members have."""
        holders: dict[int, set[str]] = defaultdict(set)
        told: dict[int, OwnDefinition] = {}
        for file in members:
            for tokens_hash, definition in self.definitions.get(_key(file.sha256), {}).items():
                holders[tokens_hash].add(file.repository)
                told.setdefault(tokens_hash, definition)
        recurring = [each for each in told if len(holders[each]) > 1]
        recurring.sort(key=lambda each: (-told[each].evidence * len(holders[each]), told[each].qualname))
        for tokens_hash in recurring[:MOST_DEFINITIONS]:
            definition = told[tokens_hash]
            yield FamilyDefinition(definition.qualname, definition.evidence, len(holders[tokens_hash]))


def _described(path: Path, members: _Members, count: int) -> list[_Gathered]:
    """The families, by what the journal says of their contents and files."""
    found = [_Gathered() for _ in range(count)]
    dates: dict[str, Mapping[str, FileDate]] = {}
    for _, line in read_lines(path, _Line):
        if line.content and line.content.examined and (own := line.content.examined.own):
            key = _key(line.content.identity.sha256)
            if key in members.of_content:
                family = found[members.of_content[key]]
                family.keys.add(key)
                family.definitions[key] = {each.tokens_hash: each for each in own.definitions}
        for place in line.repository.places if line.repository else ():
            key = _key(place.sha256)
            if line.repository and key in members.of_content:
                found[members.of_content[key]].add(line.repository.name, place, members.shares[key])
        if line.dates:
            dates[line.dates.name] = line.dates.dates
    for family in found:
        family.files = [_dated(file, dates.get(file.repository, {})) for file in family.files]
    return found


def _dated(file: FamilyFile, dates: Mapping[str, FileDate]) -> FamilyFile:
    known = dates.get(file.path)
    if known is None or file.dated.date:
        return file
    return FamilyFile(file.repository, file.path, file.sha256, file.share, known)


def _by_age(file: FamilyFile) -> tuple[bool, str, str, str]:
    return not file.dated.date, file.dated.date, file.repository, file.path


def likely_first(members: Sequence[FamilyFile]) -> tuple[FamilyFile | None, Certainty, str]:
    """The file that was likely first, how sure that is and what it rests on; ``members`` are sorted by age.

    A date that only a repository itself tells opens the order and never settles it: anyone can commit with any date.
    """
    dated = [each for each in members if each.dated.date]
    first = dated[0] if dated else None
    others = [each for each in members if first and each.repository != first.repository]
    if first is None:
        return None, Certainty.UNKNOWN, "nothing dates these files"
    if all(not each.dated.date for each in others):
        return None, Certainty.UNKNOWN, "one repository alone has a date"
    if any(each.dated.date == first.dated.date for each in others):
        return None, Certainty.UNKNOWN, "several are of the same oldest date"
    reason = _doubt(first, others)
    if reason:
        return first, Certainty.OPEN, reason
    return first, Certainty.CERTAIN, "dates that no repository here controls"


def _doubt(first: FamilyFile, others: Sequence[FamilyFile]) -> str:
    """Why the order of dates may not be the order in which the files appeared; empty where nothing speaks for that."""
    if any(not each.dated.date for each in others):
        return "not all of them are dated"
    if first.dated.claim:
        return "its date is its own claim"
    if any(each.dated.claim for each in others):
        return "a date of another is its own claim"
    if any(each.dated.at_latest for each in others):
        return "another may be older than its date"
    return ""
