"""The incident the product is for, as it was released: vLLM 0.2.3 holds Yi's model beside LLaMA's."""

from __future__ import annotations

import json

import pytest

import modelkin
from modelkin.cli import main
from modelkin.corpus.store import shipped_path
from modelkin.results import Kind, Verdict

from .support.index_server import registry_answers

MODELS = "pypi:vllm==0.2.3!vllm/model_executor/models"
RENAMES = {
    ("LlamaMLP", "YiMLP", Kind.CLASS),
    ("LlamaAttention", "YiAttention", Kind.CLASS),
    ("LlamaDecoderLayer", "YiDecoderLayer", Kind.CLASS),
    ("LlamaModel", "YiModel", Kind.CLASS),
    ("LlamaForCausalLM", "YiForCausalLM", Kind.CLASS),
    ("input_layernorm", "ln1", Kind.ATTRIBUTE),
    ("post_attention_layernorm", "ln2", Kind.ATTRIBUTE),
}


@pytest.fixture(scope="module", autouse=True)
def registry() -> None:
    if not registry_answers():
        pytest.skip("the package registry cannot be reached")


def test_yi_is_llama_with_seven_names_changed_and_one_statement() -> None:
    found = modelkin.compare_files(f"{MODELS}/yi.py", f"{MODELS}/llama.py")
    assert {(rename.original, rename.copy, rename.kind) for rename in found.renames} == RENAMES
    assert len(found.renames) == len(RENAMES)
    assert {rename.consistency for rename in found.renames} == {1.0}
    assert found.verdict is Verdict.MODIFIED
    assert 0.97 < found.similarity < 1.0
    others = [each for each in found.definitions if each.verdict not in (Verdict.IDENTICAL, Verdict.RENAMED)]
    (edited,) = others
    assert (edited.qualname, edited.verdict) == ("YiAttention.__init__", Verdict.MODIFIED)
    assert edited.statements - edited.matched_statements == 1
    assert edited.upstream_qualname == "LlamaAttention.__init__"


@pytest.mark.skipif(not shipped_path().is_file(), reason="the shipped corpus is not built: corpora/base.safetensors")
def test_the_shipped_corpus_names_llama_as_closest_and_as_origin(capsys: pytest.CaptureFixture[str]) -> None:
    corpus = str(shipped_path())
    arguments = ["scan", "pypi:vllm==0.2.3", "--include", "**/models/yi.py", "--corpus", corpus, "--format", "json"]
    assert main(arguments) == 0
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert file["path"] == "vllm/model_executor/models/yi.py"
    assert file["verdict"] == "modified"
    closest, origin = file["upstreams"][0], file["origin"]
    assert (closest["project"], closest["path"]) == ("vllm", "vllm/model_executor/models/llama.py")
    assert (origin["project"], origin["path"]) == ("transformers", "transformers/models/llama/modeling_llama.py")
    assert closest["licence"] == origin["licence"] == "Apache-2.0"
    found = {(rename["original"], rename["copy"]) for rename in file["renames"]}
    assert {("LlamaAttention", "YiAttention"), ("input_layernorm", "ln1")} <= found
