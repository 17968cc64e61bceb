"""A git repository's address -> the files of one commit, read from git's objects.

Nothing is checked out: no attribute, filter, link or file name of a stranger's repository ever meets the disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from ..errors import SourceError
from ..processes import PIPE, Process
from . import gitfetch
from .archive import inside, list_members
from .checkout import Checkout, Skipped
from .gitcommand import GitError, run, running
from .members import MAX_MEMBERS, MAX_TOTAL_BYTES, Member, too_large
from .specs import Address, parse_address, without_login

_SHORT_HASH = 12
_PLACE = "a repository"
_NOT_FILES = {b"120000": "symbolic link in a repository", b"160000": "submodule, a repository of its own"}
_REDIRECTS = {"http": "http:https"}  # servers move http to https; never back


@contextmanager
def open_repository(spec: str) -> Iterator[Checkout]:
    """Open ``git+URL[@REV][!inner/path]``; fetches that one commit, without history. Raises SourceError."""
    address = parse_address(spec)
    with TemporaryDirectory(prefix="modelkin-", ignore_cleanup_errors=True) as folder:
        repository = Path(folder, "repository.git")
        try:
            commit = _fetch(address, repository)
            listed = run(repository, "ls-tree", "-r", "-z", "--full-tree", commit)
            if listed.count(b"\0") > MAX_MEMBERS:
                raise SourceError(f"cannot open {address.shown}: it holds more than {MAX_MEMBERS:,} files")
            sizes = gitfetch.sizes(repository)
        except GitError as error:
            raise SourceError(_failure(address, without_login(str(error)))) from error
        with running(repository, "cat-file", "--batch", requests=PIPE) as process:
            reader = _Reader(process, sizes)
            listing = list_members(map(reader.member, listed.split(b"\0")[:-1]), "repository")
            chosen = inside(listing, address.inner, address.shown)
            release = address.revision or commit[:_SHORT_HASH]
            yield Checkout(address.shown, lambda: iter(chosen), address.project, release, whole=lambda: iter(listing))


def _fetch(address: Address, repository: Path) -> str:
    """Fetch one commit into a new bare repository; its hash. Raises GitError."""
    run(repository, "init", "--quiet", "--bare", "--template=")
    protocols = _REDIRECTS.get(address.scheme, address.scheme)
    gitfetch.fetch(repository, address.url, address.revision or "HEAD", protocols)
    return run(repository, "rev-parse", "--verify", "FETCH_HEAD^{commit}").decode().strip()


def _failure(address: Address, reason: str) -> str:
    if "couldn't find remote ref" in reason or "not our ref" in reason:
        if not address.revision:
            return f"{address.shown}: the repository is empty, or has no default branch: name one after @"
        return f"{address.shown}: no branch or tag {address.revision} there; a commit is named by its full hash"
    if "Needed a single revision" in reason:
        return f"{address.shown}: {address.revision} is a tag of something other than a commit"
    if "terminal prompts disabled" in reason:
        return (
            f"cannot fetch {address.shown}: there is no such repository, or it asks for a login (use ssh or ~/.netrc)"
        )
    return f"cannot fetch {address.shown}: {reason}"


class _Reader:
    """Reads blobs through one running git and remembers how much came out: many paths may share one blob."""

    def __init__(self, process: Process[bytes], sizes: Mapping[bytes, int]) -> None:
        assert process.stdin
        assert process.stdout
        self.requests: IO[bytes] = process.stdin
        self.answers: IO[bytes] = process.stdout
        self.sizes = sizes
        self.bytes_read = 0

    def member(self, record: bytes) -> Member:
        """``record`` is what ``git ls-tree`` says of one path: mode, type, hash, a tab, the name."""
        described, _, path = record.partition(b"\t")
        mode, _, blob = described.split()
        name = path.decode("utf-8", "surrogateescape")
        size = self.sizes.get(blob)
        if size is None and mode not in _NOT_FILES:
            limit = gitfetch.FILTERED_BYTES // 1024**2
            return Member(
                name, 0, partial(Skipped, name, f"larger than {limit} MB: its server was told not to send it")
            )
        size = size or 0
        return Member(name, size, partial(self.read, name, blob, size), _NOT_FILES.get(mode, ""))

    def read(self, name: str, blob: bytes, size: int) -> bytes | Skipped:
        if reason := too_large(size, _PLACE):
            return Skipped(name, reason)
        if self.bytes_read + size > MAX_TOTAL_BYTES:
            return Skipped(name, "the repository's files are past the limit for all of them")
        self.bytes_read += size
        try:
            content = self._content(blob, size)
        except (OSError, ValueError):
            content = None
        return Skipped(name, "missing from the repository, or damaged") if content is None else content

    def _content(self, blob: bytes, size: int) -> bytes | None:
        """git answers with a line ``HASH TYPE SIZE``, the content and a line's end, or with ``HASH missing``."""
        self.requests.write(blob + b"\n")
        self.requests.flush()
        _, _, described = self.answers.readline().partition(b" ")
        kind, _, stored = described.partition(b" ")
        if not stored:
            return None
        # Read what was announced even when it is no blob: a tree may lie, and the next answer follows.
        content = self.answers.read(int(stored))
        is_whole = self.answers.read(1) == b"\n" and len(content) == size
        return content if kind == b"blob" and is_whole else None
