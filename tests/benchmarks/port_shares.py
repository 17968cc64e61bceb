"""How much of each upstream in a manifest is a copy of other upstreams, so that it belongs into no corpus of originals?

Each release is scanned as the manifest takes it and dates it, its own project left out. A file counts where it is
told to be a copy as a whole, and not to be older than what it is alike with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click
from msgspec.structs import replace

import modelkin
from modelkin.corpus.builds.manifest import read_manifest
from modelkin.corpus.builds.upstream_entry import Upstream
from modelkin.results import COPIES, Direction, FileVerdict
from modelkin.scan_steps import open_upstreams

from .tables import Cell, print_list, print_table

# Above this share a project is trimmed, left out, or argued for in the manifest.
MOST = 0.15
HEADINGS = ("project", "release", "files", "copies", "share", "of which upstreams")


class Share(NamedTuple):
    """What one release of an upstream is."""

    project: str
    release: str
    files: int
    copies: tuple[FileVerdict, ...]

    @property
    def share(self) -> float:
        return len(self.copies) / self.files

    def sources(self) -> str:
        """The projects that its copies are of, the most frequent first."""
        counts = Counter(copy.upstreams[0].project for copy in self.copies)
        return ", ".join(f"{project} {count}" for project, count in counts.most_common())

    def row(self) -> list[Cell]:
        return [self.project, self.release, self.files, len(self.copies), self.share, self.sources()]


@click.command()
@click.argument("manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--only", multiple=True, metavar="NAME", help="Only the project of this name; all by default.")
@click.option(
    "--corpus",
    "corpora",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Hold it against this corpus file; the shipped one and the user's by default.",
)
@click.option("--leave-out", multiple=True, metavar="NAME", help="An upstream to leave out beside the project's own.")
@click.option("--files", is_flag=True, help="List every file that counts, with what it is alike with.")
def main(
    manifest: Path, only: tuple[str, ...], corpora: tuple[Path, ...], leave_out: tuple[str, ...], files: bool
) -> None:
    """The table of port-shares of the releases that MANIFEST lists."""
    wanted = [upstream for upstream in read_manifest(manifest) if not only or upstream.name in only]
    if missing := sorted({*only} - {upstream.name for upstream in wanted}):
        raise click.BadParameter(f"{manifest} has no project {missing[0]}", param_hint="--only")
    shares = []
    for share in shares_of(wanted, corpora or None, leave_out):
        shares.append(share)
        click.echo(f"{len(shares)}: {share.project} {share.release} {share.share:.2f}", err=True)
    print_table("Port-shares", HEADINGS, (share.row() for share in shares))
    above = [share for share in shares if share.share > MOST]
    print_list(f"Releases above {MOST:.0%}", (f"{each.project} {each.release}: {each.share:.2f}" for each in above))
    if files:
        print_list("Files that count", (line for share in shares for line in _described(share)))


def shares_of(
    upstreams: Sequence[Upstream], corpora: tuple[Path, ...] | None = None, leave_out: Sequence[str] = ()
) -> Iterator[Share]:
    """The share of each release of each upstream, in their order."""
    opened = open_upstreams(modelkin.ScanOptions(corpora=corpora))
    held = {project.name for corpus in opened for project in corpus.projects}
    for upstream in upstreams:
        others = (*leave_out, *({upstream.name} & held))
        options = modelkin.ScanOptions(upstream.include, upstream.exclude, exclude_upstream=others, corpora=corpora)
        for release in upstream.releases:
            options = replace(options, as_of=upstream.published.get(release, ""))
            report = modelkin.scan(upstream.spec(release), options)
            yield Share(upstream.name, release, len(report.files), tuple(filter(counts, report.files)))


def counts(file: FileVerdict) -> bool:
    """Whether a file is a copy of an upstream as a whole, and the upstream not the younger of the two."""
    return file.verdict in COPIES and bool(file.upstreams) and file.direction is not Direction.LATER


def _described(share: Share) -> Iterator[str]:
    for copy in share.copies:
        first = copy.upstreams[0]
        alike = f"{first.project} {first.first_release} {first.path}"
        yield f"{share.project} {share.release} {copy.path}: {copy.verdict.value}, {copy.similarity:.2f} of {alike}"


if __name__ == "__main__":
    main()
