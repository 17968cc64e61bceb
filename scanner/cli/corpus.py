"""``modelkin corpus`` builds, fills, lists and checks corpora of known upstream code.

Edit this for its commands and what they print; `corpus.library` does the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import fields

from ..support.escaping import escape
from .output import write_standard_output
from .progress import progress_bar

if TYPE_CHECKING:
    from ..results import Skipped


_MOST_SKIPPED = 10
_PATH = click.Path(path_type=Path)
_EPILOG = """\b
Examples:
  modelkin corpus build corpora/upstreams.yaml base.safetensors
  modelkin corpus add ../our-models --name our-models --licence MIT
  modelkin corpus list
  modelkin corpus update
"""
_ADD_EPILOG = """\b
Examples:
  modelkin corpus add ../our-models --name our-models --licence MIT
  modelkin corpus add 'pypi:timm==1.0.9' --name timm --licence Apache-2.0
  modelkin corpus add git+https://example.org/m.git --name m --licence MIT
"""
_BUILD_EPILOG = """\b
Examples:
  modelkin corpus build corpora/upstreams.yaml corpora/base.safetensors
  modelkin corpus build team.yaml team.safetensors --jobs 4
  modelkin corpus build team.yaml team.safetensors --only timm
"""
_PARTS_EPILOG = """\b
Examples:
  modelkin corpus parts
  modelkin corpus parts --clear
"""
_UPDATE_EPILOG = """\b
Examples:
  modelkin corpus update                      # all that is not built yet
  modelkin corpus update --list               # what there is; asks no network
  modelkin corpus update --only 'MiniCPM*'    # these projects alone
  modelkin corpus update --manifest ours.yaml
"""
_LIST_EPILOG = """\b
Examples:
  modelkin corpus list
  modelkin corpus list --corpus team.safetensors
"""
_INFO_EPILOG = """\b
Examples:
  modelkin corpus info
  modelkin corpus info --corpus team.safetensors
"""
_VERIFY_EPILOG = """\b
Examples:
  modelkin corpus verify
  modelkin corpus verify --corpus team.safetensors
"""
_PACK_EPILOG = """\b
Example:
  modelkin corpus pack out.safetensors corpora/base.packed
"""
_UNPACK_EPILOG = """\b
Examples:
  modelkin corpus unpack
  modelkin corpus unpack /opt/corpora    # then set MODELKIN_CORPORA_DIR to it
  modelkin corpus unpack . team.packed
"""
_MERGE_EPILOG = """\b
Examples:
  modelkin corpus merge team.safetensors
  modelkin corpus merge team.safetensors to-share.safetensors
"""
_REMOVE_EPILOG = """\b
Example:
  modelkin corpus remove our-models
