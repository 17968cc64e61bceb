"""The table of base models: each row has a licence that there is a rule for, and a page that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.errors import RuleError
from modelkin.rulebook.base_models import base_model, model_families
from modelkin.rulebook.loader import licence_rule

KNOWN = [
    ("meta-llama/Llama-3.1-8B-Instruct", "LicenseRef-Llama-3.1"),
    ("meta-llama/Meta-Llama-3-8B", "LicenseRef-Llama-3"),
    ("meta-llama/Meta-Llama-3.1-8B", "LicenseRef-Llama-3.1"),
    ("meta-llama/Llama-2-7b-hf", "LicenseRef-Llama-2"),
    ("huggyllama/llama-7b", "LicenseRef-LLaMA-1"),
    ("google/gemma-2-9b", "LicenseRef-Gemma"),
    ("google/gemma-2b-it", "LicenseRef-Gemma"),
    ("google/gemma-4-E2B-it", "Apache-2.0"),
    ("Qwen/Qwen-72B-Chat", "LicenseRef-Tongyi-Qianwen"),
    ("Qwen/Qwen2.5-3B-Instruct", "LicenseRef-Qwen-Research"),
    ("Qwen/Qwen2.5-7B-Instruct", "Apache-2.0"),
    ("Qwen/Qwen2.5-72B", "LicenseRef-Qwen"),
    ("Qwen/Qwen3-8B", "Apache-2.0"),
    ("deepseek-ai/DeepSeek-V2-Lite", "LicenseRef-DeepSeek"),
    ("deepseek-ai/DeepSeek-V3-0324", "MIT"),
    ("deepseek-ai/DeepSeek-R1", "MIT"),
    ("mistralai/Mistral-7B-v0.1", "Apache-2.0"),
    ("mistralai/Codestral-22B-v0.1", "LicenseRef-Mistral-Non-Production"),
    ("tiiuae/falcon-11B", "LicenseRef-Falcon-2-11B"),
    ("stabilityai/stable-diffusion-3.5-large", "LicenseRef-Stability-Community"),
    ("black-forest-labs/FLUX.1-dev", "LicenseRef-FLUX-1-dev-NC"),
    ("black-forest-labs/FLUX.1-schnell", "Apache-2.0"),
    ("moonshotai/Kimi-K2-Instruct", "LicenseRef-Kimi-K2"),
    ("THUDM/chatglm2-6b-32k", "LicenseRef-ChatGLM"),
    ("zai-org/GLM-4.5-Air", "MIT"),
    ("microsoft/phi-2", "MIT"),
    ("internlm/internlm3-8b-instruct", "Apache-2.0"),
    ("01-ai/Yi-34B", "Apache-2.0"),
    ("openbmb/MiniCPM-V-4", "Apache-2.0"),
    ("https://huggingface.co/meta-llama/Llama-3.2-1B/", "LicenseRef-Llama-3.2"),
    ("CohereForAI/c4ai-command-r-v01", "CC-BY-NC-4.0"),
    ("CohereLabs/aya-expanse-8b", "CC-BY-NC-4.0"),
    # What the table is not sure of, and what only sounds like one.
    ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", ""),
    ("internlm/internlm2-7b", ""),
    ("someone/llama-3.1-8b", ""),
    ("CohereForAI/aya-101", ""),
    ("", ""),
]


def test_base_models_have_the_licence_of_their_publisher() -> None:
    found = {name: (known.licence if (known := base_model(name)) else "") for name, _ in KNOWN}
    assert found == dict(KNOWN)


def test_each_row_has_a_rule_and_an_address() -> None:
    releases = [release for family in model_families() for release in family.releases]
    assert not [each.licence for each in releases if licence_rule(each.licence) is None]
    assert not [each.source for each in releases if not each.source.startswith("https://")]
    assert not [name for each in releases for name in each.models if name != name.lower() or name.count("/") != 1]


def test_a_broken_table_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "base_models.yaml"
    for text in ("- family: Lamp\n", "- [", "- family: Lamp\n  releases: []\n  licence: MIT\n"):
        path.write_text(text)
        with pytest.raises(RuleError, match="base_models"):
            model_families(path)
