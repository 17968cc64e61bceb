"""A git index -> the paths git tracks, read without running git.

Running git in a stranger's checkout may run programs its configuration names (``core.fsmonitor``), and git ignores only
what it does not track, so ``.gitignore`` cannot be judged without this list.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_FIXED_BYTES = 62  # ten 32-bit fields, a SHA-1, 16 bits of flags (gitformat-index)
_EXTENDED_FLAG = 0x4000


def git_folder(top: Path) -> Path:
    """The git folder of the checkout ``top``; worktrees and submodules name it in a file called ``.git``."""
    dot_git = top / ".git"
    try:
        text = dot_git.read_bytes() if dot_git.is_file() else b""
    except OSError:
        return dot_git
    return top / os.fsdecode(text.removeprefix(b"gitdir:").strip()) if text.startswith(b"gitdir:") else dot_git


def tracked_paths(index: Path) -> frozenset[str]:
    """Every tracked file and the folders above each; empty when there is no index or it is of an unknown format."""
    try:
        files = frozenset(_names(index.read_bytes())) if index.is_file() else frozenset()
    except (OSError, ValueError, IndexError, struct.error):
        return frozenset()
    parents = {PurePosixPath(file).parent for file in files}
    return files | {str(folder) for parent in parents for folder in (parent, *parent.parents)}


def _names(data: bytes) -> Iterator[str]:
    signature, version, count = struct.unpack_from(">4sII", data)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise ValueError("not a git index this reads")
    offset, name = 12, b""
    for _ in range(count):
        start = offset
        (flags,) = struct.unpack_from(">H", data, start + _FIXED_BYTES - 2)
        offset = start + _FIXED_BYTES + (2 if flags & _EXTENDED_FLAG else 0)
        kept = 0
        if version == 4:
            dropped, offset = _offset_number(data, offset)
            kept = len(name) - dropped
        end = data.index(b"\0", offset)
        name = name[:kept] + data[offset:end]
        offset = end + 1 if version == 4 else start + (end - start + 8) // 8 * 8
        yield os.fsdecode(name)


def _offset_number(data: bytes, offset: int) -> tuple[int, int]:
    """Version 4's count of bytes dropped from the previous name (the "offset encoding" of pack files), and its end."""
    byte = data[offset]
    number = byte & 0x7F
    while byte & 0x80:
        offset += 1
        byte = data[offset]
        number = ((number + 1) << 7) | (byte & 0x7F)
    return number, offset + 1
