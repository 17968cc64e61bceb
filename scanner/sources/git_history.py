"""Asks git what it knows of a stranger's checkout (tracked paths, commits, additions) without obeying its git folder.

Settings in a ``.git`` may name programs (fsmonitor, filters, gpg, pagers, aliases, files to include), so git never
works there. It works in a private git folder, with settings of our own, that borrows the objects and nothing else. The
index, the commit of HEAD and the list of cut-off commits are read here and copied. Refs that replace commits and the
cache of commits are left out, as they could say other dates than the commits do. Nothing outside the checkout is
followed: a ``.git`` file counts where the folder that it names says that it is this checkout's; borrowed objects do
not. Edit this to ask git one more thing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from .git_command import run
from .git_folder import FULL_HASH, GitError, commit_of_head, content_of, git_folders, lines_of
from .git_index import MAX_INDEX_BYTES

_SECONDS = 120.0
_SHA256_DIGITS = 64
_CLOSED = ("--no-ext-diff", "--no-textconv", "--no-color")
_CLOSED_LOG = (*_CLOSED, "--no-show-signature", "--no-notes", "--no-mailmap")
# Moves of more files in one commit are found where the files stay the same.
_MOST_RENAMED = 1000
# That these are false by default is git's word of today.
_CONFIGURATION = """[core]
    repositoryFormatVersion = 1
    bare = true
    commitGraph = false
    multiPackIndex = false
    fsmonitor = false
[log]
    showSignature = false
    mailmap = false
[extensions]
    objectFormat = {hashes}
"""


# git has no commits before 2005; histories that were brought over from older systems do not go back further.
_EARLIEST = 662_688_000  # 1991-01-01
_DAY = 86_400


def claimed_day(seconds: int) -> str:
    """The UTC day of a commit's date, an ISO date; empty before 1991, and for one that is still to come."""
    if not _EARLIEST <= seconds <= time.time() + _DAY:
        return ""
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


class Commit(Struct, frozen=True):
    """One commit, with the dates it claims, in seconds since 1970."""

    hash: str
    authored: int
    committed: int


class ClosedGit(Struct, frozen=True):
    """git over a checkout."""

    repository: Path
    head: str
    """The hash of the commit that is checked out; empty before the first one."""
    cut: frozenset[str] = frozenset()
    """The commits whose parents a shallow clone lacks: all their files look as if added there."""
    others: tuple[str, ...] = ()
    """The hashes of further commits whose history counts."""

    def tracked(self) -> tuple[str, ...]:
        """The paths that git tracks, sorted; bytes that are not UTF-8 stand as surrogates. Raises GitError."""
        names = run(self.repository, "ls-files", "-z", seconds=_SECONDS).split(b"\0")[:-1]
        return tuple(dict.fromkeys(name.decode("utf-8", "surrogateescape") for name in names))

    def commits(self, path: str) -> tuple[Commit, ...]:
        """The commits that changed ``path``, under earlier names too, newest first. Raises GitError."""
        if not self.head or "\0" in path:
            return ()
        words = ("log", "--follow", *_CLOSED_LOG, "--format=%H %at %ct", self.head, "--", path)
        answer = run(self.repository, *words, seconds=_SECONDS).decode("ascii", "replace")
        rows = (line.split() for line in answer.splitlines())
        return tuple(Commit(digest, int(authored), int(committed)) for digest, authored, committed in rows)

    def commit(self) -> bytes:
        """The commit that is checked out, as a line of `additions`. Raises GitError."""
        return run(self.repository, "log", "-1", *_CLOSED_LOG, "-z", "--format=%H %at %ct", self.head, seconds=_SECONDS)

    def additions(self, seconds: float, *, exactly: bool = False) -> bytes:
        """What each commit added or renamed, parents first, with NUL after each word. Raises GitError.

        Of a commit its hash and dates stand first, as in `commits`; then the status of a file and its path or paths.
        Renames are followed by content; if ``exactly``, only where it stayed the same, which asks for no content.
        """
        renames = ("-M100%" if exactly else "-M", "--no-rename-empty", f"-l{_MOST_RENAMED}")
        return self._added(seconds, "--topo-order", "--reverse", "--diff-filter=AR", *renames)

    def contents(self, seconds: float) -> bytes:
        """As `additions`, of each changed file also its modes and hashes, as `git log --raw` has them; renames only
        where the file stayed the same. Raises GitError.
        """
        renames = ("-M100%", "--no-rename-empty", f"-l{_MOST_RENAMED}")
        how = ("--topo-order", "--reverse", "--diff-filter=AMRT", *renames)
        return self._added(seconds, *how, listed=("--raw", "--no-abbrev"))

    def merged_contents(self, seconds: float) -> bytes:
        """As `contents`, what merges changed to the line of their first parent. Raises GitError."""
        how = ("--merges", "-m", "--first-parent", "--reverse", "--diff-filter=AMT", "--no-renames")
        return self._added(seconds, *how, listed=("--raw", "--no-abbrev"))

    def merged(self, seconds: float) -> bytes:
        """As `additions`, what merges added to the line of their first parent. Raises GitError."""
        return self._added(seconds, "--merges", "-m", "--first-parent", "--reverse", "--diff-filter=A", "--no-renames")

    def staged(self, seconds: float) -> bytes:
        """As `additions`, without commits: what the index adds to the commit that is checked out. Raises GitError."""
        renames = ("-M", "--no-rename-empty", f"-l{_MOST_RENAMED}", "--diff-filter=AR")
        words = ("diff-index", "--cached", *_CLOSED, *renames, "--name-status", "-z", self.head)
        return run(self.repository, *words, seconds=seconds) if self.head else b""

    def is_staged(self, seconds: float) -> bool:
        """Whether the index is another than the commit that is checked out. Raises GitError."""
        words = ("diff-index", "--cached", *_CLOSED, "--no-renames", "--name-only", "-z", self.head)
        return not self.head or bool(run(self.repository, *words, seconds=seconds))

    def _added(self, seconds: float, *how: str, listed: tuple[str, ...] = ("--name-status",)) -> bytes:
        if not self.head:
            return b""
        words = ("log", *_CLOSED_LOG, *how, *listed, "-z", "--format=%H %at %ct", self.head, *self.others)
        return run(self.repository, *words, seconds=seconds)


