"""A repository in, what it holds out: its files by their content, and what it says of itself. A task for a worker."""

from __future__ import annotations

import hashlib
import time

from msgspec import Struct
from msgspec.structs import replace

from ..api import NOTHING_TO_SCAN, files_not_obeyed, is_empty, selection
from ..errors import SourceError
from ..files import Skipped
from ..sources import Checkout, LeftOut
from ..sources.specs import without_login
from ..statements import Statements, read_statements
from ..trust import Trust
from ..waivers import files_with_waivers
from .limits import OutOfTimeError, reason, timely, within
from .options import Setup
from .stages import is_folder, opened
from .tree import Repository

_NO_STATEMENTS = Statements()


class Listed(Struct, frozen=True):
    """A file of a repository by its content; ``size`` in bytes, decoded."""

    path: str
    sha256: str
    size: int


class Survey(Struct, frozen=True):
    """What a repository holds; ``failed`` says why it cannot be audited. A folder may be opened again at no cost.

    ``waivers`` stand in comments of its code and, like what other files ask for (``not_obeyed``) and its
    ``ignore_rules``, do not count: no repository of an audit is trusted.
    Repositories of one ``likeness`` differ in nothing that an audit looks at but their place.
    """

    root: str
    until: str = ""
    project: str = ""
    whole: bool = True
    is_folder: bool = False
    statements: Statements = _NO_STATEMENTS
    waivers: int = 0
    not_obeyed: tuple[LeftOut, ...] = ()
    ignore_rules: tuple[LeftOut, ...] = ()
    files: tuple[Listed, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    failed: str = ""
    likeness: str = ""
    seconds: float = 0.0


def survey(repository: Repository, setup: Setup) -> Survey:
    """List and hash the files of a repository. Raises CorpusError."""
    began = time.perf_counter()
    try:
        with opened(repository.source, setup) as (checkout, _):
            seen = _seen(checkout, is_folder(repository.source), setup)
    except (SourceError, OutOfTimeError, MemoryError) as error:
        return Survey(without_login(repository.source), failed=reason(error, setup.timeout))
    return replace(seen, likeness=_likeness(seen), seconds=time.perf_counter() - began)


def _seen(checkout: Checkout, folder: bool, setup: Setup) -> Survey:
    files: list[Listed] = []
    skipped: list[Skipped] = []
    waivers = 0
    for item in timely(files_with_waivers(checkout, selection(setup.scan)), setup.timeout):
        if isinstance(item, Skipped):
            skipped.append(item)
        else:
            file, found = item
            waivers += len(found)
            files.append(Listed(file.path, file.sha256, len(file.text)))
    with within(setup.timeout):
        statements = read_statements(checkout)
    return Survey(
        root=checkout.root,
        until=checkout.released,
        project=checkout.project,
        whole=checkout.whole is not None,
        is_folder=folder,
        statements=statements,
        waivers=waivers,
        not_obeyed=files_not_obeyed(checkout, statements, Trust.ISOLATED, setup.scan),
        ignore_rules=checkout.disregarded(),
        files=tuple(files),
        skipped=tuple(skipped),
        failed=NOTHING_TO_SCAN if not files and is_empty(skipped, statements, setup.scan) else "",
    )


def _likeness(seen: Survey) -> str:
    """A digest of all that a record follows from."""
    return hashlib.sha256(repr(replace(seen, root="")).encode("utf-8", "surrogatepass")).hexdigest()
