"""The rename map of an alignment: which name of the original is called what in the copy, how often, how consistently.

Edit this when a renaming should count as an edit, or an edit as a renaming.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from ..corpus.model import Corpus
from ..results import Kind, Rename
from ..support.arrays import Array, among, group, run_places
from ..support.data_files import shipped_folder
from ..syntax.token_format import Namespace, pack_spaces, unpack_spaces
from .alignment import Alignment
from .query import Query

_GLOBAL = 0  # the file's own variables: scope 0, namespace 0
_KINDS = tuple(Kind[namespace.name] for namespace in Namespace)
_PLACES = {kind: place for place, kind in enumerate(Kind)}


class NamePairs(NamedTuple):
    """Each name of the aligned statements beside the one in its place upstream, a row per name and statement."""

    copies: Array
    """The name of the copy, by its number in the name table of the query."""
    originals: Array
    """The name of the original, by its number in the corpus."""
    rows: Array
    """Which of the alignment's statements they stand in."""
    slots: Array
    """Where in ``order`` of the query the name of the copy stands."""
    equal: Array
    """Whether the two names are spelled alike."""


def pair_names(query: Query, corpus: Corpus, alignment: Alignment) -> NamePairs:
    """Zip the names of matched statements in order of first occurrence."""
    code, statements, contents = query.code, alignment.statements, alignment.contents
    slots, rows = run_places(code.order_starts[statements], code.order_starts[statements + 1])
    bounds = corpus.statement_name_starts
    places, _ = run_places(bounds[contents], bounds[contents + 1])
    if len(places) != len(slots):  # equal digests of different statements: a collision, or a forged corpus
        empty = np.zeros(0, np.int64)
        return NamePairs(empty, empty, empty, empty, empty.astype(bool))
    copies, originals = code.order[slots].astype(np.int64), corpus.statement_names[places].astype(np.int64)
    equal = query.name_hashes[copies] == corpus.name_hashes[originals]
    return NamePairs(copies, originals, rows, slots, equal)


class RenameMap(Struct, frozen=True, eq=False, dict=True):
    """What an alignment says of names."""

    edited: Array
    """bool[M]: the aligned statements in which one name stands for another, which is an edit and no renaming."""
    _query: Query
    _renamed: Array
    _counts: Array
    _consistency: Array
    _spelled: list[tuple[str, str]]

    @cached_property
    def renames(self) -> tuple[Rename, ...]:
        """The renames, in the order to read them in; worked out when asked for, since most candidates are not shown."""
        return _renames(self._query, self._renamed, self._counts, self._consistency, self._spelled)


def map_renames(query: Query, names: list[bytes], corpus: Corpus, pairs: NamePairs, aligned: int) -> RenameMap:
    """The rename map of an alignment of ``aligned`` statements; ``names`` is the name table of the query."""
    if pairs.equal.all():
        none = np.zeros(0, np.int64)
        return RenameMap(np.zeros(aligned, bool), query, none, none, none, [])
    code = query.code
    spaces = pack_spaces(code.scopes[pairs.slots], code.namespaces[pairs.slots])
    table = np.stack([spaces, pairs.originals, pairs.copies]).T
    distinct, first, inverse, counts = group(table)
    original = _originals(distinct)
    majority = _majority(original, counts, first)
    swapped = _swapped(distinct, majority)
    renamed = np.flatnonzero(~pairs.equal[first] & ~swapped)
    called = np.bincount(inverse, code.called[pairs.slots], minlength=len(distinct)) > 0
    spelled = [
        (corpus.text(original), names[copy].decode("utf-8", "replace"))
        for original, copy in distinct[renamed, 1:].tolist()
    ]
    mentioned = called[renamed] | (unpack_spaces(distinct[renamed, 0])[1] == Namespace.ATTRIBUTE)
    substituted = _substituted(query, names, spelled, mentioned)
    swapped[renamed[substituted]] = True
    edited = np.zeros(aligned, bool)
    edited[pairs.rows[swapped[inverse]]] = True
    consistency = counts / np.bincount(original, counts)[original]
    # What stands for another name is an edit: undone as if it were a renaming, it would be hidden.
    kept = np.flatnonzero(~substituted)
    renamed, spelled = renamed[kept], [spelled[place] for place in kept.tolist()]
    return RenameMap(edited, query, distinct[renamed], counts[renamed], consistency[renamed], spelled)


