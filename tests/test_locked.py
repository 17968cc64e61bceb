"""What the scripts of .ci/ ask about the lock is answered truly, and silence is never taken for an answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .support.locked import locked, newer, plain, told

HASH = "--hash=sha256:" + "0" * 64
TEXT = f"""\
# written by a tool
lamp==1.0 ; python_full_version < '3.11' \\
    {HASH} \\
    {HASH}
    # via oil
lamp==2.0 ; python_full_version >= '3.11' \\
    {HASH}
Oil.Lamp[wick]==3 \\
    {HASH}
"""


def test_each_release_is_read_with_the_number_of_its_hashes() -> None:
    assert [(each.name, each.version, each.hashes) for each in locked(TEXT)] == [
        ("lamp", "1.0", 2),
        ("lamp", "2.0", 1),
        ("oil-lamp", "3", 1),
    ]


def test_one_release_is_for_one_python() -> None:
    old, new = (
        [each.version for each in locked(TEXT) if each.is_for({"python_full_version": python})]
        for python in ("3.10.0", "3.13.0")
    )
    assert (old, new) == (["1.0", "3"], ["2.0", "3"])


def test_what_is_not_pinned_is_an_error() -> None:
    for line in ("--index-url https://example.org", "-e .", "./lamp", "lamp>=1 \\", "lamp==1.*", "lamp"):
        with pytest.raises(ValueError, match=r"."):
            assert [each.version for each in locked(f"{line}\n")], line


def test_every_release_is_looked_up_and_a_package_once_in_a_file() -> None:
    assert plain(locked(TEXT)) == ["lamp==1.0\noil-lamp==3\n", "lamp==2.0\n"]


def test_what_is_installed_otherwise_is_listed() -> None:
    assert list(newer(locked("pytest==0.1\nno-such-package-as-this==1\n"))) == [
        f"pytest: 0.1 locked, {pytest.__version__} here",
        "no-such-package-as-this: 1 locked, not installed here",
    ]


FINE = {"name": "lamp", "version": "1.0", "vulns": []}
FOUND = FINE | {"vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}, {"id": "PYSEC-2", "fix_versions": []}]}
SKIPPED = {"name": "lamp", "skip_reason": "Dependency not found"}
NOT_KNOWN = "not audited: the advisory service does not know 1 of 2 locked releases"
ADVISORIES = ["lamp 1.0: PYSEC-1, fixed in 1.1, 2.0", "lamp 1.0: PYSEC-2, fixed in no release"]


AUDITS: tuple[tuple[list[dict[str, Any]], list[str], int], ...] = (
    ([FINE, FINE], ["no advisory for any of 2 locked releases"], 0),
    ([FINE, FOUND], ADVISORIES, 1),
    ([FINE, SKIPPED], [NOT_KNOWN], 2),
    ([FOUND, SKIPPED], [*ADVISORIES, NOT_KNOWN], 2),
    ([FINE], [NOT_KNOWN], 2),
)


def test_an_audit_is_told_with_an_exit_code(tmp_path: Path) -> None:
    for answers, lines, code in AUDITS:
        reports = [tmp_path / f"{number}.json" for number in range(len(answers))]
        for report, answer in zip(reports, answers, strict=True):
            report.write_text(json.dumps({"dependencies": [answer], "fixes": []}))
        assert told(reports, 2) == (lines, code)


def test_an_audit_without_an_answer_is_not_one_without_advisories(tmp_path: Path) -> None:
    (tmp_path / "0.json").write_text(json.dumps({"dependencies": [FINE]}))
    for content in (None, "", "{}", "[", "[]"):
        if content is not None:
            (tmp_path / "1.json").write_text(content)
        (line,), code = told([tmp_path / "0.json", tmp_path / "1.json"], 2)
        assert (line.partition(":")[0], code) == ("not audited", 2), content
