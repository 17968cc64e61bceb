"""Corpus files that were damaged or forged, and what opening them says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace

from modelkin.corpus.schema import COLUMNS
from modelkin.corpus.store import open_corpus
from modelkin.errors import CorpusError

from .small_corpora import WITH_ALL, corpus_of

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
    corpus = corpus_of(*WITH_ALL)
    other = {name: np.asarray(array, COLUMNS[name].dtype) for name, array in arrays.items()}
    replace(corpus, arrays={**corpus.arrays, **other}).save(path)


def rewritten(
    path: Path, stored: bytes, change: Callable[[dict[str, Any], dict[str, Any]], object], more: bytes = b""
) -> None:
    """The file ``stored`` with its outer and inner header changed; with ``more`` behind it, the digest is mended."""
    outer, inner, body = _taken_apart(stored)
    change(outer, inner)
    if more:
        body += more
        columns = {name: entry for name, entry in outer.items() if name != "__metadata__"}
        inner["digest"] = _digest(inner, {name: _bytes(entry, body) for name, entry in sorted(columns.items())})
    if "modelkin" in outer.get("__metadata__", ()):
        outer["__metadata__"]["modelkin"] = json.dumps(inner)
    path.write_bytes(_put_together(outer, body))


def as_format_2(stored: bytes) -> bytes:
    """The file ``stored`` of format 3 as format 2 had it: without dates, sources and intervals."""
    outer, inner, body = _taken_apart(stored)
    held = [name for name, column in COLUMNS.items() if not column.optional]
    inner |= {
        "format": 2,
        "projects": [row[:5] for row in inner["projects"]],
        "notices": [row[:4] for row in inner["notices"]],
    }
    del inner["unlisted"]
    contents = {name: _bytes(outer[name], body) for name in held}
    inner["digest"] = _digest(inner, contents)
    entries, place = {}, 0
    for name, content in contents.items():
        entries[name] = outer[name] | {"data_offsets": [place, place + len(content)]}
        place += len(content)
    return _put_together({"__metadata__": {"modelkin": json.dumps(inner)}, **entries}, b"".join(contents.values()))


def _taken_apart(stored: bytes) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    length = int.from_bytes(stored[:8], "little")
    outer = json.loads(stored[8 : 8 + length])
    return outer, json.loads(outer["__metadata__"]["modelkin"]), stored[8 + length :]


def _put_together(outer: dict[str, Any], body: bytes) -> bytes:
    header = json.dumps(outer).encode()
    return len(header).to_bytes(8, "little") + header + body


def _bytes(entry: dict[str, Any], body: bytes) -> bytes:
    return body[slice(*entry["data_offsets"])]


def _digest(inner: dict[str, Any], contents: dict[str, bytes]) -> str:
    """As docs/corpus.md has it: in format 2 the columns were in the order of the schema."""
    header = {key: value for key, value in inner.items() if key != "digest"}
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name, content in contents.items():
        digest.update(name.encode() + content)
    return digest.hexdigest()
