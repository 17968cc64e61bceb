"""Opens a repository of the Hugging Face Hub: its code, configuration, licence and card, never its weights.

huggingface_hub does the talking: its cache, token, endpoint and offline settings hold here as they do for its users.
Edit this when a scan reads one more kind of file, or when the library should be bounded in another way.
"""

from __future__ import annotations

import glob
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from ..errors import SourceError
from ..results import Skipped
from ..support.lazy import lacking
from .checkout import Checkout, sort_key
from .folder import open_folder
from .hub_cache import COMMIT, repository_folder
from .members import safe_path
from .specs import CODE_SUFFIXES, HUB_PREFIX, clean_inner

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling


# Larger than any file that a scan reads.
MAX_BYTES = 8 * 1024**2
MAX_FILES = 20_000
# Of one owner; the largest that there is has some 20,000.
MOST_MODELS = 50_000
MAX_TOTAL_BYTES = 512 * 1024**2
_MAX_PATH = 1024
_OVERHEAD_BYTES = 64 * 1024  # redirects, and pages of errors
MAX_SECONDS = 600.0
# Between two bytes; the library's own is none for some requests.
TIMEOUT_SECONDS = 30.0
# The listing of a repository with the most files that are fetched; it is asked for twice.
MAX_LISTING_BYTES = 64 * 1024**2
# What inflates while it is read: files that are fetched pack to less.
_MAX_PACKED_BYTES = 8 * 1024**2
_SUFFIXES = frozenset(".py .ipynb .json .md .markdown .txt .rst .toml .cfg .cff .yaml .yml .license".split())
_LEGAL = re.compile(r"(?i)(?:.*licen[cs]e|copying|notice|third.?party|copyright|readme)[^/]*")
_REFERENCE = re.compile(
    r"hf:(?:(?P<kind>datasets|spaces)/)?(?P<repository>(?:[\w-][\w.-]*/)?[\w-][\w.-]*)"
    r"(?:@(?P<revision>[^@!\s]+))?(?:!(?P<inner>.*))?",
    re.ASCII,
)
_NAMING_HEADERS = ("etag", "x-linked-etag", "x-repo-commit")
_SAFE_NAME = re.compile(r'(?:W/)?"?[A-Za-z0-9][A-Za-z0-9._:-]{0,199}"?')


def open_repository(spec: str) -> Checkout:
    """Open ``hf:ORG/NAME[@REV][!inner/path]`` from the Hub, or from its cache when there is no network.

    Raises SourceError in one line.
    """
    reference = parse_reference(spec)
    snapshot, commit, modified, unfetched = _fetched(reference)
    checkout = open_folder(spec, snapshot, reference.inner, outermost=repository_folder(snapshot))
    name = reference.repository.rpartition("/")[2]
    inner = reference.inner
    inside = [each for each in unfetched if not inner or each.path == inner or each.path.startswith(inner + "/")]
    return replace(
        checkout,
        project=name,
        release=reference.revision or commit[:12],
        released=modified,
        repository=reference.repository if reference.kind == MODEL else "",
        commit=commit,
        folder=None,  # its cache is in no checkout of the repository
        remote="",
        unfetched=tuple(sorted(inside, key=lambda each: sort_key(each.path))),
    )


MODEL = "model"


class HubReference(Struct, frozen=True):
    """A revision of a repository of the Hub."""

    repository: str
    """Its name, ORG/NAME."""
    revision: str
    """A branch, a tag or a commit; empty for the main branch."""
    inner: str
    """The path inside the repository; empty for all of it."""
    kind: str = MODEL
    """What the Hub calls its type: ``model``, ``dataset`` or ``space``."""

    @property
    def shown(self) -> str:
        """The repository at that revision, as the user would name it."""
        folder = "" if self.kind == MODEL else f"{self.kind}s/"
        return f"hf:{folder}{self.repository}" + (f"@{self.revision}" if self.revision else "")


def parse_reference(spec: str) -> HubReference:
    """Parse ``hf:ORG/NAME[@REV][!inner/path]``, also with ``datasets/`` or ``spaces/`` before; raises SourceError."""
    found = _REFERENCE.fullmatch(spec)
    if found is None or ".." in found["repository"] or ".." in (found["revision"] or ""):
        raise SourceError(f"{spec} is not a repository of the Hub: write hf:ORG/NAME or hf:ORG/NAME@REVISION")
    kind = (found["kind"] or MODEL).removesuffix("s")
    return HubReference(found["repository"], found["revision"] or "", clean_inner(found["inner"] or "", spec), kind)


def models_of(owner: str) -> list[str]:
    """The model repositories of a person or an organisation, as sources, sorted. Raises SourceError in one line."""
    _prepare(shown := f"{HUB_PREFIX}{owner}")
    from huggingface_hub import HfApi
    from huggingface_hub import errors as hub

    try:
        with watching(shown):
            listed = [each.id for each in islice(HfApi().list_models(author=owner), MOST_MODELS + 1)]
    except Exception as error:  # noqa: BLE001  what the library makes of a server's answer is open
        raise SourceError(_failure(HubReference(owner, "", ""), error, hub)) from None
    if len(listed) > MOST_MODELS:
        raise SourceError(f"{shown}: it has more than {MOST_MODELS:,} models: write those to audit in a list")
    found = [each for each in listed if _REFERENCE.fullmatch(f"{HUB_PREFIX}{each}") and ".." not in each]
    if not found:
        raise SourceError(f"{shown}: the Hub lists no model of that owner")
    return sorted(f"{HUB_PREFIX}{each}" for each in found)


