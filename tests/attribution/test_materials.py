"""What a model licence asks of weights, model cards and their base models, leftovers in configuration."""

from __future__ import annotations

from modelkin.results import Level
from modelkin.scan_steps import check

from ..support.attributed import APACHE, CODE, LAMP, LAMP_HEADER, checked, copy_of, declarations_of, only, rules

LLAMA = "license: llama3.1\nbase_model: meta-llama/Llama-3.1-8B\n"
NOTICE = (
    "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved."
)
EXACT = {"exact-notice-missing", "display-text-missing", "name-prefix-missing"}


def card(front: str, body: str = "# Harbour-8B\n") -> str:
    return f"---\n{front}---\n\n{body}"


def test_a_derivative_owes_notice_display_and_name() -> None:
    found = checked(README__md=card(LLAMA))
    assert rules(found) == EXACT
    assert {finding.level for finding in found.findings} == {Level.WARNING}
    assert only(found, "name-prefix-missing").clause.startswith("LicenseRef-Llama-3.1 ")


def test_it_may_meet_them() -> None:
    body = "# Llama-3.1-Harbour-8B\n\nBuilt with Llama\n"
    assert rules(checked(README__md=card(LLAMA, body), NOTICE=NOTICE)) == set()


def test_quotes_case_and_line_breaks_do_not_matter() -> None:
    body = "# Llama-3.1-Harbour-8B\n\n> **“built\n> with *Llama*”**\n"
    assert "display-text-missing" not in rules(checked(README__md=card(LLAMA, body)))


def test_the_agreement_itself_is_no_notice() -> None:
    quoted = f"LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\n\nretain the following notice: “{NOTICE}”\n"
    assert "exact-notice-missing" in rules(checked(README__md=card(LLAMA), LICENSE=quoted))


def test_a_clone_of_apache_code_owes_no_words() -> None:
    copy = copy_of(LAMP, text=LAMP_HEADER + CODE.replace("Harbour", "LlamaAttention"))
    readmes = (
        card("license: apache-2.0\n"),
        card("license: mit\nbase_model: mistralai/Mistral-7B-v0.1\n"),
        "# Built on Llama\n",
    )
    found = {readme: rules(checked(copy, LICENSE=APACHE, README__md=readme)) & EXACT for readme in readmes}
    assert not {readme: asked for readme, asked in found.items() if asked}


def test_a_card_may_contradict_its_base_model() -> None:
    finding = only(
        checked(README__md=card("license: mit\nbase_model: meta-llama/Llama-3.1-8B\n")), "model-card-contradicts"
    )
    assert "license: mit" in finding.message
    assert "LicenseRef-Llama-3.1" in finding.message
    assert finding.region.first_line == 2


def test_a_licence_that_the_card_names_apart_goes_by_that_name() -> None:
    front = "license: other\nlicense_name: llama3.1\n"
    asking = only(checked(README__md=card(front)), "exact-notice-missing").message
    assert asking.startswith("The licence of llama3.1 (LicenseRef-Llama-3.1) asks")
    found = only(checked(README__md=card(front + "base_model: google/gemma-2-9b\n")), "model-card-contradicts")
    assert "says `license: other, license_name: llama3.1`, but google/gemma-2-9b is under " in found.message


def test_leftovers_name_where_files_are_from() -> None:
    tokenizer = '{\n  "auto_map": {\n    "AutoTokenizer": ["modeling_lamp.LampTokenizerFast", null]\n  }\n}\n'
    finding = only(checked(tokenizer_config__json=tokenizer), "leftover-reference")
    assert "modeling_lamp.LampTokenizerFast" in finding.message
    assert finding.region.path == "tokenizer_config.json"
    assert finding.region.first_line > 1


def test_a_card_that_names_no_base_is_silent_about_it() -> None:
    configuration = '{\n  "_name_or_path": "lumenlabs/lamp-7b"\n}\n'
    assert "model-card-silent" in rules(checked(README__md=card("license: mit\n"), config__json=configuration))
    named = card("license: mit\nbase_model: lumenlabs/lamp-7b\n")
    assert rules(checked(README__md=named, config__json=configuration)) == set()
    other = card("license: mit\nbase_model: quay/cove-7b\n")
    found = checked(README__md=other, config__json=configuration)
    assert "quay/cove-7b" in only(found, "model-card-contradicts").message


def test_a_repository_without_copies_or_cards_has_nothing_to_answer_for() -> None:
    result = check([], declarations_of({"LICENSE": APACHE, "README.md": "# Harbour\n"}))
    assert result.findings == ()
    assert result.attributions == ()
