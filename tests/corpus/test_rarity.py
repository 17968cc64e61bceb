"""How rare things are among corpora, held against counting all that is there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest

from modelkin.corpus import rarity
from modelkin.corpus.model import Corpus
from modelkin.corpus.spellings import keys_in
from modelkin.corpus.union import CorpusUnion

from ..support.divided_upstreams import corpus_with, divided, family


def seldom_used(corpora: Sequence[Corpus], most: int) -> set[int]:
    """The hashes of the names that no corpus has more than ``most`` times, and that no more statements have."""
    held: defaultdict[int, set[int]] = defaultdict(set)
    often: set[int] = set()
    for corpus in corpora:
        keys = keys_in(corpus, np.arange(len(corpus.statement_digests))).tolist()
        bounds = corpus.statement_name_starts.tolist()
        names = corpus.name_hashes[corpus.statement_names].tolist()
        for key, first, last in zip(keys, bounds[:-1], bounds[1:], strict=True):
            for name in names[first:last]:
                held[name].add(key)
        often.update(name for name, count in Counter(names).items() if count > most)
    return {name for name, statements in held.items() if len(statements) <= most} - often


@pytest.mark.parametrize("seed", range(6))
def test_names_that_few_statements_have_are_told_in_any_division(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rarity, "AT_A_TIME", 7)
    random, unknown = Random(seed), 1
    parts = family(random)
    for size in (1, 2, 4):
        groups = divided(parts, random, size, whole=False)
        corpora = [corpus_with(group, parts, True, f"part{number}") for number, group in enumerate(groups)]
        names = np.unique(np.concatenate([each.name_hashes[each.statement_names] for each in corpora]))
        names = np.append(names, np.uint64(unknown))
        for most in (0, 1, 3, 8, 100):
            told = CorpusUnion.of(corpora).rarity.are_seldom_used(names, most)
            assert set(names[told].tolist()) == seldom_used(corpora, most) | {unknown}, (size, most)
