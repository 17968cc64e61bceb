"""What a look-up finds is what a comparison of everything with everything finds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.corpus.histories import path_histories
from modelkin.corpus.model import Corpus
from modelkin.corpus.union import CorpusUnion
from modelkin.fingerprints.statement_cache import StatementCache
from modelkin.fingerprints.winnowing import winnow
from modelkin.matching.candidates import find_candidates
from modelkin.matching.definition_hits import SPELLED_ALIKE, single_hits
from modelkin.matching.equal_definitions import equal_runs
from modelkin.matching.query import Query, make_query

from ..support.sequences import normalised
from ..support.small_corpora import ATTENTION, MODULES, ROTARY, SCHEDULE, Upstream, corpus_of

EMPTY = "".join(f"class {name}(Base):\n    pass\n\n\n" for name in ("First", "Second", "Third"))
UPSTREAMS = (
    Upstream(files={"lantern/attention.py": ATTENTION, "lantern/empty.py": EMPTY}),
    Upstream("harbour", "2.0", {"harbour/rotary.py": ROTARY, "harbour/copy.py": ATTENTION.replace("scores", "marks")}),
    Upstream("orchard", "3.0", {"orchard/schedule.py": SCHEDULE, "orchard/empty.py": EMPTY + ROTARY}),
)


def query_of(text: str) -> Query:
    cache = StatementCache()
    code = normalised(text, cache)
    return make_query(code, winnow(code), cache.names.hashes)


def pairs_by_comparing(query: Query, corpus: Corpus) -> dict[tuple[int, int], bool]:
    """Of each query definition and reference definition with equal tokens, whether their names are equal."""
    code = query.code
    return {
        (definition, place): bool(code.spellings[definition] == corpus.definition_spellings[place])
        for definition in range(len(code.hashes))
        if query.folded_tokens[definition]
        for place in range(len(corpus.definition_hashes))
        if code.hashes[definition] == corpus.definition_hashes[place]
    }


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(MODULES, st.sampled_from((ATTENTION, ROTARY, SCHEDULE, EMPTY))), min_size=1, max_size=3))
def test_equal_definitions_and_names_are_those_that_comparing_finds(parts: list[str]) -> None:
    corpus = corpus_of(*UPSTREAMS, Upstream("found", "1.0", {"found/part.py": parts[0]}))
    query = query_of("\n\n".join(parts))
    expected = pairs_by_comparing(query, corpus)
    union = CorpusUnion.of([corpus])
    equal = equal_runs(query, union)
    runs = zip(equal.sequence.tolist(), equal.first.tolist(), equal.last.tolist(), strict=True)
    of_definition = list(zip(equal.definitions.tolist(), equal.of_definition.tolist(), strict=True))
    found = {
        (definition, place)
        for sequence, first, last in runs
        for definition, number in of_definition
        if number == sequence
        for place in range(first, last)
    }
    assert found == set(expected)
    single, _ = single_hits(query, union, equal)
    hits = zip(single.definition.tolist(), single.reference.tolist(), single.strength.tolist(), strict=True)
    alike = {(definition, place) for definition, place, strength in hits if strength == 1 + SPELLED_ALIKE}
    assert alike == {pair for pair, same in expected.items() if same}


def test_what_shares_fingerprints_is_never_beside_an_equal_and_known_by_its_path_histories() -> None:
    corpus = corpus_of(*UPSTREAMS)
    union = CorpusUnion.of([corpus])
    changed = ATTENTION.replace("mask is not None", "mask is not None and self.heads > 1")
    query = query_of(changed)
    equal = equal_runs(query, union)
    single, held = single_hits(query, union, equal)
    near = single.strength < 1
    assert near.any()
    assert not set(single.definition[near].tolist()) & set(equal.definitions.tolist())
    strongest: dict[tuple[int, int], float] = {}
    for definition, reference, strength in zip(*(column.tolist() for column in single), strict=True):
        places = slice(*corpus.definition_lineage_starts[reference : reference + 2].tolist())
        for history in corpus.definition_lineages[places].tolist():
            strongest[definition, history] = max(strongest.get((definition, history), 0.0), strength)
    told = zip(held.definition.tolist(), held.history.tolist(), held.strength.tolist(), strict=True)
    assert {(definition, history): strength for definition, history, strength in told} == strongest


def test_a_verbatim_copy_comes_before_a_renamed_one_and_the_share_says_so() -> None:
    seen = path_histories(CorpusUnion.of([corpus_of(*UPSTREAMS)]))
    found = find_candidates(query_of(ATTENTION), seen)
    assert [seen.path(each.history) for each in found][:2] == [b"lantern/attention.py", b"harbour/copy.py"]
    assert found[0].share > found[1].share >= 0.99
