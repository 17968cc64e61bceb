"""What a scanned folder may do: the one place that decides it.

Nothing that is scanned is trusted. Only in the working tree that the user stands in do its settings that select, its
waivers and its ignore rules count, as ruff's do; what they hide is counted in every report. Everything else (a path
elsewhere, an archive, a release, a repository of git or the Hub, every repository of an audit) may say what it likes:
it is counted and shown, never obeyed. `--isolated` treats the working tree in that way, too. What lowers a threshold
or brings something to compare with counts only where the person who runs the scan names it.

Edit this when a scanned folder could say something new to modelkin, or when one more kind of place becomes a source.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from .attribution.waivers import WaiversRead, joined
from .errors import SourceError
from .repository.model import PROJECT_CORPUS, Brought
from .results import Finding, LeftOut, Trust
from .settings import SETTINGS
from .sources import of_current_folder
from .sources.specs import ARCHIVE_SUFFIXES, REMOTE_PREFIXES, split_path

SELECTING = frozenset(each.key for each in SETTINGS if each.selects)
"""The settings that count in the working tree that the user stands in; others count only by way of --settings."""


def trust_in(source: str | Sequence[str], isolated: bool = False) -> Trust:
    """How far ``source`` is trusted: a list names parts of the current folder. Not at all where ``isolated``."""
    if isolated:
        return Trust.ISOLATED
    if not isinstance(source, str) and of_current_folder(source):
        return Trust.WORKING_TREE
    folder = _folder_of(source if isinstance(source, str) else source[0])
    return Trust.WORKING_TREE if folder is not None and _stands_in(folder) else Trust.ISOLATED


def _folder_of(source: str) -> Path | None:
    """The folder that a local source is, or that its file lies in; None for any other source."""
    if source.startswith(REMOTE_PREFIXES):
        return None
    try:
        path, _ = split_path(source)
    except SourceError:
        return None
    if path.is_dir():
        return path
    return None if path.name.lower().endswith(ARCHIVE_SUFFIXES) else path.parent


def _stands_in(folder: Path) -> bool:
    """Whether ``folder`` is the working tree that this process runs in, or a part of it that its git tracks."""
    from .sources.git_folder import git_folder

    here, real = Path(os.path.realpath(os.curdir)), Path(os.path.realpath(folder))
    if real == here:
        return True
    top = next((each for each in (here, *here.parents) if git_folder(each)), None)
    if real in here.parents:
        return top is None or real.is_relative_to(top)
    return top is not None and real.is_relative_to(top) and _is_tracked(real, top)


def _is_tracked(folder: Path, top: Path) -> bool:
    """Whether git tracks files in ``folder``; not those of a repository of its own inside, as a clone or submodule."""
    from .sources.git_folder import git_folder
    from .sources.git_index import UnknownIndexError, read_tracked

    relative = folder.relative_to(top).as_posix()
    git = git_folder(top)
    if git is None or is_of_another(top, f"{relative}/"):
        return False
    try:
        return read_tracked(git / "index").holds(relative, is_folder=True)
    except UnknownIndexError:
        return False


def is_of_another(top: Path, path: str) -> bool:
    """Whether the file at ``path`` below the folder ``top`` is of a repository of its own: a clone, a submodule."""
    from .sources.git_folder import DOT_GIT

    parts = path.split("/")[:-1]
    return any(os.path.lexists(os.path.join(top, *parts[: count + 1], DOT_GIT)) for count in range(len(parts)))  # noqa: PTH118


def obeyed(read: Iterable[WaiversRead], root: str, trust: Trust) -> WaiversRead:
    """The waivers that count, of those ``read`` file by file in the source ``root``."""
    if trust is not Trust.WORKING_TREE:
        return WaiversRead()
    return joined([each for each in read if not _are_of_another(root, each)])


def _are_of_another(root: str, read: WaiversRead) -> bool:
    """Whether the waivers of one file stand in a repository of its own inside the working tree: it has no say here."""
    top, _ = split_path(root)
    return any(is_of_another(top, each.path) for each in (read.waivers or read.bad)[:1])


# What a report says of it: what was hidden, and what was asked for in vain.


def held_back(findings: Sequence[Finding], baseline: Path | None) -> Iterator[LeftOut]:
    """How many findings are waived, for each place that waives some, and how many the baseline knows."""
    waived = (each.suppression for each in findings if each.suppression)
    places = Counter("comments" if each.in_source else each.path for each in waived)
    for place, count in sorted(places.items()):
        yield LeftOut("findings waived", place, count)
    if known := sum(each.known and not each.suppression for each in findings):
        yield LeftOut("findings known", str(baseline), known)


def unselected(counts: Mapping[str, int], file: str, keys: Collection[str]) -> Iterator[LeftOut]:
    """What the settings ``keys`` of ``file`` left out. What the command line leaves out, its user knows."""
    for each in SETTINGS:
        if each.hides and counts.get(each.key) and each.key in keys:
            yield LeftOut(each.hides, file, counts[each.key])


def asked_in_vain(files: Sequence[LeftOut], waivers: int, ignore_rules: Sequence[LeftOut]) -> tuple[LeftOut, ...]:
    """All that a source asks for and does not get: in files for modelkin, in comments, in ignore files."""
    return (*files, *([LeftOut("waivers", "comments", waivers)] if waivers else []), *ignore_rules)


def not_obeyed(
    brought: Iterable[Brought], root: str, trust: Trust, settings: tuple[str, Collection[str]], named: Iterable[Path]
) -> tuple[LeftOut, ...]:
    """What the files for modelkin in the source ``root`` ask for and do not get.

    ``settings`` are a settings file and its keys that count; ``named`` are the corpora and the baseline that the user
    named. A baseline that lies unused in the user's own working tree is not reported.
    """
    file, keys = os.path.realpath(settings[0]), settings[1]
    used = set(map(os.path.realpath, named))
    found = []
    for each in brought:
        real = os.path.realpath(os.path.join(root, each.path))  # noqa: PTH118 - names need not be UTF-8
        if each.is_settings:
            counting = keys if real == file else ()
            left = 1 if each.keys is None else sum(key not in counting for key in each.keys)
            found += [LeftOut("settings", each.path, left)] if left else []
        elif real not in used:
            what = "corpora" if each.path.endswith(PROJECT_CORPUS) else "baselines"
            found.append(LeftOut(what, each.path, 1))
    return tuple(each for each in found if trust is Trust.ISOLATED or each.what != "baselines")
