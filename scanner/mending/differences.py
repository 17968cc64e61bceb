"""An edit in, its unified diff out."""

from __future__ import annotations

import difflib
import json
import re

from ..decoding import source_encoding
from .model import Edit

_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")


def unified(edit: Edit) -> str:
    """The diff as git prints it, with three lines of context; what is no text in its encoding shows as U+FFFD."""
    before, after = _lines(edit.before or b""), _lines(edit.after)
    source = "/dev/null" if edit.before is None else _quoted(f"a/{edit.path}")
    lines = difflib.unified_diff(before, after, source, _quoted(f"b/{edit.path}"))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _quoted(path: str) -> str:
    """As git quotes names that would end a line."""
    return path if path.isprintable() else json.dumps(path)


def _lines(stored: bytes) -> list[str]:
    try:
        text = stored.decode(source_encoding(stored), "replace")
    except LookupError:
        text = stored.decode("utf-8", "replace")
    return _LINE.findall(text)
