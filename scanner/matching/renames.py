"""The rename map of an alignment: which name of the original is called what in the copy, how often, how consistently.

Two unrelated functions have statements in common, and each pairs some names: shown is what recurs, or what nothing else
could explain. Edit this when a renaming should count as an edit or an edit as a renaming, or when the map shows
noise.
"""

from __future__ import annotations

from functools import cache, cached_property

import numpy as np
from msgspec import Struct

from ..corpus.model import Corpus
from ..results import Kind, Rename
from ..support.arrays import Array, among, distinct, group, pack_pairs
from ..support.data_files import shipped_folder
from ..syntax.token_format import Namespace, pack_spaces, unpack_spaces
from .alignment import Alignment
from .name_pairs import NameLinks, NamePairs, Tally, link_names, pair_names, spread
from .query import Query

_KINDS = tuple(Kind[namespace.name] for namespace in Namespace)
_PLACES = {kind: place for place, kind in enumerate(Kind)}
# Statements count where at least this share of their definition is linked.
_SOLID_SHARE = 0.5
# A definition of which less is linked has its like anywhere: what it stands in must be the original's as well.
_SOLID_TOKENS = 30


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
    rows = np.flatnonzero(shown & _is_supported(query, corpus, links, pairs, tally))
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


def _is_supported(query: Query, corpus: Corpus, links: NameLinks, pairs: NamePairs, tally: Tally) -> Array:
    """bool[G]: whether a pair of names stands for a renaming: what each was most often, and surely so or repeatedly."""
    trusted = _solid(query, links)[query.statement_owners[links.statements]]
    trusted &= ~_contradicted(query, links, pairs, tally)
    of_pair = trusted[pairs.rows]
    held = np.bincount(tally.inverse, of_pair, minlength=len(tally.counts))
    sure = np.bincount(tally.inverse, of_pair & links.sure[pairs.rows], minlength=len(tally.counts))
    living = np.bincount(tally.inverse, _lives_on(query, corpus, links, pairs), minlength=len(held)) > 0
    supported = (_usual(tally) & ((sure >= 1) | (held >= 2)) | (sure >= 2)) & ~living
    # A keyword follows its parameter, though it stays what it is where it is a library's.
    _, _, spelled, _ = group(tally.distinct[:, 1:])
    elsewhere: Array = (np.bincount(spelled, supported)[spelled] > 0) & (sure >= 1)
    return supported | elsewhere


def _usual(tally: Tally) -> Array:
    """bool[G]: the copy's name is what most of the original's became, and stands mostly for that."""
    _, _, copy, _ = group(tally.distinct[:, [0, 2]])
    of_copy = np.bincount(copy, tally.counts)[copy]
    usual: Array = (2 * tally.counts > tally.occurrences) & (2 * tally.counts > of_copy)
    return usual


def _lives_on(query: Query, corpus: Corpus, links: NameLinks, pairs: NamePairs) -> Array:
    """Which pairs have a name that the copy uses for the same: mostly in the same places of statements of one shape.

    Where all is ``self.x = x``, names that change places are settings in another order.
    """
    statements = links.statements[pairs.rows]
    slots = pairs.slots - query.code.order_starts[statements]
    # The order of parameters is no use of theirs.
    slots[statements == query.parameters[query.statement_owners[statements]]] = 0
    shapes = spread(pack_pairs(query.statement_owners[statements], query.known_in(corpus)[statements]))
    shapes = spread(shapes + slots.astype(np.uint64))
    spaces = spread(pack_spaces(query.code.scopes[pairs.slots], query.code.namespaces[pairs.slots]))
    before, after = spaces ^ corpus.name_hashes[pairs.originals], spaces ^ query.name_hashes[pairs.copies]
    uses = np.sort(before + shapes)
    others = np.sort(after + shapes)
    # The same uses on both sides, as often as on the side with fewer.
    once = distinct(uses)
    shared = np.minimum(_count(uses, once), _count(others, once))
    order = np.argsort(before + shapes, kind="stable")
    name_of = before[order[np.searchsorted(uses, once)]]
    known = distinct(before)
    held = np.bincount(np.searchsorted(known, name_of), shared, minlength=len(known))
    living = known[2 * held > _count(np.sort(before), known)]
    return among(living, before)[1] | among(living, after)[1]


def _count(ordered: Array, values: Array) -> Array:
    counts: Array = np.searchsorted(ordered, values, "right") - np.searchsorted(ordered, values, "left")
    return counts


def _solid(query: Query, links: NameLinks) -> Array:
    """bool[D]: most of the definition is linked, and of the smallest thing around it that is not tiny."""
    tokens = query.statement_tokens[links.statements]
    owners = query.statement_owners[links.statements]
    held = np.bincount(owners, tokens, minlength=len(query.definition_tokens)).astype(np.int64)
    parents = query.parents.tolist()
    all_held, all_tokens = held.tolist(), query.definition_tokens.tolist()
    for definition in range(len(parents) - 1, 0, -1):
        all_held[parents[definition]] += all_held[definition]
        all_tokens[parents[definition]] += all_tokens[definition]
    around = [0] * len(parents)
    for definition, parent in enumerate(parents):
        around[definition] = definition if all_held[definition] >= _SOLID_TOKENS else around[parent]
    whole = np.array(all_held) >= _SOLID_SHARE * np.array(all_tokens)
    solid: Array = (held >= _SOLID_SHARE * query.definition_tokens) & (whole[around] | (held >= _SOLID_TOKENS))
    return solid


def _contradicted(query: Query, links: NameLinks, pairs: NamePairs, tally: Tally) -> Array:
    """bool[P]: statements of a small definition in which a name stands for what is mostly called something else."""
    odd = ~_usual(tally)[tally.inverse]
    owners = query.statement_owners[links.statements]
    small = query.definition_tokens < _SOLID_TOKENS
    contradicted = np.bincount(owners[pairs.rows[odd]], minlength=len(small)) > 0
    return (contradicted & small)[owners]


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
