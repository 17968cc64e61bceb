"""A journal holds every line that was written whole, whatever stopped the writing."""

from __future__ import annotations

import json
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from modelkin.audit.journal import Journal
from modelkin.audit.journal_lines import START, read_lines, seal
from modelkin.audit.outcome import open_audit
from modelkin.audit.records import (
    AuditHeader,
    ContentIdentity,
    ContentRecord,
    JournalRecord,
    RepositoryRecord,
    decode,
    encode,
)
from modelkin.errors import ModelkinError
from modelkin.reports import sarif
from modelkin.results import Confidence, CorpusIdentity, Skipped

from ..support.example_journal import CONTENT, HEADER, REPOSITORY


def lines_of(*records: AuditHeader | ContentRecord | RepositoryRecord) -> list[bytes]:
    """As a journal holds them, each with its digest."""
    lines, digest = [], START
    for record in records:
        line, digest = seal(encode(record), digest)
        lines.append(line)
    return lines


# Names of files are bytes: what is not UTF-8 stands in them as surrogates.
TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)


@given(TEXTS, TEXTS)
def test_any_text_comes_back_as_it_was(name: str, reason: str) -> None:
    record = replace(REPOSITORY, name=name, skipped=(Skipped(name, reason),))
    line = encode(record)
    assert line.count(b"\n") == 1
    assert decode(line, JournalRecord).repository == record


def test_a_record_comes_back_as_it_was() -> None:
    header, content, repository = (decode(encode(each), JournalRecord) for each in (HEADER, CONTENT, REPOSITORY))
    assert (header.header, content.content, repository.repository) == (HEADER, CONTENT, REPOSITORY)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_whatever_is_cut_off_the_lines_before_it_stay(cut: int) -> None:
    lines = lines_of(HEADER, CONTENT, REPOSITORY)
    whole = b"".join(lines)
    kept = whole[: cut % (len(whole) + 1)]
    left = max(count for count in range(4) if len(b"".join(lines[:count])) <= len(kept))
    with TemporaryDirectory() as folder:
        path = Path(folder, "audit.jsonl")
        path.write_bytes(kept)
        journal, found = Journal.resume(path, HEADER)
        journal.append(encode(REPOSITORY))
        journal.close()
        assert len(found) == left
        kept_records = (HEADER, CONTENT, REPOSITORY)[: max(left, 1)]
        assert path.read_bytes() == b"".join(lines_of(*kept_records, REPOSITORY))


NO_LINES = (b"\0" * 100, b"\0" * 99 + b"\n", b'{"content":{}}\n', b"[]\n", b"{}\n", b"[" * 9_000 + b"\n")


def test_a_last_line_that_is_none_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    whole = b"".join(lines_of(HEADER, CONTENT))
    failures = []
    for end in NO_LINES:
        path.write_bytes(whole + end)
        read = list(read_lines(path, JournalRecord))
        journal, found = Journal.resume(path, HEADER)
        journal.close()
        if (len(read), len(found), path.read_bytes()) != (2, 2, whole):
            failures.append(end[:20])
    assert not failures


def test_a_line_in_the_middle_that_is_none_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written = lines_of(HEADER)[0] + b"oops\n" + lines_of(HEADER, CONTENT)[1]
    path.write_bytes(written)
    with pytest.raises(ModelkinError, match="line 2: not a line"):
        list(read_lines(path, JournalRecord))
    with pytest.raises(ModelkinError, match="line 2: not a line"):
        Journal.resume(path, HEADER)
    assert path.read_bytes() == written


OTHER = replace(CONTENT, identity=ContentIdentity("34" * 32, ".py"), examined=None, needs_facts=True)
RECORDS = (HEADER, CONTENT, REPOSITORY, OTHER, replace(REPOSITORY, name="org/other"))
WHOLE = lines_of(*RECORDS)
DAMAGES: dict[str, tuple[list[bytes], int]] = {
    "a line changed": ([*WHOLE[:2], WHOLE[2].replace(b"org/name", b"org/nome"), *WHOLE[3:]], 3),
    "the header changed": ([WHOLE[0].replace(b"repos", b"ropes"), *WHOLE[1:]], 1),
    "the last line changed": ([*WHOLE[:4], WHOLE[4].replace(b"org/other", b"org/otter")], 5),
    "a line dropped": ([*WHOLE[:2], *WHOLE[3:]], 3),
    "the first line dropped": (WHOLE[1:], 1),
    "two lines the other way round": ([*WHOLE[:2], WHOLE[3], WHOLE[2], WHOLE[4]], 3),
    "a line twice": ([*WHOLE[:2], WHOLE[1], *WHOLE[2:]], 3),
    "a line of another journal": ([*WHOLE[:2], lines_of(HEADER, OTHER)[1], *WHOLE[2:]], 3),
    "a line of an older digest": ([*WHOLE[:3], lines_of(OTHER)[0], WHOLE[4]], 4),
}


def refusals(path: Path) -> set[str]:
    """What each way to read a journal says against it."""
    found = set()
    for read in (
        lambda: list(read_lines(path, JournalRecord)),
        lambda: Journal.resume(path, HEADER),
        lambda: open_audit(path),
    ):
        with pytest.raises(ModelkinError) as raised:
            read()
        found.add(str(raised.value))
    return found


