"""The texts of real licence files, as a list names them: from packages, repositories and this machine."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from modelkin.errors import ModelkinError
from modelkin.sources import open_source
from modelkin.sources.checkout import Entry

LIST = Path(__file__).with_name("licences.tsv")
DEBIAN = Path("/usr/share/common-licenses")


@dataclass(frozen=True, slots=True)
class LicenceFile:
    """A file and the ids of the licence texts in it. ``kind`` is where it is from: pypi, npm, github or debian."""

    source: str
    path: str
    licences: tuple[str, ...]

    @property
    def kind(self) -> str:
        return self.source.partition(":")[0]


def listed() -> list[LicenceFile]:
    """All of the list."""
    with LIST.open(encoding="utf-8", newline="") as rows:
        return [LicenceFile(source, path, tuple(ids.split())) for source, path, ids in csv.reader(rows, delimiter="\t")]


def read(file: LicenceFile, repositories: Path | None) -> str:
    """Its text. Raises ModelkinError where it cannot be had.

    ``repositories`` holds files of repositories as OWNER/NAME/PATH; others are fetched over git.
    """
    with _opened(file, repositories) as content:
        return content.decode("utf-8", "replace")


@contextmanager
def _opened(file: LicenceFile, repositories: Path | None) -> Iterator[bytes]:
    with open_source(f"{_spec(file, repositories)}!{file.path}") as checkout:
        for entry in checkout.entries():
            if isinstance(entry, Entry) and isinstance(content := entry.read(), bytes):
                yield content
                return
    raise ModelkinError(f"{file.source}: {file.path} cannot be read")


def _spec(file: LicenceFile, repositories: Path | None) -> str:
    name = file.source.partition(":")[2]
    if file.kind == "pypi":
        return file.source
    if file.kind == "npm":
        return str(_packed(name))
    if file.kind == "debian":
        return str(DEBIAN)
    repository, _, commit = name.partition("@")
    kept = repositories / repository if repositories else None
    return str(kept) if kept and kept.is_dir() else f"git+https://github.com/{repository}@{commit}"


def _packed(name: str) -> Path:
    """The folder of a package of npm, packed by npm itself: nothing of it is run."""
    folder = user_cache_path("modelkin") / "benchmarks" / "npm" / name.replace("/", "+")
    if not (folder / "package").is_dir():
        npm = shutil.which("npm")
        if npm is None:
            raise ModelkinError(f"npm:{name}: there is no npm")
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [npm, "pack", "--silent", "--ignore-scripts", name], cwd=folder, check=False, capture_output=True
        )
        for archive in folder.glob("*.tgz"):
            shutil.unpack_archive(archive, folder, "gztar", filter="data")
    if not (folder / "package").is_dir():
        raise ModelkinError(f"npm:{name}: npm could not fetch it")
    return folder / "package"
