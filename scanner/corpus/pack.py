"""A corpus: facts about upstream code as flat arrays behind a JSON header, in one memory-mapped `.safetensors` file.

No code is stored: hashes of statements and definitions, the names in them in order of first occurrence, where they stand, and
for each upstream file its release, date, licence and copyright lines.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import CorpusError
from ..fingerprints import WINNOWING

FORMAT = 1
_KEY = "modelkin"
# The longest header the format's own reference reader takes.
_LONGEST_HEADER = 100_000_000

# name -> dtype. Bounds of runs are one longer than what they bound.
ARRAYS = {
    "name_hashes": "uint64",  # sorted
    "name_bytes": "uint8",  # all names, one after the other, in the order of their hashes
    "name_starts": "uint32",
    "digests": "uint64",  # distinct canonical statements, sorted
    "digest_weights": "uint8",  # 255: in one upstream file only; 0: in all
    "statement_digests": "uint32",  # distinct statements with their names: index into digests
    "statement_tokens": "uint16",
    "statement_weights": "uint8",  # as digest_weights, of the statement with its names
    "statement_name_starts": "uint32",
    "statement_names": "uint32",
    "definition_hashes": "uint64",  # distinct definitions, sorted by canonical hash
    "definition_spellings": "uint64",
    "definition_kinds": "uint8",
    "definition_tokens": "uint32",
    "definition_statement_starts": "uint32",
    "definition_statements": "uint32",
    "definition_lineage_starts": "uint32",
    "definition_lineages": "uint16",
    "fingerprints": "uint64",  # sorted
    "posting_starts": "uint32",
    "postings": "uint32",  # definitions
    "file_starts": "uint32",  # distinct file contents: bounds of their members
    "member_definitions": "uint32",
    "member_names": "uint32",
    "member_parents": "uint16",  # index within the file; the module is its own parent
    "member_first_lines": "uint32",
    "member_last_lines": "uint32",
    "file_lineages": "uint16",
    "file_ancestors": "uint32",  # the file each one descends from by its names, or itself
    "lineage_projects": "uint16",  # a lineage is one path of one project through its releases
    "lineage_first_releases": "uint16",  # the oldest that holds it
    "lineage_file_starts": "uint32",
    "lineage_files": "uint32",
    "name_lineages": "uint16",  # how many lineages define the name
    "file_version_starts": "uint32",
    "version_releases": "uint16",
    "version_paths": "uint32",  # names
    "version_licences": "uint16",
    "version_notices": "uint16",
}
KINDS = ("module", "class", "function")


@dataclass(frozen=True, slots=True)
class Project:
    """An upstream project. ``source`` links to a file of a release, with ``{release}`` and ``{path}`` to fill in."""

    name: str
    licence: str
    homepage: str
    source: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release of project number ``project``; ``released`` is an ISO date, ``sha256`` of the artefact that was read."""

    project: int
    version: str
    released: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Version:
    """An upstream file as it stands in one release."""

    project: Project
    release: Release
    path: str
    licence: str
    copyrights: tuple[str, ...]


