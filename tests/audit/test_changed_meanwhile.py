"""What is deleted or changed while an audit goes on is named, and never taken for what it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from modelkin.audit.tasks import examine_files

from ..support.audit_cases import OWN, write_repositories
from ..support.audit_here import audited_here
from ..support.small_corpora import ATTENTION


def test_a_repository_that_is_deleted_meanwhile_is_named_and_its_copies_are_examined(
    corpus: Path, tmp_path: Path
) -> None:
    place = write_repositories(tmp_path / "place", {"a": {"a.py": ATTENTION, "b.py": OWN}, "b": {"c.py": ATTENTION}})

    def delete(call: Callable[..., Any]) -> None:
        if call is examine_files:
            shutil.rmtree(place / "a", ignore_errors=True)

    found = audited_here(delete, place, tmp_path / "audit.jsonl", corpus)
    reason = f"{place / 'a'}: no such file or folder"
    assert [(skip.path, skip.reason) for skip in found.report("a").skipped] == [("a.py", reason), ("b.py", reason)]
    assert [file.verdict.value for file in found.report("b").files] == ["identical"]


def test_a_file_that_changes_meanwhile_is_named_and_what_it_became_is_not_taken_for_what_it_was(
    corpus: Path, tmp_path: Path
) -> None:
    place = write_repositories(tmp_path / "place", {"a": {"a.py": ATTENTION, "b.py": OWN}, "b": {"c.py": ATTENTION}})

    def change(call: Callable[..., Any]) -> None:
        if call is examine_files:
            (place / "a/a.py").write_text(OWN + "# now\n")
            (place / "a/b.py").unlink(missing_ok=True)

    found = audited_here(change, place, tmp_path / "audit.jsonl", corpus)
    assert [(skip.path, skip.reason) for skip in found.report("a").skipped] == [
        ("a.py", "changed while it was scanned"),
        ("b.py", "is no longer there"),
    ]
    assert [file.verdict.value for file in found.report("b").files] == ["identical"]


def test_a_repository_that_is_gone_before_its_turn_is_named(corpus: Path, tmp_path: Path) -> None:
    place = write_repositories(tmp_path / "place", {"a": {"a.py": OWN}, "b": {"b.py": OWN}})
    found = audited_here(
        lambda _: shutil.rmtree(place / "b", ignore_errors=True), place, tmp_path / "audit.jsonl", corpus
    )
    assert [(row.name, row.failed) for row in found.rows] == [
        ("a", ""),
        ("b", f"{place / 'b'}: no such file or folder"),
    ]
