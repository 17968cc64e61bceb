"""Rule files: what is broken in one is said in one line, with the file and the key."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelkin.errors import RuleError
from modelkin.results import Level
from modelkin.rulebook.loader import read_finding, read_licence
from modelkin.rulebook.model import Duty, Scope
from modelkin.support.yaml import MOST_BYTES, BrokenYamlError, read_plain_yaml

LICENCE = """\
id: Lamp-1.0
title: Lamp License
family: permissive
scope: code
url: https://example.org/lamp
names: [lamp, "lamp 1.0"]
obligations:
- clause: §1
  duty: exact-notice
  asks: The notice stays.
  level: error
  remedy: Put it back.
  strings: [Lit by Lamp]
"""
FINDING = """\
id: holder-removed
title: A copyright line is gone
level: error
message: "{path} lacks {missing}"
help: It was there.
remedy: Put it back.
reported:
- says: It is gone.
  files: {modeling.py: ""}
passed:
- says: It is there.
  files: {modeling.py: ""}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "Lamp-1.0.yaml"


def explained(file: Path, text: str | bytes) -> str:
    """What is said of a licence file with that text, its folder left out."""
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RuleError) as raised:
        read_licence(file)
    (line,) = str(raised.value).splitlines()
    return line.removeprefix(f"{file.parent}/")


def test_a_rule_is_read_as_it_stands(file: Path) -> None:
    file.write_text(LICENCE, encoding="utf-8-sig")
    (obligation,) = (rule := read_licence(file)).obligations
    assert rule.names == ("lamp", "lamp 1.0")
    assert (obligation.duty, obligation.level, obligation.scope) == (Duty.EXACT_NOTICE, Level.ERROR, Scope.CODE)
    assert obligation.strings == ("Lit by Lamp",)


def test_a_scalar_is_the_text_that_was_written() -> None:
    scalars = ("no", "1.10", "2024-04-01", "0x10", "null", "~", "1_000", "1e3", "<<")
    assert [read_plain_yaml(f"key: {scalar}".encode()) for scalar in scalars] == [{"key": each} for each in scalars]


def test_what_is_wrong_is_said_with_its_key(file: Path) -> None:
    cases = [
        ("title: Lamp License\n", "", "title: is missing"),
        ("Lamp License", "", "title: is empty"),
        ("Lamp License", "[a, b]", "title: must be a text, not a list"),
        ("Lamp License", "{a: b}", "title: must be a text, not a mapping"),
        ("title:", "titel:", "titel: is not a key of a rule"),
        ("names:", "name:", "name: is not a key of a rule"),
        ("permissive", "generous", "family: is not one of public-domain, permissive, weak-copyleft"),
        ("scope: code", "scope: binaries", "scope: is not one of code, weights, both"),
        ("  duty: exact-notice\n", "", "obligations[0].duty: is missing"),
        ("exact-notice", "applaud", "obligations[0].duty: is not one of keep-notices"),
        ("level: error", "level: fatal", "obligations[0].level: is not one of error, warning, note"),
        ("§1", "", "obligations[0].clause: is empty"),
        ("[Lit by Lamp]", "Lit by Lamp", "obligations[0].strings: must be a list, not a text"),
        ("[Lit by Lamp]", "[{a: b}]", "obligations[0].strings[0]: must be a text, not a mapping"),
        ("  strings: [Lit by Lamp]\n", "", "obligations[0].strings: is missing; exact-notice needs the exact words"),
        ("  strings:", "  by_address: maybe\n  strings:", "obligations[0].by_address: must be true or false"),
        ("[lamp,", "[Lamp,", "names[0]: 'Lamp' is not in lower case"),
        ("[lamp,", "[lamp-1.0,", "names[0]: 'lamp-1.0' stands twice, or is the id"),
        ("[lamp,", "[lamp 1.0,", "names[1]: 'lamp 1.0' stands twice"),
        ("id: Lamp-1.0", "id: Lamp-2.0", "id: 'Lamp-2.0' is not the file's name"),
        ("url:", "combination: {under: [MIT]}\nurl:", "combination.reason: is missing"),
        ("url:", "anchors: {required: ['(a+)+']}\nurl:", "anchors.required[0]: '(a+)+' may not use '('"),
        ("url:", "anchors: {refused: [a.*b]}\nurl:", "anchors.refused[0]: 'a.*b' may not use '*'"),
        ("url:", "id: Lamp-1.0\nurl:", "line 5: key 'id' for the second time"),
        ("url:", "names: &n [a]\nurl:", "line 5: an anchor or alias (& or *), which is not read here"),
        ("[lamp,", "[*n,", "line 6: an anchor or alias (& or *), which is not read here"),
        ("Lamp License", "!!python/object:os.system x", "line 2: a tag (!), which is not read here"),
        ("Lamp License", "!secret x", "line 2: a tag (!), which is not read here"),
        ("[lamp,", "[[[[[[[[[[[[[lamp]]]]]]]]]]]],", "line 6: nested more than 12 deep"),
        ("scope: code", "[a]: b", "line 4: a key that is not a text"),
        ("Lamp License", "a: b: c", "line 2: not valid YAML (mapping values are not allowed in this context)"),
        ("obligations:\n", "obligations: [\n", "line 8: not valid YAML"),
        ("Lamp License", "\x01", "line 2: not valid YAML (a character that YAML does not allow)"),
        ("id:", "---\n- a\n---\nid:", "line 3: a second document"),
    ]
    assert not [old for old, *_ in cases if old not in LICENCE]
    found = [(explained(file, LICENCE.replace(old, new, 1)), said) for old, new, said in cases]
    assert not [each for each in found if not each[0].startswith(f"Lamp-1.0.yaml: {each[1]}")]


