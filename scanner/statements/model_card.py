"""The text of a README in, the model card out: its front matter, title and credits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ..notices import read_credits_in_prose
from ..notices.header import blanked
from ..regions import Region
from ..sources import Skipped
from .model import Declaration, ModelCard
from .titles import title

if TYPE_CHECKING:
    from .flat_yaml import Value

_WANTED = frozenset(("license", "license_name", "base_model"))
_UNSAID = ("other", "unknown")


class _Parts(Struct, frozen=True):
    """A README taken apart: ``block`` starts on line ``first_line``; ``body`` keeps the lines of all."""

    block: str
    first_line: int
    body: str


def read_card(path: str, text: str, repository: str) -> tuple[ModelCard, Skipped | None]:
    """The card, and why its front matter was not read, if so; ``repository`` is its title where it has none."""
    parts = _parts(text)
    values, problem = _front_matter(path, parts) if parts.block.strip() else ({}, None)
    name = _name_apart(values)
    card = ModelCard(
        path=path,
        title=title(parts.body) or repository,
        licence=_licence(path, values.get("license"), name, parts.first_line),
        licence_name=name,
        base_models=_texts(values, "base_model"),
        credits=read_credits_in_prose(parts.body),
        text=parts.body,
    )
    return card, problem


def _parts(text: str) -> _Parts:
    """Front matter begins on the first line that is not blank and ends on a line of its own."""
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[first].rstrip() != "---":
        return _Parts("", 1, _visible(text))
    last = next((n for n in range(first + 1, len(lines)) if lines[n].rstrip() in ("---", "...")), None)
    if last is None:
        return _Parts("", 1, _visible(text))
    body = [""] * (last + 1) + lines[last + 1 :]
    return _Parts("\n".join(lines[first + 1 : last]), first + 2, _visible("\n".join(body)))


def _visible(text: str) -> str:
    return blanked(text, "REUSE-Ignore") if "REUSE-IgnoreStart" in text else text


def _front_matter(path: str, parts: _Parts) -> tuple[dict[str, Value], Skipped | None]:
    from .flat_yaml import BrokenYamlError, top_level  # the YAML library, which most repositories do not need

    try:
        return top_level(parts.block, _WANTED), None
    except BrokenYamlError as error:
        line = parts.first_line + error.line - 1
        return {}, Skipped(path, f"front matter not read: line {line}: {error.reason}")


def _licence(path: str, value: Value | None, name: str, first_line: int) -> Declaration | None:
    if value is None or not value.texts:
        return None
    from ..licences import licence_ids

    line = first_line + value.line - 1
    stated = (name,) if name else value.texts
    ids = tuple(dict.fromkeys(licence for each in stated for licence in licence_ids(each)))
    return Declaration(Region(path, line, line), ", ".join(value.texts), ids)


def _name_apart(values: dict[str, Value]) -> str:
    """What ``license_name`` calls the licence, where ``license`` leaves it open."""
    stated = _texts(values, "license")
    is_open = bool(stated) and all(each.lower() in _UNSAID for each in stated)
    return ", ".join(_texts(values, "license_name")) if is_open else ""


def _texts(values: dict[str, Value], key: str) -> tuple[str, ...]:
    return values[key].texts if key in values else ()
