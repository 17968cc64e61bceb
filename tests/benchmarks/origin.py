"""Does modelkin name the source that a file names itself, as its closest upstream or as its origin?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import click

from modelkin.results import FileVerdict

from .annotations import read_annotations
from .definitions import read_modules
from .figures import share
from .releases import modeling_files, python_files, release_root
from .scanning import scan_folder
from .tables import Cell, print_table

HEADER = re.compile(r"github\.com/[\w.-]+/(?P<repository>[\w.-]+)/(?:blob|tree)/[^/\s]+/(?P<path>\S+\.py)")
HEADER_LINES = 40
LEAST_SHARE = 0.3
# transformers began as pytorch-pretrained-bert, whose one modeling file was BERT's.
FORERUNNERS = {"modeling_bert.py": "modeling.py"}


@dataclass(frozen=True, slots=True)
class Known:
    """A file and the name of the file it says it comes from; ``root`` is where that one in turn comes from."""

    path: str
    source: str
    root: str


@click.command()
@click.option("--vllm", default="0.2.3", show_default=True, help="A vLLM release, or the folder of one.")
@click.option("--release", default="4.35.0", show_default=True, help="A transformers release, or the folder of one.")
def main(vllm: str, release: str) -> None:
    """Two sets: vLLM's models by the links in their headers, transformers' models by their "Copied from" notes."""
    rows = []
    for title, root, known, own in (
        (f"vllm {vllm}", release_root("vllm", vllm), linked_files, "vllm"),
        (f"transformers {release}", release_root("transformers", release), annotated_files, ""),
    ):
        files = list(known(root))
        verdicts = scan_folder(root, include=[file.path for file in files], exclude_upstreams=[own] if own else [])
        rows.append(_print_set(title, files, verdicts))
    print_table("Summary", ["set", "files", "source is closest", "source is origin", "either, or its root"], rows)


def linked_files(root: Path) -> Iterator[Known]:
    """Models whose header links the file they are adapted from."""
    for path in python_files(root, "vllm/model_executor/models/*.py"):
        head = "\n".join((root / path).read_text(encoding="utf-8").splitlines()[:HEADER_LINES])
        if link := HEADER.search(head):
            name = PurePosixPath(link["path"]).name
            yield Known(path, name, name)


def annotated_files(root: Path) -> Iterator[Known]:
    """Models three lines in ten of which, or more, stand under verified notes that name one other file."""
    lines: dict[str, Counter[str]] = {}
    modules = read_modules(root)
    for note in read_annotations(modules):
        if note.verified and note.copy.path != note.original.path:
            lines.setdefault(note.copy.path, Counter())[note.original.path] += note.copy.lines
    sources = {path: counts.most_common(1)[0] for path, counts in lines.items()}
    parents = {path: name for path, (name, count) in sources.items() if count >= LEAST_SHARE * len(modules[path].lines)}
    kept = set(modeling_files(root))
    for path, source in sorted((path, source) for path, source in parents.items() if path in kept):
        yield Known(path, PurePosixPath(source).name, PurePosixPath(_root(path, parents)).name)


def _root(path: str, parents: Mapping[str, str]) -> str:
    seen = {path}
    while path in parents and parents[path] not in seen:
        path = parents[path]
        seen.add(path)
    return path


def _print_set(title: str, files: list[Known], verdicts: Mapping[str, FileVerdict]) -> list[Cell]:
    found = [(file, _closest(verdicts[file.path], file), _origin(verdicts[file.path])) for file in files]
    rows = [
        ["/".join(file.path.split("/")[-2:]), verdicts[file.path].verdict.value, file.source, closest, origin, told]
        for file, closest, origin in found
        for told in [_told(file, closest, origin)]
    ]
    print_table(title, ["file", "verdict", "names", "closest", "origin", "agrees"], rows)
    return [
        title,
        len(files),
        share(closest == file.source for file, closest, _ in found),
        share(origin == file.source for file, _, origin in found),
        share(bool(_told(file, closest, origin)) for file, closest, origin in found),
    ]


def _closest(verdict: FileVerdict, file: Known) -> str:
    """The closest upstream's file name; that of the file itself, an upstream too, is passed over."""
    names = [PurePosixPath(match.path).name for match in verdict.upstreams]
    return next((name for name in names if name != PurePosixPath(file.path).name or name == file.source), "")


def _origin(verdict: FileVerdict) -> str:
    return PurePosixPath(verdict.origin.path).name if verdict.origin else ""


def _told(file: Known, closest: str, origin: str) -> str:
    roots = (file.root, FORERUNNERS.get(file.root))
    answers = {"closest": closest == file.source, "origin": origin == file.source, "root": origin in roots}
    return next((name for name, agrees in answers.items() if agrees), "")


if __name__ == "__main__":
    main()
