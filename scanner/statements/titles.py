"""The text of a README in, its title out: Markdown, reStructuredText or HTML."""

from __future__ import annotations

import re

_TITLE_WITHIN = 400
_LONGEST_TITLE = 300
_MARKUP = re.compile(r"!\[[^\]\[]*\]\([^()]*\)|<[^<>]*>|[*`]|:\w{1,40}:")
_LINK = re.compile(r"\[([^\]\[]*)\]\([^()]*\)")
_HTML_TITLE = re.compile(r"<h1\b[^<>]{0,300}>(.{0,1000}?)</h1>", re.IGNORECASE | re.DOTALL)
_CARD_OF = re.compile(r"model card(?: (?:for|of)|:| -)? *", re.IGNORECASE)
# Headings of the first level that name a section of a card, not a model.
_SECTIONS = frozenset(
    "about|contents|features|getting started|info|information|installation|instructions|introduction|language|license"
    "|licence|model description|model details|overview|quick start|quickstart|readme|requirements|summary"
    "|table of contents|usage|welcome".split("|")
)


def title(body: str) -> str:
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