"""


def _reading_option(function: Callable[..., int]) -> Callable[..., int]:
    return click.option("--corpus", type=_PATH, metavar="PATH", help="Only this corpus; else all in use.")(function)


def _writing_option(function: Callable[..., int]) -> Callable[..., int]:
    return click.option("--corpus", type=_PATH, metavar="PATH", help="Change this corpus; else the user's own.")(
        function
    )


def _progress_option(function: Callable[..., int]) -> Callable[..., int]:
    return click.option("--progress/--no-progress", default=True, help="Draw a progress bar on a terminal.")(function)


@click.group(name="corpus", epilog=_EPILOG)
def command() -> None:
    """Build, fill, list and check corpora.

    A corpus holds facts about known upstream code (hashes, names, releases,
    licences), never the code itself.
    """


@command.command(epilog=_BUILD_EPILOG)
@click.argument("manifest", type=_PATH)
@click.argument("output", type=_PATH)
@click.option("--jobs", type=click.IntRange(1, 1024), metavar="N", help="Worker processes; else one a core.")
@click.option("--only", multiple=True, metavar="NAME", help="Build this project, keep what OUTPUT has of others.")
@click.option("--offline", is_flag=True, help="Fetch nothing: build from what was fetched or read before.")
@click.option(
    "--plain/--no-plain", default=True, help="Keep definitions in the plain form, too: a sixth more room. Default."
)
@_progress_option
def build(
    manifest: Path, output: Path, jobs: int | None, only: tuple[str, ...], offline: bool, plain: bool, progress: bool
) -> int:
    """Build the corpus that MANIFEST describes into OUTPUT.

    The releases it names are fetched from the package registry, git and the
    Hub; the same manifest gives the same bytes. What was read once is kept,
    so that a build that was ended goes on where it was, and the next reads
    only what is new. An entry that cannot be built is named, and the exit
    code is then 1; the others are built, and what OUTPUT had of it is kept.
    """
    from ..corpus.builds.building import build as build_corpus

    unlisted: list[str] = []
    failed: list[str] = []
    with progress_bar(progress) as step:
        facts = build_corpus(
            manifest, output, step, unlisted, jobs=jobs, only=only, offline=offline, failed=failed, plain=plain
        )
    _print_notes(unlisted)
    for entry in failed:
        click.echo(escape(f"modelkin: not built: {entry}"), err=True)
    _print_facts(facts)
    return int(bool(failed))


@command.command(epilog=_PARTS_EPILOG)
@click.option("--clear", is_flag=True, help="Remove them; the next build reads all releases again.")
def parts(clear: bool) -> int:
    """Show what builds have kept of the releases that they read."""
    from ..corpus.builds.parts import clear_parts, parts_facts

    kept = parts_facts()
    _print([f"{kept.folder}: {kept.parts:,} parts, {kept.bytes / 1024**2:,.1f} MB"])
    if clear:
        _print([f"{clear_parts():,} removed"])
    return 0


@command.command(epilog=_UPDATE_EPILOG)
@click.option("--only", metavar="NAME", multiple=True, help="Only projects whose name matches this glob; repeatable.")
@click.option("--offline", is_flag=True, help="Fetch nothing: take what the cache holds, and name what it lacks.")
@click.option("--list", "lists", is_flag=True, help="Only list the projects, and what is built of each.")
@click.option("--manifest", type=_PATH, metavar="FILE", help="Build from this manifest, not the one of modelkin.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Read so many releases at once; else one a core.")
@_progress_option
def update(
    only: tuple[str, ...], offline: bool, lists: bool, manifest: Path | None, jobs: int | None, progress: bool
) -> int:
    """Build the wide corpus, or bring it up to date.

    It knows many more projects than the shipped one: modelkin fetches, from
    the package registry, git and the Hugging Face Hub, the code files that
    its manifest names, and keeps facts about them in your data folder, where
    every scan finds them. What was read before is not read again, and a run
    that was stopped goes on. What cannot be had is named, and what was built
    of it before is kept; the exit code is then 1.
    """
    from ..corpus import store as shelf
    from ..corpus.builds import updating

    chosen, output, told = manifest or updating.wide_manifest(), shelf.wide_path(), updating.Updated()
    if lists:
        _print_rows(output, f"of {chosen}", updating.listed(chosen, output))
        return 0
    try:
        with progress_bar(progress) as step:
            updating.update(chosen, output, told, step, only=only, offline=offline, jobs=jobs)
    except KeyboardInterrupt:
        with suppress(OSError):  # the terminal is gone
            click.echo("modelkin: what was read is kept: the next `modelkin corpus update` goes on", err=True)
        raise
    finally:
        _print_failures(told.failed)
    _print_notes(list(dict.fromkeys(told.unlisted)))
    if not told.is_new:
        _print([f"{output}: nothing changed"])
    _print_facts(told.facts)
    return int(bool(told.failed))


def _print_failures(failed: Sequence[str]) -> None:
    for each in failed:
        click.echo(escape(f"modelkin: not updated: {each}"), err=True)
    if failed:
        what = "1 entry" if len(failed) == 1 else f"{len(failed)} entries"
        click.echo(f"modelkin: {what} not updated; what was built of them before is kept; try again later", err=True)


@command.command(epilog=_ADD_EPILOG)
@click.argument("source")
@click.option("--name", required=True, help="The upstream project's name.")
@click.option(
    "--licence", "--license", "licence", required=True, metavar="SPDX", help="Its licence, for files that state none."
)
@click.option("--release", default="", help="Which release SOURCE is, when its name does not say.")
@click.option("--released", default="", metavar="DATE", help="When it was first public, when its name does not say.")
@_writing_option
@_progress_option
def add(source: str, name: str, licence: str, release: str, released: str, corpus: Path | None, progress: bool) -> int:
    """Add SOURCE as a known upstream.

    SOURCE is a folder, a file, an archive, a release such as pypi:timm==1.0.9
    or a git+URL. Facts of the model in it are kept too, and it needs no code
    where it holds one. With --released YYYY-MM-DD, code that was public
    earlier is not taken for a copy of it.
    """
    from ..corpus import library
    from ..corpus import store as shelf

    skipped: list[Skipped] = []
    with progress_bar(progress) as step:
        facts = library.add(source, name, licence, release, corpus or shelf.user_path(), step, skipped, released)
    _print_notes([f"{each.path} left out: {each.reason}" for each in skipped])
    _print_facts(facts)
    return 0


@command.command(name="list", epilog=_LIST_EPILOG)
@_reading_option
def list_projects(corpus: Path | None) -> int:
    """List a corpus's projects, releases, files and licences, then its models.

    A line before them tells its version, how old it is, how far it reaches,
    and its digest.
    """
    from ..corpus import library
    from ..corpus import store as shelf
    from ..corpus.reach import known_corpora
    from ..reports.corpora import corpus_words

    for path in _chosen(corpus):
        (known,) = known_corpora(shelf.open_segments(path))
        _print_rows(path, corpus_words(known), library.projects(path), library.models(path))
    if corpus is None and not shelf.is_there(shelf.wide_path()):
        _print_notes(["no wide corpus: `modelkin corpus update` builds one, which knows many more projects"])
    return 0


@command.command(epilog=_INFO_EPILOG)
@_reading_option
def info(corpus: Path | None) -> int:
    """Show a corpus's version, digest, settings and size."""
    from ..corpus import library

    for path in _chosen(corpus):
        _print_facts(library.facts(path))
    return 0


