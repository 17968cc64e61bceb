"""One table of settings: command line, settings files, `config show`, journals and the documentation follow from it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from msgspec.structs import fields, replace

from modelkin import ScanOptions
from modelkin.attribution.waivers import Waiver
from modelkin.audit.journal import Journal
from modelkin.audit.records import SCHEMA, AuditHeader, recorded
from modelkin.cli import main
from modelkin.cli.choices import Choices, comparing_options, scan_options, setting_option, shared_options
from modelkin.cli.configured import configured
from modelkin.errors import ModelkinError
from modelkin.results import CorpusIdentity
from modelkin.settings import IN_FILE, SETTINGS, Group, Setting, ValueKind

from .support.documents import README, ROOT
from .support.repositories import written

SCANNING = {"scan", "compare", "attribute", "baseline", "audit"}
OFFERED_BY = {
    Group.SCANNING: SCANNING,
    Group.TRUST: SCANNING - {"audit"},
    Group.TIME: SCANNING - {"audit"},
    Group.DELIVERY: {"scan", "compare", "audit", "report"},
    Group.ENDING: SCANNING | {"report"},
    Group.MANY: SCANNING - {"compare"},
    Group.OWN: {"scan"},
    Group.COMPARING: {"compare"},
}
WAIVER = "[{ path = 'a.py', rule = 'relicensed', reason = 'agreed' }]"
# One value of each kind: as a settings file has it, as the command line has it, and as it is taken.
SPELLINGS: dict[ValueKind, tuple[str, tuple[str, ...], Any]] = {
    ValueKind.GLOBS: ("['lamp']", ("lamp",), ("lamp",)),
    ValueKind.SOURCES: ("['lamp']", ("lamp",), ("lamp",)),
    ValueKind.PATHS: ("['lamp']", ("lamp",), (Path("lamp"),)),
    ValueKind.PATH: ("'lamp'", ("lamp",), Path("lamp")),
    ValueKind.THRESHOLDS: ("'renamed'", ("renamed",), ("renamed",)),
    ValueKind.SHARE: ("0.25", ("0.25",), 0.25),
    ValueKind.SECONDS: ("", ("0.25",), 0.25),
    ValueKind.COUNT: ("4", ("4",), 4),
    ValueKind.DATE: ("", ("2023-06-20",), "2023-06-20"),
    ValueKind.FLAG: ("", (), True),
    ValueKind.RULES: ("['relicensed']", ("relicensed",), ("relicensed",)),
    ValueKind.LEVELS: ("{ relicensed = 'note' }", ("relicensed=note",), ("relicensed=note",)),
    ValueKind.FORMATS: ("'json'", ("json",), ("json",)),
    ValueKind.SIZE: ("", ("2MB",), 2_000_000),
    ValueKind.WAIVERS: (WAIVER, (), (Waiver("team.toml", 1, ("relicensed",), "agreed", "a.py"),)),
}


def line_of(setting: Setting) -> str:
    return f"{setting.key} = {SPELLINGS[setting.kind][0]}\n"


def words_of(setting: Setting) -> tuple[str, ...]:
    return (f"--{setting.key}", *SPELLINGS[setting.kind][1])


def chosen(*words: str) -> Choices:
    """What a command takes from these words and the settings that they name."""
    seen: list[Choices] = []

    @click.command()
    @setting_option("baseline")
    @comparing_options
    @setting_option("jobs")
    @shared_options
    def command(choices: Choices) -> int:
        seen.append(configured(choices))
        return 0

    command.main(list(words), standalone_mode=False)
    return seen[0]


def value_of(setting: Setting, choices: Choices) -> Any:
    return getattr(scan_options(choices) if setting.of_scan else choices, setting.field)


def test_every_setting_has_a_name_and_a_field_of_its_own() -> None:
    assert len({each.key for each in SETTINGS}) == len({each.field for each in SETTINGS}) == len(SETTINGS)
    taken = {field.name for field in fields(ScanOptions)} - {"settings"}
    assert {each.field for each in SETTINGS if each.of_scan} == taken
    assert {each.field for each in SETTINGS if not each.of_scan} <= {field.name for field in fields(Choices)}


def test_every_option_is_in_the_help_of_the_commands_of_its_group(capsys: pytest.CaptureFixture[str]) -> None:
    failures = []
    for name in sorted(OFFERED_BY[Group.ENDING]):
        assert main([name, "--help"]) == 0
        text = " ".join(capsys.readouterr().out.split())
        for each in SETTINGS:
            shown = " ".join(filter(None, (f"--{each.key}", each.metavar, each.help)))
            if (shown in text) != (name in OFFERED_BY.get(each.group, ())):
                failures.append((name, each.key))
    assert not failures


def test_every_setting_of_a_file_is_read_and_shown_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, {"modelkin.toml": "".join(map(line_of, IN_FILE.values()))})
    assert main(["config", "show", str(tmp_path), "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    lines = {each["key"]: each["line"] for each in told["settings"]} | {"waivers": told["waivers"][0]["line"]}
    assert main(["config", "show", str(tmp_path)]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    failures = []
    for number, each in enumerate(IN_FILE.values(), 1):
        begins = "a.py" if each.kind is ValueKind.WAIVERS else each.key
        is_shown = any(row[:1] == [begins] and row[-1] == f"modelkin.toml:{number}" for row in rows)
        failures += [] if is_shown and lines.get(each.key) == number else [each.key]
    assert not failures
    assert told["left_out"] == list(IN_FILE)


def test_every_setting_is_taken_from_the_command_line_and_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    failures = []
    for each in SETTINGS:
        expected = SPELLINGS[each.kind][2]
        if each.group is not Group.NONE and value_of(each, chosen(*words_of(each))) != expected:
            failures.append(f"--{each.key}")
        if each.in_file:
            Path("team.toml").write_text(line_of(each))
            taken = chosen("--settings", "team.toml")
            if value_of(each, taken) != expected or scan_options(taken).settings is None:
                failures.append(f"{each.key} = ...")
    assert not failures


def test_the_command_line_comes_before_every_setting_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(written(tmp_path, {"other/team.toml": "".join(map(line_of, IN_FILE.values()))}))
    both = [each for each in SETTINGS if each.in_file and each.group is not Group.NONE]
    text = Path("other/team.toml").read_text().replace("'lamp'", "'bulb'").replace("renamed", "modified")
    Path("other/team.toml").write_text(text.replace("0.25", "0.5"))
    taken = chosen("--settings", "other/team.toml", *(word for each in both for word in words_of(each)))
    assert [each.key for each in both if value_of(each, taken) != SPELLINGS[each.kind][2]] == []
    settings = scan_options(taken).settings
    assert settings is not None
    assert settings.overridden == {each.key for each in both}
    assert settings.keys == set(IN_FILE)


def test_an_audit_goes_on_only_with_the_same_settings_where_its_journal_records_them(tmp_path: Path) -> None:
    begun = AuditHeader(SCHEMA, "0.1", "repos", CorpusIdentity("base", "1", "ab" * 32), **recorded(ScanOptions()))
    Journal.begin(tmp_path / "audit.jsonl", begun).close()
    (line,) = (tmp_path / "audit.jsonl").read_text().splitlines()
    in_journal = list(json.loads(line)["header"])
    failures = []
    for each in SETTINGS:
        values = {each.field: SPELLINGS[each.kind][2]} if each.of_scan else {}
        asked = replace(begun, **recorded(ScanOptions(**values)))
        try:
            Journal.resume(tmp_path / "audit.jsonl", asked)[0].close()
        except ModelkinError as error:
            is_refused = f"was begun with {each.key} " in str(error)
        else:
            is_refused = False
        failures += [] if is_refused == each.recorded == (each.field in in_journal) else [each.key]
    assert not failures
    # In every journal of this version, in this order.
    first = ["schema", "tool", "place", "corpus", "include", "exclude", "exclude_upstream", "against", "min_similarity"]
    assert [name for name in in_journal if name in (*first, "waivers", "baseline")] == [*first, "waivers", "baseline"]


@pytest.mark.parametrize("page", [README, ROOT / "SECURITY.md", ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_the_documentation_says_which_settings_count_by_themselves(page: Path) -> None:
    text = " ".join(page.read_text(encoding="utf-8").split())
    # Waivers are told of apart, since they stand in comments, too.
    selecting = {each.key for each in IN_FILE.values() if each.selects and each.kind is not ValueKind.WAIVERS}
    for said in re.findall(r"settings that select \(([^)]*)\)", text):
        assert set(re.findall("`(.*?)`", said)) == selecting
    lowering = re.findall(r"(?:brings something \(|something to compare with: )((?:`[a-z-]+`(?:, )?)+)", text)
    assert lowering
    for said in lowering:
        assert set(re.findall("`(.*?)`", said)) == {each.key for each in IN_FILE.values() if not each.selects}


def test_the_help_says_which_settings_count_by_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", "--help"]) == 0
    *first, last = (each.key for each in IN_FILE.values() if each.selects)
    assert f"{', '.join(first)} and {last} count by themselves" in " ".join(capsys.readouterr().out.split())
