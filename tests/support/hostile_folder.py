"""A folder that would run its own code at any chance: modules and programs by every name that may be asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from modelkin.corpus.builder import CorpusBuilder
from modelkin.corpus.model import Project, Release

from .index_server import Index, serving, wheel
from .small_corpora import ATTENTION, COPY
from .working_trees import committed

# Beside the standard library: what Python imports by itself, ourselves, and what we import.
MODULES = """
    sitecustomize usercustomize modelkin scanner click numpy msgspec rich yaml packaging pathspec platformdirs
    tree_sitter tree_sitter_python rapidfuzz libcst jinja2 markupsafe safetensors license_expression boolean tomli
    distributed huggingface_hub setuptools pkg_resources wheel coverage __main__ __mp_main__ __init__
""".split()
PROGRAMS = """
    git bash sh ssh pip pip3 python python3 uname git-upload-pack git-remote-https gpg ldconfig gcc cc ld objdump file
    less more lsb_release env id getconf cat modelkin tput stty
""".split()


@dataclass(frozen=True)
class Registry:
    """A package index on this machine, which has the upstream of the copy, and a corpus that knows it."""

    place: Path
    index: Index

    @property
    def corpus(self) -> Path:
        return self.place / "small.safetensors"


@contextmanager
def with_registry(place: Path) -> Iterator[Registry]:
    builder = CorpusBuilder()
    project = Project("lantern", "Apache-2.0", "", "", "lantern")
    number = builder.add_release(project, Release(0, "1.0", "2020-01-01", ""))
    builder.add_file(number, "lantern/attention.py", ATTENTION.encode(), "")
    with serving() as index:
        registry = Registry(place, index)
        builder.finish("small").save(registry.corpus)
        licence = b"Apache License\nVersion 2.0, January 2004\n"
        files = {"lantern/attention.py": ATTENTION.encode(), "lantern-1.0.dist-info/LICENSE": licence}
        index.add("lantern-1.0-py3-none-any.whl", wheel(files))
        yield registry


@dataclass(frozen=True)
class Marked:
    """The folder, and how commands are run in it. ``focus.py`` is a copy whose notice is gone."""

    root: Path
    registry: Registry

    @property
    def corpus(self) -> Path:
        return self.registry.corpus

    @property
    def out(self) -> Path:
        return self._own("out")

    @property
    def git_source(self) -> str:
        """A repository of git, elsewhere, with the same copy."""
        root = self._own("elsewhere")
        (root / "focus.py").write_text(COPY)
        for words in ("init -q", "add -A", "-c user.name=a -c user.email=a@b commit -q -m x"):
            subprocess.run(
                ["git", *words.split()], cwd=root, check=True, env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull}
            )
        return f"git+file://{root}"

    def markers(self) -> list[str]:
        """Who has run."""
        path = marker_of(self.root)
        return path.read_text().split() if path.exists() else []

    def variables(self, with_address: bool = True) -> dict[str, str]:
        """What commands are run with: the index is named by a variable, else by pip's own file of the user."""
        home = self._own("home")
        address = self.registry.index.url
        (home / ".config/pip").mkdir(parents=True, exist_ok=True)
        (home / ".config/pip/pip.conf").write_text(f"[global]\nindex-url = {address}\n")
        paths = ["", ".", "bin", *os.environ["PATH"].split(os.pathsep), ""]
        named = {"PIP_INDEX_URL": address} if with_address else {}
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_", "XDG_"))},
            **named,
            "PATH": os.pathsep.join(paths),
            "HOME": str(home),
            "MODELKIN_CACHE_DIR": str(self._own("cache")),
            "MODELKIN_DATA_DIR": str(self._own("data")),
            "no_proxy": "127.0.0.1",
        }

    def run(self, *command: str, with_address: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        """A command whose first word is an absolute path, in the folder."""
        given = {**self.variables(with_address), **variables}
        return subprocess.run(
            command, cwd=self.root, env=given, capture_output=True, text=True, timeout=120, check=False
        )

    def _own(self, name: str) -> Path:
        path = self.root.parent / f"{self.root.name}-{name}"
        path.mkdir(exist_ok=True)
        return path


def marker_of(root: Path) -> Path:
    return root.parent / f"{root.name}-markers"


def marked(root: Path, registry: Registry, *, modules: bool = True) -> Marked:
    """A folder with the copy, in it and in a folder inside; with ``modules``, all that would leave a marker.

    Then it is a repository, too: git is asked when the copy was committed, and must not be the one that lies here.
    """
    (root / "inner").mkdir(parents=True)
    for name in ("focus.py", "inner/focus.py"):
        (root / name).write_text(COPY)
    if modules:
        committed(root)
        plant(root, marker_of(root))
        plant(root / "inner", marker_of(root))
    return Marked(root, registry)


def plant(folder: Path, marker: Path) -> None:
    """Modules and programs that add their name to the file ``marker``."""
    for name in (*sys.stdlib_module_names, *MODULES):
        (folder / f"{name}.py").write_text(f"open({str(marker)!r}, 'a').write('{name}.py\\n')\n")
    for name in ("pip", "multiprocessing", "encodings", "modelkin"):
        (folder / name).mkdir(exist_ok=True)
        for part in ("__init__", "__main__"):
            (folder / name / f"{part}.py").write_text(f"open({str(marker)!r}, 'a').write('{name}/{part}\\n')\n")
    (folder / "bin").mkdir(exist_ok=True)
    for place in (folder, folder / "bin"):
        for name in PROGRAMS:
            if not (place / name).is_dir():
                (place / name).write_text(f"#!/bin/sh\necho {name} >>'{marker}'\n")
                (place / name).chmod(0o755)
    (folder / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1:1/simple\n")
