"""The licences that come with modelkin: every file loads, and they agree with each other."""

from __future__ import annotations

import re
from collections import Counter

from modelkin.rulebook.loader import licence_rule, licence_rules
from modelkin.rulebook.model import Combination, Duty, Family, LicenceRule, Scope

LICENCES = licence_rules()
LLAMAS = ("2", "3", "3.1", "3.2", "3.3", "4")
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


def combination(identifier: str) -> Combination:
    rule = licence_rule(identifier)
    assert rule
    return rule.combination


def llama(version: str) -> LicenceRule:
    rule = licence_rule(f"LicenseRef-Llama-{version}")
    assert rule
    return rule


def test_there_are_25_code_licences_and_more() -> None:
    assert sum(not rule.id.startswith("LicenseRef-") for rule in LICENCES) >= 25


def test_every_licence_of_the_corpus_is_known() -> None:
    assert not [identifier for identifier in CORPUS if not licence_rule(identifier)]


def test_every_sentence_is_one() -> None:
    sentences = [
        (rule.id, text)
        for rule in LICENCES
        for text in (*(text for each in rule.obligations for text in (each.asks, each.remedy)), rule.combination.reason)
        if text
    ]
    assert not [each for each in sentences if not re.fullmatch(r"\S.*\.", each[1]) or "  " in each[1]]


def test_a_licence_asks_something_unless_it_gives_up_all_rights() -> None:
    assert not [rule.id for rule in LICENCES if bool(rule.obligations) == (rule.family is Family.PUBLIC_DOMAIN)]


def test_obligations_stay_in_the_reach_of_their_licence() -> None:
    assert not [
        (rule.id, obligation.clause)
        for rule in LICENCES
        for obligation in rule.obligations
        if rule.scope not in (obligation.scope, Scope.BOTH)
    ]


def test_apache_asks_what_its_section_4_says() -> None:
    assert duties("Apache-2.0") == {
        Duty.CARRY_LICENCE: "§4(a)",
        Duty.STATE_CHANGES: "§4(b)",
        Duty.KEEP_NOTICES: "§4(c)",
        Duty.KEEP_LICENCE_HEADER: "§4(c)",
        Duty.CARRY_NOTICE_FILE: "§4(d)",
    }


def test_gpl_code_goes_into_no_work_under_other_terms() -> None:
    others = {"permissive", "public-domain", "model", "non-commercial"}
    allowed = {
        identifier: others - set(combination(identifier).not_under)
        for identifier in ("GPL-2.0-only", "GPL-3.0-or-later", "AGPL-3.0-only")
    }
    assert not any(allowed.values()), allowed


def test_non_commercial_code_goes_into_no_open_source_work() -> None:
    rules = [rule for rule in LICENCES if rule.family is Family.NON_COMMERCIAL]
    assert rules
    assert not [rule.id for rule in rules if not set(OPEN) <= set(rule.combination.not_under)]


def test_permissive_code_goes_into_a_work_under_another_permissive_licence() -> None:
    permissive = ("MIT", "Apache-2.0", "BSD-3-Clause", "ISC")
    assert not [each for each in permissive if "permissive" not in combination(each).under]


def test_there_are_25_model_licences_and_more() -> None:
    assert sum(rule.id.startswith("LicenseRef-") for rule in LICENCES) >= 25


def test_code_of_an_apache_upstream_never_owes_what_its_weights_would() -> None:
    assert not {Duty.DISPLAY, Duty.EXACT_NOTICE, Duty.NAME_PREFIX} & duties("Apache-2.0").keys()


def test_a_name_prefix_is_asked_of_models_only() -> None:
    scopes = {
        version: {each.scope for each in llama(version).obligations if each.duty is Duty.NAME_PREFIX}
        for version in LLAMAS[1:]
    }
    assert all(found == {Scope.WEIGHTS} for found in scopes.values()), scopes


def test_the_notice_of_a_llama_names_its_version() -> None:
    notices = {
        version: [each.strings[0] for each in llama(version).obligations if each.duty is Duty.EXACT_NOTICE]
        for version in LLAMAS
    }
    assert not [
        version
        for version, words in notices.items()
        if len(words) != 1 or f"Llama {version} is licensed under the" not in words[0]
    ]


# Of these a licence may have several, and no reading of files tells whether they are met.
OF_SEVERAL = {Duty.NO_ENDORSEMENT, Duty.OFFER_SOURCE}


def test_nothing_is_asked_twice_of_the_same_thing() -> None:
    asked = Counter(
        (rule.id, each.duty, each.scope)
        for rule in LICENCES
        for each in rule.obligations
        if each.duty not in OF_SEVERAL
    )
    assert not [each for each, count in asked.items() if count > 1]


def test_a_copy_goes_into_a_work_under_its_own_licence() -> None:
    assert not [rule.id for rule in LICENCES if {rule.id, rule.family.value} & set(rule.combination.not_under)]
