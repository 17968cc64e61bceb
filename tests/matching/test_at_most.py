"""What a file has in common with an upstream is never more than was said beforehand that it may be."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from modelkin.corpus.histories import path_histories
from modelkin.corpus.indexing import index_text
from modelkin.corpus.union import CorpusUnion
from modelkin.fingerprints.statement_cache import StatementCache
from modelkin.fingerprints.winnowing import winnow
from modelkin.matching.alignment import ReferenceDefinitions
from modelkin.matching.at_most import at_most, share_at_most
from modelkin.matching.candidates import Candidate
from modelkin.matching.comparison import compare_candidate
from modelkin.matching.query import make_query

from ..support.sequences import normalised

STATEMENTS = (
    "self.{0} = {0}",
    "{1} = {0}({1}, size=3)",
    "{0}.{1}({2}, {1})",
    "{2} = {0} @ {1}.transpose(-2, -1) / 8.5",
    "if {0} is not None:\n        {1} = -{2} % 7",
    "{0} = ['{1}', '{2}', 'x', 'y', 'z']",
    "for {0} in range({1}):\n        {2} += {0} * {1}[{0}]",
    "return {0}, {1}",
)
NAMES = ("amber", "birch", "cedar", "delta", "ember")
LINE = st.tuples(st.sampled_from(STATEMENTS), st.tuples(*[st.sampled_from(NAMES)] * 3))
BODY = st.lists(LINE, min_size=1, max_size=7)
MODULE = st.lists(st.tuples(st.sampled_from(NAMES), BODY), min_size=1, max_size=4)
Module = list[tuple[str, list[tuple[str, tuple[str, str, str]]]]]


def text(module: Module) -> bytes:
    parts = []
    for name, body in module:
        lines = "\n".join("    " + statement.format(*names) for statement, names in body)
        parts.append(f"def {name}(self, amber, birch):\n{lines}\n")
    return "\n".join(parts).encode()


@given(MODULE, MODULE, st.integers(0, 4), st.integers(0, 4))
def test_no_alignment_gives_more(own: Module, shared: Module, first: int, last: int) -> None:
    cache = StatementCache()
    code = normalised(text([*own[:first], *shared]).decode(), cache)
    query = make_query(code, winnow(code), cache.names.hashes)
    corpus = index_text(text([*shared, *own[last:]]))
    histories = path_histories(CorpusUnion.of([corpus]))
    candidate = Candidate(histories, *next(histories.union.single_files()), 1.0)
    weights = query.idf_weights(histories.union)
    found = compare_candidate(query, cache.names.spelled, candidate, weights)
    upstream = ReferenceDefinitions.of(corpus, 0)
    most = at_most(query, corpus, upstream, weights, corpus.statement_weights[upstream.contents])
    assert share_at_most(query, corpus, 0) >= found.similarity
    assert most.aligned_share >= found.aligned_share
    assert most.evidence >= max(found.evidence, found.joined_evidence)
    assert most.distinctive_share >= found.distinctive_share
    for alone in np.eye(len(query.definition_tokens), dtype=bool):
        assert most.part_evidence(alone) >= found.part_evidence(alone)
