"""The front matter of a model card, edited as text: keys are put in or get another value, every other byte stays.

Where it begins and ends is what both modelkin and the Hub's own library take it to be; what they would read in two
ways is refused. Each edit is read again before it is given out. Edit this when cards are refused that are plain enough.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..support.escaping import encodable
from ..support.lazy import lazy_pattern
from ..support.yaml import BrokenYamlError, KeyPlace, key_places
from .model import UnwritableError

# Of a whole card, as one is read.
MOST_BYTES = 2 * 1024**2

# As huggingface_hub finds it (repocard.py): what it does not find, the Hub does not show.
_BLOCK = lazy_pattern(r"(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(?:\r\n|\n|$))")
_EMPTY = lazy_pattern(r"(---(?:\r\n|\n))()(---[ \t]*(?:\r\n|\n|$))")
_OPENS = lazy_pattern(r"\s*---[ \t]*(?:[\r\n]|\Z)")
_ENDING = re.compile(r"\r\n|\n")
# A mapping without keys, as templates of cards have it.
_BRACES = lazy_pattern(r"^\{\}[ \t]*(?:\r\n|\n)", re.MULTILINE)
_PLAIN = re.compile(r"[A-Za-z][\w.+/-]*|https?://[\w./~?=+-]+", re.ASCII)
# YAML 1.1, which the Hub's library reads, takes these for no text.
_NO_TEXT = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))
# The key that a new one is best put below, the first that there is.
_BELOW = {
    "license": ("language", "library_name"),
    "license_name": ("license",),
    "license_link": ("license_name", "license"),
    "base_model": ("license_link", "license_name", "license"),
    "base_model_relation": ("base_model",),
}


class FrontMatter(NamedTuple):
    """A card taken apart: what is ``before`` the block, the ``block`` with its last line ending, what is ``after``."""

    before: str
    block: str
    after: str
    ending: str
    """How its lines end."""


def values_of(stored: bytes) -> dict[str, tuple[str, ...] | None] | None:
    """What stands under each key, None for what is nested; None where there is no front matter yet.

    Raises UnwritableError for a card that cannot be edited.
    """
    parts = _divided(_text(stored))
    return None if parts is None else {each.name: each.texts for each in _keys(parts)}


def with_values(stored: bytes, wanted: Mapping[str, Sequence[str]]) -> bytes:
    """The card with ``wanted`` texts under their keys, one text as a scalar, several as a list, and all else as it was.

    A key that is there keeps its place; where there is no front matter, one is put on top. Raises UnwritableError.
    """
    text = _text(stored)
    mark = codecs.BOM_UTF8 if stored.startswith(codecs.BOM_UTF8) else b""
    parts = _divided(text) or _added(text)
    for key, texts in wanted.items():
        if any(encodable(each) != each for each in texts):  # names of files need not be
            raise UnwritableError(f"`{key}` would name a file whose name is not UTF-8: rename it first")
        parts = _with_value(parts, key, tuple(texts))
    edited = f"{parts.before}{parts.block}{parts.after}"
    if _divided(edited) != parts:
        raise UnwritableError("its front matter cannot be told from what follows: leave an empty line below it")
    return mark + edited.encode()


def _text(stored: bytes) -> str:
    if len(stored) > MOST_BYTES:
        raise UnwritableError(f"it is over the limit of {MOST_BYTES // 1024**2} MB for a model card")
    try:
        return stored.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise UnwritableError(
            f"it is not UTF-8 (byte {error.start + 1}), which the Hub reads: save it so first"
        ) from None


def _divided(text: str) -> FrontMatter | None:
    """None where there is no front matter. Raises UnwritableError where it is not plain where it ends."""
    found = _EMPTY.match(text) or _BLOCK.match(text)
    if found is None:
        if _OPENS.match(text):
            raise UnwritableError(
                "its front matter is not read by the Hub: it begins and ends with a line of its own that is `---`"
            )
        return None
    opened, inner, closed = found.groups()
    opening = opened.lstrip()
    if opening.removesuffix("\n").removesuffix("\r") != "---" or "\n" not in opening:
        raise UnwritableError("its front matter begins with a line that ends in a lone carriage return")
    if opened[: len(opened) - len(opening)].rpartition("\n")[2]:
        raise UnwritableError("its front matter begins with a line that has blanks before `---`: take them away")
    if any(line.rstrip() in ("---", "...") for line in inner.split("\n")):
        raise UnwritableError("its front matter ends in two ways: above the last `---` stands another, or `...`")
    ending = next(iter(_ENDING.findall(opened)[-1:]))
    if not inner and closed.startswith("---"):
        return FrontMatter(opened, "", f"{closed}{text[found.end() :]}", ending)
    below = _ENDING.match(closed)
    if below is None:
        raise UnwritableError("its front matter ends with a line that ends in a lone carriage return")
    return FrontMatter(opened, inner + below[0], closed[below.end() :] + text[found.end() :], ending)


def _added(text: str) -> FrontMatter:
    found = _ENDING.search(text)
    ending = found[0] if found else "\n"
    gap = "" if not text or text.startswith(("\n", "\r")) else ending
    return FrontMatter(f"---{ending}", "", f"---{ending}{gap}{text}", ending)


def _keys(parts: FrontMatter) -> tuple[KeyPlace, ...]:
    try:
        return key_places(parts.block)
    except BrokenYamlError as error:
        line = error.line + parts.before.count("\n")
        raise UnwritableError(f"its front matter cannot be read: line {line}: {error.reason}") from None


def _with_value(parts: FrontMatter, key: str, texts: tuple[str, ...]) -> FrontMatter:
    keys = _keys(parts)
    place = next((each for each in keys if each.name == key), None)
    if place and place.texts == texts:
        return parts
    ways = [_replaced(parts, place, texts)] if place else _inserted(parts, keys, key, texts)
    for block in ways:
        if _is_as_wanted(parts, block, key, texts):
            return parts._replace(block=block)
    raise UnwritableError(f"`{key}` cannot be put into its front matter with all else left as it is")


def _replaced(parts: FrontMatter, place: KeyPlace, texts: tuple[str, ...]) -> str:
    """With another value where one stands, on one line."""
    block = parts.block
    old = block[place.start : place.end]
    if place.texts is None or "\n" in old or old.startswith(("|", ">")):
        raise UnwritableError(f"`{place.name}` has a value of several lines: write {', '.join(texts)} there yourself")
    value = _scalar(texts[0]) if len(texts) == 1 else f"[{', '.join(map(_scalar, texts))}]"
    gap = "" if block[: place.start].endswith((" ", "\t")) else " "
    return f"{block[: place.start]}{gap}{value}{block[place.end :]}"


def _inserted(parts: FrontMatter, keys: Sequence[KeyPlace], key: str, texts: tuple[str, ...]) -> list[str]:
    """With a line of its own: below the key that it goes with, else as the last."""
    block, ending = parts.block if keys else _BRACES.sub("", parts.block, count=1), parts.ending
    column = " " * (keys[0].column if keys else 0)
    lines = _lines(key, texts, "  - " if re.search(r"(?m)^ +- ", block) else "- ")
    added = "".join(f"{column}{line}{ending}" for line in lines)
    above = next((each for name in _BELOW.get(key, ()) for each in keys if each.name == name), None)
    places = [len(block)] if above is None else [_next_line(block, above.end), len(block)]
    return [f"{block[:place]}{added}{block[place:]}" for place in places]


def _next_line(block: str, end: int) -> int:
    """Where the line below the one that a value ends on begins; a block scalar ends with its line."""
    if block[:end].endswith("\n"):
        return end
    found = _ENDING.search(block, end)
    return found.end() if found else len(block)


def _lines(key: str, texts: tuple[str, ...], dash: str) -> list[str]:
    if len(texts) == 1:
        return [f"{key}: {_scalar(texts[0])}"]
    return [f"{key}:", *(f"{dash}{_scalar(each)}" for each in texts)]


def _scalar(text: str) -> str:
    """As it stands where that is a text for every reader; else quoted, as in JSON, which is YAML."""
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _NO_TEXT
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def _is_as_wanted(parts: FrontMatter, block: str, key: str, texts: tuple[str, ...]) -> bool:
    """Whether the ``block`` has these texts there, and all other keys in their order with what they had."""
    before = [(each.name, each.content) for each in _keys(parts) if each.name != key]
    try:
        found = key_places(block)
    except BrokenYamlError:
        return False
    after = [(each.name, each.content) for each in found if each.name != key]
    return before == after and [each.texts for each in found if each.name == key] == [texts]
