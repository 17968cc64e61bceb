"""Journals of many repositories, written without an audit: records made of one example each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace

from modelkin.attribution.copies import Examined
from modelkin.audit.journal_lines import START, seal
from modelkin.audit.records import (
    AuditHeader,
    ContentIdentity,
    ContentRecord,
    DatedFiles,
    FileFacts,
    RecordedFile,
    RepositoryRecord,
    encode,
)
from modelkin.matching.own_sample import OwnCode, OwnDefinition
from modelkin.results import Confidence, LeftOut, Level, Skipped, Verdict

from .example_journal import COPY, HEADER, REPOSITORY
from .example_reports import ATTRIBUTION, FINDING, INDEPENDENT, YI

Record = AuditHeader | ContentRecord | RepositoryRecord | DatedFiles
LEVELS = (Level.ERROR, Level.WARNING, Level.NOTE)
# Names that are markup, commands, other places, formulas, and no UTF-8.
HOSTILE_NAMES = (
    "org/<script>alert(1)</script>",
    "../../etc/passwd",
    "a\n::error::b \x1b[31m \u202egnp",
    "=cmd|' /C calc'!A0",
    '"><img src=x onerror=alert(1)>',
    "org/\udcff-not-utf8",
    "</pre><script>alert(2)</script>",
    "CON/../.",
)


def sealed(records: Iterable[Record]) -> Iterator[bytes]:
    """As a journal holds them, each line with its digest."""
    digest = START
    for record in records:
        line, digest = seal(encode(record), digest)
        yield line


def write_journal(path: Path, records: Iterable[Record]) -> Path:
    """A journal of these records."""
    with path.open("wb") as file:
        file.writelines(sealed(records))
    return path


def many(count: int, names: Iterable[str] = HOSTILE_NAMES) -> Iterator[Record]:
    """The lines of an audit of ``count`` repositories, of which the last have ``names``: copies, own code, families,
    findings at each level, one in forty that failed, one in thirty of which something was skipped.
    """
    yield HEADER
    last = list(names)[:count]
    for number in range(count):
        name = last[number - count + len(last)] if number >= count - len(last) else f"org{number % 7}/model-{number:05}"
        yield from _repository(number, name)


def _repository(number: int, name: str) -> Iterator[Record]:
    if number % 40 == 39:
        yield RepositoryRecord(name, f"repos/{name}", failed="the archive is broken <b>")
        return
    facts = FileFacts(YI.dated, (f"model-{number}",))
    copied = RecordedFile("models/yi.py", _digest("copy", number // 3), facts)
    own = RecordedFile("own.py", _digest("own", number // 2 if number % 10 < 2 else -number))
    yield from _contents(number, copied, own, facts)
    level = LEVELS[number % 3]
    finding = replace(FINDING, level=level, confidence=Confidence.HIGH if number % 2 else Confidence.MEDIUM)
    yield replace(
        REPOSITORY,
        name=name,
        root=f"repos/{name}",
        places=(copied, own) if number % 4 else (own,),
        findings=(finding,) * (number % 5) if number % 4 else (),
        attributions=(ATTRIBUTION,) if number % 4 else (),
        skipped=(Skipped("big <i>.py", "7.0 MB is over the limit"),) if number % 30 == 1 else (),
        not_obeyed=(LeftOut("settings", "modelkin.toml", 1),) if number % 25 == 2 else (),
        seconds=0.25,
    )


def _contents(number: int, copied: RecordedFile, own: RecordedFile, facts: FileFacts) -> Iterator[Record]:
    verdict = replace(YI, verdict=(Verdict.IDENTICAL, Verdict.RENAMED, Verdict.MODIFIED)[number % 3])
    yield ContentRecord(ContentIdentity(copied.sha256, ".py"), needs_facts=True)
    yield ContentRecord(ContentIdentity(copied.sha256, ".py", copied.path, facts), Examined(verdict, COPY))
    definition = OwnDefinition(int(own.sha256[:15], 16), 200, "Tide.turn", 3)
    told = Examined(replace(INDEPENDENT, path=""), None, own=OwnCode((definition,), 200, b"", b"", 0))
    yield ContentRecord(ContentIdentity(own.sha256, ".py"), told)


def _digest(what: str, number: int) -> str:
    return hashlib.sha256(f"{what} {number}".encode()).hexdigest()
