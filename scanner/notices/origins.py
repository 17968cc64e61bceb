"""The words after "adapted from" in, the source they name out: a link, a repository, a file, a module or a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from ..patterns import lazy_pattern
from .links import URL, Leads, read_link

# A repository without a link is named at once: two words with a slash are found anywhere.
NEAR = 60
# A source is named within so many characters of the phrase.
REACH = 320

_SENTENCE_END = lazy_pattern(r"[.!?](?=\s+[A-Z\"'(])(?<!et al\.)(?<!e\.g\.)(?<!i\.e\.)(?<!vs\.)(?<!v\.)")
# What stands between a paper's link and its code's.
_BESIDE = lazy_pattern(
    r"\W{0,12}(?:(?:(?:and|also|code|repo\w*|implementation|official|at|in|github)\W{1,6}){0,4}"
    r"|[^\W\d][^\]\n]{0,50}\]\W{1,3})",
    re.IGNORECASE,
)
_SUFFIX = r"\.(?:py|pyx|cuh?|cpp|cc|hpp|lua|pl|perl|js|ts|jl|java|go|rs|sh|ipynb)\b"
_FILE = lazy_pattern(rf"(?<![\w/.-])[\w./-]{{1,160}}{_SUFFIX}")
_REPOSITORY = lazy_pattern(
    r"(?<![\w/.:-])(?=[\w.-]*[-A-Z\d_][\w.-]*/|[\w.-]+/[\w.]*[-A-Z\d_])(?=[A-Z\d.-]*[a-z])"
    r"[A-Za-z][\w.-]{1,60}/(?=[A-Z\d.-]*[a-z])[A-Za-z][\w.-]{1,80}"
)
_IS_FILE = lazy_pattern(_SUFFIX)
_MERELY_SEEN = lazy_pattern(r"\b(?:see|cf|compare|unlike)\b", re.IGNORECASE)
_STOP = lazy_pattern(r"[.;]\s")
_MODULE = lazy_pattern(r"(?<![\w./-])[A-Za-z_]\w{1,60}(?:\.[A-Za-z_]\w{0,80}){1,8}(?!\w|/|\.\w|\((?!\)))")
# What begins like a module and is an object, or a sentence end without its space.
_OBJECTS = frozenset(
    ("self", "cls", "args", "cfg", "config", "model", "module", "opt", "batch", "data", "input", "x", "i", "e")
)
_ROOTS = frozenset(
    "torch torchvision torchaudio transformers diffusers timm fairseq vllm sglang megatron deepspeed numpy scipy "
    "sklearn jax flax tensorflow keras mmcv mmdet mmengine detectron2 peft trl accelerate espnet espnet2 speechbrain "
    "nemo".split()
)


class Certainty(IntEnum):
    """How surely words name code: a name may be anybody's, a module is code, a link is followed."""

    NAME = 1
    MODULE = 2
    FILE = 3
    LINK = 4


class Origin(NamedTuple):
    """A source that is named from ``start`` to ``end`` of a text."""

    certainty: Certainty
    start: int
    end: int
    url: str = ""
    project: str = ""
    path: str = ""
    leads: Leads = Leads.CODE


def sentence_end(text: str, start: int) -> int:
    """Where the sentence that goes on at ``start`` ends, at most REACH further on."""
    limit = min(len(text), start + REACH)
    match = _SENTENCE_END.search(text, start, limit)
    return match.start() if match else limit


def links(text: str, start: int, end: int) -> Iterator[Origin]:
    """The links of a part of a text, in order."""
    if text.find("/", start, end) < 0:
        return
    for match in URL.finditer(text, start, end):
        link = read_link(match[0])
        yield Origin(Certainty.LINK, match.start(), match.end(), link.url, link.project, link.path, link.leads)


def first_link(text: str, start: int, end: int) -> Origin | None:
    """The first link, when it leads to more than reading matter; a paper's code may be named beside the paper."""
    last = start
    for link in links(text, start, end):
        if last > start and not _BESIDE.fullmatch(text, last, link.start):
            return None
        if link.leads is not Leads.READING:
            return link
        last = link.end
    return None


def first_path(text: str, start: int, end: int) -> Origin | None:
    """The first file, with the repository named before it; or a repository alone. Both are named soon."""
    near = min(end, start + NEAR)
    repository = _REPOSITORY.search(text, start, near) if text.find("/", start, near) >= 0 else None
    if repository and _IS_FILE.search(repository[0]):
        repository = None
    file = _FILE.search(text, start, min(end, start + 2 * NEAR))
    if file and not _MERELY_SEEN.search(text, start, file.start()):
        if repository and repository.end() <= file.start():
            return Origin(Certainty.FILE, repository.start(), file.end(), "", repository[0], file[0])
        return Origin(Certainty.FILE, file.start(), file.end(), "", "", file[0])
    if repository:
        return Origin(Certainty.FILE, repository.start(), repository.end(), "", repository[0].rstrip("."))
    return None


def first_module(text: str, start: int, end: int) -> Origin | None:
    """The first dotted module, or a definition in it, that is named soon and in the same sentence."""
    stop = _STOP.search(text, start, end)
    for match in _MODULE.finditer(text, start, stop.start() if stop else end):
        root, *others = match[0].split(".")
        if match.start() > start + NEAR:
            return None
        if root.lower() not in _OBJECTS and (root in _ROOTS or len(others) > 1):
            return Origin(Certainty.MODULE, match.start(), match.end(), "", root, match[0])
    return None
