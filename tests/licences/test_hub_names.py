"""What the Hub calls a licence: its own name for it, or "other" with a name and an address."""

from __future__ import annotations

from modelkin.licences.hub_names import hub_name, link_of, own_name
from modelkin.licences.licence_names import licence_ids
from modelkin.rulebook.loader import licence_rules
from modelkin.support.data_files import shipped_folder


def test_each_name_in_the_table_means_one_licence_and_is_given_back() -> None:
    lines = (shipped_folder("rules") / "hub_licences.txt").read_text("utf-8").splitlines()
    names = [line for line in lines if line and not line.startswith("#")]
    assert len(names) == len(set(names)) > 60
    failures = [name for name in names if [hub_name(each) for each in licence_ids(name)] != [name]]
    assert not failures


def test_whether_later_versions_may_be_taken_the_hub_does_not_say() -> None:
    assert hub_name("GPL-3.0-or-later") == hub_name("GPL-3.0-only") == "gpl-3.0"
    assert hub_name("LicenseRef-Llama-3.1") == "llama3.1"
    assert hub_name("LicenseRef-Yi") == ""
    assert hub_name("LicenseRef-nobody-knows") == ""


def test_every_licence_with_a_rule_has_a_name_that_means_it_and_an_address() -> None:
    for rule in licence_rules():
        name = hub_name(rule.id) or own_name(rule.id)
        assert name, rule.id
        assert " " not in name
        known = licence_ids(name)
        assert not known or rule.id.startswith(known[0].removesuffix("-only")), (rule.id, name, known)
        assert link_of(rule.id).startswith(("https://", "http://"))
