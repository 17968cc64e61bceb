"""Small corpora for tests: releases of invented upstreams, with dates, and texts from the case folders."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from modelkin.corpus import model
from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.model import Project

CASES = Path(__file__).parent.parent / "cases"


@dataclass(frozen=True)
class Release:
    """``files`` are texts by path; ``date`` is ISO."""

    project: str
    version: str
    date: str
    files: Mapping[str, str]


def write_corpus(path: Path, releases: Iterable[Release]) -> Path:
    """A corpus of ``releases``, in that order, in the file ``path``."""
    builder = CorpusBuilder()
    for release in releases:
        project = Project(release.project, "MIT", "", f"https://example.org/{release.project}/{{release}}/{{path}}")
        number = builder.add_release(project, model.Release(0, release.version, release.date, ""))
        for name, text in release.files.items():
            stored = text.encode()
            builder.add_file(number, name, stored, hashlib.sha256(stored).hexdigest())
    builder.finish(path.stem).save(path)
    return path


def original(case: str) -> str:
    """The original of a case folder."""
    return (CASES / case / "original.py").read_text("utf-8")


def renamed(text: str, **names: str) -> str:
    """``text`` with whole words replaced."""
    return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), text)