@dataclass(frozen=True)
class Corpus:
    """Known upstream code. ``arrays`` are the ARRAYS by name, read-only, usually mapped from ``path``."""

    name: str
    projects: tuple[Project, ...]
    releases: tuple[Release, ...]
    licences: tuple[str, ...]
    notices: tuple[tuple[str, ...], ...]
    arrays: Mapping[str, npt.NDArray[Any]]
    version: str = ""
    digest: str = ""
    path: Path | None = None
    _texts: dict[int, str] = field(default_factory=dict, repr=False, compare=False)

    def __getattr__(self, name: str) -> npt.NDArray[Any]:
        try:
            return self.arrays[name]
        except KeyError:
            raise AttributeError(name) from None

    def text(self, number: int) -> str:
        """The name with that number."""
        if number not in self._texts:
            first, last = self.name_starts[number : number + 2].tolist()
            self._texts[number] = self.name_bytes[first:last].tobytes().decode("utf-8", "replace")
        return self._texts[number]

    @cached_property
    def file_count(self) -> int:
        """How many distinct file contents there are."""
        return len(self.arrays["file_starts"]) - 1

    def versions(self, file: int) -> list[Version]:
        """The releases that hold file content ``file``, oldest first."""
        first, last = self.file_version_starts[file : file + 2].tolist()
        return sorted(map(self._version, range(first, last)), key=lambda version: version.release.released)

    def _version(self, row: int) -> Version:
        release = self.releases[self.version_releases[row]]
        return Version(
            self.projects[release.project],
            release,
            self.text(int(self.version_paths[row])),
            self.licences[self.version_licences[row]],
            self.notices[self.version_notices[row]],
        )

    def save(self, path: Path) -> None:
        """Write the corpus, whole or not at all. The same corpus gives the same bytes."""
        from safetensors.numpy import save

        # One key only: the library writes several in no fixed order.
        header = {_KEY: json.dumps(self._header(), sort_keys=True, ensure_ascii=False)}
        data = save({name: np.ascontiguousarray(array) for name, array in self.arrays.items()}, header)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _header(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "name": self.name,
            "version": self.version,
            "k": WINNOWING.k,
            "window": WINNOWING.window,
            "digest": content_digest(self.arrays),
            "projects": [[p.name, p.licence, p.homepage, p.source] for p in self.projects],
            "releases": [[r.project, r.version, r.released, r.sha256] for r in self.releases],
            "licences": list(self.licences),
            "notices": [list(lines) for lines in self.notices],
        }


def content_digest(arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    """A SHA-256 over all arrays, by name."""
    digest = hashlib.sha256()
    for name in ARRAYS:
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()


def open_corpus(path: Path) -> Corpus:
    """Map a corpus file. CorpusError says what is wrong with it."""
    try:
        with path.open("rb") as file:
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except FileNotFoundError:
        raise CorpusError(f"{path}: no such corpus file") from None
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path}: cannot be read as a corpus: {error}") from None
    try:
        return _decode(path, data)
    except CorpusError:
        raise
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise CorpusError(f"{path}: damaged corpus file ({error}); build or download it again") from None


def _decode(path: Path, data: memoryview) -> Corpus:
    length = int.from_bytes(data[:8], "little")
    if not 0 < length <= min(len(data) - 8, _LONGEST_HEADER):
        raise ValueError("its header is cut off")
    tensors = json.loads(bytes(data[8 : 8 + length]))
    header = json.loads(tensors["__metadata__"][_KEY])
    if header["format"] != FORMAT:
        raise CorpusError(f"{path}: corpus format {header['format']}, this modelkin reads {FORMAT}; upgrade modelkin or rebuild it")
    if (header["k"], header["window"]) != (WINNOWING.k, WINNOWING.window):
        raise CorpusError(f"{path}: built with k {header['k']} and window {header['window']}, not {WINNOWING}; rebuild it")
    arrays = {name: _array(tensors[name], name, data[8 + length :]) for name in ARRAYS}
    return Corpus(
        name=header["name"],
        projects=tuple(Project(*row) for row in header["projects"]),
        releases=tuple(Release(*row) for row in header["releases"]),
        licences=tuple(header["licences"]),
        notices=tuple(map(tuple, header["notices"])),
        arrays=arrays,
        version=header["version"],
        digest=header["digest"],
        path=path,
    )


_CODES = {"U8": "uint8", "U16": "uint16", "U32": "uint32", "U64": "uint64"}


def _array(entry: dict[str, Any], name: str, data: memoryview) -> npt.NDArray[Any]:
    first, last = entry["data_offsets"]
    if _CODES[entry["dtype"]] != ARRAYS[name] or not 0 <= first <= last <= len(data):
        raise ValueError(f"{name} is cut off or of another type")
    return np.frombuffer(data[first:last], ARRAYS[name])
