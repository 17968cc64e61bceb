"""README.md and the pages of docs/: their code blocks, commands, links and headings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_IN_LINE = re.compile(r"`(modelkin [^`]*)`")
_IN_BLOCK = re.compile(r"^[ \t]*(?:-[ \t]+)?(?:(?:run|entry|script):[ \t]+)?(modelkin[ \t].*)$", re.MULTILINE)
_OPERATORS = frozenset(("|", "||", "&&", ";", ">", "2>", "2>&1"))


def blocks(page: Path, language: str = "") -> list[str]:
    """The code blocks of a page, those in ``language`` or all."""
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [text for name, text in found if language in ("", name)]


def shell_commands(page: Path) -> list[str]:
    """The commands of a page's shell blocks, without their comments; those joined by ``&&`` apart."""
    lines = [line for block in blocks(page, "sh") for line in block.replace("\\\n", " ").splitlines()]
    parts = [part for line in lines for part in line.split("&&")]
    commands = (shlex.join(shlex.split(part, comments=True)) for part in parts)
    return [command for command in commands if command]


def modelkin_commands(page: Path) -> Iterator[list[str]]:
    """What follows ``modelkin`` in each command that a page has in a block or in a line of text."""
    text = page.read_text(encoding="utf-8")
    inside = [found for block in blocks(page) for found in _IN_BLOCK.findall(block.replace("\\\n", " "))]
    for command in inside + _IN_LINE.findall(_BLOCK.sub("", text)):
        words = shlex.split(" ".join(command.split()), comments=True)
        end = next((place for place, word in enumerate(words) if word in _OPERATORS), len(words))
        yield words[1:end]


def links(page: Path) -> list[str]:
    """The links of a page that do not lead to another host."""
    found = _LINK.findall(_BLOCK.sub("", page.read_text(encoding="utf-8")))
    return [link for link in found if "://" not in link]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
