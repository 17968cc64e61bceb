"""Which contents of an audit copy one another: by definitions equal but for names, and by statements in common.

What many contents hold is sorted on the disk where memory does not hold it; of each content a few numbers stay in
memory. Edit this when files are joined to a family that do not belong there, or when some are missed.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import numpy as np

from ..matching.comparison import MODIFIED_SHARE
from ..matching.own_sample import VALUE_PARTS, OwnCode
from ..matching.ranking import COPY_EVIDENCE, WORK_EVIDENCE
from ..support.arrays import I64, U64, Array, Mask, distinct, group, pack_pairs, run_bounds, run_places, unpack_pairs
from ..support.spilled_rows import SpilledRows

# What stands in more repositories than this, and than this part of all, is common: it tells of no family.
MANY_REPOSITORIES = 50
MANY_PART = 0.1
# A single statement is common sooner.
MANY_WITH_STATEMENT = 20
STATEMENT_PART = 0.02
# Each holder of something is held against so many holders, the same for all: pairs stay few.
MOST_HUBS = 8
# So many statements in common are the least to guess a share from.
LEAST_STATEMENTS = 4
# Much code in common tells from this share of the smaller file on, though more of it is something else.
PART_SHARE = 0.2


class Holders(NamedTuple):
    """Which repositories hold each content; contents are numbered in the order of their digests."""

    keys: U64
    """[C]: what each content is found by, ascending."""
    bounds: I64
    """[C+1]: bounds of the repositories of each content."""
    repositories: I64
    """Their numbers, each once for a content."""

    def counts(self) -> I64:
        """[C]: how many repositories hold each content."""
        return np.diff(self.bounds)


class Joined(NamedTuple):
    """The families found."""

    members: list[I64]
    """The contents of each family, those of most repositories first."""
    shares: Array
    """[C]: the part of each content's own code that the closest other one has."""
    common: int
    """How much was left out as common."""


class FamilySearch:
    """Takes the contents of a journal and the repositories that hold them, then says which belong together."""

    def __init__(self, most_rows: int = 500_000) -> None:
        self._keys, self._halvings = array("Q"), array("B")
        self._totals = array("f"), array("f")
        self._held = array("Q"), array("I")
        self._stack = ExitStack()
        columns = [("content", "<u4"), ("value", "<f4")]
        sums = [("definitions", "<f4"), ("statements", "<f4"), ("count", "<u2")]
        self._definitions, self._statements, self._pairs = (
            self._stack.enter_context(SpilledRows(each, most_rows)) for each in (columns, columns, sums)
        )

    def __enter__(self) -> FamilySearch:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add_content(self, key: int, own: OwnCode) -> int:
        """Take a content by the number that it is found by. Gives how many came before it."""
        number = len(self._keys)
        self._keys.append(key)
        self._halvings.append(own.halvings)
        for totals, evidence in zip(self._totals, (own.evidence, own.statement_evidence), strict=True):
            totals.append(evidence)
        hashes = np.array([each.tokens_hash for each in own.definitions], np.uint64)
        self._definitions.add(hashes, content=number, value=np.array([each.evidence for each in own.definitions]))
        values = np.frombuffer(own.values, np.uint8) / VALUE_PARTS
        self._statements.add(np.frombuffer(own.statements, "<u8"), content=number, value=values)
        return number

    def add_place(self, key: int, repository: int) -> None:
        """Note that a repository, by its number, holds the content."""
        self._held[0].append(key)
        self._held[1].append(repository)

    def holders(self) -> Holders:
        """The contents, each once, and who holds them."""
        keys = distinct(np.array(self._keys, np.uint64))
        held = np.array(self._held[0], np.uint64)
        places = np.searchsorted(keys, held)
        known = places < len(keys)
        known[known] = keys[places[known]] == held[known]
        pairs = group(np.stack([places[known], np.array(self._held[1], np.int64)[known]], axis=1)).rows
        return Holders(keys, run_bounds(np.bincount(pairs[:, 0], minlength=len(keys))), pairs[:, 1])

    def joined(self, holders: Holders, repositories: int) -> Joined:
        """The families among the contents, of an audit of so many ``repositories``."""
        journal = np.array(self._keys, np.uint64)
        numbers = np.searchsorted(holders.keys, journal)
        facts = _Facts.of(numbers, len(holders.keys), self._totals, self._halvings)
        many = max(MANY_REPOSITORIES, int(MANY_PART * repositories))
        common = int((holders.counts() > many).sum())
        for part in self._definitions.parts():
            found = _in_common(part, numbers, holders, many)
            common += found.common
            self._pairs.add(found.pairs, definitions=found.values, statements=0.0, count=0)
        some = max(MANY_WITH_STATEMENT, int(STATEMENT_PART * repositories))
        for part in self._statements.parts():
            found = _in_common(part, numbers, holders, some)
            left, right = unpack_pairs(found.pairs.astype(np.int64))
            weight = 2.0 ** np.maximum(facts.halvings[left], facts.halvings[right])
            self._pairs.add(found.pairs, definitions=0.0, statements=found.values * weight, count=1)
        families = _Components(len(holders.keys))
        shares = np.where(holders.counts() > 1, 1.0, 0.0)
        for part in self._pairs.parts():
            for pair in _edges(part, facts, holders, shares):
                families.join(*pair)
        return Joined(list(_ranked(families, holders, many)), shares, common)


