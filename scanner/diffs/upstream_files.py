"""The texts of upstream files, to show copies beside them: from a source that the user named, or from a release.

Edit this when texts can be had from one more place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..errors import SourceError
from ..repository.declarations import read_declarations
from ..repository.own_names import project_name
from ..results import Skipped, UpstreamMatch
from ..sources import open_release, open_source
from ..sources.checkout import Checkout, Entry, Progress
from ..sources.files import SourceFile, read_file
from ..sources.specs import split_name


class WantedFile(NamedTuple):
    """An upstream file: where it is, and the releases that are known to have it in one content."""

    project: str
    path: str
    package: str
    releases: frozenset[str]

    @classmethod
    def of(cls, upstream: UpstreamMatch) -> WantedFile:
        releases = frozenset({upstream.first_release, upstream.last_release} - {""})
        return cls(upstream.project, upstream.path, upstream.package, releases)


class UpstreamText(NamedTuple):
    """The text of an upstream file, and the release it was read from; empty where it is of none."""

    file: SourceFile
    release: str


_Texts = dict[WantedFile, UpstreamText | Skipped]


def find_texts(
    wanted: Iterable[WantedFile], originals: Sequence[str], fetch: bool, progress: Progress | None = None
) -> _Texts:
    """The text of each, or why there is none. Only with ``fetch`` is anything fetched, each release once.

    ``originals`` are sources that were compared with; ``progress`` is told about downloads.
    """
    found: _Texts = {}
    packages: defaultdict[str, list[WantedFile]] = defaultdict(list)
    asked = list(dict.fromkeys(wanted))
    for spec in originals:
        found.update(_from_original(spec, [each for each in asked if each not in found]))
    for each in asked:
        if each not in found:
            packages[each.package].append(each)
    for package, files in packages.items():
        texts = _from_package(package, files, fetch, progress) if package else map(_of_no_package, files)
        found.update(texts)
    return found


def _of_no_package(file: WantedFile) -> tuple[WantedFile, Skipped]:
    return file, Skipped(file.path, f"{file.project} has no known package to read it from")


def _from_original(spec: str, wanted: Sequence[WantedFile]) -> _Texts:
    name, source = split_name(spec)
    try:
        with open_source(source) as checkout:
            known = name or project_name(checkout, read_declarations(checkout).names)
            named = [each for each in wanted if each.project == known]
            return _read(checkout, named, checkout.release)
    except SourceError:
        return {}


def _from_package(package: str, files: Sequence[WantedFile], fetch: bool, progress: Progress | None) -> _Texts:
    """From releases that were fetched before, then from others: first the one with most of what is still wanted."""
    found: _Texts = {}
    for release, is_cached in _releases(package, files):
        left = [each for each in files if release in each.releases and not isinstance(found.get(each), UpstreamText)]
        if not left:
            continue
        if is_cached or fetch:
            found.update(_from_release(package, release, left, is_cached, progress))
        else:
            reason = f"{package} {release} is not in the cache; --fetch-upstreams fetches it"
            found.update((each, Skipped(each.path, reason)) for each in left if each not in found)
    return found


def _releases(package: str, files: Sequence[WantedFile]) -> list[tuple[str, bool]]:
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
    package: str, release: str, wanted: Sequence[WantedFile], is_cached: bool, progress: Progress | None
) -> _Texts:
    try:
        with open_release(package, release, "text", is_cached, progress) as checkout:
            return _read(checkout, wanted, release)
    except SourceError as error:
        return {each: Skipped(each.path, str(error)) for each in wanted}


def _read(checkout: Checkout, wanted: Sequence[WantedFile], release: str) -> _Texts:
    """Those of ``wanted`` that the checkout has; for each of the others, that it is not there."""
    by_path = {each.path: each for each in wanted}
    found: _Texts = {each: Skipped(each.path, f"{checkout.root} has no such file") for each in wanted}
    for entry in _named(checkout, by_path):
        file = read_file(entry)
        found[by_path[entry.path]] = UpstreamText(file, release) if isinstance(file, SourceFile) else file
    return found


def _named(checkout: Checkout, paths: Iterable[str]) -> Iterator[Entry]:
    chosen = frozenset(paths)
    return (entry for entry in checkout.entries() if isinstance(entry, Entry) and entry.path in chosen)
