"""What is deleted or changed while an audit goes on is named, and never taken for what it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from modelkin.audit.coordinator import Coordinator, KnownContents
from modelkin.audit.discovery import find_repositories
from modelkin.audit.journal import Journal
from modelkin.audit.options import Setup
from modelkin.audit.outcome import Audit, open_audit
from modelkin.audit.tasks import examine_files
from modelkin.pipeline import ScanOptions

from ..support.audit_cases import OWN, write_repositories
from ..support.example_journal import HEADER
from ..support.small_corpora import ATTENTION


class HerePool:
    """Runs each task here and at once; ``before`` is called with the task's function first."""

    lost: tuple[type[BaseException], ...] = ()
    jobs = 4

    def __init__(self, before: Callable[[Callable[..., Any]], None]) -> None:
        self._before = before

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        self._before(call)
        future: Future[Any] = Future()
        future.set_result(call(*arguments))
        return future

    def renew(self) -> None:
        """Nobody is ever lost."""

    def stop(self) -> None:
        """Nobody is there."""


def audited_while(before: Callable[[Callable[..., Any]], None], place: Path, journal: Path, corpus: Path) -> Audit:
    writing = Journal.begin(journal, HEADER)
    setup = Setup(ScanOptions(), (corpus,), 30.0)
    repositories = find_repositories(str(place))
    for _ in Coordinator(writing, KnownContents(), HerePool(before), setup).run(repositories, len(repositories)):
        pass
    writing.close()
    return open_audit(journal)


def test_a_repository_that_is_deleted_meanwhile_is_named_and_its_copies_are_examined(
    corpus: Path, tmp_path: Path
) -> None:
    place = write_repositories(tmp_path / "place", {"a": {"a.py": ATTENTION, "b.py": OWN}, "b": {"c.py": ATTENTION}})

    def delete(call: Callable[..., Any]) -> None:
        if call is examine_files:
            shutil.rmtree(place / "a", ignore_errors=True)

    found = audited_while(delete, place, tmp_path / "audit.jsonl", corpus)
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

    found = audited_while(change, place, tmp_path / "audit.jsonl", corpus)
    assert [(skip.path, skip.reason) for skip in found.report("a").skipped] == [
        ("a.py", "changed while it was scanned"),
        ("b.py", "is no longer there"),
    ]
    assert [file.verdict.value for file in found.report("b").files] == ["identical"]


def test_a_repository_that_is_gone_before_its_turn_is_named(corpus: Path, tmp_path: Path) -> None:
    place = write_repositories(tmp_path / "place", {"a": {"a.py": OWN}, "b": {"b.py": OWN}})
    found = audited_while(
        lambda _: shutil.rmtree(place / "b", ignore_errors=True), place, tmp_path / "audit.jsonl", corpus
    )
    assert [(row.name, row.failed) for row in found.rows] == [
        ("a", ""),
        ("b", f"{place / 'b'}: no such file or folder"),
    ]
