"""Settings are read strictly, each with its place; which of them count is shown."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from modelkin.attribution.waivers import Waiver
from modelkin.cli import main
from modelkin.errors import ConfigurationError
from modelkin.results import Region
from modelkin.settings_file import SettingsFile, find_settings, read_settings

from .support.repositories import written

SETTINGS = """\
include = ["lamp/*"]
exclude = ["tests/*", "docs"]
exclude-upstream = ["bulb"]
against = ["../upstream", "pypi:lantern==1.0", "git+https://example.org/a.git"]
corpus = ["team.safetensors"]
fail-on = "renamed"
min-similarity = 0.5
baseline = "known.json"
"""
WAIVERS = """
[[{0}waivers]]
path = "vendored/*"
rule = "relicensed"
reason = "agreed"

[[{0}waivers]]
path = "a.py"
rule = "holder-removed"
reason = "see docs"
"""
SHARED = f"[project]\nname = 'lamp'\n\n[tool.modelkin]\n{SETTINGS}{WAIVERS.format('tool.modelkin.')}"
OWN = SETTINGS + WAIVERS.format("")


def read(folder: Path, files: dict[str, str]) -> SettingsFile:
    written(folder, files)
    return find_settings(folder)


def refusal(folder: Path, text: str, name: str = "modelkin.toml") -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(folder, {name: text})
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("name", "text", "offset"), [("pyproject.toml", SHARED, 4), ("modelkin.toml", OWN, 0)])
def test_each_setting_is_read_with_its_place(tmp_path: Path, name: str, text: str, offset: int) -> None:
    found = read(tmp_path, {name: text})
    assert (found.path, found["include"], found["exclude"]) == (name, ("lamp/*",), ("tests/*", "docs"))
    assert (found["exclude-upstream"], found["fail-on"], found["min-similarity"]) == (("bulb",), ("renamed",), 0.5)
    assert found["against"] == (str(tmp_path / "../upstream"), "pypi:lantern==1.0", "git+https://example.org/a.git")
    assert found["corpus"] == (tmp_path / "team.safetensors",)
    assert found.origins["exclude"] == Region(name, offset + 2, offset + 2)
    assert found["waivers"] == (
        Waiver(name, offset + 10, ("relicensed",), "agreed", "vendored/*"),
        Waiver(name, offset + 15, ("holder-removed",), "see docs", "a.py"),
    )
    assert found["baseline"] == tmp_path / "known.json"
    assert found.left_out == ()


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"pyproject.toml": "[project]\nname = 'lamp'\n"},
        {"pyproject.toml": "[project]\ndependencies = ['modelkin']\n"},
        {"pyproject.toml": "[project\nbroken, and names modelkin"},
        {"pyproject.toml": "tool = 'modelkin'\n"},
        {"lamp/modelkin.toml": "exclude = ['*']\n"},
    ],
)
def test_most_folders_have_none(tmp_path: Path, files: dict[str, str]) -> None:
    assert read(tmp_path, files) == SettingsFile()


def test_waivers_may_be_written_as_a_list(tmp_path: Path) -> None:
    text = 'exclude = []\nwaivers = [{ path = "a.py", rule = "relicensed", reason = "agreed\\nby mail" }]\n'
    assert read(tmp_path, {"modelkin.toml": text})["waivers"] == (
        Waiver("modelkin.toml", 2, ("relicensed",), "agreed by mail", "a.py"),
    )


def test_what_does_not_count_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, {"modelkin.toml": OWN})
    counting = found.counting({"exclude", "waivers"})
    assert (counting["exclude"], counting["waivers"], counting["include"], counting["fail-on"]) == (
        found["exclude"],
        found["waivers"],
        (),
        (),
    )
    assert set(counting.left_out) == found.origins.keys() - {"exclude", "waivers"}
    assert found.counting(())["waivers"] == ()


def test_a_file_that_the_user_names_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    written(tmp_path, {"team.toml": OWN, "pyproject.toml": SHARED, "other/pyproject.toml": "[project]\nname = 'a'\n"})
    assert read_settings(tmp_path / "team.toml")["fail-on"] == ("renamed",)
    assert read_settings(tmp_path / "pyproject.toml")["baseline"] == tmp_path / "known.json"
    for name, said in (("gone.toml", "no such file of settings"), ("other/pyproject.toml", "holds no [tool.modelkin]")):
        with pytest.raises(ConfigurationError, match=re.escape(said)):
            read_settings(tmp_path / name)


def test_several_thresholds_are_a_list(tmp_path: Path) -> None:
    assert read(tmp_path, {"modelkin.toml": "fail-on = ['error', 'skipped']\n"})["fail-on"] == ("error", "skipped")


def test_what_is_wrong_is_one_line_with_file_and_key(tmp_path: Path) -> None:
    for text, said in (
        ("exlude = []\n", "modelkin.toml:1: there is no setting 'exlude'; did you mean 'exclude'?"),
        ("\nfail_on = 'error'\n", "modelkin.toml:2: there is no setting 'fail_on'; did you mean 'fail-on'?"),
        ("colour = true\n", "there is no setting 'colour'; known are include, exclude"),
        ("exclude = 'tests'\n", "modelkin.toml:1: exclude must be a list of texts"),
        ("exclude = [1]\n", "exclude must be a list of texts"),
        ("include = ['']\n", "include must be a list of texts"),
        ("fail-on = 'eror'\n", "fail-on must be one of error, warning"),
        ("fail-on = []\n", "fail-on must be one of error, warning"),
        ("min-similarity = 2\n", "min-similarity must be a number from 0 to 1"),
        ("min-similarity = true\n", "min-similarity must be a number from 0 to 1"),
        ("min-similarity = nan\n", "min-similarity must be a number from 0 to 1"),
        ("min-similarity = '0.5'\n", "min-similarity must be a number from 0 to 1"),
        ("waivers = 'a.py'\n", "waivers must be tables, each of path, rule and reason"),
        ("[[waivers]]\npath = 'a.py'\nrule = 'relicensed'\n", "modelkin.toml:1: waivers: a waiver needs its reason"),
        ("[[waivers]]\npath = 'a.py'\nrule = 'relicensed'\nreason = ' '\n", "a waiver needs its reason"),
        ("[[waivers]]\nrule = 'relicensed'\nreason = 'x'\n", "a waiver needs its path"),
        ("[[waivers]]\npath = 'a'\nreson = 'x'\n", "there is no key 'reson'; did you mean 'reason'?"),
        ("[[waivers]]\npath = 'a'\nrule = 'holder-remove'\nreason = 'x'\n", "did you mean 'holder-removed'?"),
        ("[[waivers]]\npath = '../a'\nrule = 'relicensed'\nreason = 'x'\n", "path must be a glob from the root"),
        (
            WAIVERS.format("") + "[[waivers]]\npath = 'a.py'\nrule = 'holder-removed'\nreason = 'other'\n",
            "holder-removed is waived for this place a second time, first at",
        ),
        ("a = [\n", "modelkin.toml: not valid TOML"),
        ("baseline = ['a']\n", "baseline must be a path, as a text"),
        ("fail-on = ['error', 'eror']\n", "fail-on must be one of error, warning"),
        ("waivers = [" + "{}," * 1_001 + "]\n", "modelkin.toml:1: waivers are more than 1,000"),
        ("a" + ".a" * 5_000 + " = 1\n", "modelkin.toml: line 1: a key of more than 100 parts"),
        ("#" * 300_000, "modelkin.toml: over the limit of 256 KB for settings"),
    ):
        assert said in refusal(tmp_path, text), text


def test_our_table_in_a_broken_file_is_an_error(tmp_path: Path) -> None:
    assert "pyproject.toml: not valid TOML" in refusal(tmp_path, "[tool.modelkin]\nexclude = [\n", "pyproject.toml")
    assert "tool.modelkin must be a table" in refusal(tmp_path, "[tool]\nmodelkin = 3\n", "pyproject.toml")
    assert "there is no setting 'x'" in refusal(tmp_path, "[tool]\nmodelkin = { x = 3 }\n", "pyproject.toml")


def test_text_that_is_not_utf_8_is_an_error_in_our_file_only(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"# modelkin \xff\n")
    assert find_settings(tmp_path) == SettingsFile()
    (tmp_path / "modelkin.toml").write_bytes(b"# \xff\n")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        find_settings(tmp_path)


def test_settings_in_both_files_contradict_each_other(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"both modelkin\.toml and pyproject\.toml; keep one"):
        read(tmp_path, {"modelkin.toml": "exclude = []\n", "pyproject.toml": "[tool.modelkin]\nexclude = []\n"})


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_link_out_of_the_folder_and_a_pipe_are_not_read(tmp_path: Path) -> None:
    written(tmp_path, {"outside.toml": "colour = 1\n"})
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "modelkin.toml").symlink_to("../outside.toml")
    os.mkfifo(inside / "pyproject.toml")
    assert find_settings(inside) == SettingsFile()


def test_config_show_tells_each_value_and_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(written(tmp_path, {"pyproject.toml": SHARED}))
    assert main(["config", "show"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "exclude tests/* pyproject.toml:6" in lines
    assert "min-similarity 0.5 pyproject.toml:11" in lines
    assert "vendored/* relicensed agreed pyproject.toml:14" in lines
    assert main(["config", "show", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"key": "fail-on", "value": ["renamed"], "line": 10} in told["settings"]
    assert told["left_out"] == ["exclude-upstream", "against", "corpus", "fail-on", "baseline"]
    assert told["waivers"][1]["rule"] == "holder-removed"


def test_config_show_tells_what_does_not_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, {"modelkin.toml": "exclude = ['*']\n"})
    assert main(["config", "show", str(tmp_path)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert f"not counting by themselves: exclude; --settings {tmp_path / 'modelkin.toml'} obeys them" in out


def test_config_show_where_there_is_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "show", str(tmp_path)]) == 0
    assert "no settings" in " ".join(capsys.readouterr().out.split())


def test_config_show_of_broken_settings_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, {"modelkin.toml": "exlude = []\n"})
    assert main(["config", "show", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "did you mean 'exclude'?" in error


def test_a_repository_of_the_hub_is_no_path_below_the_folder(tmp_path: Path) -> None:
    found = read(tmp_path, {"modelkin.toml": "against = ['hf:lantern/lamp']\n"})
    assert found["against"] == ("hf:lantern/lamp",)
