"""The Python files of a package's release, in a folder; nothing downloaded is ever run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_cache_path

from modelkin.sources import open_source, registry
from modelkin.sources.checkout import Entry

# Tables of models, models no longer kept, and the TensorFlow and Flax ports, which corpora/upstreams.yaml leaves out.
LEFT_OUT = re.compile(r"/(?:auto|deprecated)/|/modeling_(?:tf|flax)_")


def release_root(name: str, version: str) -> Path:
    """The folder a release was unpacked into, unpacking it if need be; the newest release when ``version`` is empty.

    ``version`` may also be a folder that already holds an unpacked release.
    """
    if version and Path(version).is_dir():
        return Path(version)
    version = registry.fetch(name, version)[1].version
    folder = user_cache_path("modelkin") / "benchmarks" / f"{name}-{version}"
    if not (folder / ".complete").exists():
        _unpack(f"pypi:{name}=={version}", folder)
        (folder / ".complete").touch()
    return folder


def modeling_files(root: Path, least_lines: int = 150) -> list[str]:
    """Paths below ``root`` of transformers' modeling files of the kinds that the shipped corpus holds."""
    paths = [path for path in python_files(root, "transformers/models/*/modeling_*.py") if not LEFT_OUT.search(path)]
    return [path for path in paths if (root / path).read_bytes().count(b"\n") >= least_lines]


def python_files(root: Path, pattern: str = "**/*.py") -> Iterator[str]:
    """Paths below ``root``, with forward slashes, in sorted order."""
    yield from sorted(path.relative_to(root).as_posix() for path in root.glob(pattern) if path.is_file())


def _unpack(spec: str, folder: Path) -> None:
    with open_source(spec) as checkout:
        for entry in checkout.entries():
            if isinstance(entry, Entry) and entry.path.endswith(".py") and isinstance(text := entry.read(), bytes):
                target = folder / entry.path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(text)
