"""Which pairs of names are sure enough to be shown as a renaming: those that recur, or that nothing else could explain.

Two unrelated functions have statements in common, and each pairs some names. Edit this when the rename map shows pairs
that are noise, or lacks true ones.
"""

from __future__ import annotations

import numpy as np

from ..corpus.model import Corpus
from ..support.arrays import Array, among, distinct, group, pack_pairs
from ..syntax.token_format import pack_spaces
from .name_links import NameLinks, spread
from .name_pairs import NamePairs, Tally
from .query import Query

# Statements count where at least this share of their definition is linked.
_SOLID_SHARE = 0.5
# A definition of which less is linked has its like anywhere: what it stands in must be the original's as well.
_SOLID_TOKENS = 30


def is_supported(query: Query, corpus: Corpus, links: NameLinks, pairs: NamePairs, tally: Tally) -> Array:
    """bool[G]: whether a pair of names stands for a renaming: what each was most often, and surely so or repeatedly."""
    trusted = _solid(query, links)[query.statement_owners[links.statements]]
    trusted &= ~_contradicted(query, links, pairs, tally)
    of_pair = trusted[pairs.rows]
    held = np.bincount(tally.inverse, of_pair, minlength=len(tally.counts))
    sure = np.bincount(tally.inverse, of_pair & links.sure[pairs.rows], minlength=len(tally.counts))
    supported = _usual(tally) & ((sure >= 1) | (held >= 2)) | (sure >= 2)
    living: Array = np.bincount(tally.inverse, _lives_on(query, corpus, links, pairs), minlength=len(supported)) > 0
    return supported & ~living


def _usual(tally: Tally) -> Array:
    """bool[G]: the copy's name is what most of the original's became, and stands mostly for that."""
    _, _, copy, _ = group(tally.distinct[:, [0, 2]])
    of_copy = np.bincount(copy, tally.counts)[copy]
    usual: Array = (2 * tally.counts > tally.occurrences) & (2 * tally.counts > of_copy)
    return usual


def _lives_on(query: Query, corpus: Corpus, links: NameLinks, pairs: NamePairs) -> Array:
    """Which pairs have a name that the copy uses for the same: mostly in statements of the same shape.

    Where all is ``self.x = x``, names that change places are settings in another order.
    """
    statements = links.statements[pairs.rows]
    shapes = spread(pack_pairs(query.statement_owners[statements], query.known_in(corpus)[statements]))
    spaces = spread(pack_spaces(query.code.scopes[pairs.slots], query.code.namespaces[pairs.slots]))
    before, after = spaces ^ corpus.name_hashes[pairs.originals], spaces ^ query.name_hashes[pairs.copies]
    uses = np.sort(before + shapes)
    others = np.sort(after + shapes)
    # The same uses on both sides, as often as on the side with fewer.
    once = distinct(uses)
    shared = np.minimum(_count(uses, once), _count(others, once))
    names = np.sort(before)
    order = np.argsort(before + shapes, kind="stable")
    name_of = before[order[np.searchsorted(uses, once)]]
    known = distinct(before)
    held = np.bincount(np.searchsorted(known, name_of), shared, minlength=len(known))
    living = known[2 * held > _count(names, known)]
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
