"""Opens one commit of a git repository on a server: fetches it, and reads its files from git's objects.

Nothing is checked out: no attribute, filter, link or file name of a stranger's repository ever meets the disk. Edit
this to change how a repository is fetched; how git itself is run is in `git_command`.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from ..errors import SourceError
from ..results import Skipped
from ..support.processes import PIPE, Process
from . import git_command
from .checkout import Checkout
from .git_command import reason_in, run, running
from .git_folder import GitError
from .members import DISK_RESERVE_BYTES, MAX_MEMBERS, MAX_TOTAL_BYTES, Member, inside, list_members, too_large
from .specs import GitAddress, parse_git_address, without_login

# Servers that know the filter do not send larger files, which no scan reads; from the others come all.
FILTERED_BYTES = 16 * 1024**2
MAX_FETCHED_BYTES = 2 * 1024**3
_MAX_ERROR_BYTES = 4 * 1024**2
_FIRST_WAIT_SECONDS = 0.005
_LONGEST_WAIT_SECONDS = 0.1
_FETCH_SETTINGS = {
    "core.bigFileThreshold": str(FILTERED_BYTES),  # larger ones pass through, and are never held in memory
    "fetch.unpackLimit": "1",  # one pack, not a file for every object
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
}
_FETCH_OPTIONS = ("--quiet", "--no-tags", "--no-recurse-submodules")
NEW = ("init", "--quiet", "--bare", "--template=")
ONE_COMMIT = ("--depth=1", f"--filter=blob:limit={FILTERED_BYTES}")
# Commits and folders alone, where the server knows the filter; from the others come contents until there are too many.
HISTORY = ("--filter=blob:none",)
MAX_HISTORY_BYTES = 256 * 1024**2
REDIRECTS = {"http": "http:https"}  # servers move http to https; never back
_SHORT_HASH = 12
_WHERE = "a repository"
_NOT_FILES = {b"120000": "symbolic link in a repository", b"160000": "submodule, a repository of its own"}


@contextmanager
def open_repository(spec: str) -> Iterator[Checkout]:
    """Open ``git+URL[@REV][!inner/path]``; fetches that one commit, without history. Raises SourceError."""
    address = parse_git_address(spec)
    with TemporaryDirectory(prefix="modelkin-", ignore_cleanup_errors=True) as folder:
        repository = Path(folder, "repository.git")
        try:
            commit = _fetch(address, repository)
            listed = run(repository, "ls-tree", "-r", "-z", "--full-tree", commit)
            if listed.count(b"\0") > MAX_MEMBERS:
                raise SourceError(f"cannot open {address.shown}: it holds more than {MAX_MEMBERS:,} files")
            sizes = blob_sizes(repository)
        except GitError as error:
            raise SourceError(failure(address, without_login(str(error)))) from error
        with running(repository, "cat-file", "--batch", requests=PIPE) as process:
            reader = BlobReader(process, sizes)
            listing = list_members(map(reader.member, listed.split(b"\0")[:-1]), "repository")
            chosen = inside(listing, address.inner, address.shown)
            yield Checkout(
                address.shown,
                lambda: iter(chosen),
                address.project,
                address.revision or commit[:_SHORT_HASH],
                whole=lambda: iter(listing),
                commit=commit,
                fetched=repository,
                history=partial(_history, address, Path(folder, "history.git"), commit),
            )


def _history(address: GitAddress, repository: Path, commit: str, seconds: float) -> Path:
    """Fetch what led to ``commit``, without contents, into the bare ``repository``. Raises GitError."""
    run(repository, *NEW)
    protocols = REDIRECTS.get(address.scheme, address.scheme)
    fetch_into(repository, address.url, [commit], protocols, HISTORY, seconds, MAX_HISTORY_BYTES)
    return repository


def _fetch(address: GitAddress, repository: Path) -> str:
    """Fetch one commit into a new bare repository; its hash. Raises GitError."""
    run(repository, *NEW)
    protocols = REDIRECTS.get(address.scheme, address.scheme)
    fetch_into(repository, address.url, [address.revision or "HEAD"], protocols)
    return run(repository, "rev-parse", "--verify", "FETCH_HEAD^{commit}").decode().strip()


def fetch_into(
    repository: Path,
    url: str,
    revisions: Sequence[str],
    protocols: str,
    what: tuple[str, ...] = ONE_COMMIT,
    seconds: float | None = None,
    most_bytes: int | None = None,
    objects: Iterable[str] = (),
    settings_by: Mapping[str, str] | None = None,
) -> None:
    """Fetch ``revisions`` of ``url``, and ``objects`` by their hashes, into the bare ``repository``; FETCH_HEAD lists
    the revisions. ``settings_by`` is as in `running`. Raises GitError.
    """
    seconds = git_command.TIMEOUT_SECONDS if seconds is None else seconds
    settings = [word for name, value in _FETCH_SETTINGS.items() for word in ("-c", f"{name}={value}")]
    wanted = [f"{each}\n".encode() for each in objects]
    by_hash = (("-c", "fetch.negotiationAlgorithm=noop"), ("--stdin", "--no-write-fetch-head")) if wanted else ((), ())
    command = (*settings, *by_hash[0], "fetch", *_FETCH_OPTIONS, *by_hash[1], *what, "--", url, *revisions)
    deadline = time.monotonic() + seconds
    with TemporaryFile() as errors, TemporaryFile() as requests:
        requests.writelines(wanted)
        requests.seek(0)
        with running(
            repository, *command, protocols=protocols, errors=errors, requests=requests, settings_by=settings_by
        ) as process:
            wait = _FIRST_WAIT_SECONDS
            while (code := process.poll()) is None:
                _check(repository, errors, deadline, seconds, most_bytes)
                time.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT_SECONDS)
        if code:
            raise GitError(reason_in(errors) or f"git fetch ends with code {code}")
        _check(repository, errors, deadline, seconds, most_bytes)


def _check(repository: Path, errors: IO[bytes], deadline: float, seconds: float, most_bytes: int | None) -> None:
    """Raise GitError when the fetch is over a bound."""
    advice = "clone it yourself, without its large files, and scan the folder"
    most_bytes = MAX_FETCHED_BYTES if most_bytes is None else most_bytes
    if _bytes_in(repository) > most_bytes:
        raise GitError(f"it sends more than {most_bytes / 1024**2:,.0f} MB: {advice}")
    if shutil.disk_usage(repository).free < DISK_RESERVE_BYTES:
        raise GitError(f"the disk of the temporary folder is full: free some, set TMPDIR, or {advice}")
    if os.fstat(errors.fileno()).st_size > _MAX_ERROR_BYTES:
        raise GitError("its server sends messages without end")
    if time.monotonic() > deadline:
        raise GitError(f"it took longer than {seconds:.0f} seconds")


def _bytes_in(folder: Path) -> int:
    total = 0
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):  # git has just moved it
                is_folder = entry.is_dir(follow_symlinks=False)
                total += _bytes_in(Path(entry)) if is_folder else entry.stat(follow_symlinks=False).st_size
    return total


def failure(address: GitAddress, reason: str) -> str:
    """Why fetching from ``address`` failed, in one line, by what git said."""
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


def blob_sizes(repository: Path) -> Mapping[bytes, int]:
    """The size of each object that was sent, by its hash. Never fetches another, as asking for its size might."""
    form = "--batch-check=%(objectname) %(objectsize)"
    lines = BytesIO(run(repository, "cat-file", "--batch-all-objects", "--unordered", form))
    return {name: int(size) for name, size in (line.split() for line in lines)}


class BlobReader:
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
            limit = FILTERED_BYTES // 1024**2
            return Member(
                name, 0, partial(Skipped, name, f"larger than {limit} MB: its server was told not to send it")
            )
        size = size or 0
        return Member(name, size, partial(self.read, name, blob, size), _NOT_FILES.get(mode, ""))

    def read(self, name: str, blob: bytes, size: int) -> bytes | Skipped:
        if reason := too_large(size, _WHERE):
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
