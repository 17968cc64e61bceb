"""Builds a hostile repository by chance, and knows which of its files are surely copies.

Edit this for one more thing that a folder may hold: add a function of a folder to _PARTS.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from random import Random

from . import code, settings
from .words import encoded, line, mutated, name, word
from .writing import put

_OUTSIDE = (
    "../outside/secret.py",
    "../../outside/secret.py",
    "../outside",
    "/etc/passwd",
    "/dev/zero",
    "/proc/self/environ",
)
_LEGAL = (
    "LICENSE",
    "LICENSE.md",
    "NOTICE",
    "COPYING",
    "licence.txt",
    "AUTHORS",
    "LICENSES/MIT.txt",
    "THIRD_PARTY_NOTICES",
)
_CONFIGS = ("config.json", "tokenizer_config.json", "generation_config.json", "model.safetensors.index.json")
_SHELTERS = (
    "node_modules",
    ".venv",
    "venv",
    "build",
    "dist",
    "__pycache__",
    "x.egg-info",
    "site-packages",
    ".git",
    ".eggs",
)


def build(chance: Random, folder: Path) -> tuple[str, ...]:
    """Fill ``folder``, which is there; the paths of sure copies in it, whatever else it says, are returned."""
    sure = []
    for number in range(chance.randint(1, 2)):
        inside = chance.choice(("", "", "src/", "models/deep/er/", f"{chance.choice(_SHELTERS[:8])}/"))
        path = f"{inside}modeling_{number}.py"
        if put(folder / path, code.sure_copy(chance)):
            sure.append(path)
    for part in chance.choices(_PARTS, k=chance.randint(1, 9)):
        with contextlib.suppress(OSError, ValueError):  # what this system does not allow
            part(chance, folder)
    return tuple(path for path in sure if _is_still(folder, path))


def _is_still(folder: Path, path: str) -> bool:
    return (folder / path).is_file() and (folder / path).resolve() == folder.resolve() / path


def _modules(chance: Random, folder: Path) -> None:
    for _ in range(chance.randint(1, 3)):
        put(_place(chance, folder) / name(chance, chance.choice((".py", ".py", ".pyw", ".PY"))), code.module(chance))


def _notebooks(chance: Random, folder: Path) -> None:
    put(_place(chance, folder) / name(chance, ".ipynb"), code.notebook(chance))


def _names(chance: Random, folder: Path) -> None:
    for _ in range(chance.randint(1, 4)):
        put(folder / name(chance) / name(chance), chance.choice((b"", code.module(chance), encoded(word(chance)))))


def _links(chance: Random, folder: Path) -> None:
    targets = (*_OUTSIDE, "loop.py", ".", "..", "modeling_0.py", "gone", "src", name(chance), str(folder))
    for kind in (
        "loop.py",
        name(chance),
        chance.choice((*_LEGAL, *_CONFIGS, "README.md", ".gitignore", "pyproject.toml")),
    ):
        path = folder / kind
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(chance.choice(targets))


def _specials(chance: Random, folder: Path) -> None:
    path = folder / chance.choice(
        (name(chance, ".py"), "LICENSE", "README.md", "modelkin.toml", ".gitignore", "config.json")
    )
    kind = chance.choice(("fifo", "socket", "device"))
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
    else:
        os.mknod(path, 0o020666, os.makedev(1, 5))


def _modes(chance: Random, folder: Path) -> None:
    path = folder / name(chance, chance.choice((".py", "")))
    if chance.random() < 0.5:
        put(path, code.module(chance))
    else:
        put(path / "a.py", code.module(chance))
    path.chmod(chance.choice((0, 0o100, 0o200, 0o444)))


def _deep(chance: Random, folder: Path) -> None:
    path = folder
    for _ in range(chance.choice((3, 8, 8, 20, 20, 120))):
        path = path / chance.choice("abc")
    put(path / "a.py", code.module(chance))


def _large(chance: Random, folder: Path) -> None:
    piece = chance.choice((b"\0", b"# a\n", b"x = 1\n", b"\xff", b" ", b"a" * 99, b"'" * 3 + b"\n"))
    put(folder / name(chance), piece * (chance.choice((1_000, 20_000, 60_000)) // len(piece)))


def _card(chance: Random, folder: Path) -> None:
    keys = (
        "license",
        "license_name",
        "license_link",
        "base_model",
        "tags",
        "model_name",
        "base_model_relation",
        line(chance),
    )
    values = (
        line(chance),
        f'"{line(chance)}"',
        "[a, b]",
        "\n- a\n- b",
        "&a [*a]",
        "!!python/object:os.system x",
        "|\n  a\n",
        "{",
    )
    lines = [f"{chance.choice(keys)}: {chance.choice(values)}" for _ in range(chance.randint(0, 6))]
    text = (
        "---\n"
        + "\n".join(lines)
        + chance.choice(("\n---\n", "\n...\n", "", "\n"))
        + f"# {word(chance)}\n{word(chance)}\n"
    )
    put(
        folder / chance.choice(("README.md", "readme.MD", "docs/README.md", "README")),
        encoded(mutated(chance, text, 2)),
    )


def _config(chance: Random, folder: Path) -> None:
    data: object = {
        "architectures": chance.choice(([word(chance)], word(chance), None, [[1]])),
        "model_type": chance.choice((word(chance), 1, None)),
        "auto_map": {"AutoModel": chance.choice(("modeling_0.Focus", word(chance), ["x"], None))},
        "_name_or_path": word(chance),
        "torch_dtype": chance.choice((1e308, word(chance))),
        word(chance): word(chance),
    }
    text = json.dumps(chance.choice((data, data, [data], None, "x")), ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.2:
        text = chance.choice(
            ("[" * 5000, '{"a":' * 2000, text[: len(text) // 2], f"{text}{text}", "1e999", "NaN", "9" * 5000)
        )
    put(folder / chance.choice(_CONFIGS), encoded(text))


def _legal(chance: Random, folder: Path) -> None:
    texts = (
        f"MIT License\n\nCopyright (c) {word(chance)} {word(chance)}\n\nPermission is hereby granted, free of charge",
        f"Licensed under the Apache License, Version 2.0\nCopyright 2020 {word(chance)}\n",
        f"This project includes {word(chance)}\n\n{line(chance)}\n====\nCopyright {line(chance)}\n",
        "Copyright " * 500,
        word(chance) * 20,
        code.header(chance),
    )
    put(folder / chance.choice(_LEGAL), encoded(mutated(chance, chance.choice(texts), 2)))


def _reuse(chance: Random, folder: Path) -> None:
    kind = chance.choice(("REUSE.toml", ".reuse/dep5", "modeling_0.py.license"))
    holder, licence = line(chance), line(chance)
    path, covered = (chance.choice(("*", "**", line(chance), "*" * 60 + "b")) for _ in range(2))
    texts = {
        "REUSE.toml": f"version = 1\n[[annotations]]\npath = {json.dumps(path)}\n"
        f"SPDX-FileCopyrightText = {json.dumps(holder)}\nSPDX-License-Identifier = {json.dumps(licence)}\n",
        ".reuse/dep5": f"Format: x\n\nFiles: {covered}\nCopyright: {holder}\nLicense: {licence}\n",
        "modeling_0.py.license": f"SPDX-FileCopyrightText: {holder}\nSPDX-License-Identifier: {licence}\n",
    }
    put(folder / kind, encoded(mutated(chance, texts[kind], 2)))


def _packaging(chance: Random, folder: Path) -> None:
    named, licence = line(chance), line(chance)
    kind = chance.choice(("setup.cfg", "setup.py", "PKG-INFO", "package.json"))
    texts = {
        "setup.cfg": f"[metadata]\nname = {named}\nlicense = {licence}\nlicense_files =\n  {line(chance)}\n",
        "setup.py": f"import setuptools as s\ns.setup(name={named!r}, license={licence!r})\nopen('ran','w')\n",
        "PKG-INFO": f"Name: {named}\nLicense: {licence}\n",
        "package.json": json.dumps({"name": named, "license": licence}),
    }
    put(folder / kind, encoded(mutated(chance, texts[kind], 2)))


def _own(chance: Random, folder: Path) -> None:
    kind = chance.choice((*settings.FILES, ".modelkin/corpus.safetensors", ".modelkin-baseline.json", ".modelkin/x"))
    if kind in settings.FILES:
        content = encoded(settings.text(chance, kind))
    elif kind.endswith("safetensors"):
        content = struct.pack("<Q", chance.choice((2, 2**63, 10))) + encoded(word(chance))
    else:
        content = encoded(json.dumps({"schema": "modelkin.baseline/1", "findings": [word(chance)]}))
    put(folder / kind, content)


def _ignoring(chance: Random, folder: Path) -> None:
    lines = (
        "*",
        "*.py",
        "!x",
        "**/**/**",
        "[a-",
        "\\",
        "/modeling_0.py",
        "*a" * 30 + "b",
        line(chance),
        "#x",
        " ",
        "src/",
    )
    text = "\n".join(chance.choices(lines, k=chance.randint(1, 8)))
    put(
        _place(chance, folder) / chance.choice((".gitignore", ".gitattributes", ".git/info/exclude", ".ignore")),
        encoded(text),
    )


def _git(chance: Random, folder: Path) -> None:
    place = _place(chance, folder) / ".git"
    if chance.random() < 0.3:
        target = chance.choice((*_OUTSIDE, "../outside/.git", ".", ".git", line(chance)))
        put(place, encoded(f"gitdir: {target}\n"))
        return
    hooks = "[core]\n\tfsmonitor = touch ran\n\tpager = touch ran\n[gpg]\n\tprogram = touch ran\n"
    index = b"DIRC" + struct.pack(">II", chance.choice((2, 3, 4, 9)), chance.choice((0, 1, 2**32 - 1)))
    parts = {
        "HEAD": b"ref: refs/heads/main\n",
        "config": hooks.encode(),
        "index": chance.choice((index, index + chance.randbytes(80), b"", b"DIRC", chance.randbytes(200))),
        "commondir": encoded(chance.choice(("..", "../../outside", line(chance)))),
        "objects/x": b"",
        "refs/heads/main": b"0" * 40,
        "modeling_hidden.py": code.module(chance),
    }
    for path in chance.sample(sorted(parts), chance.randint(2, len(parts))):
        put(place / path, parts[path])


def _shelter(chance: Random, folder: Path) -> None:
    place = folder / chance.choice(_SHELTERS)
    put(place / name(chance, ".py"), code.module(chance))
    put(_place(chance, folder) / chance.choice(("pyvenv.cfg", "conda-meta/history", ".git")), b"home = /usr\n")


def _hub(chance: Random, folder: Path) -> None:
    place = folder / chance.choice(
        ("models--a--b", "models--\x1b[31m--x", "datasets--a--b", "models--", "models--a--b--c--d")
    )
    put(place / "blobs" / "a1", code.module(chance))
    revision = place / "snapshots" / chance.choice(("0" * 40, "main", line(chance).replace("/", "_")[:99] or "x"))
    put(revision / "modeling_b.py", code.module(chance))
    (revision / "linked.py").symlink_to(chance.choice(("../../blobs/a1", "../../../../../outside/secret.py", "gone")))
    put(place / "refs" / "main", encoded(word(chance)))


def _place(chance: Random, folder: Path) -> Path:
    return folder / chance.choice(("", "", "src", "models/deep", "src/sub"))


_PARTS: tuple[Callable[[Random, Path], None], ...] = (
    *(_modules, _modules, _modules, _notebooks, _names, _links, _specials, _modes, _deep, _large, _card, _config),
    *(_legal, _legal, _reuse, _packaging, _own, _ignoring, _git, _shelter, _hub),
)