@contextmanager
def closed_git(top: Path) -> Iterator[ClosedGit]:
    """git over the checkout ``top``, for as long as the block lasts. Raises GitError where there is none to trust."""
    folder, common = git_folders(top)
    objects = common / "objects"
    if objects.is_symlink() or not objects.is_dir():
        raise GitError(f"{objects} is no folder of objects")
    if lines_of(objects / "info" / "alternates"):
        raise GitError(f"{common} borrows objects from elsewhere (objects/info/alternates), which are not followed")
    head = commit_of_head(folder, common)
    with TemporaryDirectory(prefix="modelkin-", ignore_cleanup_errors=True) as private:
        repository = Path(private, "repository.git")
        for name in ("objects/info", "refs"):
            (repository / name).mkdir(parents=True)
        hashes = "sha256" if len(head) == _SHA256_DIGITS else "sha1"
        (repository / "config").write_text(_CONFIGURATION.format(hashes=hashes), encoding="ascii")
        (repository / "HEAD").write_text(f"{head or 'ref: refs/heads/none'}\n", encoding="ascii")
        (repository / "objects/info/alternates").write_bytes(_quoted(os.fsencode(objects.resolve())) + b"\n")
        _copy_index(folder, repository)
        if cut := [line for line in lines_of(common / "shallow") if FULL_HASH.fullmatch(line)]:
            (repository / "shallow").write_text("".join(f"{line}\n" for line in cut), encoding="ascii")
        yield ClosedGit(repository, head, frozenset(cut))


def _copy_index(folder: Path, repository: Path) -> None:
    """With the file that a split index shares its entries with."""
    index = content_of(folder / "index", MAX_INDEX_BYTES)
    if not index:
        return
    (repository / "index").write_bytes(index)
    for shared in folder.glob("sharedindex.*"):
        digest = shared.suffix[1:]
        if FULL_HASH.fullmatch(digest) and bytes.fromhex(digest) in index:
            (repository / shared.name).write_bytes(content_of(shared, MAX_INDEX_BYTES))


def _quoted(path: bytes) -> bytes:
    return b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
