"""Opens several commits of a git repository at once, and fetches of each only the files that are asked for.

First come the commits and their folders, without contents, then in one go the contents of the paths wanted. A server
that knows no such request sends whole commits. Upstreams may come from a mirror that the user's git settings name in
place of their address; what is scanned never does. Edit this to fetch still less, or where a server refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from msgspec.structs import replace

from ...errors import SourceError
from ...support.processes import PIPE
from ..checkout import Checkout
from ..git import HISTORY, MAX_HISTORY_BYTES, NEW, ONE_COMMIT, REDIRECTS, BlobReader, blob_sizes, failure, fetch_into
from ..git_command import rewritten_addresses, run, running
from ..git_folder import GitError
from ..git_history import ClosedGit, claimed_day
from ..hub_cache import COMMIT
from ..members import MAX_MEMBERS, list_members
from ..specs import GitAddress, parse_git_address, without_login

_FOLDERS_ONLY = ("--depth=1", "--filter=blob:none")
_ALL_REFS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
# What git says where a server gives no commit by its hash alone: one that is old, or that serves files and no more.
_REFUSALS = ("unadvertised object", "dumb http transport", "does not support shallow")
_ABSENT = "not our ref "
_FILES = (b"100644", b"100755", b"100664")


class Commits(NamedTuple):
    """Commits that are open."""

    checkouts: Mapping[str, Checkout]
    """By full hash: with the files wanted alone, dated by the day of the commit; empty dates where it has none."""
    contents: Mapping[str, Mapping[str, str]]
    """By full hash: what git calls the content of each file wanted, by its path."""
    history: Callable[[float], ClosedGit]
    """Fetches all that led to them, without contents, within so many seconds. Raises SourceError."""


@contextmanager
def open_commits(url: str, commits: Sequence[str], wanted: Callable[[str], bool]) -> Iterator[Commits]:
    """Open ``commits``, full hashes, of the repository at ``url``, with the files whose path is ``wanted``.

    Raises SourceError in one line where one of them cannot be had.
    """
    address = parse_git_address(f"git+{url}")
    if unfit := [commit for commit in commits if not COMMIT.fullmatch(commit)]:
        raise SourceError(f"{address.shown}: {unfit[0]} is not the full hash of a commit, 40 digits from 0 to f")
    with TemporaryDirectory(prefix="modelkin-", ignore_cleanup_errors=True) as folder:
        fetching = _Fetching(Path(folder), commits, wanted)
        try:
            repository = fetching.fetch(address)
            sizes = blob_sizes(repository)
            days = {commit: _day(repository, commit) for commit in commits}
        except GitError as error:
            raise SourceError(_told(address, error)) from error
        with running(repository, "cat-file", "--batch", requests=PIPE) as process:
            reader = BlobReader(process, sizes)
            checkouts = {}
            for commit in commits:
                listing = list_members(map(reader.member, fetching.listed[commit]), "repository")
                checkouts[commit] = Checkout(
                    f"git+{without_login(url)}@{commit}",
                    partial(iter, listing),
                    address.project,
                    commit,
                    days[commit],
                    whole=partial(iter, listing),
                    commit=commit,
                )
            contents = {commit: dict(map(_content, fetching.listed[commit])) for commit in commits}
            yield Commits(checkouts, contents, partial(fetching.history, address))


class _Fetching:
    """The fetches of one repository into a ``folder`` of its own."""

    def __init__(self, folder: Path, commits: Sequence[str], wanted: Callable[[str], bool]) -> None:
        self.listed: dict[str, list[bytes]] = {}
        """What `git ls-tree` says of each path wanted, by commit."""
        self._folder, self._commits, self._wanted = folder, commits, wanted
        self._source: GitAddress | None = None
        self._has_history = False
        self._repository = folder

    def fetch(self, address: GitAddress) -> Path:
        """Fetch commits, folders and the contents wanted; the bare repository. Raises SourceError."""
        self._repository = self._new("repository.git")
        self._source = _mirrored(address, self._repository)
        try:
            self._fetch(_FOLDERS_ONLY, self._commits)
        except GitError as error:
            if not any(each in str(error) for each in _REFUSALS):
                raise
            self._fetch_refs(str(error))
        self._list()
        if missing := self._missing():
            try:
                self._fetch(("--filter=blob:none",), objects=missing)
            except GitError:
                self._repository = self._new("whole.git")
                self._fetch(ONE_COMMIT, self._commits)
        return self._repository

    def _new(self, name: str) -> Path:
        repository = self._folder / name
        run(repository, *NEW)
        return repository

    def _fetch(self, what: tuple[str, ...], revisions: Sequence[str] = (), **more: Any) -> None:
        assert self._source
        scheme = self._source.scheme
        by = _serving_in_part(self._folder) if scheme == "file" else None
        protocols = REDIRECTS.get(scheme, scheme)
        fetch_into(self._repository, self._source.url, revisions, protocols, what, settings_by=by, **more)

    def _fetch_refs(self, refused: str) -> None:
        """All branches and tags, and the commits out of them; raises GitError when one is not in any."""
        self._repository = self._new("refs.git")
        self._fetch((ONE_COMMIT[-1],), _ALL_REFS)
        self._has_history = True
        sizes = blob_sizes(self._repository)
        for commit in self._commits:
            if commit.encode() not in sizes:
                raise GitError(f"commit {commit} is in no branch or tag there ({refused})")

    def _list(self) -> None:
        for commit in self._commits:
            records = run(self._repository, "ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0")[:-1]
            if len(records) > MAX_MEMBERS:
                raise GitError(f"it holds more than {MAX_MEMBERS:,} files")
            self.listed[commit] = [each for each in records if self._wanted(_path(each))]

    def _missing(self) -> list[str]:
        """The contents wanted that were not sent; no server that knows the filter sent any."""
        sizes = blob_sizes(self._repository)
        described = {each.partition(b"\t")[0] for records in self.listed.values() for each in records}
        blobs = {words[2] for words in map(bytes.split, described) if words[0] in _FILES}
        return [each.decode() for each in sorted(blobs - sizes.keys())]

    def history(self, address: GitAddress, seconds: float) -> ClosedGit:
        """What led to the commits, without contents. Raises SourceError."""
        try:
            if self._has_history:
                return self._closed(self._repository)
            self._repository = self._new("history.git")
            self._fetch(HISTORY, self._commits, seconds=seconds, most_bytes=MAX_HISTORY_BYTES)
            return self._closed(self._repository)
        except GitError as error:
            raise SourceError(_told(address, error)) from error

    def _closed(self, repository: Path) -> ClosedGit:
        return ClosedGit(repository, self._commits[-1], others=tuple(self._commits[:-1]))


def _serving_in_part(folder: Path) -> dict[str, str]:
    """What has git serve a repository on this disk in part: what it does not send, it does not even look at."""
    settings = folder / "served.gitconfig"
    if not settings.exists():
        settings.write_text("[uploadpack]\n\tallowFilter = true\n", encoding="ascii")
    return {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": str(settings)}


def _told(address: GitAddress, error: GitError) -> str:
    _, absent, commit = str(error).partition(_ABSENT)
    if absent:
        return f"{address.shown}: there is no commit {commit} (any more): name another, by its full hash"
    return failure(address, without_login(str(error)))


def _path(record: bytes) -> str:
    return record.partition(b"\t")[2].decode("utf-8", "surrogateescape")


def _content(record: bytes) -> tuple[str, str]:
    described, _, path = record.partition(b"\t")
    return path.decode("utf-8", "surrogateescape"), described.split()[2].decode("ascii")


def _day(repository: Path, commit: str) -> str:
    """The UTC day of a commit, by when it says that it was committed."""
    said = run(repository, "log", "-1", "--no-show-signature", "--format=%ct", commit).strip()
    return claimed_day(int(said)) if said.isdigit() and len(said) < 19 else ""


def _mirrored(address: GitAddress, repository: Path) -> GitAddress:
    """``address``, or the one that the user's git settings put in its place; ``shown`` stays.

    The longest beginning that is rewritten counts, as in git. ``repository`` is any bare one of our own. Raises
    SourceError where a mirror is none that is fetched from: a remote helper would be a program to run.
    """
    try:
        fitting = [pair for pair in rewritten_addresses(repository) if address.url.startswith(pair[0])]
    except GitError as error:
        raise SourceError(f"{address.shown}: {error}") from error
    if not fitting:
        return address
    prefix, base = max(fitting, key=lambda pair: len(pair[0]))
    url = base + address.url[len(prefix) :]
    if Path(url).is_absolute():
        url = Path(url).as_uri()
    try:
        return replace(parse_git_address(f"git+{url}"), project=address.project, shown=address.shown)
    except SourceError:
        told = f"your git settings put {base} in place of {prefix}, from which nothing is fetched"
        raise SourceError(f"{address.shown}: {told}: name an https, http, ssh, git or file address there") from None
