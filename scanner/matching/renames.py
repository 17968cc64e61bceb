"""The rename map of an alignment: which name of the original is called what in the copy, how often, how consistently.

Edit this when a renaming should count as an edit, or an edit as a renaming.
"""

from __future__ import annotations

from functools import cache, cached_property

import numpy as np
from msgspec import Struct

from ..corpus.model import Corpus
from ..results import Kind, Rename
from ..support.arrays import Array
from ..support.data_files import shipped_folder
from ..syntax.token_format import Namespace, unpack_spaces
from .alignment import Alignment
from .name_links import link_names
from .name_pairs import NamePairs, Tally, pair_names
from .name_support import is_supported
from .query import Query

_KINDS = tuple(Kind[namespace.name] for namespace in Namespace)
_PLACES = {kind: place for place, kind in enumerate(Kind)}


class RenameMap(Struct, frozen=True, eq=False, dict=True):
    """What an alignment says of names."""

    edited: Array
    """bool[M]: the aligned statements in which one name stands for another, which is an edit and no renaming."""
    _query: Query
    _names: list[bytes]
    _corpus: Corpus
    _alignment: Alignment
    _spelled_alike: bool
    """Whether all names of aligned statements are spelled alike."""

    @cached_property
    def renames(self) -> tuple[Rename, ...]:
        """The renames, in the order to read them in; worked out when asked for, since most candidates are not shown."""
        return () if self._spelled_alike else _renames(self._query, self._names, self._corpus, self._alignment)


def map_renames(query: Query, names: list[bytes], corpus: Corpus, pairs: NamePairs, alignment: Alignment) -> RenameMap:
    """The rename map of an alignment with these ``pairs`` of names; ``names`` is the name table of the query."""
    edited = np.zeros(len(alignment.statements), bool)
    spelled_alike = bool(pairs.equal.all())
    if not spelled_alike:
        tally = Tally.of(query, pairs)
        swapped = tally.swapped()
        renamed = np.flatnonzero(~pairs.equal[tally.first] & ~swapped)
        substituted = _substituted(query, names, pairs, tally, renamed, _spelled(tally, renamed, names, corpus))
        swapped[renamed[substituted]] = True
        edited[pairs.rows[swapped[tally.inverse]]] = True
    return RenameMap(edited, query, names, corpus, alignment, spelled_alike)


def _spelled(tally: Tally, rows: Array, names: list[bytes], corpus: Corpus) -> list[tuple[str, str]]:
    """Original and copy of these rows of a tally."""
    return [
        (corpus.text(original), names[copy].decode("utf-8", "replace"))
        for original, copy in tally.distinct[rows, 1:].tolist()
    ]


def _substituted(
    query: Query, names: list[bytes], pairs: NamePairs, tally: Tally, rows: Array, spelled: list[tuple[str, str]]
) -> Array:
    """Which rows have one library function for another: `softmax` for `sigmoid` is an edit, not a renaming."""
    # What may be a library's: attributes, which need not be called to be used (`act=F.gelu`), and variables that are.
    called = np.bincount(tally.inverse, query.code.called[pairs.slots], minlength=len(tally.distinct)) > 0
    mentioned: Array = called[rows] | (unpack_spaces(tally.distinct[rows, 0])[1] == Namespace.ATTRIBUTE)
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


def _renames(query: Query, names: list[bytes], corpus: Corpus, alignment: Alignment) -> tuple[Rename, ...]:
    links = link_names(query, corpus, alignment)
    pairs = pair_names(query, corpus, links.statements, links.contents)
    if pairs.equal.all():
        return ()
    tally = Tally.of(query, pairs)
    shown = ~pairs.equal[tally.first] & ~tally.swapped()
    rows = np.flatnonzero(shown & is_supported(query, corpus, links, pairs, tally))
    spelled = _spelled(tally, rows, names, corpus)
    # What stands for another name is an edit: undone as if it were a renaming, it would be hidden.
    substituted = _substituted(query, names, pairs, tally, rows, spelled)
    kinds = _kinds_by_name(query)
    scopes, namespaces = unpack_spaces(tally.distinct[rows, 0])
    found = []
    for scope, namespace, count, of, (before, after), is_edit in zip(
        scopes.tolist(),
        namespaces.tolist(),
        tally.counts[rows].tolist(),
        tally.occurrences[rows].tolist(),
        spelled,
        substituted.tolist(),
        strict=True,
    ):
        if not is_edit:
            kind = _KINDS[namespace] if scope else kinds.get((after, namespace), _KINDS[namespace])
            found.append(Rename(before, after, kind, count, count / of, query.code.scope_names[scope], of))
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