def _prepare(shown: str) -> None:
    """Before the library is imported. Raises SourceError where it is not there."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # read at import; its bars would mix with ours
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")  # a transport of its own, which nothing of ours bounds
    try:
        import huggingface_hub  # noqa: F401
    except ImportError:
        raise SourceError(lacking("hub", shown, "huggingface_hub")) from None
    # It tells of each further try; an error is told in one line in the end.
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)


def _fetched(reference: HubReference) -> tuple[Path, str, str, list[Skipped]]:
    """The folder of the snapshot, its commit, the ISO date of that commit, and what code was not fetched.

    The last two are empty where only the cache knows the repository.
    """
    _prepare(reference.shown)
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub import errors as hub

    unreachable: type[Exception] = getattr(hub, "HTTPError", OSError)  # of whichever HTTP library it uses
    late = False
    try:
        with watching(reference.shown) as watch:
            try:
                revision = reference.revision or None
                try:
                    info = HfApi().repo_info(
                        reference.repository, revision=revision, files_metadata=True, repo_type=reference.kind
                    )
                except hub.HfHubHTTPError:
                    raise
                except (unreachable, OSError):  # no network, or none wanted
                    watch.check()
                    kept = snapshot_download(
                        reference.repository, revision=revision, local_files_only=True, repo_type=reference.kind
                    )
                    return Path(kept), Path(kept).name, "", []
                sizes, unfetched = _wanted(reference, getattr(info, "siblings", None) or [])
                commit = _commit(reference, info.sha)
                watch.bytes_left += sum(sizes.values()) + len(sizes) * _OVERHEAD_BYTES
                patterns = [glob.escape(path) for path in sizes]
                fetched = snapshot_download(
                    reference.repository, revision=commit, allow_patterns=patterns, repo_type=reference.kind
                )
            finally:
                late = watch.is_late()
    except SourceError:
        raise
    except Exception as error:  # noqa: BLE001  what the library makes of a server's answer is open
        raise SourceError(
            _too_slow(reference.shown, MAX_SECONDS) if late else _failure(reference, error, hub)
        ) from None
    modified = info.last_modified.date().isoformat() if info.last_modified else ""
    return Path(fetched), commit, modified, unfetched


def _commit(reference: HubReference, sha: object) -> str:
    """``sha``, which becomes the name of a folder; raises SourceError when it is none."""
    if not isinstance(sha, str) or not COMMIT.fullmatch(sha):
        raise SourceError(f"{reference.shown}: the Hub's answer names no commit: check HF_ENDPOINT")
    return sha


def _wanted(reference: HubReference, siblings: Iterable[RepoSibling]) -> tuple[dict[str, int], list[Skipped]]:
    """The sizes of what to fetch by path, and the code among the rest; raises SourceError where it is too much."""
    sizes: dict[str, int] = {}
    unfetched: list[Skipped] = []
    for each in siblings:
        path, size = each.rfilename, each.size
        if not isinstance(path, str) or not _is_text(path):
            continue
        if reason := _refusal(path, size):
            if path.lower().endswith(CODE_SUFFIXES):
                unfetched.append(Skipped(path[:_MAX_PATH], reason))
        else:
            sizes[path] = size or 0
    if not sizes:
        reason = f" ({unfetched[0].path}: {unfetched[0].reason})" if unfetched else ""
        raise SourceError(f"{reference.shown}: it has no code, configuration or text to read{reason}")
    if len(sizes) + len(unfetched) > MAX_FILES:
        raise SourceError(f"{reference.shown}: it holds more than {MAX_FILES:,} files")
    if sum(sizes.values()) > MAX_TOTAL_BYTES:
        raise SourceError(f"{reference.shown}: its code and texts take more than {MAX_TOTAL_BYTES // 1024**2:,} MB")
    return sizes, unfetched


def is_wanted(path: str, size: int) -> bool:
    """Whether the file at ``path`` is one that a scan reads: text of bounded size, by its name no weights."""
    return size <= MAX_BYTES and _is_text(path)


def _is_text(path: str) -> bool:
    name = PurePosixPath(path).name
    return PurePosixPath(name).suffix.lower() in _SUFFIXES or bool(_LEGAL.fullmatch(name))


def _refusal(path: str, size: object) -> str:
    """Why a file is not fetched; empty when it is."""
    if safe_path(path) != path or not path.isprintable() or len(path) > _MAX_PATH:
        return "no system takes its path, or it leads out of the repository: not fetched"
    if type(size) is not int or size < 0:
        return "the Hub does not say its size: not fetched"
    limit = MAX_BYTES // 1024**2
    return (
        f"{size / 1024**2:,.1f} MB is over the limit of {limit} MB on the Hub: not fetched" if size > MAX_BYTES else ""
    )


def _failure(reference: HubReference, error: Exception, hub: Any) -> str:
    shown = reference.shown
    if isinstance(error, hub.GatedRepoError):
        return f"{shown}: its authors ask for access: ask for it on the Hub, then log in with `hf auth login`"
    if isinstance(error, hub.RevisionNotFoundError):
        return f"{shown}: no branch, tag or commit {reference.revision} there"
    if isinstance(error, hub.RepositoryNotFoundError):
        return f"{shown}: there is no such repository, or it is private: log in with `hf auth login`, or set HF_TOKEN"
    if isinstance(error, hub.LocalEntryNotFoundError) or type(error).__name__ == "IncompleteSnapshotError":
        return f"{shown}: the Hub cannot be reached, and its cache does not hold the repository"
    lines = str(error).strip().splitlines() if isinstance(error, (OSError, ValueError, hub.HfHubHTTPError)) else []
    if not lines:
        return f"cannot fetch {shown}: the Hub's answer cannot be read ({type(error).__name__}): check HF_ENDPOINT"
    return f"cannot fetch {shown}: {''.join(char if char.isprintable() else '?' for char in lines[0][:300])}"


def _too_slow(shown: str, seconds: float) -> str:
    return f"gave up on {shown} after {seconds:.0f} seconds: the Hub is too slow"


# Bounds on what the library does.


@contextmanager
def watching(shown: str, seconds: float | None = None) -> Iterator[Watch]:
    """Bound what the library does in the block. Old versions, which use requests, have only their own timeouts.

    It may take ``seconds``, or as many as opening a repository.
    """
    from huggingface_hub import constants, utils

    watch = Watch(shown, MAX_SECONDS if seconds is None else seconds)
    close: Callable[[], None] | None = getattr(utils, "close_session", None)
    client: Any = getattr(utils, "get_session")()  # noqa: B009  its type is that of whichever HTTP library is used
    hooks = getattr(client, "event_hooks", None)
    if close is None or hooks is None:
        yield watch
        return
    before, patience = list(hooks["response"]), client.timeout
    client.event_hooks = {**hooks, "response": [*before, watch.on_answer]}
    client.timeout = TIMEOUT_SECONDS
    has_ended = threading.Event()
    offline = constants.HF_HUB_OFFLINE

    def end_late() -> None:
        """Waiting for headers is ended from outside only. Each request is refused from then on."""
        pause = watch.seconds
        while not has_ended.wait(pause):
            constants.HF_HUB_OFFLINE = True
            with suppress(Exception):
                close()
            pause = 0.2

    guard = threading.Thread(target=end_late, daemon=True)
    guard.start()
    try:
        yield watch
    finally:
        has_ended.set()
        guard.join()
        constants.HF_HUB_OFFLINE = offline
        client.event_hooks, client.timeout = {**hooks, "response": before}, patience


class Watch:
    """What opening one repository has taken so far of bytes and time, and the bounds on both."""

    def __init__(self, shown: str, seconds: float) -> None:
        self.shown = shown
        self.seconds = seconds
        self.bytes_left = 2 * MAX_LISTING_BYTES
        self.began = time.monotonic()
        self._lock = threading.Lock()  # several answers may come at once

    def is_late(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() - self.began >= self.seconds

    def check(self, count: int = 0) -> None:
        """Account for ``count`` bytes; raises SourceError when a bound is passed."""
        with self._lock:
            self.bytes_left -= count
        if self.bytes_left < 0:
            raise SourceError(f"gave up on {self.shown}: the Hub sends more than it lists")
        if self.is_late():
            raise SourceError(_too_slow(self.shown, self.seconds))

    def on_answer(self, answer: Any) -> None:
        """Before the library reads an answer; raises SourceError for one that names a file by a path."""
        self.check()
        for name in _NAMING_HEADERS:
            value = answer.headers.get(name)
            if value is not None and not _SAFE_NAME.fullmatch(value):
                raise SourceError(f"{self.shown}: the Hub's answer has a broken {name}: check HF_ENDPOINT")
        is_packed = answer.headers.get("content-encoding", "identity") != "identity"
        answer.stream = _bounded(answer.stream, self.check, _MAX_PACKED_BYTES if is_packed else None)


def _bounded(stream: Any, check: Callable[[int], None], limit: int | None) -> Any:
    """``stream`` with every part of it checked, of a class that the library accepts as one."""
    base = next((kind for kind in type(stream).__mro__ if kind.__name__ == "SyncByteStream"), None)
    if base is None:
        return stream

    def parts(_: object) -> Iterator[bytes]:
        taken = 0
        for part in stream:
            taken += len(part)
            check(len(part))
            if limit is not None and taken > limit:
                raise SourceError(f"the Hub sends a packed answer of more than {limit / 1024**2:.0f} MB: refused")
            yield part

    return type("Bounded", (base,), {"__iter__": parts, "close": lambda _: stream.close()})()