def _originals(distinct: Array) -> Array:
    """A number for the original name in its scope of each row; they are sorted by it."""
    leads = np.zeros(len(distinct), np.int64)
    leads[1:] = (distinct[1:, 0] != distinct[:-1, 0]) | (distinct[1:, 1] != distinct[:-1, 1])
    return np.cumsum(leads)


def _majority(original: Array, counts: Array, first: Array) -> Array:
    """For each row whether its pair is the most frequent of that name, the earliest among equals."""
    order = np.lexsort((first, -counts, original))
    majority = np.zeros(len(order), bool)
    majority[order[np.searchsorted(original, np.arange(original.max(initial=-1) + 1))]] = True
    return majority


def _swapped(distinct: Array, majority: Array) -> Array:
    """Rows where one name of the copy stands for another: not the usual name here, but that of something else.

    A name of the whole file stands for one name and no other. An attribute may be renamed differently in different
    classes.
    """
    space, original, copy = distinct.T
    keys = space * (copy.max(initial=0) + 1) + copy
    usual = np.flatnonzero(majority)
    usual = usual[np.argsort(keys[usual], kind="stable")]
    places, known = among(keys[usual], keys)
    taken = known & (original[usual][places] != original) if len(usual) else known
    strict = (space == _GLOBAL) | ~majority
    swapped: Array = strict & taken | (space == _GLOBAL) & ~majority
    return swapped


def _substituted(query: Query, names: list[bytes], spelled: list[tuple[str, str]], mentioned: Array) -> Array:
    """Rows where one library function stands for another: `softmax` for `sigmoid` is an edit, not a renaming.

    ``mentioned`` marks what may be a library's: attributes, which need not be called to be used (`act=F.gelu`), and
    variables that are.
    """
    if not spelled:
        return mentioned
    library = library_names()
    substituted = np.array(
        [
            # A class is told by its capital even where it is only named: `isinstance(x, Linear)`.
            (may or original[0].isupper()) and original in library and copy in library
            for (original, copy), may in zip(spelled, mentioned.tolist(), strict=True)
        ],
        bool,
    )
    if substituted.any():
        own = _defined(query, names)
        substituted &= np.array([copy not in own for _, copy in spelled])
    return substituted


@cache
def library_names() -> frozenset[str]:
    """Functions and methods of the libraries that model code is written against."""
    text = (shipped_folder("rules") / "library_names.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def _defined(query: Query, names: list[bytes]) -> set[str]:
    """Names the file itself defines or assigns."""
    own = {definition.qualname.rpartition(".")[2] for definition in query.code.definitions}
    stored = set(query.code.order[query.code.stored].tolist())
    return own | {names[number].decode("utf-8", "replace") for number in stored}


def _renames(
    query: Query, distinct: Array, counts: Array, consistency: Array, spelled: list[tuple[str, str]]
) -> tuple[Rename, ...]:
    if not spelled:
        return ()
    kinds = _kinds_by_name(query)
    scopes, namespaces = unpack_spaces(distinct[:, 0])
    found = []
    for scope, namespace, count, share, (before, after) in zip(
        scopes.tolist(), namespaces.tolist(), counts.tolist(), consistency.tolist(), spelled, strict=True
    ):
        kind = _KINDS[namespace] if scope else kinds.get((after, namespace), _KINDS[namespace])
        found.append(Rename(before, after, kind, count, share, query.code.scope_names[scope]))
    return tuple(sorted(found, key=_reading_order))


def _reading_order(rename: Rename) -> tuple[object, ...]:
    """Names of the whole file first, by kind; then locals by function; the most used first."""
    return rename.scope != "", _PLACES[rename.kind], rename.scope, -rename.count, rename.original, rename.copy


def _kinds_by_name(query: Query) -> dict[tuple[str, int], Kind]:
    kinds: dict[tuple[str, int], Kind] = {}
    for definition in query.code.definitions[1:]:
        parent = query.code.definitions[definition.parent]
        namespace = Namespace.ATTRIBUTE if parent.kind == "class" else Namespace.VARIABLE
        name = definition.qualname.rpartition(".")[2]
        kinds[name, namespace] = Kind.CLASS if definition.kind == "class" else Kind.FUNCTION
    return kinds
