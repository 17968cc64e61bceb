"""Where code comes from. `open_source` opens a folder, a file, an archive, a release or a repository as a `Checkout`.

Edit this to add a kind of source: one module that opens it, and its prefix in `specs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from ..errors import SourceError
from .checkout import Checkout, Progress, sort_key
from .folder import open_chosen, open_file, open_folder
from .pasted import as_source, hint
from .specs import (
    ARCHIVE_SUFFIXES,
    CODE_SUFFIXES,
    GIT_PREFIX,
    HUB_PREFIX,
    REGISTRY_PREFIX,
    WEIGHT_SUFFIXES,
    exists,
    is_told_of,
    parse_requirement,
    split_path,
)


@contextmanager
def open_source(spec: str, progress: Progress | None = None, *, obey: bool = False) -> Iterator[Checkout]:
    """Open ``spec``: a folder, a ``.py`` or ``.ipynb`` file, a file of weights, an archive, a release, or a repository.

    A release is ``pypi:NAME[==VERSION]``, a repository ``hf:ORG/NAME[@REV]`` or ``git+URL[@REV]``: URL is https, http,
    ssh, git or file; REV a branch, a tag or a full commit hash (else the default branch). From git that one commit is
    fetched anew at each opening and never checked out. Any but a single file may end in ``!inner/path``, a file or
    folder inside; paths stay relative to the whole. Entries can be read while the context is open. ``progress`` is told
    about downloads of releases. Raises SourceError in one line.

    What people paste does as well: an address of the Hub, GitHub, GitLab or the registry, ``NAME==VERSION``, a package
    URL; see `pasted`.

    ``obey`` says that a folder is the user's working tree, or in it: what git ignores there, environments, caches and
    build output are left out where git does not track them, and counted. Else nothing is left out.
    """
    spec = as_source(spec)
    if spec.startswith(REGISTRY_PREFIX):
        with _open_release(spec, progress) as checkout:
            yield checkout
        return
    if spec.startswith(HUB_PREFIX):
        from . import hub  # huggingface_hub, an extra

        yield hub.open_repository(spec)
        return
    if spec.startswith(GIT_PREFIX):
        from . import git  # subprocess, threading: not for local files

        with git.open_repository(spec) as checkout:
            yield checkout
        return
    path, inner = _found(spec)
    if path.is_dir():
        yield _open_folder(spec, path, inner, obey)
    elif path.name.lower().endswith(ARCHIVE_SUFFIXES):
        from . import archive  # the compression modules, which a scan of a folder never needs

        with archive.open_archive(spec, path, inner) as checkout:
            yield checkout
    else:
        yield open_file(spec, _single_file(path, inner))


def _found(spec: str) -> tuple[Path, str]:
    try:
        return split_path(spec)
    except SourceError as error:
        raise SourceError(hint(spec) or str(error)) from None


@contextmanager
def open_sources(
    specs: str | Sequence[str], progress: Progress | None = None, *, obey: bool = False
) -> Iterator[Checkout]:
    """Open one source, as `open_source` does, or a list of what is `of_current_folder`, with that folder around it."""
    if not isinstance(specs, str) and of_current_folder(specs):
        yield open_chosen(Path(), specs, obey)
        return
    with open_source(specs if isinstance(specs, str) else specs[0], progress, obey=obey) as checkout:
        yield checkout


@contextmanager
def open_release(
    name: str, version: str, wanted: str, is_fetched: bool = False, progress: Progress | None = None
) -> Iterator[Checkout]:
    """Open a release of an upstream for one of its texts, ``wanted`` ("licence"). Raises SourceError in one line.

    A release that is too large to be fetched for that is refused, unless it ``is_fetched`` already.
    """
    if not is_fetched:
        from . import registry

        registry.check_size(name, version, wanted)
    with open_source(f"{REGISTRY_PREFIX}{name}=={version}", progress) as checkout:
        yield checkout


def of_current_folder(specs: Sequence[str]) -> bool:
    """Whether ``specs`` name parts of the repository that this process runs in: several, or one file beside .git, be
    it code or one that says something of the repository, such as ``tokenizer.json``."""
    if len(specs) > 1:
        return True
    here, path = Path(), Path(specs[0])
    if not exists(specs[0]) or not is_told_of(path.name) or not (here / ".git").exists():
        return False
    return path.is_file() and path.resolve().is_relative_to(here.resolve())


def _open_folder(spec: str, path: Path, inner: str, obey: bool) -> Checkout:
    """A folder, or the snapshot that one of the Hub's cache holds."""
    if "--" not in str(path.absolute()):
        return open_folder(spec, path, inner, obey=obey)
    from heapq import merge

    from .hub_cache import beside, identity, repository_folder, snapshot_folder

    root = snapshot_folder(path) or path
    project, release = identity(root)
    checkout = open_folder(spec, root, inner, outermost=repository_folder(root), obey=obey)
    if root != path and not inner:
        skipped, listed = beside(path, root), checkout.entries
        checkout = replace(checkout, entries=lambda: merge(listed(), skipped, key=lambda item: sort_key(item.path)))
    return replace(checkout, project=project, release=release)


def _single_file(path: Path, inner: str) -> Path:
    if inner or not path.name.lower().endswith((*CODE_SUFFIXES, *WEIGHT_SUFFIXES)):
        kinds = ", ".join(ARCHIVE_SUFFIXES)
        raise SourceError(
            f"{path} is not something to scan: name a folder, a .py or .ipynb file, or an archive ({kinds})"
        )
    return path


@contextmanager
def _open_release(spec: str, progress: Progress | None) -> Iterator[Checkout]:
    from . import archive, index, registry  # urllib, ssl, packaging: not for local files

    requirement = parse_requirement(spec)
    path, release = registry.fetch(requirement.name, requirement.version, progress)
    identity = (index.canonical_name(requirement.name), release.version)
    is_sdist = not path.name.endswith(".whl")
    with archive.open_archive(spec, path, requirement.inner, identity, strip_top=is_sdist) as checkout:
        yield replace(checkout, released=release.uploaded)