class _Facts(NamedTuple):
    """What is known of each content [C]: the distinctive tokens that are its own, and how its sample was drawn."""

    definitions: Array
    statements: Array
    halvings: Array

    @classmethod
    def of(cls, numbers: I64, count: int, totals: tuple[array[float], array[float]], halvings: array[int]) -> _Facts:
        """By content, of what stands in the order of the journal; where one recurs there, its first line counts."""
        first = np.zeros(count, np.int64)
        first[numbers[::-1]] = np.arange(len(numbers))[::-1]
        return cls(*(np.array(each)[first] for each in (*totals, halvings)))


class _InCommon(NamedTuple):
    pairs: U64
    """Two contents that have something in common, packed, the lower number first."""
    values: Array
    common: int


def _in_common(part: Array, numbers: I64, holders: Holders, many: int) -> _InCommon:
    """The pairs of contents that hold one key of ``part``, which is sorted by keys."""
    contents = numbers[part["content"]]
    order = np.lexsort((contents, part["key"]))
    keys, contents, values = part["key"][order], contents[order], part["value"][order]
    new = np.ones(len(keys), bool)
    new[1:] = (keys[1:] != keys[:-1]) | (contents[1:] != contents[:-1])
    keys, contents, values = keys[new], contents[new], values[new]
    leads = np.ones(len(keys), bool)
    leads[1:] = keys[1:] != keys[:-1]
    groups = np.cumsum(leads) - 1
    spread = _repositories_of_groups(groups, contents, holders)
    kept = (spread >= 2) & (spread <= many)
    rows = np.flatnonzero(kept[groups]) if len(groups) else np.zeros(0, np.int64)
    return _InCommon(*_pairs(groups[rows], contents[rows], values[rows]), int((spread > many).sum()))


def _repositories_of_groups(groups: I64, contents: I64, holders: Holders) -> I64:
    """How many repositories hold a content of each group."""
    places, rows = run_places(holders.bounds[contents], holders.bounds[contents + 1])
    pairs = distinct(pack_pairs(groups[rows], holders.repositories[places]))
    return np.bincount(unpack_pairs(pairs)[0], minlength=int(groups.max(initial=-1)) + 1)


def _pairs(groups: I64, contents: I64, values: Array) -> tuple[U64, Array]:
    """Each content of a group with the first ones of its group; ``groups`` are ascending."""
    starts = np.searchsorted(groups, groups)
    places = np.arange(len(groups)) - starts
    pairs, told = [np.zeros(0, np.int64)], [np.zeros(0)]
    for hub in range(MOST_HUBS):
        rows = np.flatnonzero(places > hub)
        hubs = starts[rows] + hub
        pairs.append(pack_pairs(contents[hubs], contents[rows]))
        told.append(np.minimum(values[hubs], values[rows]))
    return np.concatenate(pairs).astype(np.uint64), np.concatenate(told)