def test_what_was_changed_since_is_said_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    failures = []
    for name, (lines, number) in DAMAGES.items():
        path.write_bytes(b"".join(lines))
        said = rf"{re.escape(str(path))}, line {number}: damaged: [^\n]+"
        failures += [(name, message) for message in refusals(path) if not re.fullmatch(said, message)]
        assert path.read_bytes() == b"".join(lines), name
    assert not failures


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_byte_of_a_line_changes_unnoticed(data: st.DataObject) -> None:
    whole = b"".join(WHOLE)
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    with TemporaryDirectory() as folder:
        path = Path(folder, "audit.jsonl")
        path.write_bytes(changed)
        try:
            found = list(read_lines(path, JournalRecord))
        except ModelkinError:
            return
    # A last line whose digest or end is gone is one that was cut short.
    assert place >= len(whole) - len(WHOLE[-1])
    assert len(found) == len(WHOLE) - 1


def test_a_line_of_zeros_where_the_power_went_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"".join(WHOLE[:-1]) + b"\0" * 50 + WHOLE[-1][50:])
    journal, found = Journal.resume(path, HEADER)
    journal.close()
    assert len(found) == len(WHOLE) - 1


def test_a_journal_of_another_version_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    first, second = (replace(HEADER, schema=f"modelkin.journal/{number}") for number in (1, 2))
    old = encode(first)  # lines had no digests then
    for content in (old, old + encode(CONTENT), b"".join(lines_of(second)), b"".join(lines_of(second, CONTENT))):
        path.write_bytes(content)
        (said,) = refusals(path)
        assert re.search(r"another version of modelkin \(modelkin\.journal/[12], not [^\n]+\Z", said)
        assert said.endswith("audit again, with `modelkin audit repos --journal ANOTHER`")


def test_a_journal_from_before_findings_were_grouped_is_read(tmp_path: Path) -> None:
    said = json.loads(encode(replace(REPOSITORY, places=())))
    for finding in said["repository"]["findings"]:
        for added in ("confidence", "reason", "group", "places", "indivisible"):
            del finding[added]
    header, digest = seal(encode(HEADER), START)
    old, _ = seal(json.dumps(said).encode() + b"\n", digest)
    path = tmp_path / "audit.jsonl"
    path.write_bytes(header + old)
    report = open_audit(path).report("org/name")
    assert [each.files for each in report.findings] == [(each.region.path,) for each in REPOSITORY.findings]
    assert {each.confidence for each in report.findings} == {Confidence.HIGH}
    results = json.loads(sarif.render(report))["runs"][0]["results"]
    assert not [each for each in results if sarif.GROUP in each["partialFingerprints"]]


def test_what_is_read_again_is_what_was_read_before(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"".join(lines_of(HEADER, replace(REPOSITORY, places=()))))
    audit = open_audit(path)
    assert audit.report("org/name").findings
    path.write_bytes(path.read_bytes().replace(b"big.py", b"bag.py"))
    with pytest.raises(ModelkinError, match="was changed while it was read"):
        audit.report("org/name")


def test_a_journal_is_json_lines() -> None:
    assert [list(json.loads(line)) for line in WHOLE[:3]] == [
        ["header", "digest"],
        ["content", "digest"],
        ["repository", "digest"],
    ]


OTHERS = {
    "begun with tool 0.1, not 0.2": replace(HEADER, tool="0.2"),
    "begun with place repos, not others": replace(HEADER, place="others"),
    "begun with exclude none, not tests/*": replace(HEADER, exclude=("tests/*",)),
    "begun with another corpus, not cdcd": replace(HEADER, corpus=CorpusIdentity("base", "1", "cd" * 32)),
}


def test_going_on_asks_for_the_same(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    Journal.begin(path, HEADER).close()
    for message, asked in OTHERS.items():
        with pytest.raises(ModelkinError) as raised:
            Journal.resume(path, asked)
        assert message in str(raised.value)
        assert "\n" not in str(raised.value)


def test_a_file_that_is_no_journal_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my notes\nin two lines\n")
    with pytest.raises(ModelkinError, match="not a line of an audit's journal"):
        Journal.resume(path, HEADER)
    with pytest.raises(ModelkinError, match="is there already"):
        Journal.begin(path, HEADER)
    path.write_text("my only line")
    with pytest.raises(ModelkinError, match="not a journal"):
        Journal.resume(path, HEADER)
    assert path.read_text() == "my only line"


def test_two_audits_never_write_to_one_journal(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path / "audit.jsonl", HEADER)
    with pytest.raises(ModelkinError, match="another audit is writing to it"):
        Journal.resume(tmp_path / "audit.jsonl", HEADER)
    journal.close()
    Journal.resume(tmp_path / "audit.jsonl", HEADER)[0].close()


def test_what_was_written_can_be_read_at_once(tmp_path: Path) -> None:
    journal = Journal.begin(tmp_path / "audit.jsonl", HEADER)
    positions = [journal.append(encode(record)) for record in (CONTENT, REPOSITORY)]
    assert [journal.read(position) for position in reversed(positions)] == [encode(REPOSITORY), encode(CONTENT)]
    journal.close()


FILL = """
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from modelkin.audit.journal import Journal
from modelkin.errors import ModelkinError
from modelkin.audit.records import encode
from tests.support.example_journal import CONTENT, HEADER
journal = Journal.begin(Path(sys.argv[1]), HEADER)
try:
    while True:
        journal.append(encode(CONTENT))
except ModelkinError as error:
    print(error)
"""


def files_of_20_kb() -> None:
    """As a full disk does, end a longer write with an error."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_a_full_disk_is_an_error_in_one_line_and_whole_lines_stay(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(path)], preexec_fn=files_of_20_kb, capture_output=True, text=True, check=True
    )
    assert done.stdout.count("\n") == 1
    assert "File too large; what is in it stays" in done.stdout
    lines = path.read_bytes().splitlines(keepends=True)
    assert lines == lines_of(HEADER, *[CONTENT] * (len(lines) - 1))
    assert 20_000 - len(lines[1]) < path.stat().st_size <= 20_000
