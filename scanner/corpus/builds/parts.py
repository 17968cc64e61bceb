"""What builds keep in the user's cache: parts, what was read of one release, and what a corpus was built from last.

A part is a corpus of that release alone, under a name that says what was read and how: of another modelkin, or by other
globs, it is another part. As with releases of the registry, nobody else may write to the folder, and a part that is not
as it was written counts for nothing. What a corpus was built from is not in it: the same manifest is to give the same
bytes whoever built it. Edit this when something else decides what is read, or to keep more or less.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from ...errors import CorpusError, SourceError
from ...sources.checkout import os_reason
from ...sources.registry import OWN_FOLDER, opened_cache
from ...support.data_files import shipped_folder, user_cache
from ...support.folders import Folder
from ..model import CORPUS_SUFFIX, Corpus
from ..store import is_altered, open_corpus
from .upstream_entry import Upstream

# Past so many bytes those go that were not used for longest.
MOST_BYTES = 8 * 1024**3
_FOLDER = "parts"
_BUILT = "built"
_MOST_STATE_BYTES = 1024**2
# The rooms and files that decide what is read of a release. All of them: one too many costs time once, one too few a
# wrong corpus.
_ROOMS = "results support sources syntax fingerprints rulebook licences notices repository dating".split()
_FILES = """
    corpus/absorbing.py corpus/appearances.py corpus/builder.py corpus/builds/part_reading.py
    corpus/builds/parts.py corpus/builds/repository_releases.py corpus/file_reader.py corpus/indexing.py
    corpus/model.py corpus/native_table.py corpus/plain_tables.py corpus/schema.py corpus/tables.py
""".split()
_PACKAGES = ("tree-sitter", "tree-sitter-python", "license-expression")


class PartsFacts(NamedTuple):
    """What is kept."""

    folder: Path
    parts: int
    bytes: int


def part_key(read: Sequence[str], globs: Sequence[Sequence[str]], plain: bool) -> str:
    """The name of a part: ``read`` says what was read, by digests or hashes of commits, ``globs`` which paths of it."""
    told = json.dumps([list(read), [list(each) for each in globs], plain, reading_digest()])
    return hashlib.sha256(told.encode()).hexdigest()


@cache
def reading_digest() -> str:
    """A digest of all that decides what is read of a release: modelkin's own code and rules, and its parsers'."""
    root = Path(__file__).parents[2]
    files = [*_FILES, *(path for room in _ROOMS for path in _below(root, room, ".py"))]
    return _digest([root / file for file in files] + [*_rules()])


@cache
def code_digest() -> str:
    """A digest of all of modelkin's code and rules."""
    root = Path(__file__).parents[2]
    return _digest([*(root / file for file in _below(root, "", ".py")), *_rules()])


def _below(root: Path, room: str, suffix: str) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in (root / room).rglob(f"*{suffix}"))


def _rules() -> Iterator[Path]:
    rules = shipped_folder("rules")
    return (rules / file for suffix in (".yaml", ".json", ".txt") for file in _below(rules, "", suffix))


def _digest(files: Iterable[Path]) -> str:
    from importlib.metadata import version

    digest = hashlib.sha256(repr([sys.version_info[:2], *map(version, _PACKAGES)]).encode())
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def find_part(key: str) -> Corpus | None:
    """The part of that name; None where there is none, or not as it was written. Raises SourceError for a cache that
    others may write to."""
    try:
        with opened_cache([_FOLDER], make=False) as folder:
            os.close(folder.open_file(_name(key)))  # a file, and no link
            path = _path(key)
            corpus = None if is_altered(path) else open_corpus(path)
            os.utime(path)
            return corpus
    except (OSError, CorpusError):
        return None


def keep_part(key: str, part: Corpus) -> None:
    """Keep a part, whole or not at all. Raises SourceError where that cannot be."""
    content = part.content()
    with kept_folder() as folder, folder.replacing(_name(key), private=True) as file:
        file.write(content)


@contextmanager
def kept_folder() -> Iterator[Folder]:
    """The folder of the parts, made where it is not there. Raises SourceError."""
    try:
        with opened_cache([_FOLDER], make=True) as folder:
            yield folder
    except OSError as error:
        raise SourceError(f"the cache {user_cache() / _FOLDER} {os_reason(error)}: {OWN_FOLDER}") from error


def parts_facts() -> PartsFacts:
    """What is kept, in numbers."""
    listed = _listed()
    return PartsFacts(user_cache() / _FOLDER, len(listed), sum(size for _, size, _ in listed))


def clear_parts(most_bytes: int = 0) -> int:
    """Remove the parts that were not used for longest, until the rest has at most so many bytes; how many went."""
    left, gone = sum(size for _, size, _ in _listed()), 0
    with suppress(OSError), opened_cache([_FOLDER], make=False) as folder:
        for _, size, name in sorted(_listed()):
            if left <= most_bytes:
                break
            folder.remove(name)
            left, gone = left - size, gone + 1
    return gone


def _listed() -> list[tuple[float, int, str]]:
    """When each file of the folder was last used, its bytes and its name."""
    try:
        with opened_cache([_FOLDER], make=False) as folder:
            found = [(folder.status(name), name) for name in folder.names()]
    except OSError:
        return []
    return [(status.st_mtime, status.st_size, name) for status, name in found if status]


def _name(key: str) -> str:
    return key + CORPUS_SUFFIX


def _path(key: str) -> Path:
    return user_cache() / _FOLDER / _name(key)


# What was built.


class _Built(Struct, frozen=True):
    inputs: str
    digest: str
    """That of the corpus."""
    notes: list[str]
    """What was said of releases that date nothing."""


def inputs_digest(upstreams: Sequence[Upstream], plain: bool, name: str) -> str:
    """A digest of all that decides what a build gives: the manifest, the options, and modelkin itself."""
    told = [msgspec.to_builtins(list(upstreams)), plain, name, code_digest()]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def already_built(output: Path, inputs: str) -> list[str] | None:
    """The notes of the build that made ``output`` of the same; None where it was made of something else, or changed."""
    try:
        with opened_cache([_BUILT], make=False) as folder:
            built = msgspec.json.decode(folder.read(_state_name(output), _MOST_STATE_BYTES) or b"", type=_Built)
        is_same = built.inputs == inputs and not is_altered(output) and open_corpus(output).digest == built.digest
    except (OSError, ValueError, CorpusError, SourceError):
        return None
    return built.notes if is_same else None


def remember_built(output: Path, inputs: str, digest: str, notes: list[str]) -> None:
    """Keep what ``output`` was built from, as far as it can be: without it the next build takes longer."""
    content = msgspec.json.encode(_Built(inputs, digest, notes))
    with (
        suppress(OSError, SourceError),
        opened_cache([_BUILT], make=True) as folder,
        folder.replacing(_state_name(output), private=True) as file,
    ):
        file.write(content)


def forget_built(output: Path) -> None:
    """Let go of what ``output`` was built from, which is about to change."""
    with suppress(OSError, SourceError), opened_cache([_BUILT], make=False) as folder:
        folder.remove(_state_name(output))


def _state_name(output: Path) -> str:
    return hashlib.sha256(str(output.absolute()).encode("utf-8", "surrogateescape")).hexdigest() + ".json"
