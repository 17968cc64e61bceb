"""What a user names: NAME=SOURCE told from all that is a source itself, and one file of the current folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from modelkin.sources import of_current_folder
from modelkin.sources.specs import ARCHIVE_SUFFIXES, is_told_of, split_name

from ..support.cases import failures
from ..support.documents import ROOT

NAMED = [
    ("lantern=../upstream", ("lantern", "../upstream")),
    ("mere/nano-tides=/home/me/x", ("mere/nano-tides", "/home/me/x")),
    ("nano tides=x.zip!a/b", ("nano tides", "x.zip!a/b")),
    ("lantern=pypi:lantern==1.0", ("lantern", "pypi:lantern==1.0")),
    ("lantern=git+https://example.org/a?b=c@v1", ("lantern", "git+https://example.org/a?b=c@v1")),
    ("lantern=hf:org/name", ("lantern", "hf:org/name")),
]
PLAIN = [
    "",
    "../upstream",
    "pypi:lantern==1.0",
    "git+https://example.org/a?b=c@v1",
    "hf:org/name@main",
    "../a=b",
    "/a=b",
    "lantern==1.0",
    "=x",
    "lantern=",
]


def test_a_name_stands_before_the_source() -> None:
    assert not failures(split_name, NAMED)


def test_what_is_a_source_itself_has_no_name() -> None:
    assert not failures(split_name, [(spec, ("", spec)) for spec in PLAIN])


def test_what_is_there_under_the_whole_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lr=1").mkdir()
    assert split_name("lr=1") == ("", "lr=1")


# What a hook may be given alone, and whether anything can be told of it.
TOLD = [
    ("models/Modeling.py", True),
    ("a.ipynb", True),
    ("config.json", True),
    ("model/tokenizer.json", True),
    ("tokenizer_config.json", True),
    ("special_tokens_map.json", True),
    ("model.safetensors.index.json", True),
    ("model/pytorch_model.safetensors.index.json", True),
    ("README.md", True),
    ("LICENSE-MIT", True),
    ("third_party_notices.txt", True),
    ("pyproject.toml", True),
    ("my_tokenizer.json", False),
    ("tokenizer.json.bak", False),
    ("package.json", False),
    ("model.index.json", False),
    ("notes.txt", False),
    ("license-tools.whl", False),
]


def test_the_hook_is_given_what_something_can_be_told_of() -> None:
    assert not failures(is_told_of, TOLD)
    hook = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]
    names = [(name, told) for name, told in TOLD if not name.endswith(ARCHIVE_SUFFIXES)]
    assert not failures(lambda name: re.search(hook["files"], name) is not None, names)


def test_one_file_beside_git_is_of_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("tokenizer.json", "notes.txt", "license-tools.zip"):
        (tmp_path / name).write_text("{}")
    assert not of_current_folder(["tokenizer.json"])
    (tmp_path / ".git").mkdir()
    assert of_current_folder(["tokenizer.json"])
    assert not of_current_folder(["tokenizer.jsonl"])
    assert not of_current_folder(["notes.txt"])
    assert not of_current_folder(["license-tools.zip"])
