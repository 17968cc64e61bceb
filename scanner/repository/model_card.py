"""A README read as a model card: its front matter, its title and its credits, in Markdown, reStructuredText or HTML.

Edit this when a key of front matter is to be judged by, or a title is not seen or is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from ..notices.header import without_ignored
from ..notices.readme_credits import read_credits_in_prose
from ..results import Region, Skipped
from ..support.lazy import lazy_pattern
from .model import DeclaredLicence, ModelCard

if TYPE_CHECKING:
    from ..support.yaml import Value

# The keys of front matter that are read.
_WANTED = frozenset(("license", "license_name", "base_model", "base_model_relation"))
# Licences of the Hub that say none.
_UNSAID = ("other", "unknown")

# The title is looked for in so many lines.
_TITLE_WITHIN = 400
_LONGEST_TITLE = 300
_MARKUP = lazy_pattern(r"!\[[^\]\[]*\]\([^()]*\)|<[^<>]*>|[*`]|:\w{1,40}:")
_LINK = lazy_pattern(r"\[([^\]\[]*)\]\([^()]*\)")
_HTML_TITLE = lazy_pattern(r"<h1\b[^<>]{0,300}>(.{0,1000}?)</h1>", re.IGNORECASE | re.DOTALL)
_CARD_OF = lazy_pattern(r"model card(?: (?:for|of)|:| -)? *", re.IGNORECASE)
# Headings of the first level that name a section of a card, not a model.
_SECTIONS = frozenset(
    "about|contents|features|getting started|info|information|installation|instructions|introduction|language|license"
    "|licence|model description|model details|overview|quick start|quickstart|readme|requirements|summary"
    "|table of contents|usage|welcome".split("|")
)


class _Divided(Struct, frozen=True):
    """A README taken apart: ``block`` starts on line ``first_line``; ``body`` keeps the lines of all."""

    block: str
    first_line: int
    body: str


def read_card(path: str, text: str, repository: str) -> tuple[ModelCard, Skipped | None]:
    """The card, and why its front matter was not read, if so; ``repository`` is its title where it has none."""
    parts = _divided(text)
    values, problem = _front_matter(path, parts) if parts.block.strip() else ({}, None)
    name = _name_apart(values)
    card = ModelCard(
        path=path,
        title=card_title(parts.body) or repository,
        licence=_licence(path, values.get("license"), name, parts.first_line),
        licence_name=name,
        base_models=_texts(values, "base_model"),
        credits=read_credits_in_prose(parts.body),
        text=parts.body,
        relation=", ".join(_texts(values, "base_model_relation"))[:_LONGEST_TITLE].lower(),
    )
    return card, problem


def _divided(text: str) -> _Divided:
    """Front matter begins on the first line that is not blank and ends on a line of its own."""
    lines = text.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if lines[first].rstrip() != "---":
        return _Divided("", 1, without_ignored(text))
    last = next((n for n in range(first + 1, len(lines)) if lines[n].rstrip() in ("---", "...")), None)
    if last is None:
        return _Divided("", 1, without_ignored(text))
    body = [""] * (last + 1) + lines[last + 1 :]
    return _Divided("\n".join(lines[first + 1 : last]), first + 2, without_ignored("\n".join(body)))


def _front_matter(path: str, parts: _Divided) -> tuple[dict[str, Value], Skipped | None]:
    from ..support.yaml import BrokenYamlError, top_level  # the YAML library, which most repositories do not need

    try:
        return top_level(parts.block, _WANTED), None
    except BrokenYamlError as error:
        line = parts.first_line + error.line - 1
        return {}, Skipped(path, f"front matter not read: line {line}: {error.reason}")


def _licence(path: str, value: Value | None, name: str, first_line: int) -> DeclaredLicence | None:
    if value is None or not value.texts:
        return None
    from ..licences.licence_names import licence_ids

    line = first_line + value.line - 1
    stated = (name,) if name else value.texts
    ids = tuple(dict.fromkeys(licence for each in stated for licence in licence_ids(each)))
    return DeclaredLicence(Region(path, line, line), ", ".join(value.texts), ids)


def _name_apart(values: dict[str, Value]) -> str:
    """What ``license_name`` calls the licence, where ``license`` leaves it open."""
    stated = _texts(values, "license")
    is_open = bool(stated) and all(each.lower() in _UNSAID for each in stated)
    return ", ".join(_texts(values, "license_name")) if is_open else ""


def _texts(values: dict[str, Value], key: str) -> tuple[str, ...]:
    return values[key].texts if key in values else ()


def card_title(body: str) -> str:
    """The first heading of the first level, or one of any level that all begins with, without markup.

    Empty where there is none, and where it names a section, as "Model Details" does.
    """
    lines = body.split("\n", _TITLE_WITHIN)[:_TITLE_WITHIN]
    fenced, begins = False, True
    for number, line in enumerate(lines):
        bare = line.strip()[:_LONGEST_TITLE]
        fenced ^= bare.startswith(("```", "~~~"))
        if bare and not fenced:
            if found := _plain(_heading(lines[number : number + 10], bare, begins)):
                return "" if found.lower().rstrip(":") in _SECTIONS else found
            begins = False
    return ""


def _heading(lines: list[str], bare: str, begins: bool) -> str:
    """The heading that the first of ``lines`` opens; ``begins`` says that nothing stands above."""
    if marks := re.match(r"#{1,6}(?=[ \t])", bare):
        return bare.strip("#") if begins or len(marks[0]) == 1 else ""
    below = lines[1].strip() if len(lines) > 1 else ""
    if len(below) > 2 and set(below) <= {"="} | ({"-"} if begins else set()):
        return bare
    match = _HTML_TITLE.search("\n".join(lines)[:2_000]) if "<h1" in bare.lower() else None
    return match[1] if match else ""


def _plain(heading: str) -> str:
    plain = " ".join(_LINK.sub(r"\1", _MARKUP.sub("", heading)).split()).strip("_ ")
    return _CARD_OF.sub("", plain, count=1) if _CARD_OF.match(plain) else plain
