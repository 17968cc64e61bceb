"""Whole files of upstream releases with all their names changed: once without their header, once with it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from modelkin.notices.notice import read_notice

from .releases import python_files, release_root
from .whole_files import renamed_file

# Releases in the shipped corpus, and of them what it holds.
RELEASES = (
    ("transformers", "4.35.2", "transformers/models/*/modeling_*.py"),
    ("diffusers", "0.35.2", "diffusers/models/**/*.py"),
    ("timm", "1.0.31", "timm/models/*.py"),
)
# Tables of models, models no longer kept, and the ports to other frameworks, which corpora/upstreams.yaml leaves out.
LEFT_OUT = re.compile(r"/(?:auto|deprecated)/|/modeling_(?:tf|flax)_|_flax|__init__\.py$")
LEAST_LINES = 150


@dataclass(frozen=True, slots=True)
class Stripped:
    """A real file, every name in it changed: ``bare`` without any comment, ``kept`` under its own header."""

    source: str
    bare: str
    kept: str


def strip_files(count: int, seed: int) -> dict[str, Stripped]:
    """``count`` files with a copyright line and a licence other than MIT, by a name that tells nothing."""
    rng = Random(seed)
    candidates = [each for name, version, glob in RELEASES for each in _with_header(release_root(name, version), glob)]
    drawn = rng.sample(candidates, min(count, len(candidates)))
    return {f"file_{number:03}.py": _stripped(path, rng) for number, path in enumerate(drawn)}


def _with_header(root: Path, pattern: str) -> Iterator[Path]:
    for path in (
        root / name for name in python_files(root, pattern) if "flax" not in name and not LEFT_OUT.search(name)
    ):
        stored = path.read_bytes()
        notice = read_notice(stored)
        if stored.count(b"\n") >= LEAST_LINES and notice.copyrights and notice.licence not in ("", "MIT"):
            yield path


def _stripped(path: Path, rng: Random) -> Stripped:
    text = path.read_text(encoding="utf-8")
    body = ast.parse(text).body
    first = body[1] if ast.get_docstring(ast.parse(text)) is not None else body[0]
    header = "".join(text.splitlines(keepends=True)[: first.lineno - 1])
    bare = renamed_file(text, rng)
    return Stripped(path.name, bare, f"# Modified by Harbour AI, 2024\n{header}{bare}")
