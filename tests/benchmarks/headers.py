"""Which licence do the headers of real files state? What modelkin reads, beside labels made by reading each one."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from modelkin.notices.notice import read_notice
from modelkin.results import LicenceForm

from .figures import share
from .releases import release_root
from .tables import Cell, print_list, print_table

LABELS = Path(__file__).with_suffix(".tsv")
# Three parts, each drawn by a seed from releases not looked at before, evenly from all wordings that a package has, and
# labelled before any answer on it was seen. The reader was mended after the first part, and after the second.
# Labels that are no licence: a file is pointed to, nothing is stated, or a licence that has no id.
POINTER, NONE, UNKNOWN = "pointer", "none", "unknown"
# A label may list several right answers: of several licences of one header each may be read, or all.
OR = "|"


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader says of the header of a file."""

    part: str
    package: str
    path: str
    right: tuple[str, ...]

    @property
    def states_a_licence(self) -> bool:
        """Whether it does so in words."""
        return not {POINTER, NONE} & {*self.right}


@dataclass(frozen=True, slots=True)
class Answer:
    """What modelkin reads in it."""

    label: Label
    licence: str
    form: LicenceForm

    @property
    def is_right(self) -> bool:
        return any(self._is(right) for right in self.label.right)

    def _is(self, right: str) -> bool:
        if right == POINTER:
            return not self.licence and self.form is LicenceForm.POINTER
        if right == UNKNOWN:
            return self.licence.startswith("LicenseRef-")
        return self.licence == ("" if right == NONE else right)


@click.command()
@click.option("--part", "parts", multiple=True, help="Only these parts; all by default.")
@click.option("--misses", is_flag=True, help="Print every wrong answer.")
def main(parts: tuple[str, ...], misses: bool) -> None:
    """How many of the headers that state a licence are read, and how many of the licences read are right."""
    answers = list(answers_of(label for label in read_labels() if not parts or label.part in parts))
    rows = [_row(part, [each for each in answers if each.label.part == part]) for part in _parts(answers)]
    print_table("Headers", ["part", "files", "state a licence", "read", "said", "right of these", "all right"], rows)
    if misses:
        wrong = (each for each in answers if not each.is_right)
        print_list("Wrong", (f"{each.label.package} {each.label.path}: {_said(each)}" for each in wrong))


def _parts(answers: Iterable[Answer]) -> list[str]:
    return list(Counter(each.label.part for each in answers))


def _row(title: str, answers: list[Answer]) -> list[Cell]:
    stating = [each for each in answers if each.label.states_a_licence]
    said = [each for each in answers if each.licence]
    read = share(bool(each.licence) for each in stating)
    right, all_right = share(each.is_right for each in said), share(each.is_right for each in answers)
    return [title, len(answers), len(stating), read, len(said), right, all_right]


def _said(answer: Answer) -> str:
    return f"{answer.licence or answer.form.value or 'nothing'}, not {' or '.join(answer.label.right)}"


def answers_of(labels: Iterable[Label]) -> Iterable[Answer]:
    """What is read in the file of each label; its release is fetched through modelkin's cache."""
    for label in labels:
        name, _, version = label.package.partition("==")
        notice = read_notice((release_root(name, version) / label.path).read_bytes())
        yield Answer(label, notice.licence, notice.form)


def read_labels() -> list[Label]:
    """The label file, in its order."""
    with LABELS.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t")
        return [Label(part, package, path, tuple(right.split(OR))) for part, package, path, right in rows]


if __name__ == "__main__":
    main()
