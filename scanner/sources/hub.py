"""A repository of the Hugging Face Hub -> its code, configuration, licence and model card; never its weights.

huggingface_hub does the talking: its cache, token, endpoint and offline settings hold here as they do for its users.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from ..errors import SourceError
from . import folder
from .checkout import Checkout
from .hubcache import repository_folder
from .specs import clean_inner

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

# Larger than any file that a scan reads.
MAX_BYTES = 8 * 1024**2
MAX_FILES = 20_000
_SUFFIXES = frozenset(".py .ipynb .json .md .markdown .txt .rst .toml .cfg .cff .yaml .yml .license".split())
_LEGAL = re.compile(r"(?i)(?:.*licen[cs]e|copying|notice|third.?party|copyright|readme)[^/]*")
_REFERENCE = re.compile(
    r"hf:(?P<repository>(?:[\w-][\w.-]*/)?[\w-][\w.-]*)(?:@(?P<revision>[^@!\s]+))?(?:!(?P<inner>.*))?", re.ASCII
)


class HubReference(Struct, frozen=True):
    """A model repository of the Hub; ``revision`` is empty for its main branch, ``inner`` for all of it."""

    repository: str
    revision: str
    inner: str

    @property
    def shown(self) -> str:
        """The repository at that revision, as the user would name it."""
        return f"hf:{self.repository}" + (f"@{self.revision}" if self.revision else "")


def parse_reference(spec: str) -> HubReference:
    """Parse ``hf:ORG/NAME[@REV][!inner/path]``; raises SourceError for anything else."""
    found = _REFERENCE.fullmatch(spec)
    if found is None or ".." in found["repository"] or ".." in (found["revision"] or ""):
        raise SourceError(f"{spec} is not a repository of the Hub: write hf:ORG/NAME or hf:ORG/NAME@REVISION")
    return HubReference(found["repository"], found["revision"] or "", clean_inner(found["inner"] or "", spec))


def open_repository(spec: str) -> Checkout:
    """Open ``hf:ORG/NAME[@REV][!inner/path]`` from the Hub, or from its cache when there is no network.

    Raises SourceError in one line.
    """
    reference = parse_reference(spec)
    snapshot, commit, modified = _fetched(reference)
    checkout = folder.open_folder(spec, snapshot, reference.inner, outermost=repository_folder(snapshot))
    name = reference.repository.rpartition("/")[2]
    return replace(checkout, project=name, release=reference.revision or commit[:12], released=modified)


def is_wanted(path: str, size: int) -> bool:
    """Whether the file at ``path`` is one that a scan reads: text of bounded size, by its name no weights."""
    name = PurePosixPath(path).name
    return size <= MAX_BYTES and (PurePosixPath(name).suffix.lower() in _SUFFIXES or bool(_LEGAL.fullmatch(name)))


def _fetched(reference: HubReference) -> tuple[Path, str, str]:
    """The folder of the snapshot, its commit, and the ISO date of that commit; empty where only the cache knows it."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # read at import; its bars would mix with ours
    try:
        from huggingface_hub import HfApi, snapshot_download
        from huggingface_hub import errors as hub
    except ImportError:
        raise SourceError(
            f"{reference.shown} needs huggingface_hub: install it with `pip install 'modelkin[hub]'`"
        ) from None
    unreachable: type[Exception] = getattr(hub, "HTTPError", OSError)  # of whichever HTTP library it uses
    try:
        try:
            revision = reference.revision or None
            info = HfApi().model_info(reference.repository, revision=revision, files_metadata=True)
        except hub.HfHubHTTPError:
            raise
        except (unreachable, OSError):  # no network, or none wanted
            path = Path(snapshot_download(reference.repository, revision=revision, local_files_only=True))
            return path, path.name, ""
        patterns = [glob.escape(path) for path in _wanted(reference, info.siblings or [])]
        commit = info.sha or ""
        path = Path(snapshot_download(reference.repository, revision=commit, allow_patterns=patterns))
    except (OSError, ValueError, unreachable) as error:
        raise SourceError(_failure(reference, error, hub)) from None
    modified = info.last_modified.date().isoformat() if info.last_modified else ""
    return path, commit, modified


def _wanted(reference: HubReference, siblings: Iterable[RepoSibling]) -> list[str]:
    found = [each.rfilename for each in siblings if is_wanted(each.rfilename, each.size or 0)]
    if not found:
        raise SourceError(f"{reference.shown}: it has no code, configuration or text to read")
    if len(found) > MAX_FILES:
        raise SourceError(f"{reference.shown}: it holds more than {MAX_FILES:,} files")
    return found


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
    return f"cannot fetch {shown}: {str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error)}"
