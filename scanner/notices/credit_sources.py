"""What the words after "adapted from" name: a link, a repository or file, a module, or a proper name of a project.

Edit this when a source is not found, or what is found is none: ``_LOWER`` has projects that write themselves in lower
case, ``_NO_NAMES`` words with a capital that are no project.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

from msgspec import Struct

from ..support.lazy import lazy_pattern
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

_LEADING = (
    r"the|an?|our|his|her|its|their|original|official|open[\s-]?source|public|upstream|existing|following|current|same|"
    r"codes?|codebase|sources?|implementations?|impl|repo|repository|library|project|version|module|internals|function|"
    r"class|script|of|in|by|from|for|standard|great|excellent|awesome|revised"
)
_WORD = r"[A-Za-z][\w+-]*(?:\.[\w+-]+)*"
_NAME = lazy_pattern(
    rf"[\s:`'\"(\[*_-]{{0,6}}(?:(?:{_LEADING})\b[\s:`'\"(\[*_-]{{1,4}}){{0,7}}"
    rf"(?P<name>@?{_WORD}(?:['\u2019]s?)?(?:[ \n/]{_WORD}(?:['\u2019]s)?){{0,3}})",
    re.IGNORECASE,
)
# Projects that write themselves in lower case.
_LOWER = frozenset(
    "tf torch torchvision torchaudio torchtext torchtune torchtitan pytorch tensorflow jax flax keras mxnet paddle "
    "numpy scipy transformers diffusers accelerate peft trl datasets tokenizers huggingface fairseq timm vllm "
    "sglang lmdeploy xtuner detectron2 mmdet mmdetection mmcv mmsegmentation espnet speechbrain kornia xformers "
    "apex megatron deepspeed lightllm litgpt nanogpt minbpe lucidrains kaldi wenet icefall webrtc librosa sklearn "
    "scikit-learn einops dlblas llava fastchat llama.cpp lit-gpt guided-diffusion improved-diffusion "
    "stable-diffusion k-diffusion taming-transformers open_clip clip whisper fla flash-attention flash_attn "
    "causal-conv1d mamba argparse django nltk sacrebleu tensor2tensor allennlp".split()
)
# Capitalised and no project: parts of papers, hardware, languages, formats, sentence beginnings.
_NO_NAMES = frozenset(
    "c++ perl java rust javascript go lua matlab "
    "cpu gpu gpus tpu npu xpu cuda hbm sram dram ram gmem smem vram kv q k v i a x y z b c d n t eq eqs equation "
    "equations algorithm alg table tables section sec fig figure figures appendix chapter page theorem lemma none "
    "true false python json yaml xml html csv url urls ascii unicode utf utf-8 api s3 args returns note todo "
    "fixme pr paper wikipedia arxiv tensor list dict tuple optional union str int float bool bytes this these "
    "those that it we you they in if when where and or not see for to with as is are was all any each one two "
    "english chinese german french japanese korean internet rgb hsv bgr rank stage step part parts software "
    "license licence permission user users usage http https config ema mit bsd apache apache-2.0 gpl mask default "
    "defaults input output index first last previous next id ids eos bos pad hub".split()
)
_CODE = r"codes?|codebase|code\s?bases?|implementations?|impl|repo|repository|library|project|scripts?|package"
_PARTS = rf"{_CODE}|files?|module|functions?|methods?|kernels?|logic|snippet|block|decoder|encoder|layer"
# A dot within a version ends no sentence.
_CALLED_CODE = lazy_pattern(
    rf"(?:[^.;,]|\.(?=\d)){{0,50}}?\b(?:{_CODE}|pipeline)\b"
    r"|\s+with\s+(?:\w+\s+){0,2}(?:changes|modifications)",
    re.IGNORECASE,
)
_SAYS_CODE = lazy_pattern(rf"\b(?:{_CODE}|files?)\b[^.;)]{{0,50}}\Z", re.IGNORECASE)
_SAYS_PART = lazy_pattern(rf"\b(?:{_PARTS})\b[^.;)]{{0,50}}\Z", re.IGNORECASE)
# A name followed by these is a paper's, a data set's, or an idea's.
_NOT_CODE = lazy_pattern(
    r"(?:[^.;]|\.(?=\d)){0,45}?\b(?:papers?|et\s+al|article|arxiv|equations?|eq|table|appendix|theorem|documentation|"
    r"docs|architecture|approach|technique|algorithm|proposal|principles|specification)\b|\s+(?:\w+\s+)?(?:data\s?sets?|corpus|weights|"
    r"checkpoints?)\b|\W{0,3}\(?(?:19|20)\d\d\b|,\s+(?-i:[A-Z])\.",
    re.IGNORECASE,
)


class Certainty(IntEnum):
    """How surely words name code: a name may be anybody's, a module is code, a link is followed."""

    NAME = 1
    MODULE = 2
    FILE = 3
    LINK = 4


class Origin(Struct, frozen=True):
    """A source that a text names from ``start`` to ``end``; ``url``, ``project`` and ``path`` are as in a Credit."""

    certainty: Certainty
    start: int
    end: int
    url: str = ""
    project: str = ""
    path: str = ""
    leads: Leads = Leads.CODE
    "What a link leads to."


class ProperName(Struct, frozen=True):
    """A proper name, from ``start`` to ``end``; ``is_known`` where it can be nothing but a project's."""

    said: str
    start: int
    end: int
    is_known: bool


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


def name_at(text: str, start: int, end: int) -> ProperName | None:
    """The name that stands there; None where it is no proper name of a project, a person or a class."""
    match = _NAME.match(text, start, end)
    if not match:
        return None
    first, *others = re.split(r"[ \n]", match["name"])
    kept = [first]
    for word in others if "." not in first else ():
        if not _is_proper(word) or word.lower() in _NO_NAMES:
            break
        kept.append(word)
    place = match.start("name")
    last = place + len(" ".join(kept))
    if not _is_proper(first) or _root(first) in _NO_NAMES or _NOT_CODE.match(text, last, end):
        return None
    return ProperName(_owned(kept), place, last, _root(first) in _LOWER)


def _root(word: str) -> str:
    return word.lower().strip("@'\u2019").removesuffix("'s").removesuffix("\u2019s")


def _is_proper(word: str) -> bool:
    return word[0] == "@" or _root(word) in _LOWER or (len(word) > 1 and any(map(str.isupper, word)))


def _owned(words: list[str]) -> str:
    """What the owner's name goes before: "GPT-NeoX" of "EleutherAI's GPT-NeoX"."""
    for index, word in enumerate(words[:-1], 1):
        if word.endswith(("'s", "\u2019s", "'")):
            return " ".join(words[index:])
    return re.sub(r"['\u2019]s?\Z", "", " ".join(words)).rstrip(".")


def calls_it_code(text: str, start: int, end: int) -> bool:
    """Whether what follows a name says that it is of code: "… library", "… with some changes"."""
    return bool(_CALLED_CODE.match(text, start, end))


def speaks_of_code(before: str, or_part: bool = False) -> bool:
    """Whether what stands before a phrase in its sentence is about code, or a part of it: "this code", "the kernel"."""
    return bool((_SAYS_PART if or_part else _SAYS_CODE).search(before))
