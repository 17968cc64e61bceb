"""What a report says depends on no order: not of files, of releases, of corpora, nor on the seed of hashing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import modelkin
from modelkin.results import FileVerdict, Report, Verdict

from .support.upstream_family import (
    COBALT,
    FAMILY,
    GLOW,
    HERON,
    LANTERN,
    MICA,
    TORCH,
    modules_in,
    named_corpus,
    projects,
    scan_one,
)
from .support.upstreams import Release, renamed, write_corpus

pytestmark = pytest.mark.unmeasured


@pytest.fixture
def corpus(tmp_path: Path) -> Callable[..., Path]:
    return partial(named_corpus, tmp_path)


@pytest.fixture
def family(corpus: Callable[..., Path]) -> Path:
    return corpus(*FAMILY)


@pytest.fixture
def repository(tmp_path: Path) -> Callable[..., str]:
    return partial(modules_in, tmp_path / "repository")


def test_the_oldest_is_the_origin_in_whatever_order_releases_were_added(
    corpus: Callable[..., Path], repository: Callable[..., str]
) -> None:
    source = repository(copy=TORCH)
    origins = {scan_one(source, corpus(*order)).origin for order in (FAMILY, FAMILY[::-1])}
    assert [origin.project for origin in origins if origin] == ["lantern"]


def test_a_second_corpus_never_hides_what_the_first_one_finds(
    family: Path, corpus: Callable[..., Path], repository: Callable[..., str]
) -> None:
    names = {
        name: f"{name}_x" for name in re.findall(r"[a-z]+", LANTERN) if name in "hidden width heads mask output gate up"
    }
    source = repository(copy=renamed(LANTERN.replace("Lantern", "Beacon"), **names))
    assert scan_one(source, family).verdict is Verdict.RENAMED
    assert scan_one(source, family, corpus(*FAMILY[:2], name="forks")).verdict is Verdict.RENAMED


def test_the_closest_upstream_is_the_same_however_projects_are_spread_over_corpora(
    corpus: Callable[..., Path], repository: Callable[..., str]
) -> None:
    source = repository(copy=TORCH)
    together, apart = corpus(*FAMILY), (corpus(*FAMILY[1:], name="first"), corpus(FAMILY[0], name="second"))
    assert projects(scan_one(source, together))[0] == "torch-bearer"
    assert projects(scan_one(source, *apart))[0] == "torch-bearer"
    assert scan_one(source, *apart).verdict is Verdict.IDENTICAL


def answers(report: Report) -> dict[str, FileVerdict]:
    """What was said of each content, wherever it stood."""
    return {file.sha256: replace(file, path="") for file in report.files}


@settings(max_examples=10, deadline=None)
@given(
    st.permutations(
        (LANTERN.replace("1e-6", "1e-5"), GLOW, TORCH.replace("Torch", "B"), COBALT, MICA.replace("best", "top"))
    )
)
def test_the_order_of_files_does_not_change_what_is_said_of_them(
    tmp_path_factory: pytest.TempPathFactory, order: Sequence[str]
) -> None:
    folder = tmp_path_factory.mktemp("order")
    known = write_corpus(folder / "known.safetensors", FAMILY)
    for place, text in enumerate(order):
        (folder / f"file_{place}.py").write_text(text)
    together = modelkin.scan(str(folder), modelkin.ScanOptions(corpora=(known,)))
    alone = [
        modelkin.scan(str(folder / f"file_{place}.py"), modelkin.ScanOptions(corpora=(known,))) for place in range(5)
    ]
    assert answers(together) == {sha256: file for report in alone for sha256, file in answers(report).items()}
    assert [file.path for file in together.files] == [f"file_{place}.py" for place in range(5)]


@settings(max_examples=10, deadline=None)
@given(st.permutations(FAMILY))
def test_the_order_of_the_corpus_does_not_change_the_report(
    tmp_path_factory: pytest.TempPathFactory, order: Sequence[Release]
) -> None:
    folder = tmp_path_factory.mktemp("order")
    for place, text in enumerate((TORCH.replace("1e-6", "1e-5"), COBALT, LANTERN, HERON + MICA)):
        (folder / f"file_{place}.py").write_text(text)
    corpora = [write_corpus(folder / f"{n}.safetensors", each) for n, each in enumerate((FAMILY, order))]
    first, second = (modelkin.scan(str(folder), modelkin.ScanOptions(corpora=(path,))).files for path in corpora)
    assert first == second


def test_the_report_is_the_same_whatever_the_seed_of_hashing(family: Path, repository: Callable[..., str]) -> None:
    source = repository(a=TORCH, b=COBALT + HERON, c=GLOW.replace("norm1", "norm_a"), glow__layers=GLOW)
    command = [sys.executable, "-m", "modelkin", "scan", source, "--corpus", str(family), "--format", "json"]
    reports = []
    for seed in ("0", "1", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(command, capture_output=True, check=True, timeout=60, env=environment)
        reports.append(json.loads(done.stdout))
        reports[-1]["summary"].pop("seconds")
    assert reports[0] == reports[1] == reports[2]