def _edges(part: Array, facts: _Facts, holders: Holders, shares: Array) -> Iterator[tuple[int, int]]:
    """The pairs of contents of one family; ``shares`` [C] grows to what their closest pair says."""
    if not len(part):
        return
    keys = part["key"]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    left, right = unpack_pairs(keys[starts].astype(np.int64))
    sums = [np.add.reduceat(part[name].astype(np.float64), starts) for name in ("definitions", "statements", "count")]
    by_definition = _Alike(sums[0], facts.definitions[left], facts.definitions[right])
    by_statement = _Alike(sums[1], facts.statements[left], facts.statements[right])
    whole = by_definition.is_most() | (by_statement.is_most() & (sums[2] >= LEAST_STATEMENTS))
    much = (by_definition.shared >= WORK_EVIDENCE) & (by_definition.of_smaller() >= PART_SHARE)
    kept = np.flatnonzero((whole | much) & _apart(left, right, holders))
    for alike in (by_definition, by_statement):
        for contents, totals in ((left, alike.left), (right, alike.right)):
            share = np.minimum(alike.shared / np.maximum(totals, 1.0), 1.0)
            np.maximum.at(shares, contents[kept], share[kept])
    yield from zip(left[kept].tolist(), right[kept].tolist(), strict=True)


class _Alike(NamedTuple):
    """Pairs by one kind of evidence: how much they share, and how much either has."""

    shared: Array
    left: Array
    right: Array

    def of_smaller(self) -> Array:
        """What part of the smaller one they share."""
        share: Array = self.shared / np.maximum(np.minimum(self.left, self.right), 1.0)
        return share

    def is_most(self) -> Mask:
        """Whether most of the smaller one is shared, and enough to be no chance."""
        most: Mask = (self.shared >= COPY_EVIDENCE) & (self.of_smaller() >= MODIFIED_SHARE)
        return most


def _apart(left: I64, right: I64, holders: Holders) -> Mask:
    """Whether two repositories hold the two contents: copies inside one repository are its own affair."""
    counts, first = holders.counts(), holders.bounds[:-1]
    alone = (counts[left] == 1) & (counts[right] == 1)
    last = len(holders.repositories) - 1
    same = holders.repositories[np.minimum(first[left], last)] == holders.repositories[np.minimum(first[right], last)]
    apart: Mask = (counts[left] > 0) & (counts[right] > 0) & ~(alone & same)
    return apart


class _Components:
    """Contents that hang together, one with the next."""

    def __init__(self, count: int) -> None:
        self._parents = array("I", range(count))

    def join(self, left: int, right: int) -> None:
        """Put the families of two contents together, under the lower number."""
        first, second = sorted((self._root(left), self._root(right)))
        self._parents[second] = first

    def _root(self, content: int) -> int:
        parents = self._parents
        while parents[content] != content:
            parents[content] = parents[parents[content]]
            content = parents[content]
        return content

    def roots(self) -> I64:
        """[C]: the lowest content of the family of each."""
        return np.fromiter(map(self._root, range(len(self._parents))), np.int64, len(self._parents))


def _ranked(families: _Components, holders: Holders, many: int) -> Iterator[I64]:
    """The contents of each family of two repositories and more, those of most repositories first."""
    roots = families.roots()
    order = np.argsort(roots, kind="stable")
    places, rows = run_places(holders.bounds[:-1], holders.bounds[1:])
    pairs = distinct(pack_pairs(roots[rows], holders.repositories[places]))
    spread = np.bincount(unpack_pairs(pairs)[0], minlength=len(roots))
    sizes = np.bincount(roots, minlength=len(roots))
    bounds = run_bounds(sizes)
    told = np.flatnonzero((spread >= 2) & ((sizes > 1) | (spread <= many)))
    for root in told[np.lexsort((told, -sizes[told], -spread[told]))].tolist():
        yield order[bounds[root] : bounds[root + 1]]
