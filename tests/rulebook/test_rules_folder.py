"""The folder of rules: which ids it has, what they clash in, and that no id reaches out of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.errors import RuleError
from modelkin.rulebook.loader import finding_rule, finding_rules, licence_rule, licence_rules, shipped_folder

LICENCE = """\
id: {id}
title: {id} License
family: {family}
scope: code
url: https://example.org
obligations: []
names: [{names}]
combination: {{under: [{under}], reason: It says so.}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of rules with no rule in it."""
    (tmp_path / "licences").mkdir()
    (tmp_path / "findings").mkdir()
    return tmp_path


def add(folder: Path, identifier: str, names: str = "", under: str = "", family: str = "permissive") -> Path:
    path = folder / "licences" / f"{identifier}.yaml"
    path.write_text(LICENCE.format(id=identifier, names=names, under=under, family=family), encoding="utf-8")
    return path


def test_the_rules_of_another_folder_are_read_from_there(folder: Path) -> None:
    add(folder, "Lamp-2.0")
    add(folder, "Lamp-1.0", under="Lamp-2.0, permissive")
    assert [rule.id for rule in licence_rules(folder)] == ["Lamp-1.0", "Lamp-2.0"]
    assert licence_rule("Lamp-1.0", folder)
    assert licence_rule("MIT", folder) is None
    assert finding_rules(folder) == ()


def test_no_id_reaches_out_of_the_folder() -> None:
    names = ("../licences/MIT", "/etc/passwd", "..", "", ".", "mit", "MIT.yaml", "MIT\0", "a" * 100_000)
    assert not [name for name in names if licence_rule(name) or finding_rule(name)]


def test_a_licence_is_read_once_and_from_its_own_file_only(folder: Path) -> None:
    add(folder, "Lamp-1.0")
    (folder / "licences" / "Broken.yaml").write_text("[", encoding="utf-8")
    first = licence_rule("Lamp-1.0", folder)
    assert first
    assert licence_rule("Lamp-1.0", folder) is first
    with pytest.raises(RuleError, match=r"Broken\.yaml: line 2: not valid YAML"):
        licence_rules(folder)


def test_a_name_means_one_licence(folder: Path) -> None:
    add(folder, "Lamp-1.0", names="lamp")
    path = add(folder, "Lamp-2.0", names="lamp")
    with pytest.raises(RuleError) as raised:
        licence_rules(folder)
    assert str(raised.value) == f"{path}: names[0]: 'lamp' already means Lamp-1.0"


def test_a_name_is_not_another_licence_s_id(folder: Path) -> None:
    path = add(folder, "Lamp-1.0", names="lamp-2.0")
    add(folder, "Lamp-2.0")
    with pytest.raises(RuleError) as raised:
        licence_rules(folder)
    assert str(raised.value) == f"{path}: names[0]: 'lamp-2.0' already means Lamp-2.0"


def test_a_combination_names_what_is_known(folder: Path) -> None:
    path = add(folder, "Lamp-1.0", under="permissive, Candle")
    with pytest.raises(RuleError) as raised:
        licence_rules(folder)
    assert str(raised.value) == f"{path}: combination.under[1]: 'Candle' is neither a known licence nor a family"


def test_what_is_no_rule_does_not_lie_among_them(folder: Path) -> None:
    add(folder, "Lamp-1.0")
    (folder / "licences" / "Lamp-1.0.yml").write_text("", encoding="utf-8")
    with pytest.raises(RuleError, match=r"Lamp-1\.0\.yml: not a rule: rules are named after their id"):
        licence_rules(folder)


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="licences: cannot be read: No such file or directory"):
        licence_rules(tmp_path)


def test_every_shipped_file_is_a_rule() -> None:
    files = {path.stem for path in (shipped_folder() / "licences").iterdir()}
    assert files == {rule.id for rule in licence_rules()}
    files = {path.stem for path in (shipped_folder() / "findings").iterdir()}
    assert files == {rule.id for rule in finding_rules()}


def test_ids_differ_in_more_than_case() -> None:
    ids = [*(rule.id.lower() for rule in licence_rules()), *(rule.id.lower() for rule in finding_rules())]
    assert len(ids) == len(set(ids))
