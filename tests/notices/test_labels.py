"""The labelled comment blocks of real packages: what the file says, and what is found in a few of them."""

from __future__ import annotations

from collections import Counter

import pytest

from ..benchmarks.credits import LABELS, PARTS, answers_of, read_labels
from ..support.index_server import registry_answers

# Small ones, from the part that the rules were not written for; the benchmark asks all.
FEW = ("fairseq==0.8.0", "speechbrain==1.1.2", "torchtune==0.6.1")


def test_the_labels_are_of_many_blocks_of_many_packages() -> None:
    labels = read_labels()
    counts = Counter(label.label for label in labels)
    assert len(labels) >= 400
    assert len({label.package for label in labels}) >= 8
    assert set(counts) == {"credit", "idea", "not"}
    assert len({(label.package, label.path, label.first_line) for label in labels}) == len(labels)
    assert {label.package for label in labels} == {package for part in PARTS.values() for package in part}


def test_the_label_file_holds_no_text_of_others() -> None:
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        package, path, first_line, label, kind = line.split("\t")
        assert package.count("==") == 1
        assert path.endswith(".py")
        assert first_line.isdigit()
        assert label.isalpha()
        assert kind.isalpha()


def test_credits_are_found_where_a_reader_finds_them() -> None:
    if not registry_answers():
        pytest.skip("the package registry cannot be reached")
    labels = read_labels()
    answers = [answer for package in FEW for answer in answers_of(package, labels)]
    found = [answer for answer in answers if answer.found]
    credited = [answer for answer in answers if answer.label.label == "credit"]
    assert len(credited) >= 20
    assert sum(answer.is_right for answer in found) / len(found) >= 0.97
    assert sum(answer.found for answer in credited) / len(credited) >= 0.95
