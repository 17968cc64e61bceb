"""A manifest in, a corpus file out: every release fetched from the package registry, read as an archive, indexed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..errors import CorpusError
from ..files import Selection
from ..sources import open_source, registry
from ..sources.specs import parse_requirement
from .builder import CorpusBuilder
from .indexing import add_checkout
from .library import CorpusFacts, facts
from .manifest import read_manifest
from .writing import check_writable

Progress = Callable[[int, int, str], None]

# Seconds for one file: what is in a corpus is not for the machine it is built on to decide.
_LONGEST = 3_600.0


def build(manifest: Path, output: Path, progress: Progress | None = None) -> CorpusFacts:
    """Build what ``manifest`` lists into ``output``; the same manifest gives the same bytes.

    ``progress`` is told the releases done, their number and the one at work. Raises ModelkinError.
    """
    upstreams = read_manifest(manifest)
    check_writable(output)
    wanted = [
        (upstream, parse_requirement(f"pypi:{upstream.package}=={version}"))
        for upstream in upstreams
        for version in upstream.releases
    ]
    builder = CorpusBuilder()
    newest = ""
    for done, (upstream, release) in enumerate(wanted):
        spec = f"pypi:{release.name}=={release.version}"
        if progress:
            progress(done, len(wanted), spec)
        _, file = registry.fetch(release.name, release.version)
        selection = Selection(upstream.include, upstream.exclude, timeout=_LONGEST)
        with open_source(spec) as checkout:
            newest = max(newest, checkout.released)
            if not add_checkout(builder, checkout, upstream.project, release.version, file.sha256, selection):
                raise CorpusError(f"{manifest}: the globs of {upstream.name} match no Python file in {spec}")
    builder.finish(output.stem, newest.replace("-", ".")).save(output)
    return facts(output)
