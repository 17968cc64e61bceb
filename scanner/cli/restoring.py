"""Restored files in, written under the folder the user named and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath

from ..errors import ModelkinError, UsageError
from ..folders import LinkError
from ..writing import placed_folder


def check_apart(place: Path, sources: Iterable[str]) -> None:
    """Raise UsageError when ``place`` is one of ``sources`` or lies in it: a restored file must not replace it."""
    resolved = place.resolve()
    for source in sources:
        existing = Path(source if Path(source).exists() else source.partition("!")[0])
        if existing.exists() and existing.resolve() in (resolved, *resolved.parents):
            raise UsageError(f"--restore would write {place} among the files of {source}; name a folder apart from it")


def write_restored(restored: Mapping[str, bytes], folder: Path, sources: Sequence[str]) -> None:
    """Write each restored file, by its path, under ``folder``; none when one would land in a source or elsewhere.

    No link below ``folder`` is followed. Raises UsageError or ModelkinError.
    """
    for path in restored:
        _check_below(path, folder)
        check_apart(folder / path, sources)
    if not restored:
        return
    try:
        with placed_folder(folder, sources, make=True) as top:
            for path, content in restored.items():
                *above, name = PurePath(path).parts
                with top.below(above, make=True) as inner:
                    inner.replace(name, content)
    except LinkError as error:
        raise ModelkinError(error.strerror) from error
    except OSError as error:
        raise ModelkinError(f"cannot create {folder / path}: {error.strerror}; name another --restore") from error


def _check_below(path: str, folder: Path) -> None:
    """By its name alone: what stands on the disk is looked at when it is opened."""
    parts = PurePath(path).parts
    if not parts or PurePath(path).is_absolute() or PurePath(path).drive or os.pardir in parts:
        raise ModelkinError(f"{path} would be restored outside {folder}; name an empty folder")
