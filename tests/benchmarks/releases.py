"""A package name and a release in, a folder of its Python files out; nothing downloaded is ever run."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from platformdirs import user_cache_path

from modelkin.sources import registry


def release_root(name: str, version: str) -> Path:
    """The folder a release was unpacked into, unpacking it if need be.

    ``version`` may also be a folder that already holds an unpacked release.
    """
    if Path(version).is_dir():
        return Path(version)
    archive, _ = registry.fetch(name, version)
    folder = user_cache_path("modelkin") / "benchmarks" / f"{name}-{version}"
    if not (folder / ".complete").exists():
        _unpack(archive, folder)
        (folder / ".complete").touch()
    return folder


def modeling_files(root: Path, least_lines: int = 150) -> list[str]:
    """Paths below ``root`` of transformers' modeling files, tables of models and shared code aside."""
    found = []
    for path in python_files(root, "transformers/models/*/modeling_*.py"):
        if path.split("/")[2] in ("auto", "deprecated"):
            continue
        if (root / path).read_bytes().count(b"\n") >= least_lines:
            found.append(path)
    return found


def python_files(root: Path, pattern: str = "**/*.py") -> Iterator[str]:
    """Paths below ``root``, with forward slashes, in sorted order."""
    yield from sorted(path.relative_to(root).as_posix() for path in root.glob(pattern) if path.is_file())


def _unpack(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as wheel:
        for member in wheel.namelist():
            path = PurePosixPath(member)
            if path.suffix == ".py" and not path.is_absolute() and ".." not in path.parts:
                wheel.extract(member, folder)
