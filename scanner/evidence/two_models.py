"""Holds two opened sources against each other, beside their code: all kinds of evidence that both have files for.

Edit this when one more kind is compared. What is read of a source is in `models`; what it says, in the module of its
kind. Nothing is loaded for a source that is one file of code.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..models.file_identities import of_bytes
from ..models.json_files import base_name, read_bytes
from ..models.layout_facts import TensorLayout
from ..models.model import ModelFacts
from ..models.model_files import is_model_file
from ..models.model_reading import read_model
from ..models.tensors import PICKLE, TensorFile
from ..results import Observation, Skipped
from ..sources.checkout import Checkout, Entry
from ..sources.git_folder import top_of
from .file_ages import version_equal_to, who_was_first
from .shared_files import LEAST_BYTES, common_files, compare_files
from .shared_tokens import compare_tokenizers
from .shared_values import compare_configurations
from .tensor_layout import compare_layouts

# Of the files that two histories are asked for, and the layouts that are compared.
_MOST_DATED = 8
_MOST_LAYOUTS = 8


class ModelRead(NamedTuple):
    """What the files of one source tell of the model in it."""

    name: str
    checkout: Checkout
    facts: ModelFacts
    layouts: tuple[TensorLayout, ...]
    skipped: tuple[Skipped, ...]
    files: Mapping[str, TensorFile]
    """The files of weights whose header was read, by path."""
    modules: frozenset[str]
    """The names of the Python modules in it, less ".py"."""


class Evidence(NamedTuple):
    """What came out."""

    observations: tuple[Observation, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unknown: tuple[str, ...] = ()
    """What was not compared, a phrase each."""


def read_side(checkout: Checkout, name: str) -> ModelRead | None:
    """The model in a source, which reports call ``name``; None where no file is one of a model."""
    read = read_model(checkout, name)
    if read is None:
        return None
    paths = (each.path for each in (checkout.whole or checkout.entries)())
    modules = frozenset(base_name(path)[:-3] for path in paths if path.endswith(".py"))
    return ModelRead(name, checkout, read.facts, read.layouts, read.skipped, read.files, modules)


def compare_models(
    copy: ModelRead | None,
    original: ModelRead | None,
    parents: Sequence[ModelRead] = (),
    weight_bytes: int | None = None,
    deep: bool = False,
) -> Evidence:
    """All that both have, one kind after the other; ``parents`` are models that both may be built on.

    Of a side that is no model nothing is compared, and nothing of the other is skipped. Values of weights are read
    where ``weight_bytes`` says how many of each side, ``deep`` for more of them.
    """
    if copy is None or original is None:
        return Evidence()
    observations = [*_of_facts(copy, original, parents), *_of_layouts(copy, original, parents)]
    observations += _of_dates(copy, original)
    weighed, unread = _of_weights(copy, original, parents, weight_bytes, deep)
    observations += weighed
    theirs = (
        Skipped(f"{each.checkout.root.partition('!')[0]}!{skip.path}", skip.reason)
        for each in (original, *parents)
        for skip in each.skipped
    )
    unknown = tuple(_unknown(copy, original, weight_bytes is not None))
    return Evidence(tuple(observations), (*copy.skipped, *theirs, *unread), unknown)


def _of_facts(copy: ModelRead, original: ModelRead, parents: Sequence[ModelRead]) -> Iterator[Observation]:
    ours, theirs = copy.facts, original.facts
    known = [each.facts for each in parents]
    modules = None if copy.checkout.whole is None else copy.modules
    yield from compare_files(ours, theirs, known)
    yield from compare_tokenizers(ours, theirs, known, modules)
    yield from compare_configurations(ours, theirs, known)


# Layouts.


def _of_layouts(copy: ModelRead, original: ModelRead, parents: Sequence[ModelRead]) -> Iterator[Observation]:
    known = {each.name: each.layouts[0] for each in parents if each.layouts}
    for ours, theirs in layout_pairs(copy.layouts, original.layouts):
        yield from compare_layouts(ours, theirs, original.name, known)


def layout_pairs(
    copy: Sequence[TensorLayout], original: Sequence[TensorLayout]
) -> list[tuple[TensorLayout, TensorLayout]]:
    """Which layout of the one side to hold against which of the other: under one path, else in one folder; where there
    is none such, the two with the most tensors. At most eight.
    """
    left = list(original)
    pairs: list[tuple[TensorLayout, TensorLayout]] = []
    for part in (0, 1):
        for ours in copy:
            if any(ours is each for each, _ in pairs):
                continue
            theirs = next((each for each in left if _place(each.path, part) == _place(ours.path, part)), None)
            if theirs is not None:
                left.remove(theirs)
                pairs.append((ours, theirs))
    if not pairs and copy and original:
        return [(copy[0], original[0])]
    return sorted(pairs, key=lambda pair: -len(pair[0].names))[:_MOST_LAYOUTS]


def _place(path: str, part: int) -> str:
    return path.rpartition("/")[0] if part else path


# Weights.


def _of_weights(
    copy: ModelRead, original: ModelRead, parents: Sequence[ModelRead], most_bytes: int | None, deep: bool
) -> tuple[Sequence[Observation], Sequence[Skipped]]:
    if most_bytes is None:
        return (), ()
    from .shared_weights import Weights, compare_weights  # where they are asked for alone

    def weights_of(side: ModelRead) -> Weights:
        in_archive = side.checkout.archive is not None
        has_pickles = any(each.reason == PICKLE for each in side.skipped)
        return Weights(side.name, side.layouts, side.files, in_archive, has_pickles)

    pairs = layout_pairs(copy.layouts, original.layouts)
    return compare_weights(
        weights_of(copy), weights_of(original), pairs, [weights_of(each) for each in parents], most_bytes, deep
    )


# Dates.


def _of_dates(copy: ModelRead, original: ModelRead) -> Iterator[Observation]:
    """Who had a file first, where both have a history; which version of the original's file the copy's equals."""
    ours, theirs = copy.facts, original.facts
    if not _has_history(original.checkout) or _is_one_history(copy, original):
        return
    pairs = common_files(ours.files, theirs.files)
    blobs = [mine.blob or other.blob for mine, other, _ in pairs if mine.blob or other.blob]
    # What the original had once, and has changed since, is in its history alone.
    blobs += [each.blob for each in ours.files if each.blob and each.size >= LEAST_BYTES and is_model_file(each.path)]
    if blobs and _has_history(copy.checkout):
        yield from who_was_first(
            list(dict.fromkeys(blobs))[:_MOST_DATED], copy.checkout, original.checkout, original.name
        )
    named = {base_name(each.path): each.path for each in theirs.files}
    wanted = [each for each in ours.files if is_model_file(each.path) and base_name(each.path) in named]
    entries = {each.path: each for each in copy.checkout.entries() if isinstance(each, Entry)}
    for each in wanted[:_MOST_DATED]:
        stored = read_bytes(entries[each.path])
        if not isinstance(stored, Skipped):
            blob = each.blob or of_bytes(each.path, stored).blob
            path = _in_history(original.checkout, named[base_name(each.path)])
            found = version_equal_to(stored, each.path, blob, original.checkout, path, original.name)
            if found is not None:
                yield found


def _has_history(checkout: Checkout) -> bool:
    if checkout.fetched is not None and checkout.history is not None:
        return True
    return checkout.folder is not None and top_of(checkout.folder) is not None


def _is_one_history(copy: ModelRead, original: ModelRead) -> bool:
    """Whether both are parts of one git folder, which cannot tell who of the two was first."""
    tops = [top_of(each.checkout.folder) if each.checkout.folder else None for each in (copy, original)]
    return tops[0] is not None and tops[0] == tops[1]


def _in_history(checkout: Checkout, path: str) -> str:
    """``path`` from the top of the git folder that a source is in."""
    top = top_of(checkout.folder) if checkout.folder is not None and checkout.fetched is None else None
    if top is None or checkout.folder is None:
        return path
    below = os.path.relpath(os.path.realpath(checkout.folder), top).replace(os.sep, "/")
    return path if below == "." else f"{below}/{path}"


# What was not compared.


def _unknown(copy: ModelRead, original: ModelRead, weighed: bool) -> Iterator[str]:
    for kind, has in (
        ("configuration", [bool(each.facts.configurations) for each in (copy, original)]),
        ("tokenizer", [bool(each.facts.tokenizer) for each in (copy, original)]),
        ("tensor layout", [bool(each.layouts) for each in (copy, original)]),
    ):
        lacking = [each.name for each, there in zip((copy, original), has, strict=True) if not there]
        if len(lacking) == 1:
            yield f"{kind}: {lacking[0]} has none that could be read"
        elif (
            kind == "tensor layout" and not lacking and any(each.layouts[0].shapes is None for each in (copy, original))
        ):
            yield "shapes of tensors: the index alone tells their names"
    if not weighed:
        yield "weights: their values are read with --weights alone"
    if not (_has_history(copy.checkout) and _has_history(original.checkout)) or _is_one_history(copy, original):
        yield "who was first: there is no history of both"
