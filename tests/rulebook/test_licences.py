"""The licences that come with modelkin: every file loads, and they agree with each other."""

from __future__ import annotations

import re

import pytest

from modelkin.rulebook.loader import licence_rule, licence_rules
from modelkin.rulebook.model import Duty, Family, LicenceRule, Scope

LICENCES = licence_rules()
IDS = [rule.id for rule in LICENCES]
# What the shipped corpus says of its upstreams.
CORPUS = (
    *("Apache-2.0", "MIT", "BSD-3-Clause", "BSD-2-Clause", "MPL-2.0"),
    *("AGPL-3.0-or-later", "CC-BY-NC-4.0", "LicenseRef-Llama-Community"),
)
OPEN = ("public-domain", "permissive", "weak-copyleft", "copyleft", "network-copyleft")


def duties(identifier: str) -> dict[Duty, str]:
    """The clause of each duty of a licence."""
    rule = licence_rule(identifier)
    assert rule
    return {obligation.duty: obligation.clause for obligation in rule.obligations}


def test_there_are_25_code_licences_and_more() -> None:
    assert sum(not rule.id.startswith("LicenseRef-") for rule in LICENCES) >= 25


@pytest.mark.parametrize("identifier", CORPUS)
def test_every_licence_of_the_corpus_is_known(identifier: str) -> None:
    assert licence_rule(identifier)


@pytest.mark.parametrize("rule", LICENCES, ids=IDS)
def test_every_sentence_is_one(rule: LicenceRule) -> None:
    sentences = [text for obligation in rule.obligations for text in (obligation.asks, obligation.remedy)]
    for sentence in [*sentences, *filter(None, [rule.combination.reason])]:
        assert re.fullmatch(r"\S.*\.", sentence), sentence
        assert "  " not in sentence


@pytest.mark.parametrize("rule", LICENCES, ids=IDS)
def test_a_licence_asks_something_unless_it_gives_up_all_rights(rule: LicenceRule) -> None:
    assert bool(rule.obligations) == (rule.family is not Family.PUBLIC_DOMAIN)


@pytest.mark.parametrize("rule", LICENCES, ids=IDS)
def test_obligations_stay_in_the_reach_of_their_licence(rule: LicenceRule) -> None:
    for obligation in rule.obligations:
        assert rule.scope in (obligation.scope, Scope.BOTH)


def test_apache_asks_what_its_section_4_says() -> None:
    assert duties("Apache-2.0") == {
        Duty.CARRY_LICENCE: "§4(a)",
        Duty.STATE_CHANGES: "§4(b)",
        Duty.KEEP_NOTICES: "§4(c)",
        Duty.KEEP_LICENCE_HEADER: "§4(c)",
        Duty.CARRY_NOTICE_FILE: "§4(d)",
    }


@pytest.mark.parametrize("identifier", ["GPL-2.0-only", "GPL-3.0-or-later", "AGPL-3.0-only"])
@pytest.mark.parametrize("whole", ["permissive", "public-domain", "model", "non-commercial"])
def test_gpl_code_goes_into_no_work_under_other_terms(identifier: str, whole: str) -> None:
    rule = licence_rule(identifier)
    assert rule
    assert whole in rule.combination.not_under


@pytest.mark.parametrize(
    "rule", [rule for rule in LICENCES if rule.family is Family.NON_COMMERCIAL], ids=lambda r: r.id
)
def test_non_commercial_code_goes_into_no_open_source_work(rule: LicenceRule) -> None:
    assert set(OPEN) <= set(rule.combination.not_under)


def test_permissive_code_goes_into_a_work_under_another_permissive_licence() -> None:
    for identifier in ("MIT", "Apache-2.0", "BSD-3-Clause", "ISC"):
        rule = licence_rule(identifier)
        assert rule
        assert "permissive" in rule.combination.under


def test_there_are_25_model_licences_and_more() -> None:
    assert sum(rule.id.startswith("LicenseRef-") for rule in LICENCES) >= 25


def test_code_of_an_apache_upstream_never_owes_what_its_weights_would() -> None:
    assert not {Duty.DISPLAY, Duty.EXACT_NOTICE, Duty.NAME_PREFIX} & duties("Apache-2.0").keys()


@pytest.mark.parametrize("version", ["3", "3.1", "3.2", "3.3", "4"])
def test_a_name_prefix_is_asked_of_models_only(version: str) -> None:
    rule = licence_rule(f"LicenseRef-Llama-{version}")
    assert rule
    assert {each.scope for each in rule.obligations if each.duty is Duty.NAME_PREFIX} == {Scope.WEIGHTS}


@pytest.mark.parametrize("version", ["2", "3", "3.1", "3.2", "3.3", "4"])
def test_the_notice_of_a_llama_names_its_version(version: str) -> None:
    rule = licence_rule(f"LicenseRef-Llama-{version}")
    assert rule
    (notice,) = (each for each in rule.obligations if each.duty is Duty.EXACT_NOTICE)
    assert f"Llama {version} is licensed under the" in notice.strings[0]


# Of these a licence may have several, and no reading of files tells whether they are met.
OF_SEVERAL = {Duty.NO_ENDORSEMENT, Duty.OFFER_SOURCE}


@pytest.mark.parametrize("rule", LICENCES, ids=IDS)
def test_nothing_is_asked_twice_of_the_same_thing(rule: LicenceRule) -> None:
    asked = [(each.duty, each.scope) for each in rule.obligations if each.duty not in OF_SEVERAL]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("rule", LICENCES, ids=IDS)
def test_a_copy_goes_into_a_work_under_its_own_licence(rule: LicenceRule) -> None:
    assert not {rule.id, rule.family.value} & set(rule.combination.not_under)
