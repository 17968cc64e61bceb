"""How well does modelkin tell copies from unrelated code, and a mere renaming from an edit? One table per question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

import modelkin

from .figures import auc, share
from .forms import alpha_equal
from .pairs import Pair, PairSets, Sizes, build_pairs, read_groundtruth
from .releases import release_root
from .tables import Cell, print_list, print_table

ONLY_RENAMED = ("identical", "renamed")
RELEASES = ("4.35.0:7", "4.28.1:11", "4.45.2:13")


@dataclass(frozen=True, slots=True)
class Answer:
    """What modelkin says of one pair, and whether an independent `ast` form says that only names differ."""

    pair: Pair
    only_renamed: bool
    similarity: float
    alpha_equal: bool

    @property
    def is_true_to_label(self) -> bool:
        """Whether the pair is what its set takes it for: a note may map two names to one, a swap may change nothing."""
        return self.pair.kind == "library call" or self.alpha_equal is self.pair.is_copy


@click.command()
@click.option(
    "--release",
    "releases",
    multiple=True,
    default=RELEASES,
    show_default=True,
    metavar="VERSION:SEED",
    help="A transformers release (or the folder of one) and the seed of its pairs; may be repeated.",
)
@click.option(
    "--groundtruth",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder written by ../shared/groundtruth/make_pairs.py and make_swap.py; may be repeated.",
)
@click.option("--copies", default=500, show_default=True, help="Annotated copies to draw from each release.")
@click.option("--unrelated", default=2000, show_default=True, help="Unrelated pairs to draw from each release.")
def main(releases: tuple[str, ...], folders: tuple[Path, ...], copies: int, unrelated: int) -> None:  # fmt: skip
    """Verdicts and similarity on labelled pairs of definitions from transformers releases."""
    answers = {}
    for name, sets in _all_sets(releases, folders, Sizes(copies, unrelated)):
        answers[name] = {kind: [judge(pair) for pair in pairs] for kind, pairs in sets.items()}
    _print_areas(answers)
    _print_verdicts(answers)
    _print_kinds(answers)
    _print_exceptions(answers)


def judge(pair: Pair) -> Answer:
    """Compare the two texts as two files."""
    verdict = modelkin.compare_texts(pair.copy.encode(), pair.original.encode())
    told = verdict.verdict.value in ONLY_RENAMED
    return Answer(pair, told, verdict.similarity, alpha_equal(pair.copy, pair.original))


Answers = dict[str, dict[str, list[Answer]]]


def _all_sets(releases: Iterable[str], folders: Iterable[Path], sizes: Sizes) -> Iterator[tuple[str, PairSets]]:
    for release in releases:
        version, _, seed = release.rpartition(":")
        yield release, build_pairs(release_root("transformers", version), int(seed), sizes)
    for folder in folders:
        yield str(folder), _given(folder)


def _given(folder: Path) -> PairSets:
    try:
        return read_groundtruth(folder)
    except FileNotFoundError as error:
        raise click.UsageError(f"no {error.filename}: make_pairs.py and make_swap.py write it") from None


def _print_areas(answers: Answers) -> None:
    rows = [_area(name, kind, sets[kind]) for name, sets in answers.items() for kind in ("copies", "hard")]
    print_table("Is it a copy? AUC of similarity", ["release", "set", "copies", "others", "AUC"], rows)


def _area(release: str, kind: str, answers: list[Answer]) -> list[Cell]:
    copies = [answer.similarity for answer in answers if answer.pair.is_copy]
    others = [answer.similarity for answer in answers if not answer.pair.is_copy]
    return [release, kind, len(copies), len(others), auc(copies, others)]


def _print_verdicts(answers: Answers) -> None:
    rows: list[list[Cell]] = []
    for name, sets in answers.items():
        for kind, label in (("copies", True), ("hard", True), ("edited", False), ("swapped", False)):
            told = [answer for answer in sets[kind] if answer.pair.is_copy is label and answer.is_true_to_label]
            rows.append([name, kind, "only renamed" if label else "changed", len(told), _only_renamed(told)])
    title = "Is it only renamed? Share told so, of pairs that are in truth what their label says"
    print_table(title, ["release", "set", "in truth", "pairs", "only renamed"], rows)


def _print_kinds(answers: Answers) -> None:
    kinds: defaultdict[str, list[Answer]] = defaultdict(list)
    for sets in answers.values():
        for answer in sets["edited"] + sets["swapped"]:
            if not answer.pair.is_copy:
                kinds[answer.pair.kind].append(answer)
    rows: list[list[Cell]] = [[kind, len(told), _only_renamed(told)] for kind, told in sorted(kinds.items())]
    print_table("By kind of change, all releases", ["change", "pairs", "only renamed"], rows)


def _print_exceptions(answers: Answers) -> None:
    wrong = [f"{name} {kind}: {_described(answer)}" for name, kind, answer in _mistaken(answers)]
    print_list("Verdicts that differ from the label (alpha-equal as an independent `ast` form says)", wrong)


def _mistaken(answers: Answers) -> Iterator[tuple[str, str, Answer]]:
    for name, sets in answers.items():
        for kind, told in sets.items():
            # The renamed originals of "hard" stand in "edited" and "swapped" too; one listing is enough.
            shown = [answer for answer in told if kind in ("copies", "hard") or not answer.pair.is_copy]
            yield from ((name, kind, answer) for answer in shown if answer.only_renamed != answer.pair.is_copy)


def _described(answer: Answer) -> str:
    truth = "alpha-equal" if answer.alpha_equal else "not alpha-equal"
    told = "only renamed" if answer.only_renamed else f"changed, {answer.similarity:.3f}"
    return f"{told}; {truth}; {answer.pair.kind}; {answer.pair.name}"


def _only_renamed(answers: list[Answer]) -> float:
    return share(answer.only_renamed for answer in answers)


if __name__ == "__main__":
    main()
