"""``modelkin compare --weights``: files, folders and repositories of the Hub, options, reports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import modelkin
from modelkin.cli import main
from modelkin.results import EvidenceKind, Relation, Report
from modelkin.scan_steps import ScanOptions

from .support.checkpoints import checkpoint, small_model, write_checkpoint
from .support.hub_server import HubRepository, serving
from .support.weights import index_of

BASE = small_model()
CHANCE = np.random.default_rng(4)
NOISY = {name: values + CHANCE.normal(0, 1 / 708, values.shape) for name, values in BASE.items()}
SENTENCE = "weights: values are those of lamp and normal noise of one scale"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_checkpoint(tmp_path / "lamp" / "model.safetensors", BASE)
    write_checkpoint(tmp_path / "torch" / "model.safetensors", NOISY, "BF16")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def of_weights(report: Report) -> list[Relation]:
    return [each.relation for each in report.evidence if each.kind is EvidenceKind.WEIGHTS]


@pytest.mark.usefixtures("folders")
def test_values_are_read_where_they_are_asked_for_alone() -> None:
    without = modelkin.compare("torch", "lamp")
    assert of_weights(without) == []
    assert without.conclusion
    assert "weights: their values are read with --weights alone" in without.conclusion.unknown
    report = modelkin.compare("torch", "lamp", ScanOptions(weights=4_000_000))
    assert of_weights(report) == [Relation.NOISE]
    assert report.conclusion
    assert report.conclusion.sentence.startswith(f"torch: weights and tensor layout are those of lamp ({SENTENCE}")


@pytest.mark.usefixtures("folders")
def test_nothing_of_weights_is_loaded_where_none_are_asked_for() -> None:
    code = (
        "import sys; from modelkin.cli import main; main(['compare', 'torch', 'lamp', '-q']); "
        "print([name for name in sys.modules if name.startswith('modelkin.weights')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.usefixtures("folders")
def test_files_of_weights_may_be_named_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "torch/model.safetensors", "lamp/model.safetensors", "--format", "json", "--weights"]) == 0
    told = json.loads(capsys.readouterr().out)
    [found] = [each for each in told["evidence"] if each["kind"] == "weights"]
    assert (found["relation"], found["strength"]) == ("noise", "strong")
    assert found["figures"]["sigma"] == pytest.approx(1 / 708, rel=0.015)
    assert [each["curve"] for each in found["drawings"]] == ["residuals", "scales"]


@pytest.mark.parametrize("size", ["zz", "1kB", "2GB", "4 TB"])
@pytest.mark.usefixtures("folders")
def test_a_size_that_is_none_is_one_clear_line(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "torch", "lamp", f"--weights={size}"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("modelkin: error: --weights: ")
    assert error.count("\n") == 1


@pytest.mark.usefixtures("folders")
def test_the_page_draws_what_is_seen_better_than_read() -> None:
    assert main(["compare", "torch", "lamp", "--weights", "--format", "html=page.html"]) == 0
    page = Path("page.html").read_text("utf-8")
    assert page.count('<figure class="chart">') == 2
    assert "style=" not in page


@pytest.mark.usefixtures("folders")
def test_parents_may_have_weights() -> None:
    half = {name: (values + NOISY[name]) / 2 for name, values in BASE.items()}
    third = small_model(8)
    write_checkpoint(
        Path("half/model.safetensors"), {name: values / 2 + third[name] / 2 for name, values in half.items()}
    )
    write_checkpoint(Path("third/model.safetensors"), third)
    options = ScanOptions(weights=4_000_000)
    report = modelkin.compare("half", "lamp", options, parents=["noisy=torch", "other=third"])
    assert of_weights(report) == [Relation.MERGED]


HUB = """
import json, modelkin
from modelkin.scan_steps import ScanOptions
report = modelkin.compare("hf:lantern/torch", "hf:lantern/lamp", ScanOptions(weights=1_000_000))
[found] = [each for each in report.evidence if each.kind.value == "weights"]
print(json.dumps([found.relation.value, dict(found.figures)]))
"""


def test_repositories_of_the_hub_are_read_by_ranges(tmp_path: Path) -> None:
    shards = {f"model-0000{place}-of-00002.safetensors": part for place, part in enumerate(_halves(), 1)}
    index = index_of({name: file for file, names in _names(shards).items() for name in names})
    repositories = {
        "lantern/lamp": HubRepository({"config.json": b"{}", "model.safetensors": checkpoint(BASE)}),
        "lantern/torch": HubRepository({"config.json": b"{}", "model.safetensors.index.json": index, **shards}),
    }
    with serving(repositories) as server:
        environment = {"HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path), "PATH": ""}
        done = subprocess.run(
            [sys.executable, "-c", HUB], env=environment, capture_output=True, text=True, timeout=120, check=False
        )
    assert done.returncode == 0, done.stderr
    relation, figures = json.loads(done.stdout)
    assert relation == "noise"
    assert figures["bytes_read"] <= 1_000_000


def _halves() -> list[bytes]:
    names = list(NOISY)
    return [checkpoint({name: NOISY[name] for name in part}, "BF16") for part in (names[:9], names[9:])]


def _names(shards: dict[str, bytes]) -> dict[str, list[str]]:
    names = list(NOISY)
    return dict(zip(shards, (names[:9], names[9:]), strict=True))
