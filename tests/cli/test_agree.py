"""``modelkin agree``: exit codes, formats, and one line for what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from modelkin.cli import main
from modelkin.reports import AGREEMENT_FORMATS

from ..support.answer_files import write_models
from ..support.page_checks import CHECKS, failures
from ..support.pages import one, read_page


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    return write_models(tmp_path_factory.mktemp("answers"))


def words(paths: Mapping[str, str], second: str, controls: int = 5) -> list[str]:
    given = [f"--control={paths[f'control{number}']}" for number in range(controls)]
    return ["agree", paths["model"], paths[second], "--gold", paths["gold"], *given]


def test_the_exit_code_says_whether_something_was_found(
    paths: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    for second, controls, code, said in (
        ("copy", 5, 1, "\nthe same wrong answers: model and copy give the same wrong answer to "),
        ("other", 5, 0, "\nno sign of one source: "),
        ("copy", 2, 0, "\nnothing concluded: "),
    ):
        assert main(words(paths, second, controls)) == code
        assert said in capsys.readouterr().out
    assert main([*words(paths, "copy"), "--quiet"]) == 1
    assert capsys.readouterr().out == ""


def test_every_format_says_the_same(paths: Mapping[str, str], tmp_path: Path) -> None:
    formats = [f"--format={name}={tmp_path / name}" for name in AGREEMENT_FORMATS]
    assert main([*words(paths, "copy"), *formats]) == 1
    data = json.loads((tmp_path / "json").read_text())
    assert (data["schema"], data["outcome"]) == ("modelkin.agreement/1", "same-errors")
    same = data["errors"]["pair"]["same"]
    for name in ("text", "markdown", "html"):
        assert f"to {same} of the {data['errors']['pair']['both_wrong']} questions" in (tmp_path / name).read_text()
    page = read_page((tmp_path / "html").read_text())
    assert not [found for check in CHECKS for found in failures(check, {"agreement": page})]
    assert not list(page.all("script"))
    assert len(list(one(page, "section", id="shares").all("circle"))) == 1 + len(data["errors"]["control_pairs"])


def test_names_of_files_are_shown_as_text(paths: Mapping[str, str], tmp_path: Path) -> None:
    hostile = tmp_path / "<b>x|`\x1b[2J.jsonl"
    hostile.write_bytes(Path(paths["copy"]).read_bytes())
    formats = [f"--format={name}={tmp_path / name}" for name in AGREEMENT_FORMATS]
    assert main([*words({**paths, "copy": str(hostile)}, "copy", 3), *formats]) == 1
    shown = {name: (tmp_path / name).read_text() for name in AGREEMENT_FORMATS}
    assert not [name for name, text in shown.items() if "\x1b" in text]
    assert "<b>" not in shown["html"]
    assert "<b>" not in shown["markdown"]


def test_what_is_wrong_is_one_line(
    paths: Mapping[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("id,answer\nz,1\n")
    for arguments, said in (
        (["agree", paths["model"], paths["model"], "--gold", paths["gold"]], "is named twice; name a file for each"),
        (["agree", paths["model"], str(other), "--gold", paths["gold"]], "none of its ids stands in"),
        ([*words(paths, "copy"), "--format", "sarif"], "'sarif' is not one of text, json, markdown, html."),
        ([*words(paths, "copy"), "--id-field", "no\nme"], r"line 1: no field `no\nme`; name it by --id-field"),
        ([*words(paths, "copy"), *(f"--control=c{n}" for n in range(20))], "25 controls are more than 20"),
    ):
        assert main(arguments) == 2
        line = capsys.readouterr().err.splitlines()[-1]
        assert said in line, line


def test_no_other_command_loads_what_this_one_needs() -> None:
    code = "import sys\nimport modelkin.api\nfrom modelkin.cli import main\nmain(['compare', '--help'])\n"
    code += "print([name for name in sys.modules if '.predictions' in name or '.agree' in name])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"
