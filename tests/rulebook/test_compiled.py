"""The compiled rules say what the YAML files say, and are asked only for those that have not changed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from modelkin.rulebook.compiled import compiled_value
from modelkin.rulebook.compiling import compiled
from modelkin.support.data_files import shipped_folder
from modelkin.support.yaml import read_plain_yaml

RULES = shipped_folder("rules")


def test_the_compiled_rules_are_those_of_the_folder() -> None:
    """After a change of a rule: ``python -m modelkin.rulebook.compiling``."""
    assert (RULES / "compiled.json").read_text(encoding="utf-8") == compiled(RULES)


def test_a_compiled_rule_says_what_its_file_says_whatever_ends_its_lines() -> None:
    path = RULES / "licences" / "MIT.yaml"
    content = path.read_bytes()
    assert compiled_value(path, content) == read_plain_yaml(content)
    assert compiled_value(path, content.replace(b"\n", b"\r\n")) == read_plain_yaml(content)


def test_a_rule_that_changed_or_lies_elsewhere_is_read_itself(tmp_path: Path) -> None:
    path = RULES / "licences" / "MIT.yaml"
    content = path.read_bytes()
    assert compiled_value(path, content + b"# changed\n") is None
    assert compiled_value(tmp_path / "licences" / "MIT.yaml", content) is None
    assert compiled_value(RULES / "base_models.yaml", (RULES / "base_models.yaml").read_bytes()) is None


def test_a_shipped_rule_is_read_without_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    from modelkin.rulebook.loader import read_finding, read_licence

    monkeypatch.setitem(sys.modules, "yaml", None)
    monkeypatch.delitem(sys.modules, "modelkin.support.yaml")
    assert read_licence(RULES / "licences" / "MIT.yaml").id == "MIT"
    assert read_finding(RULES / "findings" / "holder-removed.yaml").id == "holder-removed"