@command.command(epilog=_VERIFY_EPILOG)
@_reading_option
def verify(corpus: Path | None) -> int:
    """Check that a corpus is whole; exit with 1 when it is not."""
    from ..corpus import library

    found = 0
    for path in _chosen(corpus):
        problems = library.verify(path)
        found += len(problems)
        _print([f"{path}: {problem}" for problem in problems or ["whole"]])
    return int(found > 0)


@command.command(epilog=_REMOVE_EPILOG)
@click.argument("name")
@_writing_option
def remove(name: str, corpus: Path | None) -> int:
    """Remove the project NAME, and the model NAME, from a corpus."""
    from ..corpus import library
    from ..corpus import store as shelf
    from ..reports.phrases import counted

    path = corpus or shelf.user_path()
    removed = library.remove(name, path)
    models = f" and {counted(removed.models, 'model')}" if removed.models else ""
    _print([f"{path}: {removed.files} files{models} of {name} removed"])
    return 0


@command.command(epilog=_MERGE_EPILOG)
@click.argument("corpus", type=_PATH)
@click.argument("output", type=_PATH, required=False)
def merge(corpus: Path, output: Path | None) -> int:
    """Make one file of CORPUS in its place, or in OUTPUT.

    What is added to a large corpus lies in segments beside it. One file is easier
    to share, and opens a little faster.
    """
    from ..corpus import library

    _print_facts(library.merge(corpus, output or corpus))
    return 0


@command.command(epilog=_PACK_EPILOG)
@click.argument("corpus", type=_PATH)
@click.argument("output", type=_PATH)
def pack(corpus: Path, output: Path) -> int:
    """Pack the file CORPUS into OUTPUT, a quarter of its size.

    The same corpus gives the same bytes, and unpacking gives the corpus back.
    """
    from ..corpus import library

    library.pack(corpus, output)
    _print([f"{output}: {output.stat().st_size} bytes of {corpus.stat().st_size}"])
    return 0


@command.command(epilog=_UNPACK_EPILOG)
@click.argument("folder", type=_PATH, required=False)
@click.argument("packed", type=_PATH, required=False)
def unpack(folder: Path | None, packed: Path | None) -> int:
    """Unpack the corpus that comes with modelkin, or PACKED, into FOLDER.

    Without FOLDER this is where the first run would do it. In an image, unpack
    it ahead of time, and have MODELKIN_CORPORA_DIR name the folder.
    """
    from ..corpus import library

    _print([str(library.unpack(folder, packed))])
    return 0


def _chosen(corpus: Path | None) -> Sequence[Path]:
    from ..corpus import store as shelf

    if corpus is not None:
        return (corpus,)
    return [*filter(shelf.is_there, [shelf.models_path()]), *shelf.known_paths()]


def _print_notes(notes: Sequence[str]) -> None:
    for note in notes[:_MOST_SKIPPED]:
        click.echo(escape(f"modelkin: note: {note}"), err=True)
    if len(notes) > _MOST_SKIPPED:
        click.echo(f"modelkin: note: {len(notes) - _MOST_SKIPPED} more left out", err=True)


def _print_facts(facts: Any) -> None:
    """One line per field of a record, but for texts that are empty."""
    told = ((field.name.replace("_", " "), getattr(facts, field.name)) for field in fields(facts))
    _print([f"{name}: {value}" for name, value in told if value != ""])


def _print_rows(path: Path, told: str, *tables: Sequence[Any]) -> None:
    """What is told of the corpus as a whole, and tables, each headed by the field names of the record its rows are."""
    if not any(tables):
        _print([f"{path}: no projects"])
        return
    _print([f"{path}: {told}", *(line for rows in tables if rows for line in _table(rows))])


def _table(rows: Sequence[Any]) -> Iterable[str]:
    headings = [field.name for field in fields(rows[0])]
    table = [headings, *([str(getattr(row, heading)) for heading in headings] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table)


def _print(lines: Iterable[str]) -> None:
    write_standard_output("".join(f"{escape(line)}\n" for line in lines))
