"""The wide corpus: built on the user's machine from the addresses of a manifest, and kept current.

`building` does the work, and knows what need not be done again. Edit this when an update should check, list or keep
something more.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct, field

from ...errors import CorpusError
from ...sources.members import DISK_RESERVE_BYTES
from ...support.data_files import shipped_folder, user_cache
from ...support.globs import matcher
from ...support.locks import held
from ..library import CorpusFacts, Progress
from ..model import Corpus, Release
from ..store import is_there, open_corpus
from .building import build
from .manifest import read_manifest
from .upstream_entry import Upstream

# What a release takes, generously: what is fetched of it and its part, in the cache; its share of the corpus.
_CACHED_BYTES = 3 * 1024**2
_KEPT_BYTES = 1024**2


class Updated(Struct):
    """What an update did."""

    is_new: bool = False
    """Whether the corpus is another than before."""
    failed: list[str] = field(default_factory=list)
    """What could not be built, one line each; what was built of it before is kept."""
    unlisted: list[str] = field(default_factory=list)
    """What could not be dated as well as it might."""
    facts: CorpusFacts | None = None


class ListedProject(Struct, frozen=True):
    """A project of the manifest, and what is built of it."""

    name: str
    built: str
    """How many of its releases, of how many."""
    newest: str
    """The day of the newest of them."""
    licence: str
    source: str
    """Where its releases are."""


def wide_manifest() -> Path:
    """The manifest that comes with modelkin."""
    return shipped_folder("corpora") / "wide.yaml"


def update(
    manifest: Path,
    output: Path,
    into: Updated,
    progress: Progress | None = None,
    *,
    only: Sequence[str] = (),
    offline: bool = False,
    jobs: int | None = None,
) -> None:
    """Build what ``manifest`` lists into ``output``, as far as it changed; ``into`` is told, also before an error.

    ``only`` are globs of projects: the others keep what they have. Raises ModelkinError, and CorpusError while another
    update is at work.
    """
    upstreams = read_manifest(manifest)
    names = _chosen(manifest, upstreams, only) if only else ()
    try:
        with held(output.with_suffix(".lock")) as is_ours:
            if not is_ours:
                raise CorpusError(f"{output}: another update is at work on it: wait until it has ended")
            before = _known(output)
            _check_room(output, [each for each in upstreams if not names or each.name in names], before)
            digest = before.digest if before else ""
            into.facts = build(
                manifest,
                output,
                progress,
                into.unlisted,
                jobs=jobs,
                only=names,
                offline=offline,
                failed=into.failed,
            )
            into.is_new = into.facts.digest != digest
    except OSError as error:
        raise CorpusError(f"{output}: cannot be written: {error.strerror}") from error


def listed(manifest: Path, output: Path) -> list[ListedProject]:
    """The projects of ``manifest``, and of ``output`` beside them; asks no network. Raises CorpusError."""
    corpus = _known(output)
    built: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for name, release in _releases(corpus) if corpus else ():
        built[name][release.version] = release.released
    entries: defaultdict[str, list[Upstream]] = defaultdict(list)
    for upstream in read_manifest(manifest):
        entries[upstream.name].append(upstream)
    rows = [_listed(name, several, built.pop(name, {})) for name, several in entries.items()]
    gone = (ListedProject(name, str(len(days)), max(days.values()), "", "no longer") for name, days in built.items())
    return [*rows, *gone]


def _listed(name: str, entries: Sequence[Upstream], built: dict[str, str]) -> ListedProject:
    wanted = [release for each in entries for release in each.releases]
    days = [built[release] for release in wanted if release in built]
    licences = dict.fromkeys(licence for each in entries for licence in each.licences)
    origins = dict.fromkeys(each.origin for each in entries)
    return ListedProject(
        name, f"{len(days)} of {len(wanted)}", max(days, default="") or "-", ", ".join(licences), " ".join(origins)
    )


def _known(output: Path) -> Corpus | None:
    """What was built before; None where there is none. Raises CorpusError."""
    return open_corpus(output) if is_there(output) else None


def _chosen(manifest: Path, upstreams: Iterable[Upstream], only: Sequence[str]) -> tuple[str, ...]:
    names = list(dict.fromkeys(each.name for each in upstreams))
    for glob in only:
        takes = matcher((glob,))
        if not any(map(takes, names)):
            near = get_close_matches(glob, names, n=1)
            hint = f"; the nearest is {near[0]}" if near else "; --list shows them"
            raise CorpusError(f"{manifest}: no project {glob} in it{hint}")
    return tuple(filter(matcher(only), names))


def _check_room(output: Path, upstreams: Iterable[Upstream], known: Corpus | None) -> None:
    """Raise CorpusError where the disk would be full before the end."""
    there = {(name, release.version) for name, release in _releases(known)} if known else set()
    wanted = {(each.name, release) for each in upstreams for release in each.releases}
    left = len(wanted - there)
    size = output.stat().st_size if known else 0
    places = ((user_cache(), left * _CACHED_BYTES), (output.parent, size + left * _KEPT_BYTES))
    for folder, needed in places:
        free = shutil.disk_usage(_existing(folder)).free - DISK_RESERVE_BYTES
        if left and free < needed:
            raise CorpusError(
                f"{folder}: {max(free, 0) / 1024**2:,.0f} MB are free there, of some {needed / 1024**2:,.0f} MB that "
                f"{left} releases take: free some, or choose fewer projects with --only"
            )


def _releases(corpus: Corpus) -> Iterator[tuple[str, Release]]:
    """Each with the name of its project."""
    return ((corpus.projects[each.project].name, each) for each in corpus.releases)


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.absolute().parents) if each.is_dir())
