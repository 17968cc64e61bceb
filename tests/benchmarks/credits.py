"""Which comments of real packages are credits? What modelkin finds is held against labels made by reading each one."""

from __future__ import annotations

import csv
import io
import re
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import click

from modelkin.notices.credits import read_credits
from modelkin.notices.model import Strength

from .figures import share
from .releases import python_files, release_root
from .tables import Cell, print_list, print_table

LABELS = Path(__file__).with_suffix(".tsv")
# Rules were written with the development part open. All labels were made before any answer on their part was seen.
DEVELOPMENT = (
    "timm==1.0.31", "transformers==4.57.6", "sglang==0.4.10.post2", "mmdet==3.3.0", "espnet==202611",
    "nemo-toolkit==3.0.0", "open-clip-torch==3.3.0", "peft==0.21.2", "vllm==0.2.3",
)  # fmt: skip
HELD_OUT = (
    "diffusers==0.42.1", "lmdeploy==0.18.0", "megatron-core==0.19.2", "funasr==1.4.16", "tts==0.22.0",
    "speechbrain==1.1.2", "fairseq==0.8.0", "audiocraft==1.3.0", "torchtune==0.6.1",
)  # fmt: skip
# Drawn in the same way from packages not looked at before, and labelled, when the rules were thought to be finished.
SECOND = ("mmpretrain==1.2.0", "torchaudio==2.11.0", "allennlp==2.10.1", "fairscale==0.4.13")
# Once more, after the rules had been mended where the second part showed need.
THIRD = (
    "keras-hub==0.32.0", "flair==0.15.1", "sentence-transformers==6.2.0", "flash-linear-attention==0.6.0",
    "mmsegmentation==1.2.2", "tensor2tensor==1.15.7",
)  # fmt: skip
# And once more; two phrases were added since.
LAST = (
    "llamafactory==0.9.5", "ms-swift==4.6.0", "xtuner==0.2.0", "accelerate==1.15.0",
    "segmentation-models-pytorch==0.6.0", "k-diffusion==0.1.1.post1",
)  # fmt: skip
# Of packages of the field that nobody had looked at, when the words that headers use had been read anew.
FIFTH = (
    "mmaction2==1.2.0",
    "colossalai==0.5.0",
    "pyiqa==0.1.16",
    "stable-audio-tools==0.0.20",
    "controlnet-aux==0.0.10",
)
# And after mending what the fifth part showed.
SIXTH = ("mmyolo==0.6.0", "s3prl==0.4.18", "iopaint==1.6.0", "f5-tts==1.1.22")
PARTS = {
    "development": DEVELOPMENT, "held out": HELD_OUT, "second": SECOND, "third": THIRD, "last": LAST,
    "fifth": FIFTH, "sixth": SIXTH,
}  # fmt: skip
# Any paragraph with one of these stems may be a credit; the sweep is wide so that what is missed shows.
STEM = re.compile(
    r"cop(?:y|ied|ies)|adapt|adopt|based|borrow|\bport(?:ed|s|ing)? |fork|modif|inspir|deriv|taken|from|original|"
    r"credit|thank|courtesy|stolen|lifted|rewrit|re-?implement|influenc|follow|heavily|implementation|code|source|refer|see\b",
    re.IGNORECASE,
)
STRONG = re.compile(
    r"\b(?:cop(?:y|ied|ies)|adapted|adopted|based on|borrowed|ported|port of|forked|modified|modify|inspired|derived|"
    r"taken|credits?|thanks|courtesy|stolen|lifted|rewritten|re-?implement\w+|influenced|following|originally|original)\b",
    re.IGNORECASE,
)
PLACE = re.compile(r"https?:|github|huggingface\.co|\w\.py\b|\b[a-z_]+\.[a-z_]+\.[a-z_A-Z]+|\b[\w-]+/[\w-]+/[\w./-]+")
LONGEST = 30
# So many of each package: stems with a place, strong stems alone, the other stems.
EACH = (17, 6, 5)
# And so many more with a strong stem and a place, where most credits are, and most that look like one.
FURTHER = 12
STAND_ALONE_AFTER = (
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.NL,
    tokenize.COMMENT,
    tokenize.ENCODING,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of a comment or docstring: its file, its lines (1-based), its text."""

    path: str
    first_line: int
    last_line: int
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader says of a block: ``credit`` of code, ``idea``, or ``not``; ``kind`` says of what source."""

    package: str
    path: str
    first_line: int
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A label, the block it is of, and whether modelkin finds a credit of code in it."""

    label: Label
    text: str
    found: bool

    @property
    def is_right(self) -> bool:
        return self.found is (self.label.label == "credit")


@click.command()
@click.option("--draw", is_flag=True, help="Print a sample of blocks without labels instead, as the labels began.")
@click.option("--seed", default=3, show_default=True, help="Draws the sample.")
@click.option("--part", "parts", type=click.Choice(tuple(PARTS)), multiple=True, default=tuple(PARTS))
@click.option("--misses", is_flag=True, help="Print every wrong answer with the first words of its block.")
def main(draw: bool, seed: int, parts: tuple[str, ...], misses: bool) -> None:
    """Precision and recall per package and overall, for each part of the sample."""
    if draw:
        for package in (package for part in parts for package in PARTS[part]):
            for block in sample(package, seed):
                click.echo(f"{package}\t{block.path}\t{block.first_line}")
        return
    labels = read_labels()
    for part in parts:
        _print_part(part, {package: answers_of(package, labels) for package in PARTS[part]}, misses)


def _print_part(title: str, answers: Mapping[str, list[Answer]], misses: bool) -> None:
    rows = [_row(package, each) for package, each in answers.items()]
    every = [answer for each in answers.values() for answer in each]
    print_table(title, ["package", "blocks", "credits", "ideas", "precision", "recall"], [*rows, _row("all", every)])
    wrong = [answer for answer in every if not answer.is_right]
    if misses:
        print_list(
            "Wrong",
            (f"{a.label.package} {a.label.path}:{a.label.first_line} {a.label.label}: {_shown(a)}" for a in wrong),
        )


def _shown(answer: Answer) -> str:
    return " ".join(answer.text.split())[:300]


def _row(title: str, answers: Iterable[Answer]) -> list[Cell]:
    """Ideas are no credits of code: one that is taken for a credit counts against precision."""
    known = list(answers)
    counts = Counter(answer.label.label for answer in known)
    found = [answer for answer in known if answer.found]
    credited = [answer for answer in known if answer.label.label == "credit"]
    precision = share(answer.is_right for answer in found)
    return [title, len(known), counts["credit"], counts["idea"], precision, share(answer.found for answer in credited)]


def answers_of(package: str, labels: Iterable[Label]) -> list[Answer]:
    """What is found in each labelled block of a package; its blocks are looked up by file and first line."""
    root = package_root(package)
    by_path: defaultdict[str, list[Label]] = defaultdict(list)
    for label in labels:
        if label.package == package:
            by_path[label.path].append(label)
    found: list[Answer] = []
    for path, wanted in by_path.items():
        text = (root / path).read_bytes()
        lines = [credit.first_line for credit in read_credits(text) if credit.strength is not Strength.IDEA]
        blocks_at = {block.first_line: block for block in blocks(path, text)}
        for label in wanted:
            block = blocks_at[label.first_line]
            is_found = any(block.first_line <= line <= block.last_line for line in lines)
            found.append(Answer(label, block.text, is_found))
    return found


def read_labels() -> list[Label]:
    """The label file, in its order."""
    with LABELS.open(encoding="utf-8", newline="") as lines:
        return [Label(row[0], row[1], int(row[2]), row[3], row[4]) for row in csv.reader(lines, delimiter="\t")]


def sample(package: str, seed: int) -> list[Block]:
    """Blocks of one package drawn evenly from each kind of stem; of equal texts only one."""
    rng = Random(f"{seed} {package}")
    seen: set[str] = set()
    kinds: tuple[list[Block], ...] = ([], [], [])
    root = package_root(package)
    for path in python_files(root):
        for block in blocks(path, (root / path).read_bytes()):
            words = re.sub(r"\W+|\d+", " ", block.text)
            if words in seen or block.last_line - block.first_line >= LONGEST or not STEM.search(block.text):
                continue
            seen.add(words)
            kinds[0 if PLACE.search(block.text) else 1 if STRONG.search(block.text) else 2].append(block)
    drawn = [block for kind, most in zip(kinds, EACH, strict=True) for block in rng.sample(kind, min(most, len(kind)))]
    further = [block for block in kinds[0] if STRONG.search(block.text) and block not in drawn]
    return drawn + rng.sample(further, min(FURTHER, len(further)))


def blocks(path: str, text: bytes) -> Iterator[Block]:
    """Every paragraph of every comment and docstring, found by Python's own tokenizer."""
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(text).readline))
    except (tokenize.TokenError, SyntaxError, UnicodeDecodeError):
        return
    run: list[tuple[int, str]] = []
    before = tokenize.ENCODING
    for token in tokens:
        if token.type == tokenize.COMMENT:
            if run and token.start[0] != run[-1][0] + 1:
                yield from _paragraphs(path, run)
                run = []
            run.append((token.start[0], token.string.lstrip("#!: \t")))
        elif token.type == tokenize.STRING and before in STAND_ALONE_AFTER:
            lines = enumerate(token.string.splitlines(), token.start[0])
            yield from _paragraphs(path, [(number, line.strip(" \t\"'")) for number, line in lines])
        before = token.type
    yield from _paragraphs(path, run)


def _paragraphs(path: str, lines: list[tuple[int, str]]) -> Iterator[Block]:
    held: list[tuple[int, str]] = []
    for number, line in [*lines, (0, "")]:
        if line.strip():
            held.append((number, line.strip()))
        elif held:
            yield Block(path, held[0][0], held[-1][0], "\n".join(line for _, line in held))
            held = []


def package_root(package: str) -> Path:
    """The folder of an unpacked release, fetched through modelkin's cache."""
    name, _, version = package.partition("==")
    return release_root(name, version)


if __name__ == "__main__":
    main()
