"""Repositories to audit, written to a folder, and what an audit of them is asked for."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from modelkin.api import audit
from modelkin.audit.journal_lines import read_lines
from modelkin.audit.options import AuditOptions
from modelkin.audit.outcome import Audit
from modelkin.audit.records import ContentRecord, JournalRecord
from modelkin.reports.audits import render_json
from modelkin.reports.json import render
from modelkin.results import Report
from modelkin.scan_steps import ScanOptions

from .small_corpora import ATTENTION, ROTARY, SCHEDULE, THREE, corpus_of

RENAMED = ATTENTION.replace("WindowAttention", "PaneAttention").replace("heads", "parts").replace("# ", "#  ")
OWN = "def own(number):\n    return [number, number + 1, number * number]\n"
README = {"README.md": "# A model\n"}
# Copies of one another, an upstream under its own path, code of nobody, and code beside repositories.
REPOSITORIES: dict[str, Mapping[str, str]] = {
    "org/copy": README | {"model.py": ATTENTION, "sub/own.py": OWN},
    "org/renamed": README | {"model.py": RENAMED, "LICENSE": "MIT License\n", "same.py": RENAMED},
    "org/second": README | {"model.py": ATTENTION, "sub/own.py": OWN},
    "own-path": README | {"lantern/attention.py": ATTENTION, "elsewhere.py": ATTENTION},
    "plain": {"rotary.py": ROTARY, "schedule.py": SCHEDULE, "own.py": OWN},
}


def write_repositories(root: Path, repositories: Mapping[str, Mapping[str, str]] = REPOSITORIES) -> Path:
    """Each repository's files below ``root``."""
    for name, files in repositories.items():
        for path, text in files.items():
            target = root / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    return root


def tiny_corpus(path: Path) -> Path:
    """The corpus of three releases, saved."""
    corpus_of(*THREE).save(path)
    return path


def asked(corpus: Path, jobs: int = 1, timeout: float = 30.0) -> AuditOptions:
    """Against that corpus alone."""
    return AuditOptions(ScanOptions(corpora=(corpus,)), jobs=jobs, timeout=timeout)


def run(place: Path, journal: Path, options: AuditOptions, resume: bool = False) -> Audit:
    """An audit of ``place``."""
    return audit(place, journal, options, resume=resume)


def timeless(report: Report) -> str:
    """A report as JSON, less what it took."""
    return render(replace(report, seconds=0.0))


def contents(audit: Audit) -> list[ContentRecord]:
    """The contents in the journal of an audit."""
    return [line.content for _, line in read_lines(audit.path, JournalRecord) if line.content]


def comparable(audit: Audit) -> list[str]:
    """All that an audit says, less what it took."""
    rows = tuple(replace(row, seconds=0.0) for row in audit.rows)
    summary = replace(audit.summary, seconds=0.0)
    repositories = [
        replace(record.repository, seconds=0.0)
        for _, record in read_lines(audit.path, JournalRecord)
        if record.repository
    ]
    records = sorted(map(repr, [*repositories, *contents(audit)]))
    return [render_json(replace(audit, rows=rows, summary=summary)), *map(timeless, audit.reports()), *records]


def long_module(seed: int) -> str:
    """Code of nobody, that takes a while to examine."""
    draw = random.Random(seed)
    lines = [f"def function_{seed}(first, second):"]
    for number in range(250):
        names = [f"{draw.choice('abcdefgh')}{draw.randrange(9)}" for _ in range(3)]
        lines.append(f"    {names[0]} = layer_{number}({names[1]} * {draw.randrange(99)}) + {names[2]}.part[first]")
    return "\n".join(lines) + "\n"


def write_hostile_repositories(root: Path) -> None:
    """Ten repositories nobody would want to meet."""
    texts: dict[str, dict[str, str]] = {
        "brackets": {"a.py": "(" * 200_000, "b.py": "x = " + "[" * 50_000 + "]" * 50_000 + "\n"},
        "line": {"a.py": "x = " + " + ".join(["y"] * 400_000) + "\n"},
        "functions": {"a.py": "".join(f"def f{n}(x):\n    return x + {n}\n" for n in range(20_000))},
        "escapes": {"\x1b[2J\x1b]0;x\x07.py": OWN, "\u202egnp.py": "# \x1b[31m\n" + ATTENTION, "a\nb.py": OWN},
        "documents": {"a.py": ATTENTION, "README.md": "---\na: &a [x]\nb: [" + "*a," * 9_000 + "*a]\n---\n"},
        "notebook": {"a.ipynb": '{"cells": ' + "[" * 100_000, "b.ipynb": "{}"},
        "huge": {"b.py": OWN},
        "binary": {"c.py": OWN},
        "links": {"a.py": OWN},
        "pipes": {"b.py": OWN},
    }
    write_repositories(root, {name: files | {"own.py": OWN} for name, files in texts.items()})
    with (root / "huge/a.py").open("wb") as file:
        file.truncate(50 * 1024**3)
    (root / "binary/a.py").write_bytes(random.Random(1).randbytes(300_000))
    (root / "binary/b.py").write_bytes(bytes(300_000))
    (root / "links/loop").symlink_to(".")
    (root / "links/b.py").symlink_to("b.py")
    (root / "links/c.py").symlink_to("/etc/passwd")
    _nest_folders(root / "links")
    os.mkfifo(root / "pipes/a.py")
    os.mkfifo(root / "pipes/LICENSE")
    (root / "documents/LICENSE").mkdir()


def _nest_folders(root: Path) -> None:
    folder = root
    for _ in range(300):
        folder = folder / "d"
    folder.mkdir(parents=True)
    (folder / "deep.py").write_text(OWN)
