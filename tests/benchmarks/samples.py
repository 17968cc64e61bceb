"""Whole modeling files of a transformers release, drawn with a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

from modelkin.results import FileVerdict

from .forms import alpha_equal
from .releases import modeling_files
from .scanning import names_upstream


def draw_files(root: Path, count: int, seed: int) -> dict[str, str]:
    """``count`` modeling files, text by path."""
    paths = modeling_files(root)
    drawn = sorted(Random(seed).sample(paths, min(count, len(paths))))
    return {path: (root / path).read_text(encoding="utf-8") for path in drawn}


def is_right(verdict: FileVerdict, path: str, root: Path) -> bool:
    """Whether the closest upstream is the file itself, or one that is the same program under other names."""
    if names_upstream(verdict, path) or not verdict.upstreams:
        return bool(verdict.upstreams)
    twin = root / verdict.upstreams[0].path
    return twin.is_file() and alpha_equal(*((root / name).read_text(encoding="utf-8") for name in (path, twin)))


def misses(verdicts: Mapping[str, FileVerdict], root: Path) -> Iterator[str]:
    """One line for each file whose closest upstream is another file."""
    for path, verdict in verdicts.items():
        if not is_right(verdict, path, root):
            named = [f"{match.project}:{match.path} {match.share:.3f}" for match in verdict.upstreams[:2]]
            yield f"{path}: {verdict.verdict.value}, {', '.join(named) or 'no upstream'}"
