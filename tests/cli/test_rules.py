"""``modelkin rules`` and ``modelkin explain``."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from modelkin.cli import main
from modelkin.rulebook.loader import finding_rules, licence_rules

FINDINGS = [rule.id for rule in finding_rules()]
LICENCES = [rule.id for rule in licence_rules()]


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize("command", ["rules", "explain"])
def test_help_has_examples_and_fits_80_columns(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, command, "--help")
    assert "Examples:" in text
    assert max(map(len, text.splitlines())) <= 80


def test_every_finding_and_licence_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    first_words = [line.split()[0] for line in printed(capsys, "rules").splitlines() if line]
    assert first_words == ["finding", *FINDINGS, "licence", *LICENCES]


@pytest.mark.parametrize(("option", "listed"), [("--findings", FINDINGS), ("--licences", LICENCES)])
def test_either_list_can_be_had_alone(option: str, listed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    _, *rows = printed(capsys, "rules", option).splitlines()
    assert [row.split()[0] for row in rows] == listed


def test_the_list_is_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(printed(capsys, "rules", "--format", "json"))
    assert data["schema"] == "modelkin.rules/1"
    assert [rule["id"] for rule in data["findings"]] == FINDINGS
    assert [rule["id"] for rule in data["licences"]] == LICENCES
    assert {"title", "level", "message", "help", "remedy"} <= data["findings"][0].keys()
    apache = next(rule for rule in data["licences"] if rule["id"] == "Apache-2.0")
    assert apache["obligations"][0]["clause"] == "§4(a)"
    assert apache["family"] == "permissive"


def test_json_of_one_list_has_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(printed(capsys, "rules", "--licences", "--format", "json"))
    assert data.keys() == {"schema", "licences"}


def test_everything_listed_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    listed = [*FINDINGS, *LICENCES]
    assert not [each for each in listed if not printed(capsys, "explain", each).startswith(f"{each}  ")]


def test_a_licence_is_explained_clause_by_clause(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "explain", "Apache-2.0")
    places = [text.index(f"\n{clause}  ") for clause in ("§4(a)", "§4(b)", "§4(c)", "§4(d)")]
    assert places == sorted(places)
    assert "not under  GPL-2.0-only" in text
    assert "apache license, version 2.0" in text


def test_exact_words_are_shown_as_they_must_stand(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "explain", "LicenseRef-Llama-3.1")
    assert '"Built with Llama"' in text
    assert '"Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta' in text


def test_a_finding_is_explained_with_its_examples(capsys: pytest.CaptureFixture[str]) -> None:
    rule = next(rule for rule in finding_rules() if rule.id == "holder-removed")
    text = printed(capsys, "explain", "holder-removed")
    for sentence in (rule.message, rule.help, rule.remedy, rule.reported[0].says, rule.passed[0].says):
        assert " ".join(sentence.split()) in " ".join(text.split())


def test_case_and_usual_names_make_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    spellings = ("apache-2.0", "APACHE-2.0", "Apache License,  Version 2.0", " apache2 ")
    assert not [each for each in spellings if not printed(capsys, "explain", each).startswith("Apache-2.0  ")]


def test_what_is_not_known_brings_suggestions(capsys: pytest.CaptureFixture[str]) -> None:
    meant = {
        "Apace-2.0": "Apache-2.0",
        "llama3.7": "LicenseRef-Llama-3",
        "holder-remove": "holder-removed",
        "apche": "Apache-2.0",
    }
    for wrong, right in meant.items():
        line = refused(capsys, "explain", wrong)
        assert line.startswith(f"modelkin: error: no finding or licence is called {wrong!r}; did you mean ")
        assert right in line


def test_what_is_like_nothing_says_where_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in ("~~~~", "nope", "xyzzy"):
        assert refused(capsys, "explain", wrong).endswith(f"is called {wrong!r}; `modelkin rules` lists them")


def test_any_id_is_answered_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [refused(capsys, "explain", wrong) for wrong in ("\x1b[2J", "", "a\nb", "x" * 100_000, "../MIT")]
    assert not [line for line in lines if not line.isprintable() or len(line) >= 300]


def test_help_loads_no_rule() -> None:
    code = "import sys\nfrom modelkin.cli import main\nmain(['explain', '--help'])\nprint(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    for heavy in ("msgspec", "yaml", "rich", "rapidfuzz"):
        assert f"'{heavy}'" not in loaded
