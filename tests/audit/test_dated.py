"""Files that are alike with an upstream are dated by the repository that holds them, and judged by that date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from modelkin import scan_steps
from modelkin.api import scan
from modelkin.audit.journal_lines import read_lines
from modelkin.audit.records import JournalRecord
from modelkin.audit.tasks import date_files, examine_files, finish_repository
from modelkin.dating.dates import DateOf
from modelkin.errors import ModelkinError
from modelkin.examining.time_limits import OutOfTimeError
from modelkin.results import FileDate, Ground
from modelkin.scan_steps import ScanOptions
from modelkin.sources.checkout import Checkout

from ..support.audit_cases import OWN, asked, contents, run, timeless, write_repositories
from ..support.audit_here import HerePool, audited_here
from ..support.git_histories import FIRST, THIRD, committed, needs_git_and_shell
from ..support.small_corpora import ATTENTION, ROTARY

OLD, NEW = "2015-06-07", "2024-02-03"
# The corpus has the file since 2021-05-04. Two repositories are alike, files and dates; a third is so but for dates.
PLACE = {
    "new": {"model.py": ATTENTION, "own.py": OWN},
    "new-again": {"model.py": ATTENTION, "own.py": OWN},
    "old": {"model.py": ATTENTION, "own.py": OWN},
    "unknown": {"model.py": ATTENTION, "sub/rotary.py": ROTARY, "own.py": OWN},
    "words": {"own.py": OWN},
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repositories, dated by the first word of their names."""
    dates = {"old": OLD, "new": NEW}

    def dates_of(checkout: Checkout) -> DateOf:
        day = dates.get(Path(checkout.root).name.partition("-")[0], "")
        date = FileDate(day, Ground.COMMIT, says="the first commit of the path") if day else FileDate()
        return lambda path: replace(date, says=f"{date.says} {path}") if day else date

    monkeypatch.setattr(scan_steps, "dates_of", dates_of)
    return write_repositories(tmp_path / "place", PLACE)


def silent(_call: Callable[..., Any]) -> None:
    """Nothing happens before a task."""


def test_each_report_is_that_of_a_scan_dates_and_directions_included(place: Path, corpus: Path, tmp_path: Path) -> None:
    found = audited_here(silent, place, tmp_path / "audit.jsonl", corpus)
    scans = {name: scan(str(place / name), ScanOptions(corpora=(corpus,))) for name in PLACE}
    told = {name: timeless(replace(found.report(name), corpus=scans[name].corpus)) for name in PLACE}
    assert told == {name: timeless(report) for name, report in scans.items()}
    files = {name: report.files[0] for name, report in scans.items()}
    assert (files["old"].direction.value, files["old"].verdict.value) == ("later", "independent")
    assert (files["new"].direction.value, files["new"].verdict.value) == ("in-order", "identical")
    assert files["new"].dated.says == "the first commit of the path model.py"
    assert files["unknown"].direction.value == "unknown"
    rows = {row.name: row.later for row in found.rows}
    assert rows == {"new": 0, "new-again": 0, "old": 1, "unknown": 0, "words": 0}
    assert found.summary.later == 1


def test_only_copies_are_dated_and_what_is_alike_with_one_before_is_not_examined_again(
    place: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HerePool, "jobs", 1)
    write_repositories(place, {f"new-{number:02}": PLACE["new"] for number in range(30)})
    calls: Counter[str] = Counter()
    audited_here(lambda call: calls.update([call.__name__]), place, tmp_path / "audit.jsonl", corpus)
    assert calls[date_files.__name__] == 34  # all but the one without a copy
    assert calls[finish_repository.__name__] < 15  # those that were under way together, and no more
    lines = [line.content for _, line in read_lines(tmp_path / "audit.jsonl", JournalRecord) if line.content]
    # Three contents once; the copy with each date; the rotary of the repository without a date.
    assert Counter(line.identity.path for line in lines) == {"": 3, "model.py": 3, "sub/rotary.py": 1}
    assert calls[examine_files.__name__] <= 6


def test_a_history_that_takes_too_long_leaves_the_files_undated(
    place: Path, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[str] = []

    def dates_of(_checkout: Checkout) -> DateOf:
        def date_of(path: str) -> FileDate:
            asked_for.append(path)
            raise OutOfTimeError

        return date_of

    monkeypatch.setattr(scan_steps, "dates_of", dates_of)
    found = audited_here(silent, place, tmp_path / "audit.jsonl", corpus)
    assert {file.dated for report in found.reports() for file in report.files} == {FileDate()}
    assert asked_for == ["model.py"] * 4  # in each repository once


def test_a_repository_that_is_gone_before_it_is_dated_is_named(place: Path, corpus: Path, tmp_path: Path) -> None:
    def remove(call: Callable[..., Any]) -> None:
        if call is date_files and (place / "old").exists():
            (place / "old").rename(tmp_path / "elsewhere")

    found = audited_here(remove, place, tmp_path / "audit.jsonl", corpus)
    skipped = [(skip.path, skip.reason) for skip in found.report("old").skipped]
    assert skipped == [("model.py", f"{place / 'old'}: no such file or folder")]
    assert [file.path for file in found.report("old").files] == ["own.py"]


def test_as_of_dates_every_repository_and_an_audit_goes_on_with_the_same_alone(corpus: Path, tmp_path: Path) -> None:
    place = write_repositories(tmp_path / "place", PLACE)
    options = asked(corpus)
    options = replace(options, scan=replace(options.scan, as_of=OLD))
    found = run(place, tmp_path / "audit.jsonl", options)
    for name in PLACE:
        assert timeless(found.report(name)) == timeless(scan(str(place / name), options.scan))
    assert found.summary.later == 5
    whole = found.path.read_bytes()
    for stop in (0.3, 0.6, 0.8):
        path = tmp_path / f"{stop}.jsonl"
        path.write_bytes(whole[: int(len(whole) * stop)])
        again = run(place, path, options, resume=True)
        assert [timeless(report) for report in again.reports()] == [timeless(report) for report in found.reports()]
        assert len(contents(again)) == len(contents(found))
    with pytest.raises(ModelkinError, match="was begun with as-of 2015-06-07, not none"):
        run(place, found.path, asked(corpus), resume=True)


@needs_git_and_shell
def test_repositories_with_histories_of_their_own_have_the_reports_of_their_scans(corpus: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    for name, at in (("a", FIRST), ("b", THIRD), ("c", THIRD)):
        committed(place / name, {"model.py": ATTENTION.replace("2020", "2016"), "own.py": OWN}, at)
    committed(place / "d", {"model.py": ATTENTION, "own.py": OWN}, FIRST)
    (place / "c/late.py").write_text(ATTENTION)
    found = run(place, tmp_path / "audit.jsonl", asked(corpus, jobs=2))
    directions: dict[tuple[str, str], tuple[str, str]] = {}
    for name in found.names():
        scanned = scan(str(place / name), asked(corpus).scan)
        assert timeless(found.report(name)) == timeless(scanned)
        directions |= {(name, file.path): (file.direction.value, file.dated.date) for file in scanned.files}
    assert directions["a", "model.py"] == ("later", "2017-07-14")
    assert directions["b", "model.py"] == directions["c", "model.py"] == ("in-order", "2023-11-14")
    assert directions["c", "late.py"] == ("unknown", "")
    assert directions["d", "model.py"] == ("unknown", "2017-07-14"), "its own header is of 2020"
