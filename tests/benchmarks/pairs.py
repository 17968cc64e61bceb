"""Labelled pairs of definitions of a transformers release: is one a copy of the other, and is it only renamed?"""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from .annotations import Annotation, read_annotations
from .definitions import Definition, read_modules
from .edits import one_edit
from .forms import alpha_equal, without_docstrings
from .identifiers import full_renaming, rename
from .negatives import Negatives, role_of, size_of
from .swaps import one_swap

GROUNDTRUTH_FILES = {"copies": "pairs", "hard": "pairs_hard", "edited": "pairs_edited", "swapped": "pairs_swap"}
EDIT_TRIES = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts of one definition each. ``is_copy`` is the label of its set; ``kind`` says how the pair was made."""

    name: str
    copy: str
    original: str
    is_copy: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many pairs to make; definitions shorter than ``least_lines`` are left out."""

    copies: int = 500
    unrelated: int = 2000
    least_lines: int = 10


PairSets = dict[str, list[Pair]]


def build_pairs(root: Path, seed: int, sizes: Sizes) -> PairSets:
    """Four sets, the same for the same seed: copies, hard, edited and swapped (see README.md)."""
    rng = Random(seed)
    modules = read_modules(root)
    notes = list(read_annotations(modules))
    chosen = choose_copies(notes, sizes, rng)
    copies = [_pair(note.copy, note.original, True, "verbatim" if note.is_verbatim else "renamed") for note in chosen]
    hard = [fully_renamed(note.original, rng) for note in chosen]
    definitions = [definition for module in modules.values() for definition in module.definitions.values()]
    negatives = Negatives(
        [definition for definition in definitions if definition.lines >= sizes.least_lines], notes, rng
    )
    unrelated = negatives.draw(sizes.unrelated, size_of, [size_of(note.copy) for note in chosen])
    same_role = negatives.draw(sizes.unrelated // 2, role_of)
    return {
        "copies": copies + [_pair(one, other, False, "unrelated") for one, other in unrelated],
        "hard": hard + [_pair(one, other, False, "same role") for one, other in same_role],
        "edited": hard + list(_edited(hard, rng)),
        "swapped": hard + list(_swapped(hard, rng)),
    }


def read_groundtruth(folder: Path) -> PairSets:
    """The sets that the scripts of ../shared/groundtruth wrote into ``folder``."""
    return {name: list(_rows(folder, folder / f"{stem}.jsonl")) for name, stem in GROUNDTRUTH_FILES.items()}


def choose_copies(notes: Sequence[Annotation], sizes: Sizes, rng: Random) -> list[Annotation]:
    """Verified copies across files, one in five verbatim, at most three of one original."""
    long = [note for note in notes if note.verified and note.copy.lines >= sizes.least_lines]
    pool = [note for note in long if note.copy.path != note.original.path]
    rng.shuffle(pool)
    left = {True: sizes.copies // 5, False: sizes.copies - sizes.copies // 5}
    taken: Counter[tuple[str, str]] = Counter()
    chosen = []
    for note in pool:
        key = (note.original.path, note.original.qualname)
        if left[note.is_verbatim] and taken[key] < 3:
            left[note.is_verbatim] -= 1
            taken[key] += 1
            chosen.append(note)
    return chosen


def fully_renamed(original: Definition, rng: Random) -> Pair:
    """The definition with everything that it defines renamed, its docstrings gone, printed anew from its tree."""
    tree = without_docstrings(ast.parse(original.text))
    rename(tree, full_renaming(tree, rng))
    return Pair(f"{original.path}:{original.qualname}", ast.unparse(tree) + "\n", original.text, True, "fully renamed")


def _edited(hard: Sequence[Pair], rng: Random) -> Iterator[Pair]:
    for pair in hard:
        edits = (one_edit(pair.copy, rng) for _ in range(EDIT_TRIES))
        for text, kind in filter(None, edits):
            # Another library call is an edit by what it computes; any other edit must show in the structure to be one.
            if kind == "library call" or not alpha_equal(text, pair.original):
                yield Pair(pair.name, text, pair.original, False, kind)
                break


def _swapped(hard: Sequence[Pair], rng: Random) -> Iterator[Pair]:
    for pair in hard:
        if text := one_swap(pair.copy, rng):
            yield Pair(pair.name, text, pair.original, False, "variable swapped")


def _pair(copy: Definition, original: Definition, is_copy: bool, kind: str) -> Pair:
    name = f"{copy.path}:{copy.qualname} | {original.path}:{original.qualname}"
    return Pair(name, copy.text, original.text, is_copy, kind)


def _rows(folder: Path, path: Path) -> Iterator[Pair]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        copy, original = ((folder / row[key]).read_text(encoding="utf-8") for key in ("copy_unit", "orig_unit"))
        yield Pair(row["id"], copy, original, bool(row["label"]), row.get("edit", row["tier"]))
