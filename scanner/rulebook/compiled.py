"""The shipped rules read and checked beforehand: a hook that finds a copy need not load PyYAML to know its licence.

``rules/compiled.json`` has what each YAML file says, beside a digest of the file; one that has changed since is read
itself. Edit this when a compiled rule should be known again in another way; ``compiling`` writes them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from ..support.data_files import shipped_folder
from ..support.lazy import blake2b

KINDS = ("findings", "licences")
NAME = "compiled.json"


def compiled_value(path: Path, content: bytes) -> Any:
    """What the rule at ``path``, with that ``content``, says, as plain values; None where that was not compiled."""
    kind, folder = path.parent.name, path.parent.parent
    if kind not in KINDS or folder != shipped_folder("rules"):
        return None
    known, value = _compiled(folder).get(f"{kind}/{path.name}", ("", msgspec.Raw(b"null")))
    return msgspec.json.decode(value) if known == digest(content) else None


@cache
def _compiled(folder: Path) -> dict[str, tuple[str, msgspec.Raw]]:
    try:
        content = (folder / NAME).read_bytes()
        return msgspec.json.decode(content, type=dict[str, tuple[str, msgspec.Raw]])
    except (OSError, msgspec.DecodeError):
        return {}  # then all are read themselves


def digest(content: bytes) -> str:
    """What a rule's file is known again by, whatever ends its lines."""
    return blake2b(content.replace(b"\r\n", b"\n"), digest_size=16).hexdigest()