def test_what_is_no_rule_at_all_is_one_line(file: Path) -> None:
    cases: list[tuple[bytes, str]] = [
        (b"", "empty"),
        (b"# nothing\n", "empty"),
        (b"- a\n", "the whole file: must be a mapping, not a list"),
        (b"lamp\n", "the whole file: must be a mapping, not a text"),
        ("title: lámpara".encode("latin-1"), "not UTF-8 at byte 9"),
        (LICENCE.encode("utf-16"), "not UTF-8 at byte 1"),
        (b"\0" * 100, "line 1: not valid YAML"),
        (b"#" * (MOST_BYTES + 1), "larger than 256,000 bytes"),
        (b"[" * MOST_BYTES, "line 1: nested more than 12 deep"),
        (b"a: &a [x]\nb: &b [*a,*a]\n", "line 1: an anchor"),
        (b'"a\\nb": c\n' + LICENCE.encode(), "a b: is not a key of a rule"),
    ]
    found = [(explained(file, content), said) for content, said in cases]
    assert not [each for each in found if not each[0].startswith(f"Lamp-1.0.yaml: {each[1]}")]


def test_a_rule_that_is_a_folder_is_one_line(file: Path) -> None:
    file.mkdir()
    with pytest.raises(RuleError, match=r"Lamp-1\.0\.yaml: not a file$"):
        read_licence(file)


def test_what_is_wrong_in_a_finding_is_said_with_its_key(tmp_path: Path) -> None:
    file = tmp_path / "holder-removed.yaml"
    text = FINDING.replace('""', "''")
    cases = [
        ("{missing}", "{nothing}", "message: names {nothing}; known are"),
        ("{missing}", "{missing!r}", "message: formats {missing}; a field stands bare"),
        ("{missing}", "{missing.__class__}", "message: names {missing.__class__}"),
        ("{missing}", "{", "message: is no template"),
        ("Put it back.", '"{}"', "remedy: names {}; known are"),
        ("passed:\n- says: It is there.\n  files: {modeling.py: ''}", "passed: []", "passed: has no example"),
        ("{modeling.py: ''}", "{other.py: ''}", "reported[0].copy: 'modeling.py' is not among its files"),
    ]
    assert not [old for old, *_ in cases if old not in text]
    found = []
    for old, new, said in cases:
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(RuleError) as raised:
            read_finding(file)
        found.append((str(raised.value), said))
    assert not [each for each in found if not each[0].startswith(f"{file}: {each[1]}")]


def test_a_finding_is_read_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "holder-removed.yaml"
    file.write_text(FINDING, encoding="utf-8")
    assert read_finding(file).reported[0].upstream.licence == "Apache-2.0"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="[]{}:-&*!|>'\"#%@,? \n\tab1", max_size=120).map(str.encode))
def test_any_bytes_are_plain_yaml_or_say_why_not(content: bytes) -> None:
    try:
        value = read_plain_yaml(content)
    except BrokenYamlError:
        return
    assert isinstance(value, str | list | dict)
