"""A journal holds every line that was written whole, whatever stopped the writing."""

from __future__ import annotations

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

from modelkin.attribution.model import Copy
from modelkin.audit.journal import Journal
from modelkin.audit.reading import read_lines
from modelkin.audit.records import (
    SCHEMA,
    Content,
    Header,
    Identity,
    Line,
    Place,
    RepositoryRecord,
    decode,
    encode,
)
from modelkin.errors import ModelkinError
from modelkin.examination import Examined
from modelkin.files import Skipped
from modelkin.notices import Notice
from modelkin.scan import CorpusIdentity

from .example_reports import FINDING, YI

HEADER = Header(SCHEMA, "0.1", "repos", CorpusIdentity("base", "1", "ab" * 32))
COPY = Copy(YI, Notice("MIT", ("Copyright 2020 Someone",)), ())
CONTENT = Content(Identity("12" * 32, ".py"), False, "vllm/model_executor/models/llama.py", Examined(YI, COPY))
REPOSITORY = RepositoryRecord(
    "org/name",
    "repos/org/name",
    places=(Place("models/yi.py", "12" * 32, False),),
    findings=(FINDING,),
    skipped=(Skipped("big.py", "7.0 MB is over the limit"),),
    seconds=1.25,
)
# Names of files are bytes: what is not UTF-8 stands in them as surrogates.
TEXTS = st.text(st.characters(exclude_categories=()), max_size=20)


@given(TEXTS, TEXTS)
def test_any_text_comes_back_as_it_was(name: str, reason: str) -> None:
    record = replace(REPOSITORY, name=name, skipped=(Skipped(name, reason),))
    line = encode(record)
    assert line.count(b"\n") == 1
    assert decode(line, Line).repository == record


@pytest.mark.parametrize("record", [HEADER, CONTENT, REPOSITORY])
def test_a_record_comes_back_as_it_was(record: Header | Content | RepositoryRecord) -> None:
    line = decode(encode(record), Line)
    assert record in (line.header, line.content, line.repository)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_whatever_is_cut_off_the_lines_before_it_stay(cut: int) -> None:
    lines = [encode(HEADER), encode(CONTENT), encode(REPOSITORY)]
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
        assert path.read_bytes() == b"".join(lines[: max(left, 1)]) + lines[2]


@pytest.mark.parametrize(
    "end", [b"\0" * 100, b"\0" * 99 + b"\n", b'{"content":{}}\n', b"[]\n", b"{}\n", b"[" * 9_000 + b"\n"]
)
def test_a_last_line_that_is_none_is_dropped(end: bytes, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(encode(HEADER) + encode(CONTENT) + end)
    journal, found = Journal.resume(path, HEADER)
    journal.close()
    assert len(found) == 2
    assert path.read_bytes() == encode(HEADER) + encode(CONTENT)


def test_a_line_in_the_middle_that_is_none_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(encode(HEADER) + b"oops\n" + encode(CONTENT))
    with pytest.raises(ModelkinError, match="line 2: not a line"):
        list(read_lines(path, Line))
    with pytest.raises(ModelkinError, match="line 2: not a line"):
        Journal.resume(path, HEADER)
    assert path.read_bytes() == encode(HEADER) + b"oops\n" + encode(CONTENT)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (replace(HEADER, tool="0.2"), "begun with tool 0.1, not 0.2"),
        (replace(HEADER, place="others"), "begun with place repos, not others"),
        (replace(HEADER, exclude=("tests/*",)), r"begun with exclude none, not tests/\*"),
        (replace(HEADER, corpus=CorpusIdentity("base", "1", "cd" * 32)), "begun with another corpus, not cdcd"),
    ],
)
def test_going_on_asks_for_the_same(asked: Header, message: str, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    Journal.begin(path, HEADER).close()
    with pytest.raises(ModelkinError, match=message) as raised:
        Journal.resume(path, asked)
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
    spans = [journal.append(encode(record)) for record in (CONTENT, REPOSITORY)]
    assert [journal.read(span) for span in reversed(spans)] == [encode(REPOSITORY), encode(CONTENT)]
    journal.close()


FILL = """
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from modelkin.audit.journal import Journal
from modelkin.errors import ModelkinError
from tests.test_audit_journal import CONTENT, HEADER, encode
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
    assert lines == [encode(HEADER), *[encode(CONTENT)] * (len(lines) - 1)]
    assert 20_000 - len(encode(CONTENT)) < path.stat().st_size <= 20_000
