"""Corpus files that were damaged or forged, and what opening them says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace

from modelkin.corpus.schema import COLUMNS
from modelkin.corpus.store import open_corpus
from modelkin.errors import CorpusError

from .small_corpora import THREE, corpus_of

DAMAGED = "damaged corpus file ("


def refused(path: Path) -> str:
    """What opening says, in one line that begins with the path; nothing, where the corpus opens."""
    try:
        open_corpus(path)
    except CorpusError as error:
        message = str(error)
        in_one_line = message.startswith(f"{path}: ") and "\n" not in message
        return message.removeprefix(f"{path}: ") if in_one_line else f"not in one line: {message!r}"
    return ""


def others(told: dict[Any, str]) -> dict[Any, str]:
    """What was told of a corpus that is not about damage, by what was done to it."""
    return {done: each for done, each in told.items() if not each.startswith(DAMAGED)}


def forged(path: Path, **arrays: Any) -> None:
    """A corpus with other arrays and a digest to match, as an attacker would write it."""
    corpus = corpus_of(*THREE)
    other = {name: np.asarray(array, COLUMNS[name].dtype) for name, array in arrays.items()}
    replace(corpus, arrays={**corpus.arrays, **other}).save(path)


def rewritten(path: Path, stored: bytes, change: Callable[[dict[str, Any], dict[str, Any]], object]) -> None:
    """The file ``stored`` with its outer and inner header changed."""
    length = int.from_bytes(stored[:8], "little")
    outer = json.loads(stored[8 : 8 + length])
    inner = json.loads(outer["__metadata__"]["modelkin"])
    change(outer, inner)
    if "modelkin" in outer.get("__metadata__", ()):
        outer["__metadata__"]["modelkin"] = json.dumps(inner)
    header = json.dumps(outer).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + stored[8 + length :])
