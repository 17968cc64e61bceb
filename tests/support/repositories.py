"""Small repositories for tests: texts by path, opened as a folder, a zip and a wheel."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from modelkin.repository.declarations import read_declarations
from modelkin.repository.model import Declarations
from modelkin.sources import open_source

Files = Mapping[str, str | bytes]
MIT = "Licensed under the MIT License.\n\nCopyright (c) 2023 The Lantern Authors\n"
APACHE = "Licensed under the Apache License, Version 2.0.\n\nCopyright 2024 Lamp Inc.\n"


def written(root: Path, files: Files) -> Path:
    """``files`` written under ``root``."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def zipped(path: Path, files: Files) -> Path:
    """``files`` in the zip or wheel ``path``, under zip's first date: the same bytes at any time."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return path


def declarations_of(source: Path | str) -> Declarations:
    """What the repository at ``source`` says of itself."""
    with open_source(str(source)) as checkout:
        return read_declarations(checkout)
