"""Upstream files in, their texts out: from a source the user compared with, or the release in modelkin's own cache."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..errors import SourceError
from ..results import Skipped, UpstreamMatch
from ..sources import open_release, open_source
from ..sources.checkout import Checkout, Entry, Progress
from ..sources.files import SourceFile, read_file


class Wanted(NamedTuple):
    """An upstream file by its place, and the releases that are known to have it in one content."""

    project: str
    path: str
    package: str
    releases: frozenset[str]

    @classmethod
    def of(cls, upstream: UpstreamMatch) -> Wanted:
        releases = frozenset({upstream.first_release, upstream.last_release} - {""})
        return cls(upstream.project, upstream.path, upstream.package, releases)


class Found(NamedTuple):
    """The text of an upstream file and the release it was read from, empty where it is of none."""

    file: SourceFile
    release: str


Texts = dict[Wanted, Found | Skipped]


def find_texts(
    wanted: Iterable[Wanted], originals: Sequence[str], fetch: bool, progress: Progress | None = None
) -> Texts:
    """The text of each, or why there is none. Only with ``fetch`` is anything fetched, each release once.

    ``originals`` are sources that were compared with; ``progress`` is told about downloads.
    """
    found: Texts = {}
    packages: defaultdict[str, list[Wanted]] = defaultdict(list)
    asked = list(dict.fromkeys(wanted))
    for spec in originals:
        found.update(_from_original(spec, [each for each in asked if each not in found]))
    for each in asked:
        if each not in found:
            packages[each.package].append(each)
    for package, files in packages.items():
        told = _from_package(package, files, fetch, progress) if package else map(_of_no_package, files)
        found.update(told)
    return found


def _of_no_package(file: Wanted) -> tuple[Wanted, Skipped]:
    return file, Skipped(file.path, f"{file.project} has no known package to read it from")


def _from_original(spec: str, wanted: Sequence[Wanted]) -> Texts:
    try:
        with open_source(spec) as checkout:
            named = [each for each in wanted if each.project == (checkout.project or spec)]
            return _read(checkout, named, checkout.release)
    except SourceError:
        return {}


def _from_package(package: str, files: Sequence[Wanted], fetch: bool, progress: Progress | None) -> Texts:
    """From releases that were fetched before, then from others: first the one with most of what is still wanted."""
    found: Texts = {}
    for release, is_cached in _releases(package, files):
        left = [each for each in files if release in each.releases and not isinstance(found.get(each), Found)]
        if not left:
            continue
        if is_cached or fetch:
            found.update(_from_release(package, release, left, is_cached, progress))
        else:
            told = f"{package} {release} is not in the cache; --fetch-upstreams fetches it"
            found.update((each, Skipped(each.path, told)) for each in left if each not in found)
    return found


def _releases(package: str, files: Sequence[Wanted]) -> list[tuple[str, bool]]:
    """The releases that have any of ``files``, and whether they were fetched before; those first, then by files."""
    counts = Counter(release for each in files for release in each.releases)
    cached = {release: _is_cached(package, release) for release in counts}
    ranked = sorted(counts, key=lambda release: (not cached[release], -counts[release], release))
    return [(release, cached[release]) for release in ranked]


def _is_cached(package: str, release: str) -> bool:
    from ..sources.registry import is_fetched

    try:
        return is_fetched(package, release)
    except SourceError:
        return False


def _from_release(
    package: str, release: str, wanted: Sequence[Wanted], is_cached: bool, progress: Progress | None
) -> Texts:
    try:
        with open_release(package, release, "text", is_cached, progress) as checkout:
            return _read(checkout, wanted, release)
    except SourceError as error:
        return {each: Skipped(each.path, str(error)) for each in wanted}


def _read(checkout: Checkout, wanted: Sequence[Wanted], release: str) -> Texts:
    """Those of ``wanted`` that the checkout has; of the others it is told that they are not in it."""
    by_path = {each.path: each for each in wanted}
    found: Texts = {each: Skipped(each.path, f"{checkout.root} has no such file") for each in wanted}
    for entry in _named(checkout, by_path):
        file = read_file(entry)
        found[by_path[entry.path]] = Found(file, release) if isinstance(file, SourceFile) else file
    return found


def _named(checkout: Checkout, paths: Iterable[str]) -> Iterator[Entry]:
    chosen = frozenset(paths)
    return (entry for entry in checkout.entries() if isinstance(entry, Entry) and entry.path in chosen)
