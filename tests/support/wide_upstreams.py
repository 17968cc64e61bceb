"""Servers of this machine with upstreams of every kind, and a manifest that names them, for updates of a corpus."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from . import git_server, hub_server, index_server
from .git_histories import FIRST, SECOND, THIRD, committed, git
from .hub_server import HubCommit, HubRepository


def module(seed: int, functions: int = 8) -> str:
    """A module like no other."""
    chance = random.Random(seed)
    names = [f"part_{seed}_{number}" for number in range(functions)]
    return "\n\n".join(
        f"def {name}(values, limit={chance.randrange(99)}):\n"
        f"    total = {chance.randrange(999)}\n"
        f"    for place, value in enumerate(values[{chance.randrange(9)}:]):\n"
        f"        if value > limit * {chance.randrange(2, 9)}:\n"
        f"            total {chance.choice(['+=', '-=', '*='])} value - place * {chance.randrange(99)}\n"
        f"    return total % {chance.randrange(2, 99)}\n"
        for name in names
    )


def package(seed: int, files: int) -> dict[str, str]:
    """The modules of a package."""
    return {f"pkg/module_{number:02}.py": module(100 * seed + number) for number in range(files)}


@dataclass
class Upstreams:
    """What is served, and what a manifest says of it."""

    folder: Path
    index: index_server.Index
    git: git_server.GitServer
    hub: hub_server.HubServer
    entries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def manifest(self) -> Path:
        return self.folder / "wide.yaml"

    def write(self, *left_out: str) -> None:
        """Write the manifest, without some of the projects."""
        kept = [entry for entry in self.entries if entry["name"] not in left_out]
        self.manifest.write_text(yaml.safe_dump({"upstreams": kept}))

    def requests(self) -> int:
        """How often any of the servers was asked."""
        return len(self.index.requests) + len(self.git.asked) + len(self.hub.asked)

    def environment(self, name: str) -> dict[str, str]:
        """Caches and data of their own, under ``name``, and these servers."""
        kept = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        folder = self.folder / name
        (folder / "tmp").mkdir(parents=True, exist_ok=True)
        return kept | {
            "PIP_INDEX_URL": self.index.url,
            "HF_ENDPOINT": self.hub.url,
            "HF_HOME": str(folder / "hub"),
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "MODELKIN_CACHE_DIR": str(folder / "cache"),
            "MODELKIN_DATA_DIR": str(folder / "data"),
            "TMPDIR": str(folder / "tmp"),
            "SOURCE_DATE_EPOCH": "1795910400",
        }

    def wide(self, name: str) -> Path:
        """The corpus that is built there."""
        return self.folder / name / "data" / "wide.safetensors"

    def command(self, *words: str | Path) -> list[str]:
        """The words that start an update."""
        return [sys.executable, "-m", "modelkin", "corpus", "update", "--manifest", *map(str, (self.manifest, *words))]

    def update(self, name: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """One update to its end."""
        done = subprocess.run(
            self.command(*words), env=self.environment(name), capture_output=True, text=True, check=False, timeout=120
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done


@contextmanager
def serving(folder: Path, files: int = 4) -> Iterator[Upstreams]:
    """Two packages, three git repositories and a repository of the Hub, with packages of so many modules."""
    served = folder / "served"
    history = [
        HubCommit(f"{number:040x}", f"2023-01-0{number}T10:00:00.000Z", ("modeling.py", "LICENSE")) for number in (1, 2)
    ]
    hub_files = {"modeling.py": module(7).encode(), "LICENSE": b"MIT\n"}
    repository = HubRepository(hub_files, ("main",), history=tuple(history), created="2022-12-31T00:00:00.000Z")
    with ExitStack() as stack:
        index = stack.enter_context(index_server.serving())
        hub = stack.enter_context(hub_server.serving({"lantern/lamp": repository}))
        upstreams = Upstreams(folder, index, stack.enter_context(git_server.serving(served)), hub)
        for seed, name in enumerate(("beacon", "harbour"), 1):
            contents = {path: text.encode() for path, text in package(seed, files).items()}
            index.add(f"{name}-1.0-py3-none-any.whl", index_server.wheel(contents))
            _add(upstreams, name, ["1.0"], package=name)
        for seed, name in enumerate(("compass", "mast", "sail"), 3):
            commits = _repository(served / name, seed, files)
            _add(upstreams, name, commits, git=f"{upstreams.git.url}/{name}", homepage="https://example.org")
        _add(upstreams, "lamp", [history[-1].digest], hf="lantern/lamp", include=["*.py"])
        upstreams.write()
        yield upstreams


def _add(upstreams: Upstreams, name: str, releases: list[str], **more: Any) -> None:
    upstreams.entries.append(
        {
            "name": name,
            "licence": "MIT",
            "homepage": "https://example.org",
            "source": "https://example.org/{release}/{path}",
            "releases": releases,
            "include": ["pkg/**"],
            **more,
        }
    )


def _repository(root: Path, seed: int, files: int) -> list[str]:
    """Two of its three commits."""
    modules = package(seed, files)
    early = dict(list(modules.items())[: files // 2])
    first = committed(root, {**early, "LICENSE": "MIT\n", "film.mp4": "x" * 100_000}, FIRST)
    committed(root, modules, SECOND)
    last = committed(root, {"pkg/module_00.py": module(1000 + seed)}, THIRD)
    git(root, "config", "uploadpack.allowFilter", "true")
    return [first, last]
