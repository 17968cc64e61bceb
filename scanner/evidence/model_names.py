"""Tells whether a name is that of a known model, or of its family: spelled this way or that, with or without a size.

Edit this when a model is not recognised by what people call it, or one is taken for another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from rapidfuzz.distance import Indel

from ..support.lazy import lazy_pattern

_LONGEST = 200
_CHUNK = lazy_pattern(r"[a-z]+|\d+")
_WORD = lazy_pattern(r"[a-z]+")
# What tells apart models of one release, and says nothing of where they are from.
_VARIANT = lazy_pattern(
    r"(?:instruct|chat|base|hf|it|sft|dpo|rlhf|preview|pt|gguf|gptq|awq|int\d|fp\d+|bf16|\d+(?:x\d+)?[bmk]|llamafied)\Z"
)
# Makers that stand before a family's own name.
_MAKERS = frozenset("meta facebook google microsoft the official hf".split())
_SPLIT = lazy_pattern(r"[-_\s./]+")
_LEAST_LETTERS, _LEAST_PREFIX = 3, 4
# Rows of tables compare models with each other, and say nothing of where one is from.
_ROW = lazy_pattern(r"\s*\||.*<t[dr]\b", re.IGNORECASE)
_MOST_TEXT = 400_000


def last_part(name: str) -> str:
    """The model's own name in an id of the Hub, less where it is from: "Janus-Pro (someone/mirror)"."""
    return name.strip()[:_LONGEST].partition(" (")[0].rstrip("/").rpartition("/")[2]


def letters(name: str) -> str:
    """The model's own name in small letters and digits alone."""
    return re.sub(r"[\W_]+", "", last_part(name).lower())


@lru_cache(maxsize=4096)
def release_name(name: str) -> str:
    """``qwen25`` of "Qwen/Qwen2.5-7B-Instruct": without what tells apart the models of one release."""
    return "".join(_release_parts(name)) or letters(name)


def _release_parts(name: str) -> tuple[str, ...]:
    parts = [part for part in _SPLIT.split(last_part(name).lower()) if part]
    kept = [part for part in parts[1:] if not _VARIANT.match(part)]
    first = parts[:1] if not (len(parts) > 1 and parts[0] in _MAKERS) else []
    return tuple(filter(None, (re.sub(r"\W+", "", part) for part in (*first, *kept))))


@lru_cache(maxsize=4096)
def family_word(name: str) -> str:
    """The first word of a model's name, ``qwen`` of "Qwen2.5-7B": what its family goes by; empty where it has none."""
    words = (each for each in _WORD.findall(last_part(name).lower()) if each not in _MAKERS)
    word = next(words, "")
    return word.removeprefix("chat") or word


def is_model(name: str, known: str) -> bool:
    """Whether ``name`` is a name of the model, or of the release that it is one of."""
    given = letters(name)
    return bool(given) and (given == letters(known) or release_name(name) == release_name(known))


def is_of_family(name: str, known: str) -> bool:
    """Whether ``name`` names the family of a known model: the first word of its name stands in it."""
    word, own = family_word(known), family_word(name)
    if len(own) >= _LEAST_PREFIX and word.startswith(own):  # MiniCPM3 and MiniCPMV4
        return True
    if len(word) >= _LEAST_LETTERS:
        return word in letters(name)
    return bool(word) and word in _WORD.findall(name.lower())


def names_model(text: str, known: str) -> bool:
    """Whether a text names the model, or its release, outside of tables."""
    return _in_prose(text, _pattern(_release_parts(known) or (letters(known),)))


def names_family(text: str, known: str) -> bool:
    """Whether a text names the family of a model outside of tables."""
    return _in_prose(text, _pattern((family_word(known),)))


def _in_prose(text: str, sought: re.Pattern[str] | None) -> bool:
    if sought is None:
        return False
    return any(sought.search(line) for line in _lines(text[:_MOST_TEXT]))


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.split("\n") if line and not _ROW.match(line[:_LONGEST]))


@lru_cache(maxsize=512)
def _pattern(parts: tuple[str, ...]) -> re.Pattern[str] | None:
    """Finds a name, its letters and numbers put together in any way; not as the begin of a longer word."""
    plain = "".join(parts)
    chunks = [chunk for part in parts for chunk in _CHUNK.findall(part)]
    digits = (re.escape(each) if not each.isdigit() else r"[-_. ]?".join(each) for each in chunks)
    joined = r"[-_. ]?".join(digits)
    return re.compile(rf"(?<![a-z]){joined}(?![a-z])" if len(plain) > 1 else r"(?!)", re.IGNORECASE) if chunks else None


def any_model(names: Iterable[str], known: str) -> bool:
    """Whether one of ``names`` is a name of the model."""
    return any(is_model(each, known) for each in names)


def likeness(names: Iterable[str], known: str) -> float:
    """How near the nearest of ``names`` is to the name of the model (0 to 1): of a release's models one is meant."""
    own = letters(known)
    return max((Indel.normalized_similarity(letters(each), own) for each in names), default=0.0)


def any_of_family(names: Iterable[str], known: str) -> bool:
    """Whether one of ``names`` names the family of the model."""
    return any(is_of_family(each, known) for each in names)
