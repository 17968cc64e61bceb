"""Licences that nobody wrote, and a table that knows them."""

from __future__ import annotations

from pathlib import Path
from random import Random

from modelkin.licences.build import encode
from modelkin.licences.recipe import ReferenceText
from modelkin.licences.table import FORMAT, Anchor, LicenceTable, open_table

_SYLLABLES = "ba ce di fo gu la me ni po ru sa te vi wo zu".split()


def invented(seed: int, count: int = 400) -> str:
    """Sentences of ``count`` words in all, the same for a seed."""
    rng = Random(seed)
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4))) for _ in range(count)]
    return "\n\n".join(f"{' '.join(words[start : start + 50])}." for start in range(0, count, 50))


def table_of(
    folder: Path,
    texts: dict[str, str],
    anchors: dict[str, Anchor] | None = None,
    names: dict[str, str] | None = None,
    without_rule: frozenset[str] = frozenset(),
) -> LicenceTable:
    """A table that knows ``texts`` by licence."""
    ruled = frozenset({*texts, *(anchors or {})}) - without_rule
    header = {
        "format": FORMAT,
        "anchors": {licence: [list(each.required), list(each.refused)] for licence, each in (anchors or {}).items()},
        "names": names or {},
        "listed_names": {},
        "ruled": sorted(ruled),
    }
    path = folder / "licences.safetensors"
    path.write_bytes(encode([ReferenceText(licence, text) for licence, text in texts.items()], header, ruled))
    return open_table(path)
