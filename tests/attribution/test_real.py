"""Terms met and missed in real releases, whose headers anybody can read."""

from __future__ import annotations

from pathlib import Path

import pytest

import modelkin
from modelkin.corpus.store import shipped_path
from modelkin.results import Level, Report
from modelkin.scan_steps import ScanOptions
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry

from ..support.attributed import MIT
from ..support.index_server import registry_answers

VLLM = "pypi:vllm==0.2.3"
MODELS = "vllm/model_executor/models"
KEPT = ("aquila", "baichuan", "bloom", "falcon", "gpt2", "gpt_j", "gpt_neox", "llama", "mistral", "mpt", "opt", "yi")
REPLACED = ("falcon", "mobilenet_v2", "mobilevit", "poolformer", "roberta", "splinter")
MINDNLP = tuple(f"**/{name}/modeling_{name}.py" for name in (*REPLACED, "llama"))


@pytest.fixture(scope="module", autouse=True)
def registry() -> None:
    if not shipped_path().is_file():
        pytest.skip("the shipped corpus is not built")
    if not registry_answers():
        pytest.skip("the package registry cannot be reached")


def errors(report: Report) -> set[tuple[str, str]]:
    """The name of the file and the rule of each error."""
    found = (finding for finding in report.findings if finding.level is Level.ERROR)
    return {(Path(path).stem, finding.rule) for finding in found for path in finding.files}


def scanned(source: str, *include: str, as_of: str = "") -> Report:
    return modelkin.scan(source, ScanOptions(include=include, corpora=(shipped_path(),), as_of=as_of))


def test_models_that_keep_their_headers_have_no_error_and_the_one_that_does_not_misses_a_holder() -> None:
    found = errors(scanned(VLLM, f"{MODELS}/*.py"))
    assert not {(name, rule) for name, rule in found if name in KEPT}
    assert ("internlm", "holder-removed") in found


def test_another_companys_line_in_place_of_the_upstreams_is_told() -> None:
    found = errors(scanned("pypi:mindnlp==0.4.0", *MINDNLP))
    assert {(f"modeling_{name}", "holder-replaced") for name in REPLACED} <= found
    assert not {rule for name, rule in found if name == "modeling_llama"}


def model_text(name: str) -> str:
    with open_source(f"{VLLM}!{MODELS}/{name}.py") as checkout:
        (entry,) = checkout.entries()
        assert isinstance(entry, Entry)
        stored = entry.read()
    assert isinstance(stored, bytes)
    return stored.decode()


@pytest.mark.parametrize("name", ["yi", "opt", "falcon"])
def test_a_file_without_its_header_in_an_mit_repository_is_told_and_with_it_is_not(name: str, tmp_path: Path) -> None:
    text = model_text(name)
    (tmp_path / "LICENSE").write_text(MIT, encoding="utf-8")
    (tmp_path / "kept.py").write_text(f"# Modified by Harbour AI, 2024\n{text}", encoding="utf-8")
    (tmp_path / "bare.py").write_text(text[text.index('"""') :], encoding="utf-8")
    found = errors(scanned(str(tmp_path), as_of="2024-06-01"))
    assert {("bare", "holder-removed"), ("bare", "relicensed")} <= found
    assert not {rule for stem, rule in found if stem == "kept"}


def test_a_release_of_an_upstream_owes_itself_nothing() -> None:
    assert not errors(scanned("pypi:open_clip_torch==3.3.0"))
