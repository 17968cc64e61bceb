"""Restored files in, written under the folder the user named and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..errors import ModelkinError, UsageError
from .writing import replace


def check_apart(place: Path, sources: Iterable[str]) -> None:
    """Raise UsageError when ``place`` is one of ``sources`` or lies in it: a restored file must not replace it."""
    resolved = place.resolve()
    for source in sources:
        existing = Path(source if Path(source).exists() else source.partition("!")[0])
        if existing.exists() and existing.resolve() in (resolved, *resolved.parents):
            raise UsageError(f"--restore would write {place} among the files of {source}; name a folder apart from it")


def write_restored(restored: Mapping[str, bytes], folder: Path, sources: Sequence[str]) -> None:
    """Write each restored file, by its path, under ``folder``; none when one would land in a source or elsewhere.

    Raises UsageError or ModelkinError.
    """
    targets = {_target(path, folder): content for path, content in restored.items()}
    for target in targets:
        check_apart(target, sources)
    for target, content in targets.items():
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ModelkinError(f"cannot create {target.parent}: {error.strerror}; name another --restore") from error
        replace(target, content)


def _target(path: str, folder: Path) -> Path:
    target = folder / path
    if not target.resolve().is_relative_to(folder.resolve()):
        raise ModelkinError(f"{path} would be restored outside {folder}; name an empty folder")
    return target
