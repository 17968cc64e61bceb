"""A family of upstreams that derive from one another, as corpora, and repositories to scan against them."""

from __future__ import annotations

from pathlib import Path

import modelkin
from modelkin.results import FileVerdict

from .upstreams import Release, original, renamed, write_corpus

LANTERN = original("identical")
COBALT = original("constant_changed")
HERON = original("statement_dropped")
MICA = original("extra_function")

GLOW = renamed(
    LANTERN,
    LanternAttention="GlowAttention",
    LanternMLP="GlowMLP",
    LanternBlock="GlowBlock",
    LanternEncoder="GlowEncoder",
)
TORCH = GLOW.replace("Glow", "Torch").replace("F.silu", "F.gelu")
FAMILY = (
    Release("lantern", "1.0", "2020-01-10", {"lantern/model.py": LANTERN}),
    Release("glow", "0.1", "2021-05-05", {"glow/layers.py": GLOW}),
    Release("torch-bearer", "3.0", "2022-07-01", {"bearer/torch.py": TORCH}),
    Release("cobalt", "1.0", "2019-03-03", {"cobalt/model.py": COBALT}),
    Release("heron", "1.0", "2019-04-04", {"heron/model.py": HERON}),
    Release("mica", "1.0", "2019-05-05", {"mica/sampling.py": MICA}),
)


def named_corpus(folder: Path, *releases: Release, name: str = "known") -> Path:
    """The corpus ``name`` of these releases, in ``folder``."""
    return write_corpus(folder / f"{name}.safetensors", releases)


def modules_in(folder: Path, **files: str) -> str:
    """``folder``, with these modules; ``__`` in a name is a slash."""
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".py").write_text(text, "utf-8")
    return str(folder)


def scan_one(source: str, *corpora: Path, **options: object) -> FileVerdict:
    (file,) = modelkin.scan(source, modelkin.ScanOptions(corpora=corpora, **options)).files  # type: ignore[arg-type]
    return file


def projects(file: FileVerdict) -> list[str]:
    return [upstream.project for upstream in file.upstreams]
