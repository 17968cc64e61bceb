"""modelkin's scan as the benchmarks ask for it: the verdict on each file of a folder, by path."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import modelkin
from modelkin.results import COPIES, FileVerdict


def scan_folder(
    folder: Path, include: Sequence[str] = (), against: Sequence[str] = (), exclude_upstreams: Sequence[str] = ()
) -> dict[str, FileVerdict]:
    """Scan with the shipped corpus; paths are relative to ``folder``."""
    options = modelkin.ScanOptions(tuple(include), against=tuple(against), exclude_upstream=tuple(exclude_upstreams))
    report = modelkin.scan(str(folder), options)
    return {verdict.path: verdict for verdict in report.files}


def scan_texts(texts: Mapping[str, str], against: Sequence[str] = ()) -> dict[str, FileVerdict]:
    """Scan texts as files whose names and places tell nothing; verdicts by the texts' keys."""
    with tempfile.TemporaryDirectory() as folder:
        names = {key: f"file_{number:04}.py" for number, key in enumerate(texts)}
        for key, name in names.items():
            Path(folder, name).write_text(texts[key], encoding="utf-8")
        verdicts = scan_folder(Path(folder), against=against)
    return {key: verdicts[name] for key, name in names.items()}


def is_copy(verdict: FileVerdict) -> bool:
    """Whether the file is said to be a copy as a whole: identical, renamed or modified."""
    return verdict.verdict in COPIES


def names_upstream(verdict: FileVerdict, path: str, project: str = "transformers") -> bool:
    """Whether the closest upstream is that project's file of that name; folders were moved between releases."""
    first = verdict.upstreams[0] if verdict.upstreams else None
    return first is not None and first.project == project and PurePosixPath(first.path).name == PurePosixPath(path).name
