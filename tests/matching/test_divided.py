"""Upstreams divided over several corpora are answered as in one that holds them all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import msgspec
import pytest

from modelkin.corpus.model import Corpus
from modelkin.corpus.store import open_corpus
from modelkin.dating.dates import SourceFacts
from modelkin.matching.ranking import VerdictOptions
from modelkin.pipeline import Examiner
from modelkin.results import FileDate, Ground
from modelkin.sources.files import SourceFile

from ..support.divided_upstreams import copies, corpus_with, divided, family

DATES = (FileDate(), FileDate("2019-06-15", Ground.COMMIT, True), FileDate("2020-03-04", Ground.RELEASE))


def answers(
    corpora: Sequence[Corpus], files: dict[str, str], source: SourceFacts, exclude: Sequence[str]
) -> dict[str, object]:
    """What is said of each file, as a report has it."""
    examiner = Examiner(corpora, VerdictOptions(), exclude)
    told = {}
    for path, text in files.items():
        verdict = examiner.examine(SourceFile(path, text.encode(), ""), None, source).verdict
        told[path] = msgspec.to_builtins(verdict)
    return told


def differences(left: dict[str, object], right: dict[str, object]) -> list[str]:
    """What of two answers is not the same, path by path."""
    found = []
    for path, first in left.items():
        second = right[path]
        assert isinstance(first, dict)
        assert isinstance(second, dict)
        found += [f"{path}.{key}: {first[key]!r} / {second[key]!r}" for key in first if first[key] != second[key]]
    return found


@pytest.mark.parametrize("seed", range(60))
def test_any_division_over_corpora_is_answered_as_one_corpus(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    parts, listed = family(random), random.random() < 0.5
    files = copies(parts, random)
    dated = random.choice(DATES)
    source = SourceFacts(lambda _: dated, random.choice([(), ("beacon",), ("lantern",)]))
    exclude = random.choice([(), (), ("lantern",), ("*r*",)])
    one = corpus_with(parts, parts, listed, "one")
    expected = answers([one], files, source, exclude)
    for whole in (True, False):
        groups = divided(parts, random, random.choice([2, 3, 6]), whole)
        corpora = [corpus_with(group, parts, listed, f"part{number}") for number, group in enumerate(groups)]
        if seed % 4 == 0:  # as files, too
            for number, corpus in enumerate(corpora):
                corpus.save(tmp_path / f"{whole}{number}.safetensors")
            corpora = [open_corpus(tmp_path / f"{whole}{number}.safetensors") for number in range(len(corpora))]
        assert differences(expected, answers(corpora, files, source, exclude)) == []


def test_what_the_families_hold_is_told() -> None:
    told = set()
    for seed in range(12):
        random = Random(seed)
        parts = family(random)
        said = answers([corpus_with(parts, parts, False, "one")], copies(parts, random), SourceFacts(), ())
        for verdict in said.values():
            assert isinstance(verdict, dict)
            told |= {verdict["verdict"], "origin" if verdict["origin"] else "", "alike" if verdict["alike"] else ""}
    assert {"identical", "renamed", "modified", "independent", "origin", "alike"} <= told
