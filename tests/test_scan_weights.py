"""A user's model, added to a corpus with samples of its weights, is known again by them alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import modelkin
from modelkin.cli import main
from modelkin.corpus.store import open_corpus
from modelkin.results import EvidenceKind, Level, Report
from modelkin.scan_steps import ScanOptions

from .support.checkpoints import small_model, write_checkpoint

LICENCE = ("--licence", "MIT")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    write_checkpoint(tmp_path / "lantern" / "model.safetensors", small_model(1), "BF16")
    path = tmp_path / "own.safetensors"
    assert (
        main(["corpus", "add", str(tmp_path / "lantern"), "--name", "lamp/Lantern", "--corpus", str(path), *LICENCE])
        == 0
    )
    return path


def scanned(folder: Path, corpus: Path) -> Report:
    return modelkin.scan(str(folder), ScanOptions(corpora=(corpus,)))


def test_a_users_model_is_kept_with_samples_of_its_weights(corpus: Path) -> None:
    [facts] = open_corpus(corpus).models
    assert facts.weights is not None
    assert len(facts.weights.values) == 96 * len(facts.weights.names) >= 3 * 96


def test_weights_with_noise_under_other_names_are_known_again(tmp_path: Path, corpus: Path) -> None:
    chance = np.random.default_rng(5)
    noised = {
        f"harbour.{number}": values + chance.normal(0, 1e-3, values.shape)
        for number, values in enumerate(small_model(1).values())
    }
    write_checkpoint(tmp_path / "harbour" / "model.safetensors", noised, "BF16")
    report = scanned(tmp_path / "harbour", corpus)
    [found] = [each for each in report.findings if each.rule == "derivation-undeclared"]
    assert (found.level, "lamp/Lantern" in found.message) == (Level.WARNING, True)
    assert [each.compared_with for each in report.evidence if each.kind is EvidenceKind.WEIGHTS] == ["lamp/Lantern"]
    assert report.conclusion
    assert "weights are those of lamp/Lantern" in report.conclusion.sentence


def test_other_weights_under_the_same_names_are_not(tmp_path: Path, corpus: Path) -> None:
    write_checkpoint(tmp_path / "harbour" / "model.safetensors", small_model(2), "BF16")
    report = scanned(tmp_path / "harbour", corpus)
    assert not [each for each in report.findings if each.rule == "derivation-undeclared"]
    assert not [each for each in report.evidence if each.kind is EvidenceKind.WEIGHTS]
