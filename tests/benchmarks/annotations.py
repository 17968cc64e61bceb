"""Pairs of copy and original that transformers' own ``# Copied from transformers.… with A->B`` notes name, verified."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .definitions import Definition, Module
from .forms import same_code

NOTE = re.compile(r"^\s*#\s*Copied from\s+transformers\.(?P<name>\S+)(?:\s+with\s+(?P<renames>.*?))?\s*$")
RENAME = re.compile(r"^\s*(?P<original>\S+)\s*->\s*(?P<copy>\S+)(?P<casing>\s+all-casing)?")


@dataclass(frozen=True, slots=True)
class Annotation:
    """A copy and the original its note names; ``verified`` when the note's renames do turn one into the other."""

    copy: Definition
    original: Definition
    verified: bool

    @property
    def is_verbatim(self) -> bool:
        return self.copy.text == self.original.text


def read_annotations(modules: Mapping[str, Module]) -> Iterator[Annotation]:
    """Every note whose copy and original both exist, in order of path and line."""
    for _, module in sorted(modules.items()):
        starts = {definition.first_line: definition for definition in module.definitions.values()}
        for number, line in enumerate(module.lines, 1):
            note = NOTE.match(line)
            copy = starts.get(_after_comments(module.lines, number)) if note else None
            original = _resolve(note["name"], modules) if note else None
            if note and copy and original:
                renamed = apply_note(original.text, note["renames"] or "")
                yield Annotation(copy, original, same_code(renamed, copy.text))


def apply_note(text: str, renames: str) -> str:
    """The text after the note's renames, applied one after the other as transformers' own check does."""
    for part in renames.split(","):
        if match := RENAME.match(part):
            original, copy = match["original"], match["copy"]
            text = text.replace(original, copy)
            if match["casing"]:
                text = text.replace(original.lower(), copy.lower()).replace(original.upper(), copy.upper())
    return text


def _after_comments(lines: tuple[str, ...], number: int) -> int:
    while number < len(lines) and lines[number].lstrip().startswith("#"):
        number += 1
    return number + 1


def _resolve(dotted: str, modules: Mapping[str, Module]) -> Definition | None:
    parts = dotted.split(".")
    for size in range(len(parts) - 1, 0, -1):
        module = modules.get("/".join(["transformers", *parts[:size]]) + ".py")
        if module:
            return module.definitions.get(".".join(parts[size:]))
    return None
