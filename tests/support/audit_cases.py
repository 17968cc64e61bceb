"""Repositories to audit, written to a folder, and what an audit of them is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from modelkin.api import audit
from modelkin.audit.options import AuditOptions
from modelkin.audit.outcome import Audit
from modelkin.pipeline import ScanOptions
from modelkin.reports.json import render
from modelkin.results import Report

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
