"""Names of models, as people write them, and the families that they are of."""

from __future__ import annotations

import pytest

from modelkin.evidence.model_names import family_word, is_model, is_of_family, names_family, names_model


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("minicpm-llama3-v-2.5", "openbmb/MiniCPM-Llama3-V-2_5"),
        ("Qwen/Qwen2.5-7B", "Qwen2.5-7B-Instruct"),
        ("meta-llama/Meta-Llama-3-8B", "Llama-3"),
        ("chatglm3-6b-32k", "THUDM/chatglm3-6b"),
    ],
)
def test_a_model_goes_by_many_spellings_of_its_release(name: str, known: str) -> None:
    assert is_model(name, known)
    assert is_of_family(name, known)


@pytest.mark.parametrize(
    ("name", "known"),
    [("llama3v", "MiniCPM-Llama3-V 2.5"), ("qwen2-7b", "MiniCPM-V-2_6"), ("harbour", "Yi-34B"), ("", "Yi-34B")],
)
def test_another_model_is_none_of_the_family(name: str, known: str) -> None:
    assert not is_model(name, known)
    assert not is_of_family(name, known)


def test_releases_of_one_family_differ() -> None:
    assert not is_model("Qwen2-7B", "Qwen2.5-7B")
    assert is_of_family("Qwen2-7B", "Qwen2.5-7B")
    assert is_of_family("MiniCPM3-4B", "MiniCPMV4")
    assert family_word("THUDM/chatglm3-6b") == family_word("glm-4-9b") == "glm"


def test_a_text_names_a_model_in_prose_and_not_in_a_table() -> None:
    known = "openbmb/MiniCPM-Llama3-V-2_5"
    assert names_model("It was made from MiniCPM Llama3 V 2.5.", known)
    assert names_model("# Tide\n[base](https://huggingface.co/openbmb/MiniCPM-Llama3-V-2_5)", known)
    assert not names_model("| MiniCPM-Llama3-V 2.5 | 76.1 |\n<td>MiniCPM-Llama3-V 2.5</td>", known)
    assert not names_model("Built on Llama 3 and a vision tower.", known)
    assert names_family("We thank the authors of MiniCPM.", known)
    assert not names_family("We thank the authors of Llama 3.", known)
