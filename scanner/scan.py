"""One repository in, one report out: the stages of the product, in order."""

from __future__ import annotations

from dataclasses import dataclass

from .files import Skipped
from .findings import Finding
from .verdict import FileVerdict


@dataclass(frozen=True, slots=True)
class CorpusIdentity:
    """Which corpora answered: joined names, newest version, digest over all."""

    name: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one run found; formats choose words and layout only."""

    root: str
    corpus: CorpusIdentity
    files: tuple[FileVerdict, ...]
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    seconds: float
