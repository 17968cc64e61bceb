"""A manifest in, a corpus file out: every release fetched from the package registry, read as an archive, indexed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..files import Selection
from ..sources import registry
from .builder import CorpusBuilder
from .indexing import add_source
from .library import CorpusFacts, facts
from .manifest import read_manifest

Progress = Callable[[int, int, str], None]


def build(manifest: Path, output: Path, progress: Progress | None = None) -> CorpusFacts:
    """Build what ``manifest`` lists into ``output``; the same manifest gives the same bytes.

    ``progress`` is told the releases done, their number and the one at work. Raises ModelkinError.
    """
    upstreams = read_manifest(manifest)
    wanted = [(upstream, version) for upstream in upstreams for version in upstream.releases]
    builder = CorpusBuilder()
    newest = ""
    for done, (upstream, version) in enumerate(wanted):
        spec = f"pypi:{upstream.package}=={version}"
        if progress:
            progress(done, len(wanted), spec)
        _, release = registry.fetch(upstream.package, version)
        released = release.uploaded[:10]
        newest = max(newest, released)
        selection = Selection(upstream.include, upstream.exclude)
        add_source(builder, spec, upstream.project, version, released, release.sha256, selection)
    builder.finish(output.stem, newest.replace("-", ".")).save(output)
    return facts(output)
