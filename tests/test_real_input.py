"""Real releases: the incident the product is for, vLLM 0.2.3 with Yi's model beside LLaMA's; and a copy that lies."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from random import Random

import pytest

import modelkin
from modelkin.cli import main
from modelkin.corpus.store import shipped_path
from modelkin.results import Direction, Kind, Level, Verdict
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry

from .benchmarks.git_folders import commit_all
from .benchmarks.identifiers import full_renaming, rename_text
from .support.index_server import registry_answers
from .support.working_trees import needs_git, write

MODELS = "pypi:vllm==0.2.3!vllm/model_executor/models"
LLAMA = "transformers/models/llama/modeling_llama.py"
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


@pytest.mark.skipif(not shipped_path().is_file(), reason="the shipped corpus is not built")
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


@needs_git
@pytest.mark.skipif(not shipped_path().is_file(), reason="the shipped corpus is not built")
def test_dates_and_a_name_that_a_copy_gives_itself_clear_it_of_nothing(tmp_path: Path) -> None:
    with open_source(f"pypi:transformers==4.46.2!{LLAMA}") as checkout:
        (entry,) = (each for each in checkout.entries() if isinstance(each, Entry))
        text = entry.read()
    assert isinstance(text, bytes)
    code = text.decode()[text.index(b"import math") :]  # without the header
    copy = rename_text(code, full_renaming(ast.parse(code), Random(1)))
    plain, disguised = tmp_path / "plain", tmp_path / "disguised"
    for folder, name in ((plain, "novaformer"), (disguised, "transformers")):
        write(folder, {"transformers/nova.py": copy, "pyproject.toml": f'[project]\nname = "{name}"\nversion = "1"\n'})
    commit_all(disguised, "2015-03-01")
    told = modelkin.scan(str(disguised))
    (file,) = told.files
    assert (file.verdict, file.direction, file.later) == (Verdict.RENAMED, Direction.IN_ORDER, ())
    assert (file.upstreams[0].project, file.upstreams[0].path) == ("transformers", LLAMA)
    errors = [each for each in told.findings if each.level is Level.ERROR]
    expected = [each.rule for each in modelkin.scan(str(plain)).findings if each.level is Level.ERROR]
    assert [each.rule for each in errors] == expected != []
    # Both claims are called claims, and what they are held against is told.
    assert all("The name transformers, which this source gives itself, is no proof" in each.reason for each in errors)
    (note,) = (each for each in file.notes if "2015-03-01" in each)
    assert "the source's own word" in note
    assert "that transformers added between" in note
