"""Builds a hostile archive by chance, and knows which of its members are surely copies.

Edit this for one more thing that a zip or a tar may hold or lie about.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from . import code, settings
from .words import encoded, line, name, word

_CLIMBING = (
    *(
        "../outside/secret.py",
        "/tmp/escaped.py",
        "a/../../escaped.py",
        "..\\escaped.py",
        "C:\\escaped.py",
        "//x/escaped.py",
    ),
    *("./a.py", "a//b.py", "a/./b.py", "\\\\server\\x.py", "a/", "..", ".", "/", "~/.bashrc", "a\0b.py", "c:a.py"),
)
_FILES = (
    "LICENSE",
    "README.md",
    "pyproject.toml",
    "modelkin.toml",
    "a-1.0.dist-info/METADATA",
    "a/.gitignore",
    "pyvenv.cfg",
)
_COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    ".tar": bytes,
    ".tar.gz": lambda content: gzip.compress(content, 1, mtime=0),
    ".tgz": lambda content: gzip.compress(content, 1, mtime=0),
    ".tar.bz2": bz2.compress,
    ".tar.xz": lambda content: lzma.compress(content, preset=0),
}
_BOMB = bytes(2_000_000)

Members = list[tuple[str, bytes]]


def build(chance: Random, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Write one archive into ``folder``: its path, and the paths of sure copies in it."""
    sure = f"{chance.choice(('', 'pkg/', 'node_modules/x/', '.venv/'))}modeling_sure.py"
    members = [(sure, code.sure_copy(chance)), *_members(chance)]
    chance.shuffle(members)
    suffix = chance.choice((".zip", ".whl", ".zip", *_COMPRESSED))
    is_zip = suffix in (".zip", ".whl")
    content = _zip(chance, members) if is_zip else _COMPRESSED[suffix](_tar(chance, members))
    damaged = chance.random() < 0.3
    if damaged:
        content = _damaged(chance, content)
    path = folder / f"archive{suffix}"
    path.write_bytes(content)
    return path, () if damaged else (sure,)


def _members(chance: Random) -> Members:
    found: Members = []
    for _ in range(chance.randint(0, 6)):
        roll = chance.random()
        if roll < 0.4:
            found.append((chance.choice((name(chance, ".py"), f"pkg/{name(chance)}", "pkg/a.py")), code.module(chance)))
        elif roll < 0.6:
            found.append((chance.choice(_CLIMBING), code.module(chance)))
        elif roll < 0.75:
            kind = chance.choice(_FILES)
            found.append((kind, encoded(settings.text(chance, kind) if kind.endswith("toml") else word(chance))))
        elif roll < 0.85:
            found.append((name(chance, ".ipynb"), code.notebook(chance)))
        elif roll < 0.9:
            found.append((chance.choice(("bomb.py", "LICENSE", "bomb.txt")), _BOMB))
        else:
            found += [(f"many/{number}.py", b"") for number in range(300)]
    return found


def _zip(chance: Random, members: Members) -> bytes:
    stored = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stored, "w") as archive:
        warnings.simplefilter("ignore")  # of names that are there twice
        for path, content in members:
            info = zipfile.ZipInfo(encoded(path).decode("utf-8", "replace").replace("\0", "_") or "x")
            sure = path.endswith("modeling_sure.py")
            info.external_attr = (
                0o100644 if sure else chance.choice((0o100644, 0o120777, 0o010644, 0o020644, 0o040755, 0))
            ) << 16
            methods = (
                zipfile.ZIP_STORED,
                zipfile.ZIP_DEFLATED,
                zipfile.ZIP_DEFLATED,
                zipfile.ZIP_BZIP2,
                zipfile.ZIP_LZMA,
            )
            archive.writestr(info, content, chance.choice(methods))
        archive.comment = encoded(word(chance))[:60_000]
    return stored.getvalue()


def _tar(chance: Random, members: Members) -> bytes:
    stored = io.BytesIO()
    form = chance.choice((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT))
    with tarfile.open(fileobj=stored, mode="w", format=form, encoding="utf-8", errors="surrogateescape") as archive:
        for path, content in members:
            sure = path.endswith("modeling_sure.py")
            info = tarfile.TarInfo(path.replace("\0", "_").encode("utf-8", "replace").decode())
            info.size = len(content)
            if not sure and chance.random() < 0.4:
                kinds = (
                    tarfile.SYMTYPE,
                    tarfile.LNKTYPE,
                    tarfile.CHRTYPE,
                    tarfile.FIFOTYPE,
                    tarfile.DIRTYPE,
                    b"V",
                    b"S",
                    b"Z",
                )
                info.type = chance.choice(kinds)
                info.linkname = chance.choice(
                    ("../outside/secret.py", "/etc/passwd", info.name, line(chance)[:90].replace("\0", ""))
                )
                info.linkname = info.linkname.encode("utf-8", "replace").decode()
                info.size = 0 if info.type in kinds[:5] else info.size
            if not sure and form == tarfile.PAX_FORMAT and chance.random() < 0.3:
                info.pax_headers = {
                    chance.choice(("path", "size", "GNU.sparse.map", "hdrcharset", "mtime", "x")): _pax(chance)
                }
            archive.addfile(info, io.BytesIO(content))
    return stored.getvalue()


def _pax(chance: Random) -> str:
    text = chance.choice(("9" * 30, "-1", "../escaped.py", "1,2,3", "BINARY", "nan", line(chance).replace("\0", "")))
    return text.encode("utf-8", "replace").decode()


def _damaged(chance: Random, content: bytes) -> bytes:
    """Cut, flipped in places, with lying sizes and flags, or with something before or after it."""
    changed = bytearray(content)
    kind = chance.choice(("cut", "flip", "field", "wrapped", "names"))
    if kind == "cut":
        del changed[chance.randint(0, len(changed)) :]
    elif kind == "flip":
        for _ in range(chance.choice((1, 5, 50))):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    elif kind == "field":
        mark = chance.choice((b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"ustar"))
        start = content.find(mark)
        if start >= 0:
            place = min(start + chance.randint(4, 45), len(changed) - 4)
            changed[place : place + 4] = struct.pack("<I", chance.choice((0, 1, 8, 99, 0xFFFF, 2**31, 2**32 - 1)))
    elif kind == "names":
        changed = changed.replace(b"modeling_sure", b"\xff\xfe\x00\x1b[31m\n::e", 2)
    else:
        changed = bytearray(
            chance.choice((b"MZ", b"#!/bin/sh\n", content)) + content + chance.choice((b"", b"x" * 70_000))
        )
    return bytes(changed)
