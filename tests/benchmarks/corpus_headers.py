"""Does the corpus have the licence that a file's own header states, where it is another than its project's?

Labels say what a reader takes each header to state; all but the first two were written before modelkin was asked.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

import modelkin
from modelkin.corpus.model import Corpus
from modelkin.scan_steps import open_upstreams

from .figures import share
from .headers import OR
from .tables import print_list, print_table

LABELS = Path(__file__).with_suffix(".tsv")
AND = " AND "
MISSING = "not in this corpus"


class Label(NamedTuple):
    """What a reader says of the header of a file that the corpus holds."""

    release: str
    """As ``package==version``."""
    path: str
    right: tuple[frozenset[str], ...]
    """The licences of each right answer."""


class Answer(NamedTuple):
    """What the corpus says of it."""

    label: Label
    project: str
    """What the project is under in that release."""
    licence: str
    """The file's own; empty where the corpus has none, so that the project's would count."""

    @property
    def is_right(self) -> bool:
        return frozenset(self.licence.split(AND)) in self.label.right

    def told(self) -> str:
        wanted = " or ".join(AND.join(sorted(each)) for each in self.label.right)
        return f"{self.label.release} {self.label.path}: {self.licence or 'nothing'}, not {wanted}"


@click.command()
@click.option("--corpus", type=click.Path(exists=True, path_type=Path), help="Ask this corpus, not the shipped one.")
def main(corpus: Path | None) -> None:
    """Hold what the corpus has of each labelled file against its label."""
    opened = open_upstreams(modelkin.ScanOptions(corpora=(corpus,) if corpus else None))[0]
    answers = list(answers_of(opened))
    rows = [
        [each.label.release, each.label.path, each.project, each.licence or "nothing", "yes" if each.is_right else "no"]
        for each in answers
    ]
    print_table("Headers in the corpus", ["release", "path", "project", "the file's own", "right"], rows)
    print_list("Wrong", (each.told() for each in answers if not each.is_right))
    print(f"{share(each.is_right for each in answers):.3f} of {len(answers)} right")


def answers_of(corpus: Corpus) -> Iterator[Answer]:
    """What the corpus has of each labelled file."""
    wanted = {(label.release, label.path): label for label in read_labels()}
    paths = {path for _, path in wanted}
    found: dict[tuple[str, str], Answer] = {}
    for row, path in enumerate(map(corpus.text, corpus.version_paths.tolist())):
        if path not in paths:
            continue
        version = corpus.version_at(row)
        key = (f"{version.package}=={version.release.version}", path)
        if key in wanted:
            found[key] = Answer(wanted[key], version.release.licence or version.project.licence, version.notice.licence)
    yield from (found.get(key, Answer(label, "", MISSING)) for key, label in wanted.items())


def read_labels() -> list[Label]:
    """The label file, in its order."""
    with LABELS.open(encoding="utf-8", newline="") as lines:
        return [Label(release, path, _answers(right)) for release, path, right in csv.reader(lines, delimiter="\t")]


def _answers(right: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(each.split(AND)) for each in right.split(OR))


if __name__ == "__main__":
    main()
