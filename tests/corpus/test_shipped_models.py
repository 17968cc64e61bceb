"""The facts that are shipped are built from a list: the same bytes from the same list, a source for each fact."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from modelkin.corpus.builds.model_list import ModelList, Package, read_model_list
from modelkin.corpus.builds.shipped_models import build, main
from modelkin.corpus.store import models_path, open_corpus
from modelkin.errors import CorpusError

from ..evidence.test_usual_build import FIELDS
from ..models.test_architectures import CONSTANTS
from ..support.index_server import closed_off, serving, wheel

FEATURES = {
    "mfi": {
        "hidden_size": 64,
        "vocab_size": 0,
        "tie_word_embeddings": False,
        "rope_theta": None,
        "rope_scaling": {"rope_theta": 5000000.0},
        "attention_style": "GQA",
        "model_type": "lamp",
    },
    "signals": {"weights": 1},
}
LIST = """\
version: 2026.01.02
packages: []
models:
- model: org/lamp
  source: https://example.org/lamp
  files: [lamp/config.json, configs/lamp__tokenizer_config.json]
  changed: [max_length_here]
  published: 2024-01-31
  published_source: https://example.org/news
  base_models: [meta-llama/Llama-3.1-8B]
  base_models_source: https://example.org/card
- model: meta-llama/Llama-3.1-8B
  source: https://example.org/llama
  files: [lamp/config.json]
""".replace("2024-01-31", "'2024-01-31'")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lamp").mkdir()
    (tmp_path / "configs").mkdir()
    configuration = {"hidden_size": 64, "max_length_here": 5, "text_config": {"max_length_here": 6, "depth": 2}}
    (tmp_path / "lamp" / "config.json").write_text(json.dumps(configuration))
    tokens = {"added_tokens_decoder": {"3": {"content": "<lamp>"}}}
    (tmp_path / "configs" / "lamp__tokenizer_config.json").write_text(json.dumps(tokens))
    (tmp_path / "models.yaml").write_text(LIST)
    return tmp_path


def test_the_same_list_gives_the_same_bytes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        assert main([str(folder / "models.yaml"), str(folder), str(folder / name)]) == 0
    assert (folder / "one").read_bytes() == (folder / "two").read_bytes()
    assert capsys.readouterr().out.startswith("2 models: ")
    lamp, llama = sorted(open_corpus(folder / "one").models, key=lambda each: each.name, reverse=True)
    assert (lamp.name, lamp.source, lamp.date) == ("org/lamp", "https://example.org/lamp", "2024-01-31")
    assert lamp.base_models == ("meta-llama/Llama-3.1-8B",)
    # What the source changed is left out, with the hash of its file.
    assert lamp.configurations[0].values == {"hidden_size": "64", "text_config.depth": "2"}
    assert [each.path for each in lamp.files] == ["tokenizer_config.json"]
    assert lamp.tokenizer is not None
    assert lamp.tokenizer.added.ids == (3,)
    assert llama.licence == "LicenseRef-Llama-3.1"
    assert [each.path for each in llama.files] == ["config.json"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("  published_source: https://example.org/news\n", ""), "row 1 (org/lamp): 'published' needs a source"),
        (("'2024-01-31'", "'soon'"), "row 1 (org/lamp): published: "),
        (("meta-llama/Llama-3.1-8B\n  source", "Org/Lamp\n  source"), "org/lamp is listed twice"),
        (("  source: https://example.org/lamp\n", ""), "'source' says where its files are from"),
        (("  files: [lamp/config.json]\n", ""), "either 'files' or 'features'"),
        (("packages: []", "packages: 3"), "no list of models: "),
        (("version: 2026.01.02\n", "version: 2026.01.02\ncolour: red\n"), "no list of models: "),
        (("packages: []", "packages: ["), "no list of models: "),
        (("lamp/config.json,", "lamp/gone.json,"), "gone.json: cannot be read: No such file"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_in_one_line(
    folder: Path, change: tuple[str, str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert change[0] in LIST
    (folder / "models.yaml").write_text(LIST.replace(*change))
    assert main([str(folder / "models.yaml"), str(folder), str(folder / "out")]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not (folder / "out").exists()


def test_packages_are_read_as_text_and_pinned(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheels = {
        "lampformers": wheel({"lampformers/models/lamp/configuration_lamp.py": FIELDS}),
        "ggufs": wheel({"gguf/constants.py": CONSTANTS}),
        "kit": wheel({"kit/lamp.json": json.dumps(FEATURES).encode()}),
    }
    holds = dict(zip(wheels, ("class defaults", "tensor names", "features"), strict=True))
    pinned = tuple(
        Package(name, "1.0", hashlib.sha256(content).hexdigest(), holds[name])  # type: ignore[arg-type]
        for name, content in wheels.items()
    )
    (folder / "models.yaml").write_text(
        "version: '1'\npackages: []\nmodels:\n- {model: org/kit-lamp, features: kit/lamp.json}\n"
    )
    rows = read_model_list(folder / "models.yaml").models
    closed_off(folder, monkeypatch)
    with serving() as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        for name, content in wheels.items():
            index.add(f"{name}-1.0-py3-none-any.whl", content)
        found = build(ModelList("1", pinned, rows), folder).models
        with pytest.raises(CorpusError, match=r"pypi:kit==1\.0 is another file than the list says"):
            build(ModelList("1", (Package("kit", "1.0", "0" * 64, "features"),), rows), folder)
    assert {each.name: each.is_architecture for each in found} == {
        "ggufs lamp": True,
        "lampformers LampConfig": True,
        "org/kit-lamp": False,
    }
    (kit,) = (each for each in found if not each.is_architecture)
    assert kit.source == "pypi:kit==1.0 kit/lamp.json"
    assert kit.configurations[0].values == {
        "hidden_size": "64",
        "tie_word_embeddings": "false",
        "rope_theta": "5000000",
    }


def test_the_committed_list_is_what_the_shipped_file_was_built_from() -> None:
    listed = read_model_list(models_path().with_suffix(".yaml"))
    corpus = open_corpus(models_path())
    assert {each.name for each in corpus.models if not each.is_architecture} == {each.model for each in listed.models}
    assert corpus.version == listed.version
