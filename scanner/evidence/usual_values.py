"""How usual a value of a configuration is, and a token at its id, among models that have been published.

Read from ``rules/usual_values.txt``, which `usual_build` makes. Edit this when usualness is to be counted otherwise.
"""

from __future__ import annotations

import math
from functools import lru_cache

from msgspec import Struct

from ..support.data_files import shipped_folder

FILE = "usual_values.txt"
# Of a key that fewer configurations have, any key's values tell how usual a value is.
LEAST_OF_KEY = 5


class UsualValues(Struct, frozen=True):
    """Counts over configurations and tokenizers."""

    configurations: int
    keys: dict[str, int]
    """How many configurations have a key, by its last part; those with at least LEAST_OF_KEY."""
    pairs: dict[tuple[str, str], int]
    """How many have a value under a key, where more than one has."""
    values: dict[str, int]
    """How many have a value under any key, where more than one has."""
    tokens: dict[tuple[int, bytes], int]
    """How many tokenizers have a token (its hash) at an id."""

    def bits(self, path: str, value: str) -> float:
        """How surprising it is that a configuration has ``value`` at the key ``path``: -log2 of how often others do."""
        key = last_part(path)
        have = self.keys.get(key, 0)
        if have >= LEAST_OF_KEY:
            share = (self.pairs.get((key, value), 0) + 0.5) / (have + 1)
        else:
            share = (self.values.get(value, 0) + 0.5) / (self.configurations + 1)
        return max(0.0, -math.log2(share))


def last_part(path: str) -> str:
    """The key that a key path ends in."""
    return path.rpartition(".")[2]


@lru_cache(maxsize=1)
def usual_values() -> UsualValues:
    """The shipped counts."""
    return parse_usual_values((shipped_folder("rules") / FILE).read_text("utf-8"))


def parse_usual_values(text: str) -> UsualValues:
    """The counts in ``text``, a line each as `usual_build` writes them."""
    configurations = 0
    keys: dict[str, int] = {}
    pairs: dict[tuple[str, str], int] = {}
    values: dict[str, int] = {}
    tokens: dict[tuple[int, bytes], int] = {}
    for line in text.splitlines():
        kind, *words = line.split("\t")
        if kind == "configurations":
            configurations = int(words[0])
        elif kind == "key":
            keys[words[0]] = int(words[1])
            for count, value in zip(words[2::2], words[3::2], strict=True):
                pairs[words[0], value] = int(count)
        elif kind == "value":
            values[words[1]] = int(words[0])
        elif kind == "token":
            tokens[int(words[1]), bytes.fromhex(words[2])] = int(words[0])
    return UsualValues(configurations, keys, pairs, values, tokens)
