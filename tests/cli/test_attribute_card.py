"""``modelkin attribute --card`` puts into a model card what files and known models say, and leaves the rest alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from modelkin.cli import main

from ..support.attribute_runs import tree
from ..support.licence_texts import APACHE, mit
from ..support.model_folders import NAMED, NAMES, SIZES, model_folder, renamed, tokenizer
from ..test_scan_models import corpus_with, facts_of_folder

LLAMA, RESEARCH = "meta-llama/Llama-3.1-8B", "huggyllama/llama-7b"
ADAPTER = {"adapter_config.json": {"base_model_name_or_path": "lumenlabs/lamp-7b"}, "adapter_model.safetensors": None}
CONFIG = {"config.json": {"model_type": "harbour", "_name_or_path": "lumenlabs/lamp-7b"}}
CARD = "---\nlanguage: en\n---\n# Harbour\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    lantern = facts_of_folder(model_folder(tmp_path / "known"), "lamp/Lantern-7B")
    return corpus_with(tmp_path / "models.safetensors", lantern)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "harbour"
    folder.mkdir()
    return folder


def put(root: Path, card: str | None, files: dict[str, Any]) -> None:
    for name, content in files.items():
        stored = content if isinstance(content, bytes | str) else "" if content is None else json.dumps(content)
        (root / name).write_bytes(stored.encode() if isinstance(stored, str) else stored)
    if card is not None:
        (root / "README.md").write_bytes(card.encode())


def attribute(root: Path, corpus: Path, *options: str) -> int:
    return main(["attribute", str(root), "--corpus", str(corpus), "--card", *options])


def written(root: Path) -> str:
    return (root / "README.md").read_bytes().decode()


def added(root: Path, card: str) -> list[str]:
    """The lines that came in; all of ``card`` must be there still."""
    lines, extra = card.splitlines(keepends=True), []
    for line in written(root).splitlines(keepends=True):
        if lines and line == lines[0]:
            lines.pop(0)
        else:
            extra.append(line.strip())
    assert not lines
    return extra


# Files beside the card, and the lines that its front matter gets.
SAID: dict[str, tuple[dict[str, Any], list[str]]] = {
    "an adapter": (ADAPTER, ["base_model: lumenlabs/lamp-7b", "base_model_relation: adapter"]),
    "the configuration": (CONFIG, ["base_model: lumenlabs/lamp-7b"]),
    "a merge": (
        {
            **CONFIG,
            "mergekit_config.yml": "base_model: a/base\nmodels:\n- model: a/one+b/lora\n- model: c/two\n",
        },
        ["base_model:", "- a/base", "- a/one", "- c/two", "base_model_relation: merge"],
    ),
    "GPTQ": (
        {"config.json": {**CONFIG["config.json"], "quantization_config": {"quant_method": "gptq", "bits": 4}}},
        ["base_model: lumenlabs/lamp-7b", "base_model_relation: quantized"],
    ),
    "GGUF": (
        {**CONFIG, "harbour-Q4_K_M.gguf": None},
        ["base_model: lumenlabs/lamp-7b", "base_model_relation: quantized"],
    ),
    "GGUF that was only converted": ({**CONFIG, "harbour-f16.gguf": None}, ["base_model: lumenlabs/lamp-7b"]),
    "weights that were loaded in 4 bits": (
        {"config.json": {**CONFIG["config.json"], "quantization_config": {"quant_method": "bitsandbytes"}}},
        ["base_model: lumenlabs/lamp-7b"],
    ),
    "an adapter for a path": ({**ADAPTER, "adapter_config.json": {"base_model_name_or_path": "/home/me/x"}}, []),
    "LICENSE": ({**CONFIG, "LICENSE": mit()}, ["license: mit", "base_model: lumenlabs/lamp-7b"]),
    "a base that asks for its own licence": (
        {"config.json": {"_name_or_path": LLAMA}},
        ["license: llama3.1", f"base_model: {LLAMA}"],
    ),
    "a base whose licence the Hub has no name for": (
        {"config.json": {"_name_or_path": "Qwen/Qwen2.5-72B"}},
        ["license: other", "license_name: qwen", "license_link: https://", "base_model: Qwen/Qwen2.5-72B"],
    ),
    "a base that leaves the choice": (
        {"config.json": {"_name_or_path": "Qwen/Qwen2.5-7B"}},
        ["base_model: Qwen/Qwen2.5-7B"],
    ),
    "an adapter, which may be a work of its own": (
        {**ADAPTER, "adapter_config.json": {"base_model_name_or_path": LLAMA}},
        [f"base_model: {LLAMA}", "base_model_relation: adapter"],
    ),
    "LICENSE that the base does not allow": (
        {"config.json": {"_name_or_path": LLAMA}, "LICENSE": APACHE},
        [f"base_model: {LLAMA}"],
    ),
    "no file of a model": ({"model.py": "X = 1\n"}, []),
}


@pytest.mark.parametrize("name", SAID)
def test_what_files_say_is_suggested_and_nothing_else(name: str, root: Path, corpus: Path) -> None:
    files, expected = SAID[name]
    put(root, CARD, files)
    before = tree(root)
    attribute(root, corpus)
    lines = added(root, CARD)
    assert len(lines) == len(expected)
    assert all(line.startswith(start) for line, start in zip(lines, expected, strict=True))
    assert {path for path, stored in tree(root).items() if before.get(path) != stored} <= {"README.md"}
    ModelCard(written(root))
    after = tree(root)
    attribute(root, corpus)
    assert tree(root) == after


PRESENT: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "all of it": ("license: mit\nbase_model: lumenlabs/lamp-7b\nbase_model_relation: adapter\n", ADAPTER, []),
    "the base": ("license: mit\nbase_model: [lumenlabs/lamp-7b]\n", ADAPTER, ["base_model_relation: adapter"]),
    "another base": ("license: mit\nbase_model: quay/cove-7b\n", ADAPTER, ["base_model_relation: adapter"]),
    "another relation": ("license: mit\nbase_model: lumenlabs/lamp-7b\nbase_model_relation: finetune\n", ADAPTER, []),
    "a licence without its name": (
        "license: other\nbase_model: x/y\n",
        {**CONFIG, "LICENSE": APACHE},
        ["license_name: apache-2.0", "license_link: LICENSE"],
    ),
    "a licence by its own name": (
        "license: other\nlicense_name: ours\nlicense_link: LICENSE\nbase_model: x/y\n",
        CONFIG,
        [],
    ),
}


@pytest.mark.parametrize("name", PRESENT)
def test_what_is_there_stays(name: str, root: Path, corpus: Path) -> None:
    front, files, expected = PRESENT[name]
    card = f"---\r\n{front}---\r\n# Harbour".replace("\n", "\r\n").replace("\r\r", "\r")
    put(root, card, files)
    attribute(root, corpus)
    assert added(root, card) == expected


def test_a_licence_that_the_base_does_not_allow_is_replaced_where_the_card_alone_states_it(
    root: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = f'---\nlicense: "mit" # ours\nbase_model: {RESEARCH}\n---\n# Harbour\n'
    put(root, card, {"config.json": {"model_type": "harbour"}})
    attribute(root, corpus)
    lines = written(root).splitlines()
    assert lines[1:3] == ["license: other # ours", "license_name: llama-1"]
    assert lines[3].startswith("license_link: https://")
    assert "\n".join(['---\nlicense: "mit" # ours', *lines[4:], ""]) == card
    assert f"{RESEARCH} is under LicenseRef-LLaMA-1 (https://" in capsys.readouterr().out
    put(root, card, {"LICENSE": mit()})
    attribute(root, corpus)
    assert written(root) == card
    assert "look which terms the model is under" in capsys.readouterr().out


def test_terms_that_may_be_met_beside_others_are_left_to_a_person(
    root: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = f"---\nlicense: mit\nbase_model: {LLAMA}\n---\n# Llama Harbour\n"
    put(root, card, {"config.json": {"model_type": "llama"}})
    attribute(root, corpus)
    assert written(root) == card
    assert "look whether both can be met" in capsys.readouterr().out


def test_a_known_model_is_named_where_tokenizer_and_layout_are_its_own(
    root: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model_folder(root, renamed(NAMES), {f"x_{key}": value for key, value in SIZES.items()})
    put(root, "# Harbour\n", {})
    attribute(root, corpus, "--dry-run")
    told = capsys.readouterr()
    assert "+base_model: lamp/Lantern-7B\n" in told.out
    assert "README.md: base_model_relation: no file says which of these it is: write adapter, merge" in told.err
    assert "derivation-undeclared" not in told.err
    assert written(root) == "# Harbour\n"
    attribute(root, corpus)
    assert added(root, "# Harbour\n") == ["---", "base_model: lamp/Lantern-7B", "---", ""]
    assert "derivation-undeclared" not in capsys.readouterr().out


def test_of_two_that_are_alike_the_one_in_the_text_is_meant_else_a_person_decides(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = model_folder(tmp_path / "known")
    both = [facts_of_folder(known, name) for name in ("lamp/Lantern-7B", "lamp/Lamplight-9B")]
    corpus = corpus_with(tmp_path / "models.safetensors", *both)
    model_folder(root)
    put(root, "# Harbour\n", {})
    attribute(root, corpus)
    assert written(root) == "# Harbour\n"
    assert "are the same in what was read: write which it is" in capsys.readouterr().out
    card = "# Harbour\n\nTrained from Lamplight-9B.\n"
    put(root, card, {})
    attribute(root, corpus)
    assert "base_model: lamp/Lamplight-9B" in added(root, card)


def test_a_configuration_that_the_evidence_speaks_against_is_left_to_a_person(
    root: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model_folder(root, tokens=tokenizer(tokens=NAMED), values={**SIZES, "_name_or_path": "quay/Cove-7B"})
    put(root, CARD, {})
    attribute(root, corpus)
    assert added(root, CARD) == []
    assert "says quay/Cove-7B, but it has much of lamp/Lantern-7B: write which" in capsys.readouterr().out


def test_a_dry_run_prints_a_diff_that_git_applies(root: Path, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = CARD.replace("\n", "\r\n")
    put(root, card, ADAPTER)
    assert attribute(root, corpus, "--dry-run") == 1
    assert written(root) == card
    subprocess.run(["git", "apply"], input=capsys.readouterr().out.encode(), cwd=root, check=True)
    applied = tree(root)
    put(root, card, {})
    attribute(root, corpus)
    assert tree(root) == applied


def test_without_the_option_no_card_is_touched_and_it_is_named_where_it_would_help(
    root: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(root, CARD, CONFIG)
    main(["attribute", str(root), "--corpus", str(corpus)])
    assert written(root) == CARD
    assert "of the model card: `--card --dry-run` shows the front matter that it lacks\n" in capsys.readouterr().out


HOSTILE = {
    "an anchor": (
        "---\na: &x 1\n---\n",
        "no front matter is suggested: its front matter cannot be read: line 2: an anchor",
    ),
    "no end": ("---\nlicense: mit\n", "its front matter is not read by the Hub"),
    "no text": ("\xff\xfe---\n", ""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_card_that_cannot_be_edited_is_named_in_one_line_and_stays(
    name: str, root: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card, said = HOSTILE[name]
    put(root, None, ADAPTER)
    (root / "README.md").write_bytes(card.encode("latin-1"))
    attribute(root, corpus)
    assert (root / "README.md").read_bytes() == card.encode("latin-1")
    [line] = [each for each in capsys.readouterr().out.splitlines() if "no front matter is suggested" in each]
    assert said in line


@pytest.mark.parametrize(
    "base", ["a/b\nlicense: mit", "../../x", "a/b: c", "a/b #", "/a/b", "a/\u202eb", "x" * 300 + "/y"]
)
def test_no_name_in_a_file_becomes_more_than_a_name(
    base: str, root: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(root, CARD, {**ADAPTER, "adapter_config.json": {"base_model_name_or_path": base}})
    attribute(root, corpus)
    assert added(root, CARD) == []
    assert "write the id of the model that the adapter is for" in capsys.readouterr().out


def test_a_card_is_of_a_whole_repository_and_may_be_missing(
    root: Path, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(root, None, {**ADAPTER, "model.py": "X = 1\n"})
    attribute(root, corpus)
    assert "there is no model card: write one" in capsys.readouterr().out
    assert attribute(root / "model.py", corpus) == 2
    assert "--card is about a whole repository: name its folder alone" in capsys.readouterr().err


def test_a_waived_finding_leaves_its_key_alone(root: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiver = '[[waivers]]\npath = "README.md"\nrule = "model-card-silent"\nreason = "told elsewhere"\n'
    put(root, CARD, {**CONFIG, "modelkin.toml": waiver, "LICENSE": mit()})
    monkeypatch.chdir(root)
    attribute(Path(), corpus)
    assert added(root, CARD) == ["license: mit"]
