"""The index of a journal says what the journal says, is kept up with it, and is never believed against it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from modelkin.audit import outcome
from modelkin.audit.indexed import index_building
from modelkin.audit.indexed.database import FOLDER, remove_old
from modelkin.audit.indexed.row_queries import ORDERS, Choice
from modelkin.audit.journal_lines import read_lines
from modelkin.audit.outcome import Audit, open_audit
from modelkin.audit.records import ContentIdentity, ContentRecord, JournalRecord
from modelkin.audit.rows import AuditSummary, FileBrief, RepositoryRow, UpstreamRow, row_of
from modelkin.errors import ModelkinError
from modelkin.reports.audits import render_json, render_text
from modelkin.results import LeftOut, Level, Verdict
from modelkin.support.data_files import user_cache

from ..support.journals import HOSTILE_NAMES, many, sealed, write_journal

COUNT = 120


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODELKIN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("MODELKIN_NO_CACHE", raising=False)
    return tmp_path / "cache"


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return write_journal(tmp_path / "audit.jsonl", many(COUNT))


def brief_of(content: ContentRecord) -> FileBrief | None:
    if content.examined is None:
        return None
    verdict = content.examined.verdict
    project = verdict.upstreams[0].project if verdict.upstreams and not verdict.own_release else ""
    return FileBrief(verdict.verdict, project, bool(verdict.later) and not verdict.upstreams)


def rows_in_memory(path: Path) -> tuple[list[RepositoryRow], int]:
    """Each repository in numbers, and how many distinct contents there are, by reading the whole journal."""
    briefs: dict[ContentIdentity, FileBrief | None] = {}
    rows: dict[str, RepositoryRow] = {}
    for _, line in read_lines(path, JournalRecord):
        if line.content:
            briefs[line.content.identity] = brief_of(line.content)
        if line.repository:
            files = [brief for each in line.repository.places if (brief := briefs[each.identity])]
            rows[line.repository.name] = row_of(line.repository, files)
    return [rows[name] for name in sorted(rows)], len({(each.sha256, each.suffix) for each in briefs})


def summary_in_memory(rows: Sequence[RepositoryRow], contents: int) -> AuditSummary:
    """All rows together, by holding all of them."""
    upstreams: dict[str, list[int]] = {}
    refused: Counter[str] = Counter()
    places: Counter[str] = Counter()
    for row in rows:
        for project, files in (*row.copies.items(), *dict.fromkeys(row.models, 0).items()):
            told = upstreams.setdefault(project, [0, 0])
            told[0], told[1] = told[0] + files, told[1] + 1
        for each in row.not_obeyed:
            refused[each.what] += each.count
        places.update({each.what for each in row.not_obeyed})
    concerned = [row for row in rows if any(row.by_level.values()) or row.copies or row.models]
    return AuditSummary(
        repositories=len(rows),
        failed=sum(bool(row.failed) for row in rows),
        files=sum(row.files for row in rows),
        contents=contents,
        by_verdict={verdict: sum(row.by_verdict[verdict] for row in rows) for verdict in Verdict},
        by_level={level: sum(row.by_level[level] for row in rows) for level in Level},
        waived=sum(row.waived for row in rows),
        skipped=sum(len(row.skipped) for row in rows),
        upstreams=tuple(
            UpstreamRow(project, *told)
            for project, told in sorted(upstreams.items(), key=lambda each: (-each[1][0], -each[1][1], each[0]))
        ),
        first=[row.name for row in sorted(concerned, key=urgency)],
        seconds=sum(row.seconds for row in rows),
        not_obeyed=tuple(
            LeftOut(what, f"{places[what]} repositories" if places[what] > 1 else "1 repository", refused[what])
            for what in sorted(refused)
        ),
        later=sum(row.later for row in rows),
    )


def urgency(row: RepositoryRow) -> tuple[int, int, int, int, str]:
    errors, warnings, notes = (row.by_level[level] for level in Level)
    return -errors, -warnings, -sum(row.copies.values()), -notes, row.name


def told(audit: Audit) -> tuple[str, str]:
    return render_json(audit), render_text(audit)


def test_an_index_says_what_a_reading_of_the_whole_journal_says(journal: Path) -> None:
    audit = open_audit(journal)
    rows, contents = rows_in_memory(journal)
    assert list(audit.rows) == rows
    assert audit.rows == rows
    assert audit.summary == summary_in_memory(rows, contents)
    assert list(audit.names()) == [row.name for row in rows if not row.failed]
    assert len(list(audit.reports())) == len(audit.names())
    assert {*HOSTILE_NAMES} <= {row.name for row in audit.rows}
    text = render_json(audit)
    assert json.dumps(json.loads(text), indent=2) + "\n" == text


def test_rows_are_a_sequence_that_is_read_a_few_at_a_time(journal: Path) -> None:
    rows, whole = open_audit(journal).rows, rows_in_memory(journal)[0]
    assert (len(rows), rows[0], rows[-1], rows[7]) == (COUNT, whole[0], whole[-1], whole[7])
    assert list(rows[5:9]) == whole[5:9]
    assert list(rows[::-40]) == whole[::-40]
    assert list(rows[200:]) == []
    assert whole[3] in rows
    with pytest.raises(IndexError):
        rows[COUNT]


def test_an_index_is_the_same_whatever_it_was_read_in(tmp_path: Path) -> None:
    lines = list(sealed(many(40)))
    at_once = told(open_audit(write_journal(tmp_path / "whole.jsonl", many(40))))
    path = tmp_path / "audit.jsonl"
    failures = []
    with path.open("wb") as file:
        for number, line in enumerate(lines):
            half = len(line) // 2
            for part in (line[:half], line[half:]):  # as one that is being written is read
                file.write(part)
                file.flush()
                if number % 7 == 1:
                    open_audit(path)
    failures += [one for one, two in zip(told(open_audit(path)), at_once, strict=True) if one != two]
    assert not failures


def test_what_is_in_a_journal_is_read_once(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = told(open_audit(journal))
    monkeypatch.setattr(index_building, "read_open", None)
    monkeypatch.setattr(outcome, "find_families", None)
    assert told(open_audit(journal)) == before


def test_another_journal_in_the_same_place_is_read_anew(journal: Path, tmp_path: Path) -> None:
    open_audit(journal)
    for count in (30, COUNT + 50):
        other = told(open_audit(write_journal(tmp_path / "other.jsonl", many(count, ()))))
        write_journal(journal, many(count, ()))
        assert told(open_audit(journal)) == other, count


def test_a_journal_that_was_changed_is_not_answered_for_by_its_index(journal: Path) -> None:
    open_audit(journal)
    whole = journal.read_bytes()
    for old, new in ((b"org1/model-00001", b"org1/model-0000X"), (b'"seconds":0.25', b'"seconds":0.75')):
        journal.write_bytes(whole.replace(old, new, 1))
        with pytest.raises(ModelkinError, match=r"line \d+: damaged"):
            open_audit(journal)
    journal.write_bytes(whole)
    assert open_audit(journal).summary.repositories == COUNT


def test_a_damaged_index_is_made_anew_and_another_file_is_left_alone(journal: Path, tmp_path: Path) -> None:
    before = told(open_audit(journal))
    (kept,) = (user_cache() / FOLDER).glob("*.sqlite")
    for content in (b"no database at all" * 300, b"", kept.read_bytes()[:5000]):
        kept.write_bytes(content)
        assert told(open_audit(journal)) == before, content[:20]
    other = tmp_path / "mine.txt"
    other.write_bytes(b"what I wrote\n" * 200)
    with pytest.raises(ModelkinError, match="name another --index"):
        open_audit(journal, other)
    assert other.read_bytes() == b"what I wrote\n" * 200


@pytest.mark.parametrize(
    "planted",
    [
        "DROP TABLE state; CREATE VIEW state AS WITH n(a) AS (SELECT 1 UNION ALL SELECT a FROM n) SELECT a FROM n",
        "CREATE TRIGGER more AFTER INSERT ON repositories BEGIN DELETE FROM details; END",
        "CREATE VIEW more AS SELECT 1",
        "DROP INDEX by_page",
    ],
)
def test_a_planted_index_that_would_run_something_is_none(journal: Path, tmp_path: Path, planted: str) -> None:
    before = told(open_audit(journal))
    (kept,) = (user_cache() / FOLDER).glob("*.sqlite")
    named = tmp_path / "index.sqlite"
    open_audit(journal, named)
    for path in (kept, named):
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(planted)
    with pytest.raises(ModelkinError, match="name another --index"):
        open_audit(journal, named)
    assert told(open_audit(journal)) == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name")
def test_a_pipe_in_place_of_a_journal_is_not_waited_for(journal: Path) -> None:
    open_audit(journal)
    journal.unlink()
    os.mkfifo(journal)
    with pytest.raises(ModelkinError, match="not a journal of an audit"):
        open_audit(journal)


def test_an_index_lies_where_the_user_says_or_nowhere(
    journal: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = told(open_audit(journal, tmp_path / "beside.sqlite"))
    assert (tmp_path / "beside.sqlite").exists()
    assert not cache.exists()
    monkeypatch.setenv("MODELKIN_NO_CACHE", "1")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "tmp").mkdir()
    assert told(open_audit(journal)) == beside
    assert list((tmp_path / "tmp").iterdir()) == []


def test_an_index_that_nobody_opened_for_long_is_removed(journal: Path) -> None:
    open_audit(journal)
    (kept,) = (user_cache() / FOLDER).glob("*.sqlite")
    assert remove_old(user_cache() / FOLDER) == 0
    os.utime(kept, (1, 1))
    assert remove_old(user_cache() / FOLDER) > 10_000
    assert not kept.exists()


def test_processes_may_make_one_index_at_once(journal: Path) -> None:
    whole = journal.read_bytes()
    code = "import sys; from modelkin import open_audit; print(open_audit(sys.argv[1]).summary)"
    command = [sys.executable, "-c", code, str(journal)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate(timeout=120)[0] for process in running}) == 1
    assert [process.returncode for process in running] == [0] * 4
    assert journal.read_bytes() == whole
    assert list(open_audit(journal).rows) == rows_in_memory(journal)[0]


def test_a_build_that_is_ended_halfway_is_gone_on_with(journal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_building, "LINES_TOGETHER", 50)
    counted = []

    def row_until(*given: object) -> RepositoryRow:
        counted.append(1)
        if len(counted) == 70:
            raise KeyboardInterrupt
        return row_of(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(index_building, "row_of", row_until)
    with pytest.raises(KeyboardInterrupt):
        open_audit(journal)
    assert list(open_audit(journal).rows) == rows_in_memory(journal)[0]
    assert len(counted) < 70 + COUNT


def test_rows_are_chosen_and_sorted(journal: Path) -> None:
    audit = open_audit(journal)
    asked, whole = audit.indexed, rows_in_memory(journal)[0]
    choices: dict[Choice, Callable[[RepositoryRow], object]] = {
        Choice(): lambda _: True,
        Choice(level="error"): lambda row: row.by_level[Level.ERROR],
        Choice(verdict="renamed"): lambda row: row.by_verdict[Verdict.RENAMED],
        Choice(words="ORG3 vllm"): lambda row: "org3" in row.name and "vllm" in row.copies,
        Choice(words="<script>"): lambda row: "<script>" in row.name,
        Choice(words="%"): lambda _: False,
        Choice(failed=True): lambda row: row.failed,
        Choice(project="vllm", level="note"): lambda row: row.by_level[Level.NOTE] and "vllm" in row.copies,
        Choice(project="nobody's"): lambda _: False,
    }
    for choice, holds in choices.items():
        wanted = {row.name for row in whole if holds(row)}
        assert {each.row.name for each in asked.ranked(choice)} == wanted, choice
        assert asked.count(choice) == len(wanted), choice
    for order in ORDERS:
        there, back = (
            [each.row.name for each in asked.ranked(order=order, is_turned=turned)] for turned in (False, True)
        )
        assert there == back[::-1], order
    pages = [each.row.name for first in range(0, COUNT, 7) for each in asked.ranked(most=7, first=first)]
    assert pages == [each.row.name for each in asked.ranked()]


def test_first_come_errors_then_those_that_are_sure_then_the_licence_that_reaches_furthest(journal: Path) -> None:
    ranked = list(open_audit(journal).indexed.ranked())
    keys = [(each.row.by_level[Level.ERROR], each.sure) for each in ranked]
    assert keys == sorted(keys, reverse=True)
    assert {each.licence for each in ranked} == {"Apache-2.0", ""}
    assert len({each.page for each in ranked}) == COUNT
    assert all(each.page.isascii() and not each.page.startswith((".", "-")) and "/" not in each.page for each in ranked)


def test_families_are_kept_with_the_repositories_that_hold_them(journal: Path) -> None:
    audit = open_audit(journal)
    assert audit.families.families
    kept = open_audit(journal)
    assert kept.indexed.families() == audit.families
    number, family = next(iter(enumerate(audit.families.families)))
    held = {each.repository for each in family.members}
    assert {each.row.name for each in kept.indexed.ranked(Choice(family=number))} == held
    assert all((number in each.families) == (each.row.name in held) for each in kept.indexed.ranked())


def test_rows_may_be_fetched_by_one_thread_after_the_other(tmp_path: Path) -> None:
    rows = iter(open_audit(write_journal(tmp_path / "audit.jsonl", many(450, ()))).rows)
    names = []
    for _ in range(450):
        with ThreadPoolExecutor(1) as thread:
            names.append(thread.submit(next, rows).result().name)
    assert names == sorted(names)
    assert next(rows, None) is None
