"""NAME=SOURCE: a name that a user gives a source, told from all that is a source itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelkin.sources.specs import split_name

from ..support.cases import failures

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
