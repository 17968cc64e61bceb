"""What a look-up finds is what a comparison of everything with everything finds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.corpus.histories import lineages
from modelkin.corpus.model import Corpus
from modelkin.fingerprints.statement_cache import Lines
from modelkin.fingerprints.winnowing import winnow
from modelkin.matching.candidates import SPELLED_ALIKE, Query, equal_streams, find_candidates, query, single_hits

from ..support.small_corpora import ATTENTION, MODULES, ROTARY, SCHEDULE, Upstream, corpus_of
from ..support.streams import canonical

EMPTY = "".join(f"class {name}(Base):\n    pass\n\n\n" for name in ("First", "Second", "Third"))
UPSTREAMS = (
    Upstream(files={"lantern/attention.py": ATTENTION, "lantern/empty.py": EMPTY}),
    Upstream("harbour", "2.0", {"harbour/rotary.py": ROTARY, "harbour/copy.py": ATTENTION.replace("scores", "marks")}),
    Upstream("orchard", "3.0", {"orchard/schedule.py": SCHEDULE, "orchard/empty.py": EMPTY + ROTARY}),
)


def asked(text: str) -> Query:
    lines = Lines()
    code = canonical(text, lines)
    return query(code, winnow(code), lines.names.hashes)


def pairs_by_comparing(question: Query, corpus: Corpus) -> dict[tuple[int, int], bool]:
    """(definition of the file, definition of the corpus) of equal streams -> whether their names are equal."""
    code = question.code
    return {
        (unit, place): bool(code.spellings[unit] == corpus.definition_spellings[place])
        for unit in range(len(code.hashes))
        if question.folded[unit]
        for place in range(len(corpus.definition_hashes))
        if code.hashes[unit] == corpus.definition_hashes[place]
    }


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(MODULES, st.sampled_from((ATTENTION, ROTARY, SCHEDULE, EMPTY))), min_size=1, max_size=3))
def test_equal_streams_and_names_are_those_that_comparing_finds(parts: list[str]) -> None:
    corpus = corpus_of(*UPSTREAMS, Upstream("found", "1.0", {"found/part.py": parts[0]}))
    question = asked("\n\n".join(parts))
    expected = pairs_by_comparing(question, corpus)
    equal = equal_streams(question, corpus)
    runs = zip(equal.unit.tolist(), equal.first.tolist(), equal.last.tolist(), strict=True)
    assert {(unit, place) for unit, first, last in runs for place in range(first, last)} == set(expected)
    single = single_hits(question, corpus, equal)
    hits = zip(single.unit.tolist(), single.definition.tolist(), single.strength.tolist(), strict=True)
    alike = {(unit, place) for unit, place, strength in hits if strength == 1 + SPELLED_ALIKE}
    assert alike == {pair for pair, same in expected.items() if same}


def test_what_shares_fingerprints_comes_weakest_first_and_never_beside_an_equal() -> None:
    corpus = corpus_of(*UPSTREAMS)
    changed = ATTENTION.replace("mask is not None", "mask is not None and self.heads > 1")
    question = asked(changed)
    equal = equal_streams(question, corpus)
    single = single_hits(question, corpus, equal)
    near = single.strength < 1
    assert near.any()
    assert not set(single.unit[near].tolist()) & set(equal.unit.tolist())
    for unit in set(single.unit.tolist()):
        strengths = single.strength[single.unit == unit].tolist()
        assert strengths == sorted(strengths)


def test_a_verbatim_copy_comes_before_a_renamed_one_and_the_share_says_so() -> None:
    seen = lineages(corpus_of(*UPSTREAMS))
    found = find_candidates(asked(ATTENTION), seen)
    paths = [seen.corpus.text(int(seen.corpus.lineage_paths[each.lineage])) for each in found]
    assert paths[:2] == ["lantern/attention.py", "harbour/copy.py"]
    assert found[0].share > found[1].share >= 0.99
