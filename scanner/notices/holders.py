"""Whom copyright lines name, and whether two name the same holders, whatever the years, legal forms and spelling.

Edit this when a name is read wrongly ("The X team" and "X, Inc." are X), or a holder is said to be gone who is not. A
company that was renamed is one line in ``rules/former_names.txt``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from ..support.data_files import shipped_folder
from ..support.lazy import lazy_pattern

# Longer lines are lists of people; what is beyond is not read.
MOST_CHARACTERS = 1_000
# Shorter names are only equal when they are spelled alike: "Wei Zhang" and "Wei Zheng" are two people.
LEAST_FUZZY = 9
# A name of at least so many letters is also found in a line whose names could not be told apart.
LEAST_CONTAINED = 6

_MARK = lazy_pattern(r"spdx-(?:file|snippet)copyrighttext:?|(?<![a-z])copyright(?![a-z])|\(c\)|©|&copy;", re.IGNORECASE)
# What follows these is no part of a name any more.
_AFTER_NAMES = lazy_pattern(
    r"\s*(?:\ball rights\b|\b(?:dual[- ])?licen[cs]e|\b(?:mit|apache|bsd|gpl|isc|mpl)[\s-](?:v?[\d.]|licen|style)|"
    r"\boriginal (?:code|copyright)|\b(?:see|from|adapted|modified|used|confidential|proprietary)\b)",
    re.IGNORECASE,
)
_URL = lazy_pattern(r"(?:https?://|www\.)(?P<host>[\w.-]{1,60})(?:/(?P<owner>[\w.-]{1,60}))?[^\s)>,]*")
_ASIDE = lazy_pattern(r"\([^()]*\)?|<[^<>]*>?|\S+@\S+")
_YEARS = lazy_pattern(
    r"(?<![\w.])(?:19|20)\d{2,3}(?:\s?[-\u2013\u2014/]\s?(?:\d{2,4}|present|onwards?|now|today)?)*(?!\w)|\b(?:present|onwards)\b",
    re.IGNORECASE,
)
_FOLLOWERS = lazy_pattern(
    r",?\s(?:and/or|and|or|&)\s(?:its\s|their\s|other\s)?"
    r"(?:affiliates?|affiliated companies|subsidiar(?:y|ies)|contributors|others)\b|,?\san?\s\w{1,40}\scompany\b",
    re.IGNORECASE,
)
_LEGAL_FORM = lazy_pattern(
    r",?\s(?:incorporated|inc|ltd|llc|corporation|corp|co|limited|company|gmbh|ag|plc|pte|pvt)\b(?:\.s?\b|\.)?",
    re.IGNORECASE,
)
_BETWEEN = lazy_pattern(
    r"(?:\s(?:and/or|and)\s|\s?&)(?!\s?(?:Technolog|Telephone|Engineering))|[,;|]|(?<!\bof)(?<!\bat)(?<!for)\sThe\s"
)
_NOISE = lazy_pattern(r"\b(?:the|teams?|authors?|developers?|contributors?(?: to)?|maintainers|projects?|org|etc)\b")
_EDGES = lazy_pattern(r"^(?:and|by|in|or|inc)\s|\s(?:and|by|or)$")
_DOMAIN = lazy_pattern(r"\.(?:com|org|net|io|ai|pl)\b")
_LETTER = lazy_pattern(r"[^\W\d_]")


@lru_cache(maxsize=4096)
def holders(line: str) -> tuple[str, ...]:
    """The holders that a copyright line, or a list of names alone, names; none where it is a year only."""
    said = unicodedata.normalize("NFKC", line[:MOST_CHARACTERS])
    _, *parts = _MARK.split(said)
    if not any(_LETTER.search(part) for part in parts):
        parts = [_MARK.split(said)[0]]
    names = [name for part in parts for name in _names(" ".join(part.split()))]
    return tuple(dict.fromkeys(names))


def holders_missing(upstream: Iterable[str], copy: Iterable[str]) -> tuple[str, ...]:
    """Those of the upstream's copyright lines with a holder whom the copy's lines do not name. Years do not matter.

    A holder who was renamed is named by either name.
    """
    carried = tuple(copy)
    # Most copies keep a header as it is: whom its lines name need not be read.
    altered = tuple(line for line in dict.fromkeys(upstream) if line not in carried)
    return _missing(altered, carried) if altered else ()


# Files of one project say the same: the same few lines are held against each other again and again.
@lru_cache(maxsize=4096)
def _missing(upstream: tuple[str, ...], carried: tuple[str, ...]) -> tuple[str, ...]:
    names = frozenset(today(squeezed(name)) for line in carried for name in holders(line))
    texts = [squeezed(line) for line in carried]
    return tuple(
        line for line in upstream if not all(_is_named(squeezed(name), names, texts) for name in holders(line))
    )


@lru_cache(maxsize=4096)
def same_holder(a: str, b: str) -> bool:
    """Whether two names, or two copyright lines, are of the same holders, small differences of spelling aside."""
    ours, theirs = sorted(map(squeezed, holders(a))), sorted(map(squeezed, holders(b)))
    return len(ours) == len(theirs) and all(map(_alike, ours, theirs))


def today(name: str) -> str:
    """What a holder is called today, its name squeezed as what is given."""
    return _present_names().get(name, name)


@cache
def _present_names() -> dict[str, str]:
    """The present name by each former one, squeezed."""
    lines = (shipped_folder("rules") / "former_names.txt").read_text("utf-8").splitlines()
    rows = [line.split("|") for line in lines if line and not line.startswith("#")]
    return {squeezed(former): squeezed(present) for former, present, _ in rows}


@lru_cache(maxsize=8192)
def squeezed(name: str) -> str:
    """A name without white space and punctuation: "Hugging Face" is "huggingface"."""
    return re.sub(r"[\W_]", "", name.lower())


def _names(part: str) -> Iterator[str]:
    """The names in what follows one mark. What stands aside is read only where there is nothing else."""
    part = _YEARS.sub(" ", part)
    cut = _AFTER_NAMES.search(part, 1)
    part = part[: cut.start()] if cut else part
    plain = list(_split(_ASIDE.sub(" ", _URL.sub(" ", part))))
    yield from plain or _split(_URL.sub(lambda url: url["owner"] or url["host"], part.strip("()<> ")))


def _split(part: str) -> Iterator[str]:
    part = _LEGAL_FORM.sub(", ", _FOLLOWERS.sub(" ", f" {part} "))
    pieces = [" ".join(piece.split()) for piece in _BETWEEN.split(part)]
    named = [name for piece in pieces if (name := _name(piece))]
    # "The Authors" are somebody, where nobody else is named.
    yield from named or [piece.lower().strip(" .:-") for piece in pieces if _LETTER.search(piece)][:1]


def _name(piece: str) -> str:
    """One name as it is compared and shown; empty where only words like "team" are left."""
    bare = _NOISE.sub(" ", _DOMAIN.sub(" ", piece.lower().strip(" .:-/'\"`")))
    bare = " ".join(re.sub(r"[^\w\s'/-]", " ", bare).split())
    bare = _EDGES.sub("", bare).strip(" -/'_")
    return bare if _LETTER.search(bare) else ""


def _is_named(name: str, names: frozenset[str], texts: list[str]) -> bool:
    present = today(name)
    if present in names or (len(name) >= LEAST_CONTAINED and any(name in text for text in texts)):
        return True
    return any(_alike(present, other) for other in names)


def _alike(one: str, other: str) -> bool:
    """Equal, or about one letter in ten wrong, missing or changed about: "HugginFace", "Studio-Ouisa"."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    if shorter < LEAST_FUZZY or one[0] != other[0] or _digits(one) != _digits(other):
        return False
    most = round(shorter / 10)
    from rapidfuzz.distance import OSA  # few lines come to this, and it takes as long as a file from the cache

    return bool(OSA.distance(one, other, score_cutoff=most) <= most)


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))
