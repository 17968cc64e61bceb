"""Which pairs of names are sure enough to be shown as a renaming: those that recur, or that nothing else could explain.

Two unrelated functions have statements in common, and each pairs some names. Edit this when the rename map shows pairs
that are noise, or lacks true ones.
"""

from __future__ import annotations

import numpy as np

from ..support.arrays import Array, group
from .name_links import NameLinks
from .name_pairs import NamePairs, Tally
from .query import Query

# Statements count where at least this share of their definition is linked.
_SOLID_SHARE = 0.5
# A definition of which less is linked has its like anywhere: what it stands in must be the original's as well.
_SOLID_TOKENS = 30


def is_supported(query: Query, links: NameLinks, pairs: NamePairs, tally: Tally) -> Array:
    """bool[G]: whether a pair of names stands for a renaming: what each was most often, and surely so or repeatedly."""
    trusted = _solid(query, links)[query.statement_owners[links.statements]]
    trusted &= ~_contradicted(query, links, pairs, tally)
    of_pair = trusted[pairs.rows]
    held = np.bincount(tally.inverse, of_pair, minlength=len(tally.counts))
    sure = np.bincount(tally.inverse, of_pair & links.sure[pairs.rows], minlength=len(tally.counts))
    usual = _usual(tally)
    supported: Array = usual & ((sure >= 1) | (held >= 2)) | (sure >= 2)
    return supported


def _usual(tally: Tally) -> Array:
    """bool[G]: the copy's name is what most of the original's became, and stands mostly for that."""
    _, _, copy, _ = group(tally.distinct[:, [0, 2]])
    of_copy = np.bincount(copy, tally.counts)[copy]
    usual: Array = (2 * tally.counts > tally.occurrences) & (2 * tally.counts > of_copy)
    return usual


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
